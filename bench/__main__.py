"""Print every figure: `python -m bench`, or some parts of it: `python -m bench dosing queue history paper`."""

import sys

from bench import dosing, history, paper, queue
from tests import backends

ON_BOTH_BACKENDS = {"dosing": dosing.run, "queue": queue.run, "history": history.run}


def main(wanted: list[str]) -> None:
    """Run the parts that were asked for, or all of them."""
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
