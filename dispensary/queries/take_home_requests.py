"""What somebody asks for about take-home doses, and what came of each request."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries.signs import same_person
from dispensary.wording import N_, say
from models import OneOffTakeHome, Staff, TakeHomeDecision, TakeHomeRequest, TakeHomeRequestEnd
from models.enums import OneOffReason


@dataclass(frozen=True)
class RequestLine:
    """One request as the page shows it."""

    id: int
    wish: str
    reason: OneOffReason | None
    """What the days are for; None where the person asks to come on fewer days from now on."""
    first_on: date | None
    last_on: date | None
    asked_at: datetime
    by: str
    """Who wrote it down."""
    declined: str | None
    decided: bool
    """A prescriber decided since on what it is about."""

    @property
    def open(self) -> bool:
        """Whether nobody has answered it."""
        return self.declined is None and not self.decided


def requests_of(session: Session, person_id: int) -> list[RequestLine]:
    """Return what somebody ever asked for, under whichever of their records, the newest first."""
    query = (
        select(TakeHomeRequest, Staff.name, TakeHomeRequestEnd.reason, _decided_since(person_id).label("decided"))
        .join(Staff, Staff.id == TakeHomeRequest.recorded_by_id)
        .outerjoin(TakeHomeRequestEnd, TakeHomeRequestEnd.asked_id == TakeHomeRequest.id)
        .where(same_person(TakeHomeRequest.__table__.c.person_id, person_id))
        .order_by(TakeHomeRequest.id.desc())
    )
    return [
        RequestLine(one.id, one.wish, one.reason, one.first_on, one.last_on, one.asked_at, by, declined, bool(decided))
        for one, by, declined, decided in session.execute(query)
    ]


def _decided_since(person_id: int) -> ColumnElement[bool]:
    """Match a request that a later decision meets: one about every week, or single days that share a day with it."""
    decision, once, asked = TakeHomeDecision.__table__.c, OneOffTakeHome.__table__.c, TakeHomeRequest.__table__.c
    every_week = exists().where(same_person(decision.person_id, person_id), decision.decided_at > asked.asked_at)
    single_days = exists().where(
        same_person(once.person_id, person_id),
        once.decided_at > asked.asked_at,
        once.first_on <= asked.last_on,
        once.last_on >= asked.first_on,
    )
    return or_(and_(asked.first_on.is_(None), every_week), single_days)


def open_requests(session: Session, person_id: int) -> list[RequestLine]:
    """Return what of it nobody has answered."""
    return [line for line in requests_of(session, person_id) if line.open]


def person_of_request(session: Session, asked_id: int) -> int:
    """Return whose request it is.

    Raises:
        NotFound: there is no such request.
    """
    person_id = session.scalar(select(TakeHomeRequest.person_id).where(TakeHomeRequest.id == asked_id))
    if person_id is None:
        raise NotFound(say(N_("There is no such request on record.")), code="no_such_request")
    return person_id
