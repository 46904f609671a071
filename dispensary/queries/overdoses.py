"""Overdoses on record: of one person, those that nobody has followed up, and month by month."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries.deaths import all_told_dead, has_died
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.rules.harm_reduction import months_until
from dispensary.wording import N_, say
from models import OutreachContact, Overdose, OverdoseCorrection, OverdoseFollowUp, Person, Staff
from models.enums import OverdoseHelp
from models.person import root_of

_OVERDOSE, _CONTACT = Overdose.__table__.c, OutreachContact.__table__.c
_WHOSE = func.coalesce(_OVERDOSE.person_id, _CONTACT.person_id)
"""Whose it was; None of a contact whom nobody has recognised."""
_ROOT = root_of(Person)
STANDS = ~exists().where(OverdoseCorrection.__table__.c.overdose_id == _OVERDOSE.id)
"""Nobody has taken it back as recorded by mistake."""
_WITHOUT_FOLLOW_UP = (
    STANDS,
    _OVERDOSE.survived,
    ~exists().where(OverdoseFollowUp.__table__.c.overdose_id == _OVERDOSE.id),
)


@dataclass(frozen=True)
class FollowedUp:
    """What was done after an overdose."""

    done_on: date
    what: str
    naloxone_again: bool
    by: str


@dataclass(frozen=True)
class TakenBack:
    """Why an overdose was recorded by mistake, and who said so."""

    reason: str
    by: str


@dataclass(frozen=True)
class OverdoseLine:
    """One overdose, with what was done after it; the note and what was done are for those who read case notes."""

    id: int
    happened_on: date
    place: str
    helped_by: OverdoseHelp
    naloxone_given: bool
    hospital: bool
    survived: bool
    told_by: str
    note: str
    recorded_at: datetime
    site_id: int
    """Where it was recorded, and where alone it is followed up or taken back."""
    recorded_by: str
    followed_up: tuple[FollowedUp, ...]
    mistake: TakenBack | None

    @property
    def waits(self) -> bool:
        """Whether somebody should still speak with the person."""
        return self.survived and not self.followed_up and self.mistake is None


def of_person(session: Session, person_id: int) -> list[OverdoseLine]:
    """Return a person's overdoses, the newest first; what was told of them as an outreach contact too."""
    query = (
        select(
            _OVERDOSE.id,
            _OVERDOSE.happened_on,
            _OVERDOSE.place,
            _OVERDOSE.helped_by,
            _OVERDOSE.naloxone_given,
            _OVERDOSE.hospital,
            _OVERDOSE.survived,
            _OVERDOSE.told_by,
            _OVERDOSE.note,
            _OVERDOSE.recorded_at,
            _OVERDOSE.site_id,
            Staff.name,
        )
        .join(Staff, Staff.id == _OVERDOSE.recorded_by_id)
        .where(_of(person_id))
        .order_by(_OVERDOSE.happened_on.desc(), _OVERDOSE.id.desc())
    )
    rows = session.execute(query).all()
    done = _follow_ups(session, [row.id for row in rows])
    back = _taken_back(session, [row.id for row in rows])
    return [OverdoseLine(*[*row, tuple(done.get(row.id, ())), back.get(row.id)]) for row in rows]


def _taken_back(session: Session, overdose_ids: list[int]) -> dict[int, TakenBack]:
    row = OverdoseCorrection.__table__.c
    query = select(row.overdose_id, row.reason, Staff.name).join(Staff, Staff.id == row.recorded_by_id)
    found = session.execute(query.where(row.overdose_id.in_(overdose_ids)))
    return {overdose_id: TakenBack(reason, by) for overdose_id, reason, by in found}


def _of(person_id: int) -> ColumnElement[bool]:
    met = select(_CONTACT.id).where(same_person(_CONTACT.person_id, person_id))
    return or_(same_person(_OVERDOSE.person_id, person_id), _OVERDOSE.contact_id.in_(met))


@dataclass(frozen=True)
class ToldOfContact:
    """What the page of a contact says of an overdose: nothing that was done after it, and nothing of who it was."""

    happened_on: date
    helped_by: OverdoseHelp
    naloxone_given: bool
    survived: bool


def of_contact(session: Session, contact_id: int) -> list[ToldOfContact]:
    """Return what was told of a contact, the newest first."""
    query = (
        select(_OVERDOSE.happened_on, _OVERDOSE.helped_by, _OVERDOSE.naloxone_given, _OVERDOSE.survived)
        .where(_OVERDOSE.contact_id == contact_id, STANDS)
        .order_by(_OVERDOSE.happened_on.desc(), _OVERDOSE.id.desc())
    )
    return [ToldOfContact(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class Whose:
    """Whose overdose it was: somebody's on record, or a contact's whom nobody has recognised."""

    person_id: int | None
    contact_id: int | None


def whose(session: Session, overdose_id: int) -> Whose:
    """Return whose overdose it was.

    Raises:
        NotFound: there is none such.
    """
    query = _with_people(select(_ROOT, _OVERDOSE.contact_id)).where(_OVERDOSE.id == overdose_id)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound(say(N_("There is no such overdose on record.")), code="no_such_overdose")
    return Whose(*found)


def _with_people(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(Overdose)
        .outerjoin(OutreachContact, _CONTACT.id == _OVERDOSE.contact_id)
        .outerjoin(Person, Person.id == _WHOSE)
    )


def not_followed_up(session: Session, person_id: int) -> bool:
    """Return whether an overdose of somebody waits for its follow-up."""
    return session.scalar(select(_OVERDOSE.id).where(_of(person_id), *_WITHOUT_FOLLOW_UP).limit(1)) is not None


@dataclass(frozen=True)
class ToFollowUp:
    """Somebody who survived an overdose, with whom nobody has spoken yet."""

    overdose_id: int
    person_id: int | None
    contact_id: int | None
    """Of a contact who is on record as nobody yet."""
    number: str
    name: str
    """What a contact is called; for whoever may see everybody's contacts."""
    happened_on: date
    due_at: datetime


def to_follow_up(session: Session, site_id: int, within: timedelta) -> list[ToFollowUp]:
    """Return which overdoses told at a site nobody has followed up, the one due first on top; nobody who died since.

    Args:
        within: how soon after it was told somebody speaks with the person.
    """
    query = (
        _with_people(
            select(
                _OVERDOSE.id,
                _ROOT,
                _OVERDOSE.contact_id,
                Person.number,
                Person.family_name,
                Person.given_name,
                _CONTACT.called,
                _OVERDOSE.happened_on,
                _OVERDOSE.recorded_at,
            )
        )
        .where(_OVERDOSE.site_id == site_id, *_WITHOUT_FOLLOW_UP, ~has_died(_WHOSE), ~_contact_died())
        .order_by(_OVERDOSE.recorded_at, _OVERDOSE.id)
    )
    told_dead = all_told_dead(session)
    return [_to_follow_up(*row, within=within) for row in session.execute(query) if row[1] not in told_dead]


def _to_follow_up(
    overdose_id: int,
    person_id: int | None,
    contact_id: int | None,
    number: str | None,
    family_name: str | None,
    given_name: str | None,
    called: str | None,
    happened_on: date,
    told_at: datetime,
    *,
    within: timedelta,
) -> ToFollowUp:
    due_at = told_at + within
    if person_id is None:
        return ToFollowUp(overdose_id, None, contact_id, "", called or "", happened_on, due_at)
    name = full_name(family_name or "", given_name or "")
    return ToFollowUp(overdose_id, person_id, None, number or "", name, happened_on, due_at)


def _contact_died() -> ColumnElement[bool]:
    """Match what was told of a contact of whom it was also told that they did not survive."""
    other = Overdose.__table__.alias()
    back = OverdoseCorrection.__table__.alias()
    told = (other.c.contact_id == _OVERDOSE.contact_id, ~other.c.survived)
    return exists().where(_WHOSE.is_(None), *told, ~exists().where(back.c.overdose_id == other.c.id))


@dataclass(frozen=True)
class MonthOfOverdoses:
    """The overdoses that happened in a month of the calendar, as far as they were told."""

    month: date
    told: int
    naloxone: int
    """Naloxone was given."""
    hospital: int
    not_survived: int
    followed_up: int


def by_month(session: Session, site_id: int, today: date, months: int) -> list[MonthOfOverdoses]:
    """Return the overdoses of each of the last months, the present one first; months without any are there too."""
    wanted = months_until(today, months)
    followed = exists().where(OverdoseFollowUp.__table__.c.overdose_id == _OVERDOSE.id)
    query = select(_OVERDOSE.happened_on, _OVERDOSE.naloxone_given, _OVERDOSE.hospital, _OVERDOSE.survived, followed)
    rows: dict[date, list[tuple[bool, bool, bool, bool]]] = defaultdict(list)
    for happened_on, *told in session.execute(
        query.where(_OVERDOSE.site_id == site_id, _OVERDOSE.happened_on >= wanted[-1], STANDS)
    ):
        rows[happened_on.replace(day=1)].append((told[0], told[1], not told[2], told[3]))
    return [MonthOfOverdoses(month, len(rows[month]), *_sums(rows[month])) for month in wanted]


def _sums(rows: list[tuple[bool, bool, bool, bool]]) -> list[int]:
    return [sum(row[n] for row in rows) for n in range(4)]


def _follow_ups(session: Session, overdose_ids: list[int]) -> dict[int, list[FollowedUp]]:
    row = OverdoseFollowUp.__table__.c
    query = (
        select(row.overdose_id, row.done_on, row.what, row.naloxone_again, Staff.name)
        .join(Staff, Staff.id == row.recorded_by_id)
        .where(row.overdose_id.in_(overdose_ids))
        .order_by(row.done_on, row.id)
    )
    found: dict[int, list[FollowedUp]] = defaultdict(list)
    for overdose_id, *rest in session.execute(query):
        found[overdose_id].append(FollowedUp(*rest))
    return found
