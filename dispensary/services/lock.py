"""Locking the rows that a change depends on, in the one order: submission, person, order, containers by id, chain heads.

Only card tables are locked, by their id alone, and without holding up rows that merely refer to them. SQLite has one
writer at a time, whose turn began with the unit of work, so there is nothing more to lock.
"""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models import Container, Person

_PERSON = select(Person.__table__.c.id).where(Person.__table__.c.id == bindparam("id")).with_for_update(key_share=True)
_AT_WINDOW = (
    select(Container.__table__.c.id)
    .where(
        Container.__table__.c.window_id == bindparam("window_id"),
        Container.__table__.c.emptied_at.is_(None),
    )
    .order_by(Container.__table__.c.id)
    .with_for_update(key_share=True)
)


def one_writer(session: Session) -> bool:
    """Return whether this database lets only one transaction write at a time."""
    return session.get_bind().dialect.name == "sqlite"


def person(session: Session, person_id: int) -> None:
    """Lock a person for this transaction."""
    if not one_writer(session):
        session.execute(_PERSON, {"id": person_id})


def window(session: Session, window_id: int | None) -> None:
    """Lock what stands at a window, in order of id, before its balances are read."""
    if window_id is not None and not one_writer(session):
        session.execute(_AT_WINDOW, {"window_id": window_id}).all()
