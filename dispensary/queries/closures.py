"""Closures: which spans of closed days are coming, and the lists that prescribers signed for them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.queries import calendar, people
from dispensary.queries.calendar import CalendarDay
from dispensary.rules.calendar import LONGEST_CLOSURE
from models import ClosureList, ClosureListLine, OneOffTakeHome, OneOffTakeHomeEnd, Person, Staff, TakeHomeIssue

AHEAD = timedelta(days=92)
WEEKLY_AHEAD = timedelta(days=14)
"""So long ahead days of the week on which a clinic never doses are named; announced ones for longer."""


@dataclass(frozen=True)
class Span:
    """Closed days in a row, and the newest list that was signed for them."""

    first: date
    last: date
    reasons: tuple[str, ...]
    signed_at: datetime | None
    signed_by: str | None


def coming(session: Session, site_id: int, today: date) -> list[Span]:
    """Return the spans of closed days from today on, with the list that was signed for each.

    Days of the week on which the clinic never doses belong to the closure beside them; by themselves they are named two
    weeks ahead.
    """
    days = calendar.calendar_of(session, site_id, today, today + AHEAD).values()
    signed = {(made.first_on, made.last_on): (made.signed_at, by) for made, by in _lists(session, site_id)}
    spans = []
    for run in _runs(days):
        first, last = run[0].day, run[-1].day
        if any(day.closure for day in run) or first < today + WEEKLY_AHEAD:
            reasons = tuple(dict.fromkeys(day.closure.reason for day in run if day.closure))
            spans.append(Span(first, last, reasons, *signed.get((first, last), (None, None))))
    return spans


def _runs(days: Iterable[CalendarDay]) -> Iterator[list[CalendarDay]]:
    """Yield the closed days that follow each other day by day, no more in one than a list is signed for."""
    for is_open, group in groupby(days, key=lambda day: day.open):
        run = list(group)
        if not is_open:
            yield from (run[n : n + LONGEST_CLOSURE] for n in range(0, len(run), LONGEST_CLOSURE))


def not_handed_out(session: Session, site_id: int, first: date, last: date) -> list[tuple[int, int]]:
    """Return person and id of the doses that a list allows for one of these days, neither handed out nor taken back."""
    query = (
        select(OneOffTakeHome.person_id, OneOffTakeHome.id)
        .join(ClosureList, ClosureList.id == OneOffTakeHome.closure_list_id)
        .where(
            ClosureList.site_id == site_id,
            ClosureList.first_on <= last,
            ClosureList.last_on >= first,
            OneOffTakeHome.id.not_in(select(OneOffTakeHomeEnd.one_off_id)),
            OneOffTakeHome.id.not_in(select(TakeHomeIssue.one_off_id).where(TakeHomeIssue.one_off_id.is_not(None))),
        )
        .order_by(OneOffTakeHome.person_id, OneOffTakeHome.id)
    )
    return [(row.person_id, row.id) for row in session.execute(query)]


def _lists(session: Session, site_id: int) -> list[tuple[ClosureList, str]]:
    query = (
        select(ClosureList, Staff.name)
        .join(Staff, Staff.id == ClosureList.recorded_by_id)
        .where(ClosureList.site_id == site_id)
        .order_by(ClosureList.first_on, ClosureList.version)
    )
    return [(made, by) for made, by in session.execute(query)]


@dataclass(frozen=True)
class SignedLine:
    """One person on a signed list."""

    person_id: int
    number: str
    name: str
    birth_date: date | None
    first_on: date | None
    last_on: date | None
    """The days of the doses; None where it is another way."""
    why_not: tuple[str, ...]
    other_way: str
    one_off_id: int | None
    ended: bool
    """The doses were taken back since."""
    issued: bool
    """Bottles were handed over on it."""


@dataclass(frozen=True)
class SignedList:
    """A list as a prescriber signed it."""

    id: int
    first: date
    last: date
    version: int
    profile: str | None
    signed_at: datetime
    signed_by: str
    lines: tuple[SignedLine, ...]


def signed_list(session: Session, site_id: int, first: date, last: date) -> SignedList | None:
    """Return the newest list that was signed for a closure, or None."""
    made = [(one, by) for one, by in _lists(session, site_id) if (one.first_on, one.last_on) == (first, last)]
    if not made:
        return None
    newest, by = made[-1]
    return SignedList(
        newest.id,
        first,
        last,
        newest.version,
        newest.profile,
        newest.signed_at,
        by,
        tuple(_signed_lines(session, newest.id)),
    )


def _signed_lines(session: Session, list_id: int) -> Iterator[SignedLine]:
    query = (
        select(
            ClosureListLine.person_id,
            Person.number,
            Person.family_name,
            Person.given_name,
            Person.birth_date,
            OneOffTakeHome.first_on,
            OneOffTakeHome.last_on,
            ClosureListLine.why_not,
            ClosureListLine.other_way,
            ClosureListLine.one_off_id,
            ClosureListLine.one_off_id.in_(select(OneOffTakeHomeEnd.one_off_id)).label("ended"),
            ClosureListLine.one_off_id.in_(
                select(TakeHomeIssue.one_off_id).where(TakeHomeIssue.one_off_id.is_not(None))
            ).label("issued"),
        )
        .join(Person, Person.id == ClosureListLine.person_id)
        .outerjoin(OneOffTakeHome, OneOffTakeHome.id == ClosureListLine.one_off_id)
        .where(ClosureListLine.closure_list_id == list_id)
        .order_by(Person.search_key, Person.id)
    )
    for row in session.execute(query):
        yield SignedLine(
            person_id=row.person_id,
            number=row.number,
            name=people.full_name(row.family_name, row.given_name),
            birth_date=row.birth_date,
            first_on=row.first_on,
            last_on=row.last_on,
            why_not=tuple(row.why_not.split()),
            other_way=row.other_way,
            one_off_id=row.one_off_id,
            ended=bool(row.ended),
            issued=bool(row.issued),
        )
