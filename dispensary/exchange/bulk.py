"""Writing many rows at once: ids taken beforehand, whole batches to a statement, chains carried along in memory.

Shared by the import and the demo clinic. Call it inside a unit of work only: the write lock (SQLite) or the sequences
(PostgreSQL) keep the ids our own. The rows are the same as the services write, one by one.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import count, islice
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from models import Base

BATCH = 5_000
"""Rows to a statement."""

DRAWN = 1_000
"""Ids drawn from a sequence at a time."""


class Ids:
    """Ids for new rows, ascending within a table; nobody else gets them while this unit of work lasts."""

    def __init__(self, session: Session) -> None:
        """Take ids for rows of this session's database."""
        self._session = session
        self._postgresql = session.get_bind().dialect.name == "postgresql"
        self._ready: dict[type[Base], Iterator[int]] = {}
        self._last: dict[type[Base], int] = {}

    def one(self, model: type[Base]) -> int:
        """Return the id of one new row."""
        found = next(self._ready.get(model, iter(())), None)
        if found is None:
            self._ready[model] = iter(self._more(model))
            found = next(self._ready[model])
        self._last[model] = found
        return found

    def _more(self, model: type[Base]) -> Iterable[int]:
        """Return further ids: on SQLite, where we hold the write lock, all that follow the highest.

        On PostgreSQL a batch is drawn from the table's own sequence, so that rows written by others meanwhile, and
        later ones, cannot collide with ours.
        """
        table = _table(model)
        if self._postgresql:
            draw = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
            return sorted(self._session.scalars(draw, {"table": table.name, "count": DRAWN}))
        highest = self._session.connection().exec_driver_sql(_highest(table)).scalar()
        return count((highest or 0) + 1)

    def give_back(self) -> None:
        """Give back ids that were taken and not used, so that rows written one by one get the next ones.

        Only where nobody else writes, as in a clinic that is just being made; everything taken must be written.
        """
        if self._postgresql:
            for model, last in self._last.items():
                reset = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)")
                self._session.execute(reset, {"table": _table(model).name, "last": last})
        self._ready.clear()
        self._last.clear()


def write(session: Session, model: type[Base], rows: Iterable[dict[str, Any]]) -> int:
    """Write rows, all with the same columns, in batches; return how many.

    Values go through the columns' own types, once, and then straight to the driver: executemany on SQLite, COPY on
    PostgreSQL. Triggers, checks and references hold as for any other row.
    """
    written, source = 0, iter(rows)
    while batch := list(islice(source, BATCH)):
        _write_batch(session, _table(model), batch)
        written += len(batch)
    return written


def _write_batch(session: Session, table: Table, batch: list[dict[str, Any]]) -> None:
    dialect = session.get_bind().dialect
    names = list(batch[0])
    into = f"{table.name} ({', '.join(names)})"
    given = [_bound(process, name, batch) for name, process in _processors(table, dialect, tuple(names))]
    tuples = list(zip(*given, strict=True))
    connection = session.connection()
    if dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", tuples)  # noqa: S608 - our own names
        return
    driver: Any = connection.connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for values in tuples:
            copy.write_row(values)


@lru_cache
def _processors(
    table: Table, dialect: Dialect, names: tuple[str, ...]
) -> list[tuple[str, Callable[[Any], Any] | None]]:
    """Return what turns each column's values into what the driver takes."""
    return [(name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names]


def _bound(process: Callable[[Any], Any] | None, name: str, batch: list[dict[str, Any]]) -> list[Any]:
    """Return one column's values as the driver takes them."""
    return [row[name] for row in batch] if process is None else [process(row[name]) for row in batch]


def take_stock(session: Session, *models: type[Base]) -> None:
    """Let PostgreSQL count what was written: planned for nearly empty tables, a query over 100,000 rows took minutes."""
    if session.get_bind().dialect.name == "postgresql":
        for model in models:
            session.execute(text(f"ANALYZE {_table(model).name}"))


@lru_cache
def _highest(table: Table) -> str:
    return f"SELECT max(id) FROM {table.name}"  # noqa: S608 - our own names


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table
