"""What the indicators of a period are made of: each figure is the size of a set of people or rows that is kept with it.

A handful of statements for stays, tests, sessions and decisions; the days come from `day_grids`, which says of everyone at
once what the day ledger says of one. Who is in treatment is asked where the commissioner's counts ask it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispensary.analytics.day_grid import CODE, MEDICATIONS
from dispensary.policy.indicators import indicator_rules
from dispensary.queries import day_grids, health_tests, sessions, urines
from dispensary.queries.day_grids import Days
from dispensary.queries.journey_counts import stays_of
from dispensary.queries.people import full_name
from dispensary.queries.risk_nights import Who, who_they_are
from dispensary.queries.sessions import Arranged, last_counselled
from dispensary.queries.urines import UrineLine
from dispensary.rules.commissioners_counts import Stay
from dispensary.rules.indicators import (
    WITHOUT_MEDICINE,
    Census,
    DailyDose,
    Presence,
    census,
    long_enough,
    on_medicine,
    presences,
)
from dispensary.rules.ledger import CAME, TOOK
from dispensary.rules.missed_runs import Run
from dispensary.rules.missed_runs import runs as missed_runs
from dispensary.rules.person_days import DRUG_OF
from models import Person, TakeHomeDecision, TakeHomeDecisionEnd
from models.enums import DayStatus, Discipline, HealthTestKind
from models.person import root_of
from models.units import Mg

A_DAY = timedelta(days=1)
THOUSAND = 1000
AT_A_TIME = 500


@dataclass(frozen=True)
class MissedRun:
    """No-shows of somebody in a row, whole, and what is known of how it ended."""

    days: tuple[date, ...]
    """The days that were missed, the first one first."""
    back_on: date | None
    """When the person came again, dosed or not."""

    @property
    def first(self) -> date:
        """The first day that was missed."""
        return self.days[0]

    @property
    def last(self) -> date:
        """The last day that was missed, as far as is known."""
        return self.days[-1]


@dataclass
class DaysTold:
    """What became of everyone's days in a period, and the last daily dose of each."""

    by_status: dict[DayStatus, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    """For each status how many days each person had of it."""
    runs: dict[int, tuple[MissedRun, ...]] = field(default_factory=dict)
    """The runs of no-shows that have a day in the period, of each person who missed one, wherever they began and ended."""
    longest_run: dict[int, int] = field(default_factory=dict)
    """No-shows in a row within the period, the most of each person who had any."""
    doses: dict[int, DailyDose] = field(default_factory=dict)
    injected: set[int] = field(default_factory=set)
    """Whose last dose was an injection, which is no daily dose."""


@dataclass(frozen=True)
class Indicators:
    """A period of a site: who and what is behind each of its figures."""

    first: date
    last: date
    known_until: date
    """The last day of the period that is over: of today it is not known yet who misses it."""
    census: Census
    on_medicine: frozenset[int]
    """In treatment with a medicine on the last day."""
    in_period: frozenset[int]
    """In treatment with a medicine on at least one day of the period."""
    counselling_only: frozenset[int]
    """In treatment on the last day with counselling alone."""
    long_enough: frozenset[int]
    """KP_MAT: with six months of treatment."""
    who: Mapping[int, Who]
    """Sex and date of birth of these."""
    days: DaysTold
    steps: Mapping[int, int]
    """Of each who takes doses home by a decision, how many at one time at most."""
    urines: tuple[UrineLine, ...]
    sessions: tuple[Arranged, ...]
    counselled: frozenset[int]
    """Of those on medicine on the last day: came to counselling in the period, alone or in a group."""
    offered: Mapping[HealthTestKind, Mapping[int, date]]
    """When each test was last offered, of those on medicine on the last day."""


Span = tuple[date, date]


def indicators(session: Session, site_id: int, first: date, last: date, today: date) -> Indicators:
    """Return a period of a site as it is on record now."""
    return of_periods(session, site_id, [(first, last)], today)[0]


def of_periods(session: Session, site_id: int, spans: Sequence[Span], today: date) -> list[Indicators]:
    """Return several periods of a site as they are on record now; what is behind the days is read once for all of them."""
    stays = stays_of(session, site_id)
    times = presences(stays)
    days = _days(session, site_id, spans, today, times)
    since, until = min(first for first, _ in spans), max(last for _, last in spans)
    tested = urines.of_site(session, site_id, since, until)
    arranged = sessions.between(session, site_id, since, until, Discipline.COUNSELLING)
    return [
        _of_period(session, site_id, span, today, stays, times, told, tested, arranged)
        for span, told in zip(spans, days, strict=True)
    ]


def _of_period(
    session: Session,
    site_id: int,
    span: Span,
    today: date,
    stays: list[Stay],
    times: list[Presence],
    told: DaysTold,
    tested: Sequence[UrineLine],
    arranged: Sequence[Arranged],
) -> Indicators:
    first, last = span
    there = on_medicine(times, last)
    counselled = last_counselled(session, site_id, last)
    enough = long_enough(times, first, last, indicator_rules().kp_mat_months)
    return Indicators(
        first=first,
        last=last,
        known_until=min(last, today - A_DAY),
        census=census(times, first, last),
        on_medicine=there,
        in_period=_in_period(times, first, last),
        counselling_only=_counselling_only(stays, last) - there,
        long_enough=enough,
        who=who_they_are(session, sorted(enough)),
        days=told,
        steps=_steps(session, site_id, last, there),
        urines=tuple(one for one in tested if first <= one.collected_on <= last),
        sessions=tuple(one for one in arranged if first <= one.clinic_day <= last),
        counselled=frozenset(who for who in there if who in counselled and counselled[who] >= first),
        offered=_offered(session, last, there),
    )


def _in_period(times: list[Presence], first: date, last: date) -> frozenset[int]:
    return frozenset(one.person_id for one in times if one.first <= last and (one.last is None or one.last >= first))


def _counselling_only(stays: list[Stay], day: date) -> frozenset[int]:
    return frozenset(
        stay.person_id
        for stay in stays
        if stay.kind is WITHOUT_MEDICINE and stay.admitted_on <= day and (stay.ended_on is None or stay.ended_on >= day)
    )


def _days(session: Session, site_id: int, spans: Sequence[Span], today: date, times: list[Presence]) -> list[DaysTold]:
    """Return what became of the days of each period, as it is known today."""
    told = [DaysTold() for _ in spans]
    begun = [first for first, _ in spans if first <= today]
    if not begun:
        return told
    since, until = min(begun), max(last for _, last in spans)
    people = _in_period(times, since, until)
    for some in day_grids.grids(session, site_id, since, [today], people, in_treatment_since=since):
        runs = _runs(some)
        for one, (first, last) in zip(told, spans, strict=True):
            if first <= today:
                _count(one, some, runs, first, min(last, today - A_DAY))
                _dose(one, some, first, min(last, today), {p.person_id: p.first for p in times if p.on(last)})
    return told


def _runs(some: Days) -> dict[int, list[Run]]:
    """Return the runs of missed days of each person who has any, as columns."""
    missed = some.grid.status == CODE[DayStatus.NO_SHOW]
    came = np.isin(some.grid.status, [CODE[one] for one in CAME])
    people = list(some.records)
    return {
        people[row]: missed_runs(missed[row].tolist(), came[row].tolist()) for row in np.flatnonzero(missed.any(axis=1))
    }


def _count(told: DaysTold, some: Days, runs: Mapping[int, list[Run]], first: date, last: date) -> None:
    """Add the days of some people that are over."""
    grid, people = some.grid, list(some.records)
    since, until = grid.column(first), grid.column(last)
    status = grid.status[:, since : until + 1]
    for kind, code in CODE.items():
        many = (status == code).sum(axis=1)
        for row in np.flatnonzero(many):
            told.by_status[kind][people[row]] = int(many[row])
    for who, theirs in runs.items():
        if here := [(one, n) for one in theirs if (n := one.within(since, until))]:
            told.longest_run[who] = max(n for _, n in here)
            told.runs[who] = tuple(
                MissedRun(tuple(map(grid.day, one.missed)), None if one.back is None else grid.day(one.back))
                for one, _ in here
            )


def _dose(told: DaysTold, some: Days, first: date, last: date, since: Mapping[int, date]) -> None:
    """Add what each person in treatment on the last day took on the last day that was taken whole."""
    grid = some.grid
    start = grid.column(first)
    took = np.isin(grid.status[:, start : grid.column(last) + 1], [CODE[one] for one in TOOK])
    for row, person_id in enumerate(some.records):
        if person_id not in since:
            continue
        columns = np.flatnonzero(took[row]) + start
        if not len(columns) or columns[-1] < grid.column(since[person_id]):
            continue
        medication, amount = MEDICATIONS[grid.drug[row, columns[-1]]], int(grid.amount[row, columns[-1]])
        if amount and medication is not None:
            told.doses[person_id] = DailyDose(DRUG_OF[medication], Mg(Decimal(amount) / THOUSAND))
        else:
            told.injected.add(person_id)


_DECISION, _END, _PERSON = TakeHomeDecision.__table__.c, TakeHomeDecisionEnd.__table__.c, Person.__table__.c
_ROOT = root_of(_PERSON)


def _steps(session: Session, site_id: int, day: date, people: frozenset[int]) -> dict[int, int]:
    """Return how many doses at one time each person may take home at most, by the decision in force on a day."""
    query = (
        select(_ROOT, _DECISION.most_days)
        .select_from(TakeHomeDecision)
        .join(Person, _PERSON.id == _DECISION.person_id)
        .outerjoin(TakeHomeDecisionEnd, _END.decision_id == _DECISION.id)
        .where(_DECISION.site_id == site_id, _DECISION.effective_on <= day)
        .where(or_(_END.id.is_(None), _END.last_day >= day))
        .order_by(_DECISION.id)
    )
    found = {row[0]: row[1] for row in session.execute(query)}
    return {who: most for who, most in found.items() if most and who in people}


def _offered(session: Session, last: date, people: frozenset[int]) -> dict[HealthTestKind, dict[int, date]]:
    offered = health_tests.last_offered(session, last)
    return {kind: {who: day for who, day in days.items() if who in people} for kind, days in offered.items()}


@dataclass(frozen=True)
class Named:
    """How a list calls somebody."""

    number: str
    name: str


def named(session: Session, people: frozenset[int]) -> dict[int, Named]:
    """Return the numbers and names of some people."""
    wanted, found = sorted(people), {}
    for start in range(0, len(wanted), AT_A_TIME):
        query = select(_PERSON.id, _PERSON.number, _PERSON.family_name, _PERSON.given_name)
        for row in session.execute(query.where(_PERSON.id.in_(wanted[start : start + AT_A_TIME]))):
            found[row[0]] = Named(row[1], full_name(row[2], row[3]))
    return found
