"""Every night of a period as the nightly scan would have seen it, with what came of it as far as it is known by now.

What was counted comes from `risk_features`, night by night; who was lost, when, and until when a course was seen is what
`retention` says of it. Guests, and nights before the first dose, are in none of it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.analytics.features import BUPRENORPHINE
from dispensary.analytics.judged import NOT_LOST, Nights
from dispensary.analytics.local_columns import NAMES, columns
from dispensary.analytics.scorecard import lanes, points
from dispensary.policy.evaluation import looking_back
from dispensary.policy.risk import risk_card
from dispensary.queries import sites
from dispensary.queries.retention import Asked, Course, courses
from dispensary.queries.risk_features import NightFeatures, features_of
from dispensary.rules.retention import Exit
from models import Person
from models.enums import Sex

A_DAY = timedelta(days=1)
AT_ONCE = 366
"""How many nights are counted at once."""
BEFORE = 42
"""So many days are looked at before the first of them, and whatever older the row of no-shows needs: as in the scan itself."""


@dataclass(frozen=True)
class Period:
    """Which nights are looked back on."""

    first: date
    last: date
    known_until: date
    """The last day that is over."""
    follow_up: int | None = None
    """Nobody is followed for longer than so many days."""


@dataclass(frozen=True)
class Who:
    """What people are grouped by, beside their drug; never what they are scored by."""

    sex: Sex
    birth_date: date | None


def nights_of(session: Session, site_id: int, period: Period) -> Nights:
    """Return every night of a period at a site, a row for each person who was in treatment on it and had had a dose."""
    asked = Asked(
        gap=looking_back().evaluation.gap,
        looked_at=min(period.known_until, period.last + timedelta(days=2 * looking_back().evaluation.behind)),
        follow_up=period.follow_up,
        site_id=site_id,
    )
    lookup = _Courses([one for one in courses(session, asked).all if one.daily], asked)
    red_from = sites.settings(session, site_id, period.last).risk_red_from
    parts = [
        _rows(features_of(session, site_id, some, history_days=BEFORE), lookup, red_from) for some in _spans(period)
    ]
    return Nights.joined(parts) if parts else Nights.none(len(NAMES))


def who_they_are(session: Session, people: Sequence[int]) -> dict[int, Who]:
    """Return what some people are grouped by, by surviving record."""
    found: dict[int, Who] = {}
    for start in range(0, len(people), 500):
        some = people[start : start + 500]
        query = select(Person.id, Person.sex, Person.birth_date).where(Person.id.in_(some))
        found |= {row.id: Who(row.sex, row.birth_date) for row in session.execute(query)}
    return found


def _spans(period: Period) -> Iterator[list[date]]:
    last = min(period.last, period.known_until)
    nights = [period.first + n * A_DAY for n in range((last - period.first).days + 1)]
    return (nights[start : start + AT_ONCE] for start in range(0, len(nights), AT_ONCE))


class _Courses:
    """Finds the course that a person's night belongs to."""

    def __init__(self, known: Sequence[Course], asked: Asked) -> None:
        self.of: dict[int, list[int]] = defaultdict(list)
        self.begun: dict[int, list[int]] = defaultdict(list)
        self.onset, self.seen_until = [], []
        for number, course in enumerate(sorted(known, key=lambda one: one.began_on)):
            if course.person_id is None:
                continue
            began = course.began_on.toordinal()
            self.of[course.person_id].append(number)
            self.begun[course.person_id].append(began)
            out, looked_at = began + course.outcome.days, _looked_at(course, asked)
            self.onset.append(out if course.outcome.exit is Exit.LOST else NOT_LOST)
            going_on = course.outcome.exit in (Exit.LOST, None)
            self.seen_until.append(looked_at if going_on else min(looked_at, out))

    def rows(self, person: int, days: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the number of the course of each day, -1 before the first dose."""
        begun = self.begun.get(person)
        if begun is None:
            return np.full(len(days), -1)
        place = np.searchsorted(begun, days, side="right") - 1
        return np.where(place < 0, -1, np.array(self.of[person])[place])


def _looked_at(course: Course, asked: Asked) -> int:
    end = asked.looked_at.toordinal()
    return end if asked.follow_up is None else min(end, course.began_on.toordinal() + asked.follow_up - 1)


def _rows(counted: NightFeatures, lookup: _Courses, red_from: int) -> Nights:
    card, of = risk_card(), counted.counted
    total = points(of, counted.urine_scheduled, card)
    lane = lanes(of, total, card, red_from)
    days = np.array([night.toordinal() for night in counted.nights])
    course = np.full(of.active.shape, -1, np.int64)
    for column, person in enumerate(counted.people.tolist()):
        course[:, column] = lookup.rows(person, days)
    which = of.active & (course >= 0)
    night, place = np.nonzero(which)
    number = course[which]
    onset, seen = np.array(lookup.onset, np.int64), np.array(lookup.seen_until, np.int64)
    return Nights(
        person=counted.people[place].astype(np.int32),
        course=number.astype(np.int32),
        day=days[night].astype(np.int32),
        onset=onset[number].astype(np.int32),
        seen_until=seen[number].astype(np.int32),
        no_shows=of.no_shows[which],
        missed=getattr(of, f"missed_{looking_back().evaluation.plain_of_days}")[which],
        points=total[which],
        lane=lane[which],
        buprenorphine=np.isin(of.medication[which], BUPRENORPHINE),
        columns=columns(of, which, card),
    )
