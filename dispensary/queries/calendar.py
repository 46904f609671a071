"""The clinic's calendar: on which days it doses, and why it does not on the others."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from dispensary.policy.house import house_rules
from dispensary.rules.calendar import days_of, opens_on
from models import ClosedDay, ClosedDayTakenBack, Dose, DoseReversal, SiteSetting, Staff
from models.enums import ClosureKind, DoseOutcome, SettingKey

_CLOSED, _BACK, _SETTING = ClosedDay.__table__.c, ClosedDayTakenBack.__table__.c, SiteSetting.__table__.c
AS_KNOWN_NOW = datetime.max.replace(tzinfo=UTC)
HERE = (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN, DoseOutcome.INCIDENT)


@dataclass(frozen=True)
class Closure:
    """A day announced as closed: why, by whom, when."""

    id: int
    day: date
    kind: ClosureKind
    reason: str
    announced_at: datetime
    by: str


@dataclass(frozen=True)
class CalendarDay:
    """One day: open, closed on that day of the week, or announced as closed."""

    day: date
    weekly: bool
    """Whether the clinic doses on this day of the week."""
    closure: Closure | None

    @property
    def open(self) -> bool:
        """Whether doses are given on this day."""
        return self.weekly and self.closure is None


def calendar_of(
    session: Session, site_id: int, first: date, last: date, as_of: datetime | None = None
) -> dict[date, CalendarDay]:
    """Return each day of a span, oldest first: open, closed, and why.

    Args:
        as_of: as it was known at that moment; by default as it is known now.
    """
    closures = {closure.day: closure for closure in closures_of(session, site_id, first, last, as_of)}
    opening = opening_days_of(session, site_id, as_of)
    return {day: CalendarDay(day, opens_on(day, opening), closures.get(day)) for day in days_of(first, last)}


def closures_of(
    session: Session, site_id: int, first: date, last: date, as_of: datetime | None = None
) -> list[Closure]:
    """Return the days of a span that are announced as closed and not taken back, oldest first."""
    query = _closures(site_id).where(_CLOSED.clinic_day.between(first, last), _CLOSED.id.not_in(_taken_back(as_of)))
    if as_of is not None:
        query = query.where(_CLOSED.recorded_at <= as_of)
    return [Closure(*row) for row in session.execute(query)]


def closed_day(session: Session, closed_day_id: int, site_id: int) -> Closure | None:
    """Return one announcement of a site, taken back or not; None if there is none such."""
    row = session.execute(_closures(site_id).where(_CLOSED.id == closed_day_id)).one_or_none()
    return Closure(*row) if row else None


def _closures(site_id: int) -> Select[Any]:
    return (
        select(_CLOSED.id, _CLOSED.clinic_day, _CLOSED.kind, _CLOSED.reason, _CLOSED.announced_at, Staff.name)
        .join(Staff, Staff.id == _CLOSED.recorded_by_id)
        .where(_CLOSED.site_id == site_id)
        .order_by(_CLOSED.clinic_day, _CLOSED.turn)
    )


def _taken_back(as_of: datetime | None) -> Select[tuple[int]]:
    query = select(_BACK.closed_day_id)
    return query if as_of is None else query.where(_BACK.recorded_at <= as_of)


_CLOSED_DAYS = select(_CLOSED.clinic_day).where(
    _CLOSED.site_id == bindparam("site_id"),
    _CLOSED.clinic_day > bindparam("after"),
    _CLOSED.clinic_day < bindparam("before"),
    _CLOSED.id.not_in(select(_BACK.closed_day_id)),
)


def closed_days_between(session: Session, site_id: int, after: date, before: date) -> frozenset[date]:
    """Return the days between two days that are announced as closed; asked only where a clock seems to have skipped one."""
    return frozenset(session.scalars(_CLOSED_DAYS, {"site_id": site_id, "after": after, "before": before}))


_KNOWN_CLOSED = select(_CLOSED.clinic_day).where(
    _CLOSED.site_id == bindparam("site_id"),
    _CLOSED.clinic_day <= bindparam("until"),
    _CLOSED.recorded_at <= bindparam("as_of"),
    _CLOSED.id.not_in(select(_BACK.closed_day_id).where(_BACK.recorded_at <= bindparam("as_of"))),
)


def closed_days_until(session: Session, site_id: int, until: date, as_of: datetime) -> frozenset[date]:
    """Return every day up to one that is announced as closed, as it was known at a moment."""
    return frozenset(session.scalars(_KNOWN_CLOSED, {"site_id": site_id, "until": until, "as_of": as_of}))


_OPENING_DAYS = (
    select(_SETTING.effective_on, _SETTING.value)
    .where(
        _SETTING.site_id == bindparam("site_id"),
        _SETTING.key == SettingKey.OPENING_DAYS,
        _SETTING.recorded_at <= bindparam("as_of"),
    )
    .order_by(_SETTING.effective_on, _SETTING.version)
)


def opening_days_of(session: Session, site_id: int, as_of: datetime | None = None) -> list[tuple[date, frozenset[int]]]:
    """Return from which day on which days of the week a site doses, Monday is 1, the oldest first."""
    set_so = session.execute(_OPENING_DAYS, {"site_id": site_id, "as_of": as_of or AS_KNOWN_NOW})
    rows = [(date.min, house_rules().site_defaults[SettingKey.OPENING_DAYS]), *((row[0], row[1]) for row in set_so)]
    return [(since, frozenset(int(day) for day in value)) for since, value in rows]


def is_open(session: Session, site_id: int, day: date) -> bool:
    """Return whether a site doses on a day."""
    return calendar_of(session, site_id, day, day)[day].open


def dosed_here_on(session: Session, site_id: int, day: date) -> bool:
    """Return whether somebody swallowed a dose at a site on a day."""
    reversed_doses = select(DoseReversal.dose_id)
    query = select(Dose.id).where(
        Dose.site_id == site_id,
        Dose.clinic_day == day,
        Dose.outcome.in_(HERE),
        Dose.taken_mg > 0,
        Dose.id.not_in(reversed_doses),
    )
    return session.scalar(query.limit(1)) is not None
