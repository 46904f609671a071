"""What is watched of the nightly scan: whom it raised and what came of that, whether it came true, and what drifted before."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.analytics.calibration import expected
from dispensary.analytics.judged import Definition
from dispensary.analytics.refit import published
from dispensary.policy.evaluation import looking_back
from dispensary.policy.risk import risk_card
from dispensary.queries import risk_models
from dispensary.queries.risk_nights import Period, nights_of
from dispensary.rules.risk_watch import CameTrue, Trip
from models import RiskFlag, RiskTrip, Task
from models.enums import RiskLane, RiskModelKind, RiskTripKind, TaskOutcome

A_DAY = timedelta(days=1)
_FLAG, _TASK, _TRIP = RiskFlag.__table__.c, Task.__table__.c, RiskTrip.__table__.c


@dataclass
class Raised:
    """Whom the scan raised in a month."""

    red: int = 0
    amber: int = 0
    """Raised as AMBER and told of."""
    held_back: int = 0
    """More than the site can follow up in a night: nobody was told."""
    settled: int = 0
    """Told of, and the task has an outcome."""
    not_needed: int = 0
    """Of these, dismissed: nobody needed to be spoken with."""


def raised_by_month(session: Session, sites: list[int], first: date, last: date) -> dict[str, Raised]:
    """Return whom the scan of some sites raised in each month of a period, and how their tasks ended."""
    query = (
        select(_FLAG.night, _FLAG.lane, _FLAG.capped, _TASK.outcome)
        .outerjoin_from(RiskFlag, Task, _TASK.id == _FLAG.task_id)
        .where(_FLAG.site_id.in_(sites), _FLAG.night.between(first, last))
    )
    found: dict[str, Raised] = defaultdict(Raised)
    for night, lane, capped, outcome in session.execute(query):
        month = found[f"{night:%Y-%m}"]
        month.held_back += capped
        month.red += lane is RiskLane.RED
        month.amber += lane is RiskLane.AMBER and not capped
        month.settled += outcome is not None
        month.not_needed += outcome is TaskOutcome.NOT_NEEDED
    return dict(found)


def amber_by_night(session: Session, site_id: int, first: date, last: date) -> list[int]:
    """Return how many were raised as AMBER on each night from one to another, told of or held back."""
    query = (
        select(_FLAG.night, func.count())
        .where(_FLAG.site_id == site_id, _FLAG.lane == RiskLane.AMBER, _FLAG.night.between(first, last))
        .group_by(_FLAG.night)
    )
    found = {row[0]: row[1] for row in session.execute(query)}
    return [found.get(first + n * A_DAY, 0) for n in range((last - first).days + 1)]


def came_true(session: Session, site_id: int, last_over: date) -> CameTrue:
    """Return whether the probabilities of the last nights came true, of definition C, by the numbers that are in use."""
    rules, card = looking_back(), risk_card()
    last = last_over - timedelta(days=rules.evaluation.behind)
    first = last - timedelta(days=rules.watch.observed_nights - 1)
    nights = nights_of(session, site_id, Period(first, last, last_over))
    said = published(nights, rules.map)
    used = risk_models.in_use(session, site_id, RiskModelKind.RECALIBRATION)
    if used is not None and used.fits_this_program:
        said = used.line.of(said)
    which = nights.judged(Definition.C, rules.evaluation, card.most_no_shows)
    observed = int(np.count_nonzero(nights.events(rules.evaluation) & which))
    return CameTrue(first, last, observed, expected(said[which]))


def last_trip(session: Session, site_id: int, kind: RiskTripKind) -> date | None:
    """Return the last night of the last trip of a kind; None where there was none."""
    query = select(func.max(_TRIP.last_on)).where(_TRIP.site_id == site_id, _TRIP.kind == kind)
    last: date | None = session.scalar(query)
    return last


@dataclass(frozen=True)
class Noted:
    """A trip on record."""

    trip: Trip
    on: date


def trips(session: Session, sites: list[int]) -> list[Noted]:
    """Return what was written down about some sites, the newest first."""
    query = select(RiskTrip).where(_TRIP.site_id.in_(sites)).order_by(_TRIP.last_on.desc(), _TRIP.id.desc())
    return [
        Noted(Trip(row.kind, row.first_on, row.last_on, row.observed, row.expected), row.recorded_at.date())
        for row in session.scalars(query)
    ]
