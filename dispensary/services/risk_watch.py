"""Watching the nightly scan: what drifted is written down, once; nothing else is done about it."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.policy.evaluation import looking_back
from dispensary.queries import risk_watch, sites
from dispensary.rules.risk_watch import A_WEEK, Trip, calibration_trip, is_news, load_trip
from dispensary.services import audit
from dispensary.services.act import Act
from dispensary.services.facts import write
from models import RiskTrip
from models.enums import AuditKind

A_DAY = timedelta(days=1)


def to_note(session: Session, site_id: int, night: date) -> list[Trip]:
    """Return what is to be written down after a night; this only reads.

    The load is looked at every night. Whether the probabilities come true is looked at on the last night of a month, since it
    takes the nights of a quarter.
    """
    rules, a_night = looking_back().watch, sites.settings(session, site_id, night).risk_amber_a_day
    first = night - (A_WEEK * rules.load_weeks - 1) * A_DAY
    found = [load_trip(risk_watch.amber_by_night(session, site_id, first, night), night, a_night, rules)]
    if (night + A_DAY).day == 1:
        found.append(calibration_trip(risk_watch.came_true(session, site_id, night), rules))
    return [one for one in found if one and is_news(one, risk_watch.last_trip(session, site_id, one.kind), rules)]


def note(session: Session, trip: Trip, act: Act) -> None:
    """Write a trip down, unless it was done in the meantime."""
    known = select(RiskTrip.id).where(
        RiskTrip.site_id == act.site_id, RiskTrip.kind == trip.kind, RiskTrip.last_on == trip.last
    )
    if session.scalar(known) is not None:
        return
    made = write(
        session,
        RiskTrip(
            kind=trip.kind,
            first_on=trip.first,
            last_on=trip.last,
            observed=trip.observed,
            expected=trip.expected,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.RISK_DRIFT_NOTED, made, act, trip=trip.kind)
