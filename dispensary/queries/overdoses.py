"""Overdoses on record: of one person, those that nobody has followed up, and month by month."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.rules.harm_reduction import months_until
from dispensary.wording import N_, say
from models import Overdose, OverdoseFollowUp, Person, Staff
from models.enums import OverdoseHelp

_OVERDOSE = Overdose.__table__.c
_WITHOUT_FOLLOW_UP = (
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
    recorded_by: str
    followed_up: tuple[FollowedUp, ...]

    @property
    def waits(self) -> bool:
        """Whether somebody should still speak with the person."""
        return self.survived and not self.followed_up


def of_person(session: Session, person_id: int) -> list[OverdoseLine]:
    """Return a person's overdoses, the newest first."""
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
            Staff.name,
        )
        .join(Staff, Staff.id == _OVERDOSE.recorded_by_id)
        .where(same_person(_OVERDOSE.person_id, person_id))
        .order_by(_OVERDOSE.happened_on.desc(), _OVERDOSE.id.desc())
    )
    rows = session.execute(query).all()
    done = _follow_ups(session, [row.id for row in rows])
    return [OverdoseLine(*[*row, tuple(done.get(row.id, ()))]) for row in rows]


def person_of(session: Session, overdose_id: int) -> int:
    """Return whose overdose it was.

    Raises:
        NotFound: there is none such.
    """
    query = select(func.coalesce(Person.root_id, Person.id)).join(Overdose, _OVERDOSE.person_id == Person.id)
    found = session.scalar(query.where(_OVERDOSE.id == overdose_id))
    if found is None:
        raise NotFound(say(N_("There is no such overdose on record.")), code="no_such_overdose")
    return found


def not_followed_up(session: Session, person_id: int) -> bool:
    """Return whether an overdose of somebody waits for its follow-up."""
    mine: ColumnElement[bool] = same_person(_OVERDOSE.person_id, person_id)
    return session.scalar(select(_OVERDOSE.id).where(mine, *_WITHOUT_FOLLOW_UP).limit(1)) is not None


@dataclass(frozen=True)
class ToFollowUp:
    """Somebody who survived an overdose, with whom nobody has spoken yet."""

    overdose_id: int
    person_id: int
    number: str
    name: str
    happened_on: date
    due_at: datetime


def to_follow_up(session: Session, site_id: int, within: timedelta) -> list[ToFollowUp]:
    """Return which overdoses told at a site nobody has followed up, the one due first on top.

    Args:
        within: how soon after it was told somebody speaks with the person.
    """
    query = (
        select(
            _OVERDOSE.id,
            func.coalesce(Person.root_id, Person.id),
            Person.number,
            Person.family_name,
            Person.given_name,
            _OVERDOSE.happened_on,
            _OVERDOSE.recorded_at,
        )
        .select_from(Overdose)
        .join(Person, Person.id == _OVERDOSE.person_id)
        .where(_OVERDOSE.site_id == site_id, *_WITHOUT_FOLLOW_UP)
        .order_by(_OVERDOSE.recorded_at, _OVERDOSE.id)
    )
    return [
        ToFollowUp(overdose_id, person_id, number, full_name(family, given), on, told_at + within)
        for overdose_id, person_id, number, family, given, on, told_at in session.execute(query)
    ]


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
        query.where(_OVERDOSE.site_id == site_id, _OVERDOSE.happened_on >= wanted[-1])
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
