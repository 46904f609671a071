"""On what somebody may take doses home on a day, and what is there already."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dispensary.queries.signs import same_person
from dispensary.rules.take_homes import Decision, Held, OneOff
from models import (
    Bottle,
    BottleEnd,
    OneOffTakeHome,
    OneOffTakeHomeEnd,
    SafetyCheck,
    Staff,
    TakeHomeDecision,
    TakeHomeDecisionEnd,
)


@dataclass(frozen=True)
class OneOffAllowed:
    """One-off doses as a prescriber allowed them."""

    days: OneOff
    decided_at: datetime
    by: str


@dataclass(frozen=True)
class Allowed:
    """What somebody may take home on a day: the standing decision, and one-off doses that are not over."""

    decision: Decision | None
    one_offs: tuple[OneOffAllowed, ...]


_DECISION, _ENDED = TakeHomeDecision.__table__.c, TakeHomeDecisionEnd.__table__.c
_DECISIONS = (
    select(
        _DECISION.id,
        _DECISION.attends_on,
        _DECISION.every_weeks,
        _DECISION.most_days,
        _DECISION.effective_on,
        _ENDED.last_day,
    )
    .outerjoin(TakeHomeDecisionEnd.__table__, _ENDED.decision_id == _DECISION.id)
    .where(same_person(_DECISION.person_id), _DECISION.effective_on <= bindparam("day"))
    .order_by(_DECISION.effective_on.desc(), _DECISION.id.desc())
)
_ONE_OFF = OneOffTakeHome.__table__.c
_ONE_OFFS = (
    select(
        _ONE_OFF.id, _ONE_OFF.reason, _ONE_OFF.first_on, _ONE_OFF.last_on, _ONE_OFF.decided_at, Staff.__table__.c.name
    )
    .join(Staff.__table__, Staff.__table__.c.id == _ONE_OFF.recorded_by_id)
    .where(
        same_person(_ONE_OFF.person_id),
        _ONE_OFF.last_on >= bindparam("day"),
        _ONE_OFF.id.not_in(select(OneOffTakeHomeEnd.__table__.c.one_off_id)),
    )
    .order_by(_ONE_OFF.first_on, _ONE_OFF.id)
)


def allowed(session: Session, person_id: int, day: date) -> Allowed:
    """Return on what somebody may take doses home on a clinic day."""
    who = {"person_id": person_id, "day": day}
    decisions = (Decision(*row) for row in session.execute(_DECISIONS, who))
    one_offs = tuple(
        OneOffAllowed(OneOff(row.id, row.reason, row.first_on, row.last_on), row.decided_at, row.name)
        for row in session.execute(_ONE_OFFS, who)
    )
    return Allowed(next((d for d in decisions if d.holds_on(day)), None), one_offs)


def last_safety_check(session: Session, person_id: int) -> date | None:
    """Return when storage, teaching and closures were last gone through with somebody, with nothing amiss."""
    check = SafetyCheck.__table__.c
    query = (
        select(check.clinic_day)
        .where(same_person(check.person_id, person_id), check.locked_storage, check.taught, check.child_resistant)
        .order_by(check.clinic_day.desc())
        .limit(1)
    )
    return session.scalar(query)


def held(session: Session, person_id: int, since: date) -> Held:
    """Return the doses from a day on that somebody has at home."""
    bottle = Bottle.__table__.c
    ended = select(BottleEnd.__table__.c.bottle_id)
    query = select(bottle.covers_on, bottle.part).where(
        same_person(bottle.person_id, person_id), bottle.covers_on >= since, bottle.id.not_in(ended)
    )
    return frozenset((row.covers_on, row.part) for row in session.execute(query))
