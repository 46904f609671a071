"""What the indicators of a period are made of: each figure is the size of a set of people or rows that is kept with it.

A handful of statements for stays, tests, sessions and decisions; the days come from `day_grids`, which says of everyone at
once what the day ledger says of one. Who is in treatment is asked where the commissioner's counts ask it.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
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
from dispensary.rules.person_days import DRUG_OF
from models import Person, TakeHomeDecision, TakeHomeDecisionEnd
from models.enums import DayStatus, Discipline, HealthTestKind
from models.person import root_of
from models.units import Mg

A_DAY = timedelta(days=1)
THOUSAND = 1000
AT_A_TIME = 500


@dataclass
class DaysTold:
    """What became of everyone's days in a period, and the last daily dose of each."""

    by_status: dict[DayStatus, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    """For each status how many days each person had of it."""
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


def indicators(session: Session, site_id: int, first: date, last: date, today: date) -> Indicators:
    """Return a period of a site as it is on record now."""
    stays = stays_of(session, site_id)
    times = presences(stays)
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
        days=_days(session, site_id, first, last, today, times),
        steps=_steps(session, last, there),
        urines=tuple(urines.of_site(session, site_id, first, last)),
        sessions=sessions.between(session, site_id, first, last, Discipline.COUNSELLING),
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


def _days(session: Session, site_id: int, first: date, last: date, today: date, times: list[Presence]) -> DaysTold:
    """Return what became of the days of a period, as it is known today."""
    told = DaysTold()
    if first > today:
        return told
    people = _in_period(times, first, last)
    since = {one.person_id: one.first for one in times if one.on(last)}
    known, seen = (min(last, today - A_DAY) - first).days + 1, (min(last, today) - first).days + 1
    for some in day_grids.grids(session, site_id, first, [today], people, in_treatment_since=first):
        _count(told, some, known)
        _dose(told, some, seen, since)
    return told


def _count(told: DaysTold, some: Days, known: int) -> None:
    """Add the days of some people that are over."""
    people, status = list(some.records), some.grid.status[:, :known]
    for kind, code in CODE.items():
        many = (status == code).sum(axis=1)
        for row in np.flatnonzero(many):
            told.by_status[kind][people[row]] = int(many[row])
    longest = _longest_runs(status)
    for row in np.flatnonzero(longest):
        told.longest_run[people[row]] = int(longest[row])


def _longest_runs(status: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return the most no-shows in a row of each row: coming ends a run, everything else neither counts nor ends one."""
    missed, came = status == CODE[DayStatus.NO_SHOW], np.isin(status, [CODE[one] for one in CAME])
    longest = run = np.zeros(len(status), np.int32)
    for column in range(status.shape[1]):
        run = np.where(came[:, column], 0, run + missed[:, column])
        longest = np.maximum(longest, run)
    return longest.astype(np.int32)


def _dose(told: DaysTold, some: Days, seen: int, since: Mapping[int, date]) -> None:
    """Add what each person in treatment on the last day took on the last day that was taken whole."""
    grid = some.grid
    took = np.isin(grid.status[:, :seen], [CODE[one] for one in TOOK])
    for row, person_id in enumerate(some.records):
        if person_id not in since:
            continue
        columns = np.flatnonzero(took[row])
        if not len(columns) or columns[-1] < grid.column(since[person_id]):
            continue
        medication, amount = MEDICATIONS[grid.drug[row, columns[-1]]], int(grid.amount[row, columns[-1]])
        if amount and medication is not None:
            told.doses[person_id] = DailyDose(DRUG_OF[medication], Mg(Decimal(amount) / THOUSAND))
        else:
            told.injected.add(person_id)


_DECISION, _END, _PERSON = TakeHomeDecision.__table__.c, TakeHomeDecisionEnd.__table__.c, Person.__table__.c
_ROOT = root_of(_PERSON)


def _steps(session: Session, day: date, people: frozenset[int]) -> dict[int, int]:
    """Return how many doses at one time each person may take home at most, by the decision in force on a day."""
    query = (
        select(_ROOT, _DECISION.most_days)
        .select_from(TakeHomeDecision)
        .join(Person, _PERSON.id == _DECISION.person_id)
        .outerjoin(TakeHomeDecisionEnd, _END.decision_id == _DECISION.id)
        .where(_DECISION.effective_on <= day, or_(_END.id.is_(None), _END.last_day >= day))
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
