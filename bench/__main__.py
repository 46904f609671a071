"""Print every figure: `python -m bench`, or one of its parts: `python -m bench dosing queue`."""

import sys
from pathlib import Path

from bench import dosing, queue
from tests import backends

PARTS = {"dosing": dosing.run, "queue": queue.run}


def main(wanted: list[str]) -> None:
    """Run the parts that were asked for, on both backends."""
    postgres = backends.Postgres(durable=True)
    postgres.start()
    try:
        for name, part in PARTS.items():
            if not wanted or name in wanted:
                part("SQLite", None)
                part("PostgreSQL", postgres)
    finally:
        postgres.stop()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    main(sys.argv[1:])
