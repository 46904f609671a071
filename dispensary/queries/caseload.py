"""Whose people are whose: everyone in care at a site, and the counsellor of each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from models import Caseload, DoseOrder, Episode, EpisodeEnd, EpisodeEndCorrection, Person, Staff, StaffRole
from models.enums import Medication, Role
from models.person import root_of

_PERSON, _EPISODE, _END = Person.__table__.c, Episode.__table__.c, EpisodeEnd.__table__.c
_CASELOAD, _ORDER = Caseload.__table__.c, DoseOrder.__table__.c
_ROOT = root_of(_PERSON)
_OVER = exists().where(
    _END.episode_id == _EPISODE.id, _END.id.not_in(select(EpisodeEndCorrection.__table__.c.episode_end_id))
)
COUNSELLORS = (Role.COUNSELLOR,)
SEEING = (Role.COUNSELLOR, Role.PRESCRIBER, Role.NURSE)
"""Who may hold a session with somebody."""


@dataclass(frozen=True)
class Colleague:
    """A member of staff with whom people may be put down."""

    id: int
    name: str


def colleagues(session: Session, site_id: int, on: date, roles: Collection[Role] = SEEING) -> tuple[Colleague, ...]:
    """Return who holds one of these roles at a site on a day, by name."""
    query = (
        select(Staff.id, Staff.name)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(
            StaffRole.site_id == site_id,
            StaffRole.role.in_(roles),
            StaffRole.from_on <= on,
            or_(StaffRole.until_on.is_(None), StaffRole.until_on >= on),
            Staff.ended_at.is_(None),
        )
        .distinct()
        .order_by(Staff.name, Staff.id)
    )
    return tuple(Colleague(*row) for row in session.execute(query))


@dataclass(frozen=True)
class Keeper:
    """On whose caseload somebody is, since when and why."""

    counsellor_id: int | None
    """Nobody's, where somebody was taken off without a successor."""
    counsellor: str
    from_on: date
    reason: str


def keepers(session: Session, site_id: int, on: date) -> dict[int, Keeper]:
    """Return on whose caseload each person of a site is on a day, by surviving record; whoever never was is not in it."""
    counsellor = aliased(Staff)
    query = (
        select(_ROOT, _CASELOAD.counsellor_id, counsellor.name, _CASELOAD.from_on, _CASELOAD.reason)
        .select_from(Caseload)
        .join(Person, _PERSON.id == _CASELOAD.person_id)
        .outerjoin(counsellor, counsellor.id == _CASELOAD.counsellor_id)
        .where(_CASELOAD.site_id == site_id, _CASELOAD.from_on <= on)
        .order_by(_CASELOAD.id)
    )
    return {row[0]: Keeper(row[1], row[2] or "", row[3], row[4]) for row in session.execute(query)}


def counsellor_of(session: Session, person_id: int, on: date) -> Keeper | None:
    """Return on whose caseload one person is on a day; None where nobody was ever named."""
    query = (
        select(_CASELOAD.counsellor_id, Staff.name, _CASELOAD.from_on, _CASELOAD.reason)
        .select_from(Caseload)
        .outerjoin(Staff, Staff.id == _CASELOAD.counsellor_id)
        .where(same_person(_CASELOAD.person_id, person_id), _CASELOAD.from_on <= on)
        .order_by(_CASELOAD.id.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return Keeper(row[0], row[1] or "", row[2], row[3]) if row else None


@dataclass(frozen=True)
class InCare:
    """Somebody with an open episode at a site."""

    person_id: int
    number: str
    name: str
    episode_id: int
    admitted_on: date
    medication: Medication | None
    """Of the newest order; None for counselling only."""
    keeper: Keeper | None

    @property
    def counsellor_id(self) -> int | None:
        """Whose caseload it is; None where it is nobody's."""
        return self.keeper.counsellor_id if self.keeper else None

    def day_in_treatment(self, on: date) -> int:
        """Return which day in treatment a day is; that of admission is 1."""
        return (on - self.admitted_on).days + 1


def in_care(session: Session, site_id: int, on: date) -> tuple[InCare, ...]:
    """Return everyone in care at a site on a day, by name, with the counsellor of each."""
    return in_care_of(session, site_id, on, keepers(session, site_id, on))


def in_care_of(session: Session, site_id: int, on: date, of_whom: Mapping[int, Keeper]) -> tuple[InCare, ...]:
    """Return everyone in care at a site on a day, by name, where it is known already on whose caseload each is."""
    medications = _medications(session, site_id)
    query = (
        select(
            _ROOT.label("root"),
            _PERSON.number,
            _PERSON.family_name,
            _PERSON.given_name,
            _EPISODE.id,
            _EPISODE.admitted_on,
        )
        .select_from(Episode)
        .join(Person, _PERSON.id == _EPISODE.person_id)
        .where(_EPISODE.site_id == site_id, _EPISODE.admitted_on <= on, ~_OVER)
        .order_by(_PERSON.search_key, _PERSON.id, _EPISODE.id)
    )
    found = {
        row.root: InCare(
            person_id=row.root,
            number=row.number,
            name=full_name(row.family_name, row.given_name),
            episode_id=row.id,
            admitted_on=row.admitted_on,
            medication=medications.get(row.root),
            keeper=of_whom.get(row.root),
        )
        for row in session.execute(query)
    }
    return tuple(found.values())


def _medications(session: Session, site_id: int) -> dict[int, Medication]:
    query = (
        select(_ROOT, _ORDER.medication)
        .select_from(DoseOrder)
        .join(Person, _PERSON.id == _ORDER.person_id)
        .where(_ORDER.site_id == site_id)
        .order_by(_ORDER.id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
