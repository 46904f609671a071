"""What on record cannot be right, or is missing, at one site: one statement a kind of fault, whatever the number of rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from dispensary.policy.indicators import indicator_rules
from dispensary.queries.calendar import HERE
from dispensary.queries.day_facts import NOW, clinic_days
from dispensary.queries.downtime import paper_days
from dispensary.queries.journey_counts import stays_of
from dispensary.queries.people import full_name
from dispensary.rules.data_quality import Fault, Span, days_without_any, outside_treatment
from dispensary.rules.indicators import months_after
from models import (
    Bottle,
    BottleEnd,
    Dose,
    DoseOrder,
    DoseReversal,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    NameKey,
    OrderEnd,
    Person,
    PersonLink,
    PersonUnlink,
)
from models.enums import BottleState, DoseOutcome, Origin
from models.person import root_of

A_DAY = timedelta(days=1)
SWALLOWED_HERE = (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN, DoseOutcome.REPLACEMENT)
OF_THE_DAY = (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN, DoseOutcome.ELSEWHERE)
"""What takes a part of a day; an incident is known already as what was wrong."""
MONTHS = 12

_DOSE, _REVERSAL, _ORDER = Dose.__table__.c, DoseReversal.__table__.c, DoseOrder.__table__.c
_ORDER_END, _EPISODE, _PERSON = OrderEnd.__table__.c, Episode.__table__.c, Person.__table__.c
_END, _CORRECTION = EpisodeEnd.__table__.c, EpisodeEndCorrection.__table__.c
_BOTTLE, _BOTTLE_END = Bottle.__table__.c, BottleEnd.__table__.c
_ROOT = root_of(_PERSON)
_STANDS = ~exists().where(_REVERSAL.dose_id == _DOSE.id)
_END_STANDS = and_(_END.episode_id == _EPISODE.id, _END.id.not_in(select(_CORRECTION.episode_end_id)))


@dataclass(frozen=True)
class Wrong:
    """One thing that cannot be right, or is missing."""

    fault: Fault
    on: date
    """The day that it is about."""
    recorded_at: datetime | None = None
    """Since when it is on record; None for what is missing."""
    person_id: int | None = None
    """The surviving record."""
    number: str = ""
    name: str = ""
    imported: bool = False
    beside: date | None = None
    """The day that it does not go with: birth, admission, end, or the order's."""
    other_id: int | None = None
    """The other of two records of perhaps one person."""
    other: str = ""
    n: int = 0
    """How many doses."""
    same_paper: bool = False
    """Whether the two have the same identity number."""

    @property
    def since(self) -> datetime:
        """When it began to be so."""
        return self.recorded_at or datetime.combine(self.on + A_DAY, time(), UTC)


def everything_wrong(session: Session, site_id: int, today: date, since: date) -> list[Wrong]:
    """Return all that cannot be right or is missing at a site, the newest on record first.

    Args:
        since: doses and days from then on are looked at; people and episodes are looked at whole.
    """
    found = [
        *_of_people(session, site_id, today),
        *_of_episodes(session, site_id, today),
        *_of_doses(session, site_id, today, since),
        *_outside_treatment(session, site_id, since),
        *_outside_orders(session, site_id, since),
        *_of_days(session, site_id, today, since),
        *_twice(session, site_id, today, since),
        *_likely_same(session, site_id),
    ]
    return sorted(found, key=lambda one: (one.since, one.on, one.person_id or 0), reverse=True)


def _who() -> tuple[ColumnElement[Any], ...]:
    return _ROOT, _PERSON.number, _PERSON.family_name, _PERSON.given_name


def _here(site_id: int) -> ColumnElement[bool]:
    return exists().where(_EPISODE.person_id == _PERSON.id, _EPISODE.site_id == site_id)


def _of_people(session: Session, site_id: int, today: date) -> Iterator[Wrong]:
    oldest = months_after(today, -MONTHS * indicator_rules().oldest_years)
    query = select(*_who(), _PERSON.birth_date, _PERSON.created_at).where(
        or_(_PERSON.birth_date > today, _PERSON.birth_date < oldest), _here(site_id)
    )
    for row in session.execute(query):
        yield Wrong(Fault.BORN_IMPOSSIBLE, row[4], row[5], row[0], row[1], full_name(row[2], row[3]))


def _of_episodes(session: Session, site_id: int, today: date) -> Iterator[Wrong]:
    query = (
        select(*_who(), _EPISODE.admitted_on, _EPISODE.recorded_at, _EPISODE.origin, _PERSON.birth_date, _END.ended_on)
        .select_from(Episode)
        .join(Person, _PERSON.id == _EPISODE.person_id)
        .outerjoin(EpisodeEnd, _END_STANDS)
        .where(
            _EPISODE.site_id == site_id,
            or_(
                _EPISODE.admitted_on < _PERSON.birth_date,
                _EPISODE.admitted_on > today,
                _END.ended_on < _EPISODE.admitted_on,
            ),
        )
    )
    for row in session.execute(query):
        admitted, born, ended = row[4], row[7], row[8]
        if born is not None and admitted < born:
            yield _wrong(Fault.ADMITTED_BEFORE_BIRTH, row, born)
        if admitted > today:
            yield _wrong(Fault.ADMITTED_AHEAD, row)
        if ended is not None and ended < admitted:
            yield _wrong(Fault.ENDED_BEFORE_ADMITTED, row, ended)


def _doses(site_id: int, since: date, *more: ColumnElement[Any]) -> Select[Any]:
    """Select the doses that were swallowed at a site and stand, with whose they are."""
    return (
        select(*_who(), _DOSE.clinic_day, _DOSE.recorded_at, _DOSE.origin, *more)
        .select_from(Dose)
        .join(Person, _PERSON.id == _DOSE.person_id)
        .where(_DOSE.site_id == site_id, _DOSE.taken_mg > 0, _DOSE.clinic_day >= since, _STANDS)
    )


def _wrong(fault: Fault, row: Any, beside: date | None = None) -> Wrong:
    root, number, family, given, day, at, origin = row[:7]
    return Wrong(fault, day, at, root, number, full_name(family, given), origin is Origin.IMPORT, beside)


def _of_doses(session: Session, site_id: int, today: date, since: date) -> Iterator[Wrong]:
    """Yield doses before birth, or of a day or moment that had not come when they were recorded."""
    unborn = _doses(site_id, since, _PERSON.birth_date).where(_DOSE.clinic_day < _PERSON.birth_date)
    ahead = _doses(site_id, since).where(or_(_DOSE.clinic_day > today, _DOSE.taken_at > _DOSE.recorded_at))
    yield from (_wrong(Fault.DOSE_BEFORE_BIRTH, row, row[7]) for row in session.execute(unborn))
    yield from (_wrong(Fault.DOSE_AHEAD, row) for row in session.execute(ahead))


def _outside_treatment(session: Session, site_id: int, since: date) -> Iterator[Wrong]:
    """Yield doses given here on a day on which the person was in no treatment here.

    SQL leaves out what lies in an episode of the record itself; of the few others all records of the person are looked at.
    """
    within = (
        exists()
        .where(
            _EPISODE.person_id == _DOSE.person_id,
            _EPISODE.site_id == site_id,
            _EPISODE.admitted_on <= _DOSE.clinic_day,
            ~exists().where(_END_STANDS, _END.ended_on < _DOSE.clinic_day).correlate(Episode.__table__, Dose.__table__),
        )
        .correlate(Dose.__table__)
    )
    query = _doses(site_id, since).where(_DOSE.outcome.in_(SWALLOWED_HERE), ~within)
    rows = session.execute(query).all()
    spans = _spans(session, site_id) if rows else {}
    for row in rows:
        theirs = spans.get(row[0], ())
        if fault := outside_treatment(row[4], theirs):
            after = fault is Fault.DOSE_AFTER_EXIT
            days = [s.last if after else s.first for s in theirs if (s.first <= row[4]) is after]
            beside = [day for day in days if day is not None]
            yield _wrong(fault, row, (max(beside) if after else min(beside)) if beside else None)


def _spans(session: Session, site_id: int) -> dict[int, list[Span]]:
    query = (
        select(_ROOT, _EPISODE.admitted_on, _END.ended_on)
        .select_from(Episode)
        .join(Person, _PERSON.id == _EPISODE.person_id)
        .outerjoin(EpisodeEnd, _END_STANDS)
        .where(_EPISODE.site_id == site_id)
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for root, first, last in session.execute(query):
        found[root].append(Span(first, last))
    return found


def _outside_orders(session: Session, site_id: int, since: date) -> Iterator[Wrong]:
    """Yield doses on a day on which their order did not hold, as was known when they were given; and more than was ordered."""
    ended = exists().where(
        _ORDER_END.order_id == _DOSE.order_id,
        _ORDER_END.last_day < _DOSE.clinic_day,
        _ORDER_END.recorded_at < _DOSE.recorded_at,
    )
    not_held = or_(_DOSE.clinic_day < _ORDER.starts_on, _DOSE.clinic_day > _ORDER.ends_on, ended)
    beside = case((_DOSE.clinic_day < _ORDER.starts_on, _ORDER.starts_on), else_=_ORDER.ends_on)
    outside = _doses(site_id, since, beside).join(DoseOrder, _ORDER.id == _DOSE.order_id).where(not_held)
    more = _doses(site_id, since).where(_DOSE.taken_mg > _DOSE.ordered_mg, _DOSE.outcome != DoseOutcome.INCIDENT)
    yield from (_wrong(Fault.DOSE_OUTSIDE_ORDER, row, row[7]) for row in session.execute(outside))
    yield from (_wrong(Fault.MORE_THAN_ORDERED, row) for row in session.execute(more))


def _of_days(session: Session, site_id: int, today: date, since: date) -> Iterator[Wrong]:
    """Yield the days with doses though the clinic was closed, without any though it was open, and on paper that waits."""
    imported = func.sum(case((_DOSE.origin == Origin.IMPORT, 1), else_=0))
    query = (
        select(_DOSE.clinic_day, func.count(), imported, func.max(_DOSE.recorded_at))
        .where(_DOSE.site_id == site_id, _DOSE.taken_mg > 0, _DOSE.outcome.in_(HERE), _STANDS)
        .group_by(_DOSE.clinic_day)
    )
    dosed = {row[0]: row for row in session.execute(query)}
    clinic = clinic_days(session, site_id, today, NOW)
    for day, n, from_import, at in dosed.values():
        if since <= day <= today and clinic.closed_on(day):
            yield Wrong(Fault.DOSE_WHEN_CLOSED, day, at, n=n, imported=n == from_import)
    if dosed:
        in_care = _days_in_care(stays_of(session, site_id))
        for day in days_without_any(max(since, min(dosed)), today - A_DAY, dosed.keys(), clinic):
            if any(span.first <= day and (span.last is None or span.last >= day) for span in in_care):
                yield Wrong(Fault.NO_DOSE_AT_ALL, day)
    for paper in paper_days(session, site_id, newest=len(clinic.not_entered)) if clinic.not_entered else ():
        if paper.waits and paper.clinic_day >= since:
            yield Wrong(Fault.PAPER_WAITS, paper.clinic_day, paper.declared_at)


def _days_in_care(stays: Iterable[Any]) -> list[Span]:
    """Return from when until when anybody was in treatment, as few spans as say it."""
    found: list[Span] = []
    for stay in sorted(stays, key=lambda s: s.admitted_on):
        before = found[-1] if found else None
        if before is None or (before.last is not None and stay.admitted_on > before.last):
            found.append(Span(stay.admitted_on, stay.ended_on))
        elif before.last is not None and (stay.ended_on is None or stay.ended_on > before.last):
            found[-1] = Span(before.first, stay.ended_on)
    return found


def _twice(session: Session, site_id: int, today: date, since: date) -> Iterator[Wrong]:
    """Yield the days of one person of which one part was taken, or taken home, more than once."""
    doses = select(_DOSE.person_id, _DOSE.clinic_day, _DOSE.part, _DOSE.recorded_at, _DOSE.origin, _DOSE.site_id).where(
        _DOSE.outcome.in_(OF_THE_DAY), _DOSE.taken_mg > 0, _DOSE.clinic_day >= since, _STANDS
    )
    presumed = or_(
        _BOTTLE_END.id.is_(None),
        and_(
            _BOTTLE_END.state.in_((BottleState.EMPTY, BottleState.PART)),
            func.coalesce(_BOTTLE_END.early, False).is_(False),
        ),
    )
    home = (
        select(
            _BOTTLE.person_id,
            _BOTTLE.covers_on,
            _BOTTLE.part,
            _BOTTLE.recorded_at,
            literal(Origin.DESK, type_=_DOSE.origin.type),
            _BOTTLE.site_id,
        )
        .outerjoin(BottleEnd, _BOTTLE_END.bottle_id == _BOTTLE.id)
        .where(_BOTTLE.covers_on.between(since, today), presumed)
    )
    took = union_all(doses, home).subquery()
    here = func.sum(case((took.c.site_id == site_id, 1), else_=0))
    query = (
        select(_ROOT, took.c.clinic_day, func.count(), func.max(took.c.recorded_at))
        .add_columns(func.sum(case((took.c.origin == Origin.IMPORT, 1), else_=0)))
        .select_from(took)
        .join(Person, _PERSON.id == took.c.person_id)
        .group_by(_ROOT, took.c.clinic_day, took.c.part)
        .having(func.count() > 1, here > 0)
    )
    rows = session.execute(query).all()
    named = _named(session, {row[0] for row in rows})
    for root, day, n, at, imported in rows:
        yield Wrong(Fault.TWICE, day, at, root, *named[root], imported=imported > 0, n=n)


def _named(session: Session, people: set[int]) -> dict[int, tuple[str, str]]:
    wanted, found = sorted(people), {}
    for start in range(0, len(wanted), 500):
        query = select(_PERSON.id, _PERSON.number, _PERSON.family_name, _PERSON.given_name)
        for row in session.execute(query.where(_PERSON.id.in_(wanted[start : start + 500]))):
            found[row[0]] = (row[1], full_name(row[2], row[3]))
    return found


def _likely_same(session: Session, site_id: int) -> Iterator[Wrong]:
    """Yield pairs of records that are perhaps of one person; not those that somebody has told apart."""
    one, two = aliased(Person), aliased(Person)
    mine, theirs = aliased(NameKey), aliased(NameKey)
    alike = (
        select(mine.person_id, theirs.person_id)
        .join(theirs, and_(theirs.key == mine.key, theirs.person_id > mine.person_id))
        .join(one, one.id == mine.person_id)
        .join(two, and_(two.id == theirs.person_id, two.birth_date == one.birth_date))
    )
    papers = select(one.id, two.id).join(
        two, and_(two.identity_number == one.identity_number, two.id > one.id, one.identity_number != "")
    )
    by_paper = {(row[0], row[1]) for row in session.execute(papers)}
    by_name = {(row[0], row[1]) for row in session.execute(alike.distinct())}
    pairs = (by_paper | by_name) - _told_apart(session)
    if not pairs:
        return
    people = _of_a_pair(session, site_id, {who for pair in pairs for who in pair})
    for first, second in sorted(pairs):
        if first in people and second in people and (people[first].here or people[second].here):
            kept, other = people[first], people[second]
            made_at = max(kept.made_at, other.made_at)
            yield Wrong(
                Fault.LIKELY_SAME,
                made_at.date(),
                made_at,
                first,
                kept.number,
                kept.name,
                other_id=second,
                other=f"{other.number} {other.name}",
                same_paper=(first, second) in by_paper,
            )


@dataclass(frozen=True)
class _OfAPair:
    number: str
    name: str
    made_at: datetime
    here: bool


def _of_a_pair(session: Session, site_id: int, people: set[int]) -> dict[int, _OfAPair]:
    """Return the records of some people that have not been linked away."""
    wanted, found = sorted(people), {}
    for start in range(0, len(wanted), 500):
        query = select(
            _PERSON.id, _PERSON.number, _PERSON.family_name, _PERSON.given_name, _PERSON.created_at, _here(site_id)
        ).where(_PERSON.id.in_(wanted[start : start + 500]), _PERSON.root_id.is_(None))
        for row in session.execute(query):
            found[row[0]] = _OfAPair(row[1], full_name(row[2], row[3]), row[4], bool(row[5]))
    return found


def _told_apart(session: Session) -> set[tuple[int, int]]:
    """Return the pairs of records whose link was taken back: two people."""
    link, back = PersonLink.__table__.c, PersonUnlink.__table__.c
    rows = session.execute(select(link.person_id, link.root_id).join(PersonUnlink, back.link_id == link.id))
    return {(min(row), max(row)) for row in ((r[0], r[1]) for r in rows)}
