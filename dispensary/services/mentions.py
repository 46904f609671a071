"""Rows that no audit row is about by itself and that must not change unseen: lines, claims, bottles, containers, lots.

Whoever writes or changes one leaves it here; the next audit row of the same session takes it along, as a digest.
"""

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from dispensary.rules import chain
from models import Base

WAITING, COMMITTED = "rows the audit has not named yet", "how many of them are committed"


def keep(session: Session, row: Base) -> None:
    """Keep a row that was just written, if its table is one of those that the audit names by digest."""
    if row.chained:
        columns = inspect(type(row)).columns
        held = {column.key: getattr(row, column.key) for column in columns if column.key != "request_id"}
        named = (row.__tablename__, row.id, chain.row_digest(held))
        session.info.setdefault(WAITING, []).append(named)


def taken(session: Session) -> dict[str, str]:
    """Return the field `with` of the next audit row: every row kept since the last; nothing where there is none."""
    rows = session.info.pop(WAITING, [])
    session.info.pop(COMMITTED, None)
    last = {(table, number): of for table, number, of in rows}
    return {"with": chain.mentions((*key, of) for key, of in last.items())} if last else {}


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
