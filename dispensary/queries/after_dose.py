"""What follows a dose: what came up again, what is ordered in its place, what was seen, and what still dissolves."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from dispensary.queries import stock
from dispensary.queries.signs import same_person
from dispensary.rules.stock import Line, lines_for
from models import Dose, DoseObservation, DoseReversal, Person, ReplacementOrder, Staff, Vomiting
from models.enums import DoseOutcome, Form, Medication, ObservationKind, Origin
from models.units import Mg

SWALLOWED_HERE = (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN, DoseOutcome.REPLACEMENT, DoseOutcome.INCIDENT)
NOT_KNOWN_THEN = (DoseOutcome.INCIDENT, DoseOutcome.ELSEWHERE)
"""What may come to light after a replacement was ordered: the prescriber orders it anew, knowing of it."""
AFTER_DISSOLVING = (ObservationKind.DISSOLVED, ObservationKind.NOT_SEEN)


@dataclass(frozen=True)
class LastDose:
    """The last dose of a person's day at this clinic, and what came up of it."""

    id: int
    person_id: int
    clinic_day: date
    part: int
    outcome: DoseOutcome
    medication: Medication
    form: Form | None
    taken_mg: Mg
    taken_at: datetime
    order_id: int | None
    episode_id: int | None
    vomiting_id: int | None
    vomited_at: datetime | None
    minutes_after: int | None
    witnessed: bool | None
    profile: str | None
    band: int | None
    note: str | None
    dissolved: ObservationKind | None


@dataclass(frozen=True)
class Replacement:
    """The newest version of a prescriber's order for what replaces a dose that came up, not given yet."""

    id: int
    version: int
    dose_id: int
    amount_mg: Mg
    signed_by: str
    signed_at: datetime
    person_id: int
    clinic_day: date
    part: int
    medication: Medication
    form: Form | None
    order_id: int | None
    episode_id: int | None


@dataclass(frozen=True)
class Dissolving:
    """A tablet or film given today of which nobody has noted yet what became of it."""

    dose_id: int
    person_id: int
    number: str
    form: Form
    taken_at: datetime


_DOSE, _VOMITING, _SEEN = Dose.__table__.c, Vomiting.__table__.c, DoseObservation.__table__.c
_ORDER = ReplacementOrder.__table__.c


def standing(dose_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Match a dose that was not reversed."""
    return ~exists().where(DoseReversal.__table__.c.dose_id == dose_id)


def replaced(dose_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Match a dose of which a replacement was given and stands."""
    again = Dose.__table__.alias().c
    return exists().where(again.replaces_id == dose_id, standing(again.id))


_DISSOLVED = (
    select(_SEEN.kind)
    .where(_SEEN.dose_id == _DOSE.id, _SEEN.kind.in_(AFTER_DISSOLVING))
    .order_by(_SEEN.id)
    .limit(1)
    .scalar_subquery()
)
_LAST = (
    select(
        _DOSE.id,
        _DOSE.person_id,
        _DOSE.clinic_day,
        _DOSE.part,
        _DOSE.outcome,
        _DOSE.medication,
        _DOSE.form,
        _DOSE.taken_mg,
        _DOSE.taken_at,
        _DOSE.order_id,
        _DOSE.episode_id,
        _VOMITING.id.label("vomiting_id"),
        _VOMITING.vomited_at,
        _VOMITING.minutes_after,
        _VOMITING.witnessed,
        _VOMITING.profile,
        _VOMITING.band,
        _VOMITING.note,
        _DISSOLVED.label("dissolved"),
    )
    .outerjoin(Vomiting.__table__, _VOMITING.dose_id == _DOSE.id)
    .where(_DOSE.outcome.in_(SWALLOWED_HERE), _DOSE.origin != Origin.IMPORT, standing(_DOSE.id))
)
_LAST_OF_DAY = (
    _LAST.where(same_person(_DOSE.person_id), _DOSE.clinic_day == bindparam("clinic_day"))
    .order_by(_DOSE.taken_at.desc(), _DOSE.id.desc())
    .limit(1)
)
_LAST_VOMITED = (
    _LAST.where(same_person(_DOSE.person_id), _DOSE.clinic_day == bindparam("clinic_day"), _VOMITING.id.is_not(None))
    .where(_DOSE.outcome != DoseOutcome.INCIDENT)
    .order_by(_DOSE.taken_at.desc(), _DOSE.id.desc())
    .limit(1)
)


def last_dose(session: Session, person_id: int, clinic_day: date) -> LastDose | None:
    """Return the last dose that somebody swallowed here on a day, with what came up of it; None if nothing was."""
    row = session.execute(_LAST_OF_DAY, {"person_id": person_id, "clinic_day": clinic_day}).one_or_none()
    return LastDose(**row._mapping) if row else None


def vomited_dose(session: Session, person_id: int, clinic_day: date) -> LastDose | None:
    """Return the last dose of a day that came up and that a prescriber may have replaced."""
    row = session.execute(_LAST_VOMITED, {"person_id": person_id, "clinic_day": clinic_day}).one_or_none()
    return LastDose(**row._mapping) if row else None


def dose(session: Session, dose_id: int, site_id: int) -> LastDose | None:
    """Return one dose of a site that was swallowed here and was not reversed, with what came up of it."""
    row = session.execute(_LAST.where(_DOSE.id == dose_id, _DOSE.site_id == site_id)).one_or_none()
    return LastDose(**row._mapping) if row else None


_LATER, _SINCE = ReplacementOrder.__table__.alias(), Dose.__table__.alias()
_WAITING = (
    select(
        _ORDER.id,
        _ORDER.version,
        _ORDER.dose_id,
        _ORDER.amount_mg,
        Staff.__table__.c.name.label("signed_by"),
        _ORDER.signed_at,
        _DOSE.person_id,
        _DOSE.clinic_day,
        _DOSE.part,
        _DOSE.medication,
        _DOSE.form,
        _DOSE.order_id,
        _DOSE.episode_id,
    )
    .join(Dose.__table__, _DOSE.id == _ORDER.dose_id)
    .join(Staff.__table__, Staff.__table__.c.id == _ORDER.recorded_by_id)
    .where(
        same_person(_ORDER.person_id),
        _ORDER.clinic_day == bindparam("clinic_day"),
        ~exists().where(_LATER.c.dose_id == _ORDER.dose_id, _LATER.c.version > _ORDER.version),
        ~replaced(_ORDER.dose_id),
        standing(_ORDER.dose_id),
        ~exists().where(
            same_person(_SINCE.c.person_id),
            _SINCE.c.clinic_day == _ORDER.clinic_day,
            _SINCE.c.outcome.in_(NOT_KNOWN_THEN),
            _SINCE.c.recorded_at > _ORDER.signed_at,
            standing(_SINCE.c.id),
        ),
    )
    .order_by(_ORDER.id.desc())
    .limit(1)
)


def waiting_replacement(session: Session, person_id: int, clinic_day: date) -> Replacement | None:
    """Return the replacement that a prescriber has ordered for a person's day and that was not given yet.

    One that was ordered before it was known that the person swallowed more that day holds no longer.
    """
    row = session.execute(_WAITING, {"person_id": person_id, "clinic_day": clinic_day}).one_or_none()
    return Replacement(**row._mapping) if row else None


def replacement_lines(
    session: Session, waiting: Replacement, window_id: int | None, clinic_day: date
) -> tuple[Line, ...] | None:
    """Return how a replacement would be poured from a window's containers; None when it cannot be."""
    if window_id is None or waiting.form is None:
        return None
    containers = stock.containers_at_window(session, window_id, waiting.medication, waiting.form)
    return lines_for(waiting.amount_mg, containers, on=clinic_day)


def replaced_at(session: Session, dose_id: int) -> datetime | None:
    """Return when the replacement of a dose was given, or None: there is none that stands."""
    return session.scalar(select(_DOSE.taken_at).where(_DOSE.replaces_id == dose_id, standing(_DOSE.id)))


def times_replaced(session: Session, dose_id: int) -> int:
    """Return how often a replacement of a dose was recorded, those reversed included."""
    return session.scalar(select(func.count()).select_from(Dose).where(Dose.replaces_id == dose_id)) or 0


_DISSOLVING = (
    select(_DOSE.id, _DOSE.person_id, Person.__table__.c.number, _DOSE.form, _DOSE.taken_at)
    .join(Person.__table__, Person.__table__.c.id == _DOSE.person_id)
    .where(
        _DOSE.site_id == bindparam("site_id"),
        _DOSE.clinic_day == bindparam("clinic_day"),
        or_(_DOSE.form == Form.TABLET, _DOSE.form == Form.FILM),
        _DOSE.outcome.in_((DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN, DoseOutcome.REPLACEMENT)),
        _DOSE.origin.not_in((Origin.IMPORT, Origin.PAPER, Origin.DEMO)),
        ~exists().where(_SEEN.dose_id == _DOSE.id, _SEEN.kind.in_(AFTER_DISSOLVING)),
        standing(_DOSE.id),
    )
    .order_by(_DOSE.taken_at, _DOSE.id)
)


def dissolving(session: Session, site_id: int, clinic_day: date) -> list[Dissolving]:
    """Return the tablets and films of a site's day that nobody has seen dissolve yet, the oldest first; one read."""
    rows = session.execute(_DISSOLVING, {"site_id": site_id, "clinic_day": clinic_day})
    return [Dissolving(*row) for row in rows]
