"""Rows that no audit row is about by itself and that must not change unseen: lines, claims, bottles, containers, lots.

Whoever writes or changes one leaves it here; the next audit row of the same session takes it along, as a digest.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from dispensary.rules import chain
from models import Base

WAITING, COMMITTED = "rows the audit has not named yet", "how many of them are committed"


def keep(session: Session, row: Base) -> None:
    """Keep a row that was just written, if its table is one of those that the audit names by digest."""
    if row.chained:
        held = {column.key: getattr(row, column.key) for column in inspect(type(row)).columns}
        session.info.setdefault(WAITING, []).append(named(type(row), held))


def named(model: type[Base], held: Mapping[str, Any]) -> tuple[str, int, str]:
    """Return how the audit names a row of a table with these values; the same for one row and for many."""
    said = {column.key: held.get(column.key) for column in model.__table__.columns if column.key != "request_id"}
    return model.__tablename__, held["id"], chain.row_digest(said)


def field_of(rows: Iterable[tuple[str, int, str]]) -> dict[str, str]:
    """Return the field `with` of an audit row that names these rows, each as it was last; nothing where there is none."""
    last = {(table, number): of for table, number, of in rows}
    return {"with": chain.mentions((*key, of) for key, of in last.items())} if last else {}


def taken(session: Session) -> dict[str, str]:
    """Return the field `with` of the next audit row: every row kept since the last; nothing where there is none."""
    rows = session.info.pop(WAITING, [])
    session.info.pop(COMMITTED, None)
    return field_of(rows)


@event.listens_for(Session, "after_flush")
def _keep_flushed(session: Session, context: Any) -> None:
    for row in [*session.new, *session.dirty]:
        if isinstance(row, Base):
            keep(session, row)


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    session.info[COMMITTED] = len(session.info.get(WAITING, ()))


@event.listens_for(Session, "after_rollback")
def _rolled_back(session: Session) -> None:
    del session.info.get(WAITING, [])[session.info.get(COMMITTED, 0) :]
