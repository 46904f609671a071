"""The figures of retention: curves with who is at risk, medians, the test between groups, other ways out, and cohorts.

The screen, the command, the files and the paper all read these.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

import numpy as np
from sqlalchemy.orm import Session

from dispensary.analytics.competing import Incidence, aalen_johansen
from dispensary.analytics.log_rank import LogRank, log_rank
from dispensary.analytics.survival import Curve, Days, Interval, Point, kaplan_meier
from dispensary.policy.retention import retention_rules
from dispensary.queries import imported_cohorts
from dispensary.queries.retention import Asked, Course, courses
from dispensary.rules.person_days import BUPRENORPHINE, METHADONE
from dispensary.rules.retention import Exit, Outcome
from dispensary.wording import N_, Words, say

EARLIEST = date(2, 1, 1)
"""Whoever asks from here on asks for everybody; there is no year before."""
WAYS = {way: n for n, way in enumerate(Exit, start=1)}
"""The numbers of the ways out in an array; 0 is still in treatment."""


class By(StrEnum):
    """What courses are grouped by."""

    CLINIC = "clinic"
    MEDICATION = "medication"
    COHORT = "cohort"
    DOSE_LANDMARK = "dose-landmark"


class Period(StrEnum):
    """How long the admissions of one cohort are gathered."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class Question:
    """What is asked: which courses, in which groups, by which rules."""

    by: By
    asked: Asked
    interval: Interval
    period: Period = Period.MONTH
    imported: str | None = None
    """The cohort that came in without daily doses; None for the clinic's own courses."""
    days: tuple[int, ...] = ()
    """The days that the table under the curve says; none for the usual ones."""

    @property
    def from_day(self) -> int:
        """The day of treatment from which on groups are followed."""
        return self.asked.landmark if self.by is By.DOSE_LANDMARK else 0


@dataclass(frozen=True)
class Group:
    """The courses of one group, and what follows from how long they lasted."""

    name: Words
    courses: Sequence[Course]
    interval: Interval
    drug: str | None = None

    @cached_property
    def times(self) -> Days:
        """How many days each lasted."""
        return np.array([c.outcome.days for c in self.courses], dtype=np.int64)

    @cached_property
    def ways(self) -> Days:
        """How each ended, as numbers."""
        return np.array([WAYS[c.outcome.exit] if c.outcome.exit else 0 for c in self.courses], dtype=np.int64)

    @cached_property
    def curve(self) -> Curve:
        """The share not lost; other ways out count as last seen."""
        return kaplan_meier(self.times, self.ways == WAYS[Exit.LOST], interval=self.interval)

    @cached_property
    def incidence(self) -> dict[Exit, Incidence]:
        """The share gone by each way out."""
        found = aalen_johansen(self.times, self.ways, WAYS.values())
        return {way: found[n] for way, n in WAYS.items()}

    def gone_by(self, way: Exit, day: int) -> int:
        """Return how many had left in a way by the end of a day."""
        return int(np.count_nonzero((self.ways == WAYS[way]) & (self.times <= day)))

    def ended(self, way: Exit | None) -> list[Course]:
        """Return the courses that ended in a way, or go on."""
        return [course for course in self.courses if course.outcome.exit is way]


@dataclass(frozen=True)
class Test:
    """Whether some groups differ, by log-rank."""

    of: Words
    found: LogRank


@dataclass(frozen=True)
class Line:
    """One line under a curve: a group, a day, and what is known of it."""

    group: Group
    day: int
    point: Point


@dataclass(frozen=True)
class CohortLine:
    """The courses that began in one period, and the share still in treatment after some months."""

    name: str
    courses: Sequence[Course]
    here: tuple[Point | None, ...]
    """In this programme, whichever way out; None where they were not followed so long yet."""
    anywhere: tuple[Point | None, ...]
    """In any programme, as far as is known."""


@dataclass(frozen=True)
class LostShare:
    """The share lost by a day, with its log-log interval."""

    share: float
    lower: float | None
    upper: float | None
    left: int
    """How many are lost by then."""


@dataclass(frozen=True)
class LostLine:
    """Those admitted in a month, and those admitted in the same month the year before: the share lost by some days."""

    month: date
    people: int
    lost: tuple[LostShare | None, ...]
    """None where there is nobody, or they were not followed so long yet."""
    people_before: int
    lost_before: tuple[LostShare | None, ...]


@dataclass(frozen=True)
class RetentionFigures:
    """Everything that is said about how long people stay."""

    question: Question
    groups: tuple[Group, ...]
    everybody: Group
    tests: tuple[Test, ...]
    cohorts: tuple[CohortLine, ...]
    lost_by_month: tuple[LostLine, ...]
    never_dosed: int
    left_out: int
    """Courses that are in no group: over before the landmark, or without a dose known on it."""
    daily: bool
    """Whether the gap rule applies to at least one course."""

    @cached_property
    def lines(self) -> list[Line]:
        """The table under the curve."""
        start, wanted = self.question.from_day, self.question.days or retention_rules().shown_days
        return [
            Line(group, day, group.curve.at(day))
            for group in self.groups
            for day in (start, *(d for d in wanted if d > start))
            if group.curve.last is not None and day <= group.curve.last
        ]

    @property
    def summed(self) -> tuple[Group, ...]:
        """The groups, and everybody where each course is in one of them."""
        return self.groups if self.question.from_day or len(self.groups) == 1 else (*self.groups, self.everybody)

    @cached_property
    def exits_said(self) -> list[tuple[Group, int, Exit]]:
        """The months after which it is said how each group has left: lost, and in each other way that anybody took."""
        ways = [way for way in Exit if way is Exit.LOST or self.everybody.ended(way)]
        return [
            (group, day, way)
            for group in self.groups
            for _, day in retention_rules().months
            if group.curve.last is not None and self.question.from_day < day <= group.curve.last
            for way in ways
        ]


def figures(session: Session, question: Question) -> RetentionFigures:
    """Return the figures that were asked for."""
    asked, house = question.asked, retention_rules()
    everyone, never = _courses(session, question.imported, asked)
    groups, left_out = _groups(everyone, question)
    return RetentionFigures(
        question=question,
        groups=groups,
        everybody=Group(say(N_("Everybody")), everyone, question.interval),
        tests=_tests(groups, question),
        cohorts=_cohorts(everyone, question, [days for _, days in house.months]),
        lost_by_month=_lost_by_month(everyone, _year_before(session, question), question, house.lost_by),
        never_dosed=never,
        left_out=left_out,
        daily=any(course.daily for course in everyone),
    )


def _courses(session: Session, imported: str | None, asked: Asked) -> tuple[tuple[Course, ...], int]:
    """Return the courses that were asked for, and how many were admitted and never dosed."""
    if imported is not None:
        return imported_cohorts.courses(session, imported, asked), 0
    found = courses(session, asked)
    return found.all, found.never_dosed


def _year_before(session: Session, question: Question) -> tuple[Course, ...]:
    """Return the courses of the year before the first day asked for, which months are said beside; none where all are asked."""
    asked = question.asked
    if asked.first <= EARLIEST:
        return ()
    first = date(asked.first.year - 1, asked.first.month, 1)
    return _courses(session, question.imported, replace(asked, first=first, last=asked.first - timedelta(days=1)))[0]


DRUGS = {METHADONE: say(N_("Methadone")), BUPRENORPHINE: say(N_("Buprenorphine"))}
NOT_KNOWN = say(N_("Not known"))
Key = tuple[str, ...]


def _groups(everyone: Sequence[Course], question: Question) -> tuple[tuple[Group, ...], int]:
    """Return the groups in order, and how many courses are in none."""
    key_of = _KEYS[question.by]
    kept: dict[Key, list[Course]] = defaultdict(list)
    left_out = 0
    for course in everyone:
        key = key_of(course, question)
        if key is None:
            left_out += 1
        else:
            kept[key].append(course)
    groups = (
        Group(_name(key, question), kept[key], question.interval, key[0] if question.by is By.DOSE_LANDMARK else None)
        for key in sorted(kept)
    )
    return tuple(groups), left_out


def _by_dose(course: Course, question: Question) -> Key | None:
    """Return drug and band of a course that lasts beyond the landmark; which day decides is never its best one."""
    if course.outcome.days <= question.asked.landmark or course.landmark_mg is None or course.drug is None:
        return None
    bound = retention_rules().bands_mg[course.drug]
    return course.drug, "upper" if course.landmark_mg >= bound else "lower"


_KEYS: dict[By, Callable[[Course, Question], Key | None]] = {
    By.CLINIC: lambda course, _: (course.clinic,),
    By.MEDICATION: lambda course, _: (course.drug or "",),
    By.COHORT: lambda course, question: (period_of(course.began_on, question.period),),
    By.DOSE_LANDMARK: _by_dose,
}


def _name(key: Key, question: Question) -> Words:
    match question.by:
        case By.MEDICATION:
            return DRUGS.get(key[0], NOT_KNOWN)
        case By.DOSE_LANDMARK:
            gaps = {"drug": DRUGS[key[0]], "mg": retention_rules().bands_mg[key[0]], "day": question.asked.landmark}
            if key[1] == "lower":
                return say(N_("%(drug)s, under %(mg)s mg on day %(day)s"), **gaps)
            return say(N_("%(drug)s, %(mg)s mg or more on day %(day)s"), **gaps)
    return say(N_("%(name)s"), name=key[0]) if key[0] else NOT_KNOWN


def period_of(day: date, period: Period) -> str:
    """Return the name of the month, quarter or year in which a day lies; names sort by time."""
    if period is Period.MONTH:
        return f"{day:%Y-%m}"
    return f"{day:%Y}-Q{(day.month + 2) // 3}" if period is Period.QUARTER else f"{day:%Y}"


def _tests(groups: Sequence[Group], question: Question) -> tuple[Test, ...]:
    """Return the test over all groups; by dose one of each drug, since drugs differ whatever the dose."""
    together: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        together[group.drug or ""].append(group)
    found = [
        (DRUGS.get(drug, say(N_("All groups"))), log_rank([(g.times, g.ways == WAYS[Exit.LOST]) for g in some]))
        for drug, some in together.items()
    ]
    return tuple(Test(of, test) for of, test in found if test is not None)


def _followed(everyone: Sequence[Course], days: int, question: Question) -> bool:
    """Return whether all of some courses were looked at for so many days, and long enough after to see who was lost."""
    asked = question.asked
    if not everyone or (asked.follow_up is not None and days > asked.follow_up):
        return False
    if question.imported is not None:
        return any(course.outcome.days >= days for course in everyone) or all(c.outcome.exit for c in everyone)
    return max(course.began_on for course in everyone) + timedelta(days=days + asked.gap - 1) <= asked.looked_at


def _still_there(outcomes: Sequence[Outcome], days: int, interval: Interval) -> Point:
    times = np.array([outcome.days for outcome in outcomes], dtype=np.int64)
    ended = np.array([outcome.exit is not None for outcome in outcomes], dtype=bool)
    return kaplan_meier(times, ended, interval=interval).at(days)


def _cohorts(everyone: Sequence[Course], question: Question, months: Sequence[int]) -> tuple[CohortLine, ...]:
    of_period: dict[str, list[Course]] = defaultdict(list)
    for course in everyone:
        of_period[period_of(course.began_on, question.period)].append(course)
    return tuple(
        CohortLine(
            name,
            some,
            here=tuple(
                _still_there([c.outcome for c in some], days, question.interval)
                if _followed(some, days, question)
                else None
                for days in months
            ),
            anywhere=tuple(
                _still_there([c.known for c in some], days, question.interval)
                if _followed(some, days, question)
                else None
                for days in months
            ),
        )
        for name, some in sorted(of_period.items())
    )


def _lost_by_month(
    everyone: Sequence[Course], year_before: Sequence[Course], question: Question, days: Sequence[int]
) -> tuple[LostLine, ...]:
    of_month, known = _by_month(everyone), _by_month((*year_before, *everyone))

    def lost(some: Sequence[Course]) -> tuple[LostShare | None, ...]:
        return tuple(_lost_share(some, day) if _followed(some, day, question) else None for day in days)

    return tuple(
        LostLine(month, len(some), lost(some), len(before), lost(before))
        for month, some in sorted(of_month.items())
        for before in [known.get(month.replace(year=month.year - 1), [])]
    )


def _by_month(some: Iterable[Course]) -> dict[date, list[Course]]:
    """Return courses by the month of their admission."""
    found: dict[date, list[Course]] = defaultdict(list)
    for course in some:
        found[course.admitted_on.replace(day=1)].append(course)
    return found


def _lost_share(some: Sequence[Course], day: int) -> LostShare:
    group = Group(NOT_KNOWN, some, Interval.LOG_LOG)
    return LostShare(*group.incidence[Exit.LOST].at(day), left=group.gone_by(Exit.LOST, day))
