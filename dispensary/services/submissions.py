"""Each form that writes carries a token: sent twice by the same person, it leads to the first result."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
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


def sent(session: Session, token: str) -> Sent | None:
    """Return what is known of a token, if a form with it was sent."""
    query = (
        select(Submission.staff_id, Staff.name, Submission.at, Submission.result)
        .join(Staff, Staff.id == Submission.staff_id)
        .where(Submission.token == token)
    )
    row = session.execute(query).one_or_none()
    return Sent(*row) if row else None


def take(session: Session, token: str, act: Act) -> Submission:
    """Take a token for this transaction; a second sender waits here until the first has ended.

    Raises:
        Conflict: by way of the unique rule, when the token was taken in the meantime.
    """
    submission = Submission(token=token, staff_id=act.by_id, at=act.at)
    session.add(submission)
    session.flush()
    return submission
