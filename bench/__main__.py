"""Print every figure: `python -m bench`, or some: `python -m bench dosing station queue history attendance risk month paper`.

A number among the parts is for how many people attendance and risk are measured: `python -m bench attendance 100000`.
"""

import sys

from bench import attendance, dosing, history, month, paper, queue, register, risk, station
from tests import backends

ON_BOTH_BACKENDS = {
    "dosing": dosing.run,
    "station": station.run,
    "queue": queue.run,
    "history": history.run,
    "attendance": attendance.run,
    "risk": risk.run,
    "register": register.run,
    "month": month.run,
}


def main(wanted: list[str]) -> None:
    """Run the parts that were asked for, or all of them."""
    attendance.PEOPLE = next((int(part) for part in wanted if part.isdigit()), attendance.PEOPLE)
    risk.PEOPLE = next((int(part) for part in wanted if part.isdigit()), risk.PEOPLE)
    wanted = [part for part in wanted if not part.isdigit()]
    postgres = backends.Postgres(durable=True)
    postgres.start()
    try:
        for name, part in ON_BOTH_BACKENDS.items():
            if not wanted or name in wanted:
                part("SQLite", None)
                part("PostgreSQL", postgres)
    finally:
        postgres.stop()
    if not wanted or "paper" in wanted:
        paper.run()


if __name__ == "__main__":
    main(sys.argv[1:])
