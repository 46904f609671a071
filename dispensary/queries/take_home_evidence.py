"""What the system knows about somebody for a take-home decision, gathered from the record."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.policy.urine import urine_policy
from dispensary.queries import calendar, ledger, orders, sites, take_homes, urines
from dispensary.queries import take_home_care as care_of
from dispensary.queries.orders import OrderVersion
from dispensary.queries.signs import same_person
from dispensary.queries.sites import SiteSettings
from dispensary.rules.bottle_returns import Looked
from dispensary.rules.calendar import opens_on
from dispensary.rules.ledger import days_in_treatment
from dispensary.rules.ledger import ledger as statuses
from dispensary.rules.take_home_evidence import WINDOW_DAYS, Record, StopSeen, UrineSeen
from dispensary.rules.take_home_steps import Eligibility, allowed_in_induction, eligibility
from dispensary.rules.take_homes import LOOKED_AHEAD, Decision, OpenDays
from models import (
    Bottle,
    BottleEnd,
    CallBack,
    CallBackOutcome,
    Stop,
    StopRelease,
)
from models.enums import BottleFate, CallBackOutcomeKind, Medication, StopKind
from models.units import Mg

A_YEAR = timedelta(days=365)
TESTS_SHOWN = 4
GONE = (BottleFate.LOST, BottleFate.STOLEN, BottleFate.SPILT)


def open_days(session: Session, site_id: int, today: date, since: date | None = None) -> OpenDays:
    """Return when a site gives doses, as far ahead as any take-home reaches; with `since`, from that day on."""
    opening = calendar.opening_days_of(session, site_id)
    weekdays = frozenset(n for n in range(1, 8) if opens_on(_next_weekday(today, n), opening))
    days = calendar.calendar_of(session, site_id, since or today, today + timedelta(days=LOOKED_AHEAD))
    return OpenDays(weekdays, frozenset(day for day, what in days.items() if not what.open))


def _next_weekday(day: date, number: int) -> date:
    return day + timedelta(days=(number - day.isoweekday()) % 7)


def eligibility_of(
    session: Session, person_id: int, site_id: int, today: date, policy: TakeHomePolicy
) -> Eligibility | None:
    """Return what speaks for and against somebody's take-home doses; None while no order holds and none is to come."""
    versions = orders.versions_of(session, person_id)
    medication = medication_of(versions, today)
    if medication is None:
        return None
    record = record_of(session, person_id, site_id, today, versions)
    return eligibility(
        record, medication, policy, open_days(session, site_id, today), standing(session, person_id, today)
    )


def may_in_induction(
    session: Session, person_id: int, site_id: int, today: date, medication: Medication, policy: TakeHomePolicy
) -> bool:
    """Return whether an approved profile lets somebody in induction take doses of a drug home today."""
    days = ledger.person_days(session, person_id, site_id, until=today)
    return allowed_in_induction(policy, medication, days_in_treatment(days, today))


def medication_of(versions: list[OrderVersion], today: date) -> Medication | None:
    """Return the drug that is ordered on a day, or next."""
    coming = [v.facts for v in versions if v.facts.ends_on >= today and not v.never_held]
    first = min(coming, key=lambda facts: (not facts.holds_on(today), facts.starts_on), default=None)
    return first.medication if first else None


def standing(session: Session, person_id: int, on: date) -> Decision | None:
    """Return the decision that holds on a day, or None."""
    lines = take_homes.decisions_of(session, person_id)
    return next((line.facts for line in lines if line.facts.holds_on(on)), None)


def record_of(session: Session, person_id: int, site_id: int, today: date, versions: list[OrderVersion]) -> Record:
    """Return what is on record about somebody as of today."""
    days = ledger.person_days(session, person_id, site_id, until=today)
    seen = statuses(days, today - timedelta(days=WINDOW_DAYS), today - timedelta(days=1), today)
    checks = care_of.safety_checks_of(session, person_id)
    amount_mg, amount_since = _dose(versions, today)
    settings = sites.settings(session, site_id, today)
    standing_stops, set_stops = _stops(session, person_id, today - timedelta(days=WINDOW_DAYS), settings)
    return Record(
        today=today,
        days_in_treatment=days_in_treatment(days, today),
        days=tuple((day.day, day.status) for day in seen),
        urine=_urine(session, person_id, today - A_YEAR, today),
        bottles_gone=_gone(session, person_id, today - A_YEAR),
        bottles_altered=_altered(session, person_id, today - A_YEAR),
        call_backs=_call_backs(session, person_id, today - A_YEAR, settings),
        amount_mg=amount_mg,
        amount_since=amount_since,
        stops_standing=standing_stops,
        stops_set=set_stops,
        safety_until=care_of.safety_holds_until(checks, sites.settings(session, site_id, today).safety_check_days),
    )


def _dose(versions: list[OrderVersion], today: date) -> tuple[Mg | None, date | None]:
    """Return the day's amount as ordered, and since when it has been that, over all versions of the episode."""
    active = next((v for v in versions if v.facts.holds_on(today)), None)
    if active is None:
        return None, None
    steps = sorted(
        (step.from_on, version.facts.id, step.total_mg)
        for version in versions
        if version.episode_id == active.episode_id and not version.never_held
        for step in version.facts.steps
        if step.from_on <= min(version.facts.ends_on, today)
    )
    amount, since = steps[-1][2], steps[-1][0]
    for from_on, _, total in reversed(steps):
        if total != amount:
            break
        since = from_on
    return amount, since


def _urine(session: Session, person_id: int, since: date, today: date) -> tuple[UrineSeen, ...]:
    policy = urine_policy()
    return tuple(
        UrineSeen(
            line.collected_on,
            tuple((policy.short_words_of(key), found) for key, found in line.results),
            line.outcome,
            line.read,
        )
        for line in urines.between(session, person_id, since, today)[:TESTS_SHOWN]
    )


def _ended(session: Session, person_id: int, since: date) -> list[Any]:
    query = (
        select(BottleEnd.fate, BottleEnd.clinic_day, BottleEnd.state, BottleEnd.seal, BottleEnd.residue)
        .join(Bottle, Bottle.id == BottleEnd.bottle_id)
        .where(same_person(Bottle.__table__.c.person_id, person_id), BottleEnd.clinic_day >= since)
        .order_by(BottleEnd.clinic_day.desc(), BottleEnd.id.desc())
    )
    return list(session.execute(query))


def _gone(session: Session, person_id: int, since: date) -> tuple[tuple[BottleFate, date], ...]:
    return tuple((row.fate, row.clinic_day) for row in _ended(session, person_id, since) if row.fate in GONE)


def _altered(session: Session, person_id: int, since: date) -> tuple[date, ...]:
    returned = (row for row in _ended(session, person_id, since) if row.fate is BottleFate.RETURNED)
    return tuple(row.clinic_day for row in returned if Looked(row.state, row.seal, row.residue).altered)


def _call_backs(
    session: Session, person_id: int, since: date, settings: SiteSettings
) -> tuple[tuple[CallBackOutcomeKind, date], ...]:
    query = (
        select(CallBackOutcome.outcome, CallBackOutcome.closed_at)
        .join(CallBack, CallBack.id == CallBackOutcome.call_back_id)
        .where(same_person(CallBack.__table__.c.person_id, person_id))
        .order_by(CallBackOutcome.closed_at.desc())
    )
    ended = [(row.outcome, _day_of(settings, row.closed_at)) for row in session.execute(query)]
    return tuple((outcome, on) for outcome, on in ended if on >= since)


def _stops(
    session: Session, person_id: int, since: date, settings: SiteSettings
) -> tuple[tuple[StopKind, ...], tuple[StopSeen, ...]]:
    """Return the stops that stand, and those set in the window that were released since."""
    query = (
        select(Stop.kind, Stop.set_at, StopRelease.id.label("release_id"))
        .outerjoin(StopRelease, StopRelease.stop_id == Stop.id)
        .where(same_person(Stop.__table__.c.person_id, person_id))
        .order_by(Stop.set_at.desc(), Stop.id.desc())
    )
    rows = session.execute(query).all()
    released = [StopSeen(row.kind, _day_of(settings, row.set_at)) for row in rows if row.release_id is not None]
    return (
        tuple(row.kind for row in rows if row.release_id is None),
        tuple(stop for stop in released if stop.set_on >= since),
    )


def _day_of(settings: SiteSettings, at: datetime) -> date:
    return clinic_day(at, settings.zone, settings.day_starts)
