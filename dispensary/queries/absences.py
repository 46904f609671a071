"""Stays in hospital or custody, and why days were missed, as far as anybody found out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries.signs import same_person
from dispensary.wording import N_, say
from models import Absence, AbsenceEnd, ClaimRelease, Dose, MissedDayReason, Person, Staff
from models.enums import AbsenceKind, DoseOutcome, MissedReason
from models.person import root_of

_AWAY, _END, _WHY = Absence.__table__.c, AbsenceEnd.__table__.c, MissedDayReason.__table__.c


@dataclass(frozen=True)
class Stay:
    """Somebody is, or was, in hospital or custody."""

    id: int
    person_id: int
    kind: AbsenceKind
    from_on: date
    expected_until: date | None
    place: str
    told_by: str
    recorded_at: datetime
    by: str
    last_day: date | None
    """None while it lasts; the day before `from_on` where it never was."""
    ended_by: str | None

    @property
    def lasts(self) -> bool:
        """Whether nobody has recorded its end."""
        return self.last_day is None

    @property
    def never_was(self) -> bool:
        """Whether it turned out that the person was never away."""
        return self.last_day is not None and self.last_day < self.from_on


def stays_of(session: Session, person_id: int) -> list[Stay]:
    """Return a person's stays, those that last first, then the newest."""
    query = _stays().where(same_person(_AWAY.person_id, person_id))
    return [Stay(*row) for row in session.execute(query.order_by(_END.id.is_not(None), _AWAY.from_on.desc()))]


def lasting_stays(session: Session, person_id: int) -> tuple[Stay, ...]:
    """Return the stays of a person whose end nobody has recorded; at the window only where the signs say that one is."""
    return tuple(stay for stay in stays_of(session, person_id) if stay.lasts)


def stay(session: Session, absence_id: int) -> Stay:
    """Return one stay.

    Raises:
        NotFound: there is none such.
    """
    row = session.execute(_stays().where(_AWAY.id == absence_id)).one_or_none()
    if row is None:
        raise NotFound(say(N_("There is no such stay on record.")), code="no_such_absence")
    return Stay(*row)


def away_now(session: Session, site_id: int) -> dict[int, Stay]:
    """Return who of a site is away, by surviving record; of several stays of one person the one that began first."""
    root = root_of(Person)
    query = (
        _stays()
        .add_columns(root)
        .join(Person, Person.id == _AWAY.person_id)
        .where(_AWAY.site_id == site_id, _END.id.is_(None))
        .order_by(_AWAY.from_on.desc())
    )
    return {row[-1]: Stay(*row[:-1]) for row in session.execute(query)}


def _stays() -> Select[Any]:
    ended_by = aliased(Staff)
    return (
        select(
            _AWAY.id,
            _AWAY.person_id,
            _AWAY.kind,
            _AWAY.from_on,
            _AWAY.expected_until,
            _AWAY.place,
            _AWAY.told_by,
            _AWAY.recorded_at,
            Staff.name,
            _END.last_day,
            ended_by.name,
        )
        .select_from(Absence)
        .join(Staff, Staff.id == _AWAY.recorded_by_id)
        .outerjoin(AbsenceEnd, _END.absence_id == _AWAY.id)
        .outerjoin(ended_by, ended_by.id == _END.recorded_by_id)
    )


def last_dose_confirmed(session: Session, person_id: int, last_day: date) -> bool:
    """Return whether the dose of the last day away, or one since, is on record: verified by its source, or given here."""
    released = select(ClaimRelease.claim_id)
    outcomes = (DoseOutcome.GIVEN, DoseOutcome.ELSEWHERE)
    query = select(Dose.id).where(
        same_person(Dose.__table__.c.person_id, person_id),
        Dose.clinic_day >= last_day,
        Dose.outcome.in_(outcomes),
        Dose.claim_id.is_not(None),
        Dose.claim_id.not_in(released),
    )
    return session.scalar(query.limit(1)) is not None


@dataclass(frozen=True)
class Explained:
    """Why somebody missed a day, as last noted."""

    day: date
    reason: MissedReason
    note: str
    by: str


def reasons_of(session: Session, person_id: int, first: date, last: date) -> dict[date, Explained]:
    """Return why a person missed the days of a span, where somebody found out."""
    query = (
        select(_WHY.clinic_day, _WHY.reason, _WHY.note, Staff.name)
        .join(Staff, Staff.id == _WHY.recorded_by_id)
        .where(same_person(_WHY.person_id, person_id), _WHY.clinic_day.between(first, last))
        .order_by(_WHY.clinic_day, _WHY.turn, _WHY.id)
    )
    return {row.clinic_day: Explained(*row) for row in session.execute(query)}


def newest_reasons(session: Session, site_id: int, since: date) -> dict[int, Explained]:
    """Return the reason last noted for each person's newest explained day since a day, by surviving record."""
    query = (
        select(root_of(Person), _WHY.clinic_day, _WHY.reason, _WHY.note, Staff.name)
        .join(Person, Person.id == _WHY.person_id)
        .join(Staff, Staff.id == _WHY.recorded_by_id)
        .where(_WHY.site_id == site_id, _WHY.clinic_day >= since)
        .order_by(_WHY.clinic_day, _WHY.turn, _WHY.id)
    )
    return {row[0]: Explained(*row[1:]) for row in session.execute(query)}
