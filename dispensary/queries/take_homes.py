"""What stands about somebody's take-home doses: decisions and their ends, one-off days, days credited."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries.signs import same_person
from dispensary.rules.take_home_criteria import CriterionKept, read
from dispensary.rules.take_homes import Decision, OneOff
from dispensary.wording import N_, say
from models import (
    OneOffTakeHome,
    OneOffTakeHomeEnd,
    Staff,
    TakeHomeDecision,
    TakeHomeDecisionEnd,
    TreatmentCredit,
)
from models.enums import TakeHomeEndReason

_DECIDER, _ENDER = aliased(Staff), aliased(Staff)


@dataclass(frozen=True)
class DecisionLine:
    """One decision as the page shows it, with its end if it has one."""

    facts: Decision
    person_id: int
    site_id: int
    """Where it was decided, and where alone it is ended or contested."""
    days_in_treatment: int
    criteria: tuple[CriterionKept, ...]
    rationale: str
    over_ladder_reason: str | None
    profile: str | None
    review_on: date
    decided_by: str
    decided_at: datetime
    end_reason: TakeHomeEndReason | None
    end_note: str
    ended_by: str | None

    @property
    def never_held(self) -> bool:
        """Whether it was ended before its first day."""
        return self.facts.last_day is not None and self.facts.last_day < self.facts.effective_on


def decisions_of(session: Session, person_id: int) -> list[DecisionLine]:
    """Return every take-home decision about a person, under whichever of their records, the newest first."""
    query = (
        select(TakeHomeDecision, TakeHomeDecisionEnd, _DECIDER.name, _ENDER.name)
        .join(_DECIDER, _DECIDER.id == TakeHomeDecision.recorded_by_id)
        .outerjoin(TakeHomeDecisionEnd, TakeHomeDecisionEnd.decision_id == TakeHomeDecision.id)
        .outerjoin(_ENDER, _ENDER.id == TakeHomeDecisionEnd.recorded_by_id)
        .where(same_person(TakeHomeDecision.__table__.c.person_id, person_id))
        .order_by(TakeHomeDecision.id.desc())
    )
    return [_line(*row) for row in session.execute(query)]


def _line(made: TakeHomeDecision, end: TakeHomeDecisionEnd | None, by: str, ended_by: str | None) -> DecisionLine:
    return DecisionLine(
        facts=Decision(
            made.id,
            made.attends_on,
            made.every_weeks,
            made.most_days,
            made.effective_on,
            end.last_day if end else None,
        ),
        person_id=made.person_id,
        site_id=made.site_id,
        days_in_treatment=made.days_in_treatment,
        criteria=read(json.loads(made.criteria)),
        rationale=made.rationale,
        over_ladder_reason=made.over_ladder_reason,
        profile=made.profile,
        review_on=made.review_on,
        decided_by=by,
        decided_at=made.decided_at,
        end_reason=end.reason if end else None,
        end_note=end.note if end else "",
        ended_by=ended_by,
    )


def decision(session: Session, decision_id: int) -> DecisionLine:
    """Return one decision.

    Raises:
        NotFound: there is none with this id.
    """
    person_id = session.scalar(select(TakeHomeDecision.person_id).where(TakeHomeDecision.id == decision_id))
    lines = decisions_of(session, person_id) if person_id is not None else []
    found = next((line for line in lines if line.facts.id == decision_id), None)
    if found is None:
        raise NotFound(say(N_("There is no such take-home decision here.")), code="no_such_decision")
    return found


@dataclass(frozen=True)
class OneOffLine:
    """One-off doses as the page shows them."""

    facts: OneOff
    person_id: int
    rationale: str
    over_ladder_reason: str | None
    profile: str | None
    decided_by: str
    decided_at: datetime
    end_reason: str | None
    """Why they are not handed out after all; None if nothing ended them."""


def one_offs_of(session: Session, person_id: int) -> list[OneOffLine]:
    """Return the one-off doses of a person, under whichever of their records, the latest days first."""
    query = (
        select(OneOffTakeHome, Staff.name, OneOffTakeHomeEnd.reason)
        .join(Staff, Staff.id == OneOffTakeHome.recorded_by_id)
        .outerjoin(OneOffTakeHomeEnd, OneOffTakeHomeEnd.one_off_id == OneOffTakeHome.id)
        .where(same_person(OneOffTakeHome.__table__.c.person_id, person_id))
        .order_by(OneOffTakeHome.first_on.desc(), OneOffTakeHome.id.desc())
    )
    return [
        OneOffLine(
            OneOff(made.id, made.reason, made.first_on, made.last_on),
            made.person_id,
            made.rationale,
            made.over_ladder_reason,
            made.profile,
            by,
            made.decided_at,
            ended,
        )
        for made, by, ended in session.execute(query)
    ]


@dataclass(frozen=True)
class CreditLine:
    """Days in treatment elsewhere that count for the ladder."""

    days: int
    reason: str
    by: str
    recorded_at: datetime


def credit_of(session: Session, episode_id: int) -> CreditLine | None:
    """Return the treatment credit of an episode, if a prescriber gave any."""
    query = (
        select(TreatmentCredit.days, TreatmentCredit.reason, Staff.name, TreatmentCredit.recorded_at)
        .join(Staff, Staff.id == TreatmentCredit.recorded_by_id)
        .where(TreatmentCredit.episode_id == episode_id)
    )
    row = session.execute(query).one_or_none()
    return CreditLine(*row) if row else None


def person_of_one_off(session: Session, one_off_id: int) -> int:
    """Return whose one-off doses these are, or raise NotFound."""
    return _whose(session.scalar(select(OneOffTakeHome.person_id).where(OneOffTakeHome.id == one_off_id)))


def _whose(person_id: int | None) -> int:
    if person_id is None:
        raise NotFound(say(N_("There is no such entry on record.")), code="no_such_entry")
    return person_id
