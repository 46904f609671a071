"""What was written down after the day that it is of: between the two, a night does not know it.

Only what is told, ended, confirmed or corrected; what is imported is known from its own day on (`day_statements.THAT_NIGHT`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day, moment_on
from dispensary.queries import sites
from models import (
    Absence,
    AbsenceEnd,
    Bottle,
    BottleEnd,
    ClosedDay,
    ClosedDayTakenBack,
    Dose,
    DoseOrder,
    DoseReversal,
    DowntimeDay,
    DowntimeEntered,
    ElsewhereDose,
    ElsewhereVerdict,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    OrderEnd,
    UrineCorrection,
    UrineResult,
    UrineTest,
    Vomiting,
)
from models.enums import BottleState, DoseOutcome, Origin

A_DAY = timedelta(days=1)
_DOSE, _ABSENCE, _STAY, _ORDER = Dose.__table__.c, Absence.__table__.c, Episode.__table__.c, DoseOrder.__table__.c
_BOTTLE, _TOLD, _URINE = Bottle.__table__.c, ElsewhereDose.__table__.c, UrineTest.__table__.c
_CLOSED, _DOWN, _END = ClosedDay.__table__.c, DowntimeDay.__table__.c, EpisodeEnd.__table__.c


@dataclass(frozen=True)
class Later:
    """Something of a day that was written down on a later one."""

    since: date
    """The first night of which it says something else."""
    written_on: date

    def hides(self, night: date) -> bool:
        """Return whether a night is of it, and did not know it."""
        return self.since <= night < self.written_on

    def hides_any(self, nights: Sequence[date]) -> bool:
        """Return whether one of some nights did not know it."""
        return any(self.hides(night) for night in nights)


def close_of(session: Session, site_id: int, night: date) -> datetime:
    """Return the last moment of a clinic day."""
    have = sites.settings(session, site_id, night)
    return moment_on(night + A_DAY, have.day_starts, have.zone, have.day_starts) - timedelta(microseconds=1)


def of_people(session: Session, site_id: int, people: Sequence[int], nights: Sequence[date]) -> list[tuple[int, Later]]:
    """Return what was written later about some people, by record, and some of the nights did not know."""
    asked = _Asked(session, site_id, nights)
    return [
        (record, later)
        for statement, after in _OF_PEOPLE
        for record, day, at in asked.rows(statement, people=people)
        if (later := asked.later(day + after, at)).hides_any(nights)
    ]


def of_the_clinic(session: Session, site_id: int, nights: Sequence[date]) -> list[Later]:
    """Return what was written later about the clinic's own days, and some of the nights did not know."""
    asked = _Asked(session, site_id, nights)
    found = (asked.later(day, at) for statement in _OF_THE_CLINIC for day, at in asked.rows(statement, site_id=site_id))
    return [later for later in found if later.hides_any(nights)]


class _Asked:
    """The nights that are asked of, as moments."""

    def __init__(self, session: Session, site_id: int, nights: Sequence[date]) -> None:
        self.session, self.have = session, sites.settings(session, site_id, nights[-1])
        self.span = {"since": close_of(session, site_id, nights[0]), "until": close_of(session, site_id, nights[-1])}

    def rows(self, statement: Select[Any], **values: Any) -> Iterator[Any]:
        """Yield what was written between the first night and the last."""
        return iter(self.session.execute(statement, {**values, **self.span}))

    def later(self, day: date, at: datetime) -> Later:
        """Return what was written at a moment of a day."""
        return Later(day, clinic_day(at, self.have.zone, self.have.day_starts))


def _told(fact: FromClause, *where: ColumnElement[bool]) -> ColumnElement[bool]:
    between = fact.c.recorded_at.between(bindparam("since"), bindparam("until"))
    return and_(between, fact.c.origin != Origin.IMPORT, *where)


def _of(owner: Any, day: Any, fact: Any, *where: ColumnElement[bool]) -> Select[Any]:
    """Select whose it is, the day that it is of, and when it was written."""
    these = owner.in_(bindparam("people", expanding=True))
    return select(owner, day, fact.__table__.c.recorded_at).where(these, _told(fact.__table__, *where))


_ABSENCE_END, _ORDER_END, _BOTTLE_END = AbsenceEnd.__table__.c, OrderEnd.__table__.c, BottleEnd.__table__.c
_VERDICT, _REVERSAL = ElsewhereVerdict.__table__.c, DoseReversal.__table__.c
_CORRECTION, _URINE_CORRECTION = EpisodeEndCorrection.__table__.c, UrineCorrection.__table__.c
_RESULT, _TAKEN_BACK, _ENTERED = UrineResult.__table__.c, ClosedDayTakenBack.__table__.c, DowntimeEntered.__table__.c
_NOT_EMPTY = or_(_BOTTLE_END.state.is_(None), _BOTTLE_END.state != BottleState.EMPTY, _BOTTLE_END.early)
_RESULTS = (
    select(_URINE.person_id, _URINE.collected_on, func.max(_RESULT.recorded_at))
    .join(UrineResult, _RESULT.urine_test_id == _URINE.id)
    .where(_URINE.person_id.in_(bindparam("people", expanding=True)), _URINE.origin != Origin.IMPORT)
    .group_by(_URINE.id, _URINE.person_id, _URINE.collected_on)
    .having(func.max(_RESULT.recorded_at) > func.min(_RESULT.recorded_at))
    .having(func.max(_RESULT.recorded_at).between(bindparam("since"), bindparam("until")))
)
_ON_IT, _NEXT_DAY = timedelta(0), A_DAY
_OF_PEOPLE = (
    (_of(_ABSENCE.person_id, _ABSENCE.from_on, Absence), _ON_IT),
    (_of(_ABSENCE.person_id, _ABSENCE_END.last_day, AbsenceEnd, _ABSENCE_END.absence_id == _ABSENCE.id), _NEXT_DAY),
    (_of(_STAY.person_id, _END.ended_on, EpisodeEnd, _END.episode_id == _STAY.id), _ON_IT),
    (
        _of(
            _STAY.person_id,
            _END.ended_on,
            EpisodeEndCorrection,
            _CORRECTION.episode_end_id == _END.id,
            _END.episode_id == _STAY.id,
        ),
        _ON_IT,
    ),
    (_of(_ORDER.person_id, _ORDER_END.last_day, OrderEnd, _ORDER_END.order_id == _ORDER.id), _NEXT_DAY),
    (_of(_TOLD.person_id, _TOLD.clinic_day, ElsewhereDose), _ON_IT),
    (_of(_TOLD.person_id, _TOLD.clinic_day, ElsewhereVerdict, _VERDICT.elsewhere_dose_id == _TOLD.id), _ON_IT),
    (_of(_DOSE.person_id, _DOSE.clinic_day, Dose, _DOSE.outcome == DoseOutcome.ELSEWHERE), _ON_IT),
    (_of(_DOSE.person_id, _DOSE.clinic_day, DoseReversal, _REVERSAL.dose_id == _DOSE.id), _ON_IT),
    (_of(Vomiting.__table__.c.person_id, Vomiting.__table__.c.clinic_day, Vomiting), _ON_IT),
    (_of(_BOTTLE.person_id, _BOTTLE.covers_on, BottleEnd, _BOTTLE_END.bottle_id == _BOTTLE.id, _NOT_EMPTY), _ON_IT),
    (_of(_URINE.person_id, _URINE.collected_on, UrineCorrection, _URINE_CORRECTION.urine_test_id == _URINE.id), _ON_IT),
    (_RESULTS, _ON_IT),
)
"""Each with from how many days after its day on it says something else."""
_OF_THE_CLINIC = tuple(
    select(day, fact.__table__.c.recorded_at).where(
        fact.__table__.c.site_id == bindparam("site_id"), _told(fact.__table__, *where)
    )
    for day, fact, where in (
        (_CLOSED.clinic_day, ClosedDay, ()),
        (_CLOSED.clinic_day, ClosedDayTakenBack, (_TAKEN_BACK.closed_day_id == _CLOSED.id,)),
        (_DOWN.clinic_day, DowntimeDay, ()),
        (_DOWN.clinic_day, DowntimeEntered, (_ENTERED.downtime_day_id == _DOWN.id,)),
    )
)
