"""Each form that writes carries a token: sent twice by the same person, it leads to the first result."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dispensary.services.act import Act
from models import Staff, Submission


@dataclass(frozen=True)
class Sent:
    """A form that was sent before: by whom, when, and where its result is."""

    staff_id: int
    name: str
    at: datetime
    result: str | None


_SENT = (
    select(Submission.staff_id, Staff.name, Submission.at, Submission.result)
    .join(Staff, Staff.id == Submission.staff_id)
    .where(Submission.token == bindparam("token"))
)
_RESULT = update(Submission).where(Submission.token == bindparam("of"))
_TAKE = {
    "sqlite": sqlite.insert(Submission).on_conflict_do_nothing().returning(Submission.id),
    "postgresql": postgresql.insert(Submission).on_conflict_do_nothing().returning(Submission.id),
}


def sent(session: Session, token: str) -> Sent | None:
    """Return what is known of a token, if a form with it was sent."""
    row = session.execute(_SENT, {"token": token}).one_or_none()
    return Sent(*row) if row else None


def take(session: Session, token: str, act: Act) -> Sent | None:
    """Take a token for this transaction, or return what is known of it if it was taken before.

    A second sender waits here until the first has ended, and then is told where the first result is.
    """
    connection = session.connection()
    form = {"token": token, "staff_id": act.by_id, "at": act.at}
    taken = connection.execute(_TAKE[connection.dialect.name], form).one_or_none()
    return sent(session, token) if taken is None else None


def note_result(session: Session, token: str, result: str) -> None:
    """Note which page shows the result, for any second press."""
    session.connection().execute(_RESULT, {"of": token, "result": result})
