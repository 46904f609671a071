"""What goes home with somebody now: on which decision, which days, which bottles, and what stands against it.

One function makes it for the page and for the service behind its locks, so that what was shown is what is handed over.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from dispensary.queries import calendar, doses_taken, orders, stock
from dispensary.queries.signs import same_person
from dispensary.reasons import Reason
from dispensary.rules import bottles as rules
from dispensary.rules.bottles import BottleDose, IssuePlan, PlannedBottle
from dispensary.rules.dosing import DosingFacts, SiteRules, Slot, reasons_to_withhold
from dispensary.rules.orders import OrderFacts
from dispensary.rules.take_homes import LOOKED_AHEAD, Decision, OneOff, OpenDays, Plan, one_off_days, schedule
from models import (
    Bottle,
    BottleEnd,
    Claim,
    ClaimRelease,
    OneOffTakeHome,
    OneOffTakeHomeEnd,
    SafetyCheck,
    Staff,
    TakeHomeDecision,
    TakeHomeDecisionEnd,
)
from models.enums import BottleFate, BottleState, WithheldReason

GONE = frozenset({BottleFate.LOST, BottleFate.STOLEN, BottleFate.SPILT})
NOT_OF_BOTTLES = frozenset(
    {
        "slot_taken",
        "not_due_today",
        "dosed_elsewhere_today",
        "more_than_ordered",
        "too_soon_after_last_day",
        "too_soon_after_part",
        "cannot_be_poured",
    }
)
"""Reasons against a dose now that say nothing of a dose at home; every other one stands against bottles too."""


@dataclass(frozen=True)
class OneOffAllowed:
    """One-off doses as a prescriber allowed them."""

    days: OneOff
    decided_at: datetime
    by: str


@dataclass(frozen=True)
class Allowed:
    """What somebody may take home on a day: the standing decision, and one-off doses that are not over."""

    decision: Decision | None
    one_offs: tuple[OneOffAllowed, ...]


@dataclass(frozen=True)
class Asked:
    """What is to be handed over: on the standing decision or one-off doses, to the person or a collector."""

    one_off_id: int | None = None
    """None: on the standing decision."""
    collected: bool = False
    """By somebody else, so that nothing is dosed here first."""


_DECISION, _ENDED = TakeHomeDecision.__table__.c, TakeHomeDecisionEnd.__table__.c
_DECISIONS = (
    select(
        _DECISION.id,
        _DECISION.attends_on,
        _DECISION.every_weeks,
        _DECISION.most_days,
        _DECISION.effective_on,
        _ENDED.last_day,
    )
    .outerjoin(TakeHomeDecisionEnd.__table__, _ENDED.decision_id == _DECISION.id)
    .where(same_person(_DECISION.person_id), _DECISION.effective_on <= bindparam("day"))
    .order_by(_DECISION.effective_on.desc(), _DECISION.id.desc())
)
_ONE_OFF = OneOffTakeHome.__table__.c
_ONE_OFFS = (
    select(
        _ONE_OFF.id, _ONE_OFF.reason, _ONE_OFF.first_on, _ONE_OFF.last_on, _ONE_OFF.decided_at, Staff.__table__.c.name
    )
    .join(Staff.__table__, Staff.__table__.c.id == _ONE_OFF.recorded_by_id)
    .where(
        same_person(_ONE_OFF.person_id),
        _ONE_OFF.last_on >= bindparam("day"),
        _ONE_OFF.id.not_in(select(OneOffTakeHomeEnd.__table__.c.one_off_id)),
    )
    .order_by(_ONE_OFF.first_on, _ONE_OFF.id)
)


def allowed(session: Session, person_id: int, day: date) -> Allowed:
    """Return on what somebody may take doses home on a clinic day."""
    who = {"person_id": person_id, "day": day}
    decisions = (Decision(*row) for row in session.execute(_DECISIONS, who))
    one_offs = tuple(
        OneOffAllowed(OneOff(row.id, row.reason, row.first_on, row.last_on), row.decided_at, row.name)
        for row in session.execute(_ONE_OFFS, who)
    )
    return Allowed(next((d for d in decisions if d.holds_on(day)), None), one_offs)


def last_safety_check(session: Session, person_id: int) -> date | None:
    """Return when storage, teaching and closures were last gone through with somebody, with nothing amiss."""
    check = SafetyCheck.__table__.c
    query = (
        select(check.clinic_day)
        .where(same_person(check.person_id, person_id), check.locked_storage, check.taught, check.child_resistant)
        .order_by(check.clinic_day.desc())
        .limit(1)
    )
    return session.scalar(query)


def held_days(session: Session, person_id: int, since: date) -> frozenset[date]:
    """Return the days from one on for which somebody has bottles at home."""
    bottle = Bottle.__table__.c
    ended = select(BottleEnd.__table__.c.bottle_id)
    query = select(bottle.covers_on).where(
        same_person(bottle.person_id, person_id), bottle.covers_on >= since, bottle.id.not_in(ended)
    )
    return frozenset(session.scalars(query))


def issue_plan(
    session: Session,
    facts: DosingFacts,
    site: SiteRules,
    asked: Asked,
    *,
    site_id: int,
    window_id: int | None,
    safety_check_days: int,
) -> IssuePlan:
    """Return what goes home now with somebody about whom the facts at this window are known."""
    versions = [
        version.facts
        for version in orders.versions_of(session, facts.person_id)
        if version.facts.ends_on >= facts.clinic_day and not version.never_held
    ]
    on = allowed(session, facts.person_id, facts.clinic_day)
    one_off = next((o for o in on.one_offs if o.days.id == asked.one_off_id), None)
    covered = _covered(session, facts, site, site_id, versions, on.decision, one_off, asked)
    if covered is None:
        return IssuePlan()
    doses = _doses(session, facts, covered, versions)
    bottles, left_out = _bottles(session, facts, doses, one_off, window_id)
    against = [r for r in reasons_to_withhold(facts, site) if r.code not in NOT_OF_BOTTLES]
    against += [r for r in covered.against if facts.order is not None or r.code != "no_order"]
    against += _before_bottles(facts, doses, asked)
    due = rules.check_due(last_safety_check(session, facts.person_id), safety_check_days, facts.clinic_day)
    against += [due] if due else []
    return IssuePlan(tuple(bottles), tuple(left_out), tuple(against), covered.next_visit)


def _covered(
    session: Session,
    facts: DosingFacts,
    site: SiteRules,
    site_id: int,
    versions: Sequence[OrderFacts],
    decision: Decision | None,
    one_off: OneOffAllowed | None,
    asked: Asked,
) -> Plan | None:
    """Return the days that go home; None where nothing was decided that is asked for."""
    today = facts.clinic_day
    closures = calendar.closures_of(session, site_id, today, today + timedelta(days=LOOKED_AHEAD))
    open_days = OpenDays(site.opening_days, frozenset(closure.day for closure in closures))
    held = held_days(session, facts.person_id, today)
    regular = schedule(decision, versions, today, open_days, held=held) if decision else None
    if asked.one_off_id is None:
        return regular
    if one_off is None:
        return None
    comes_next = regular.next_visit if regular else None
    return one_off_days(one_off.days, versions, today, open_days, next_visit=comes_next, held=held)


def _doses(session: Session, facts: DosingFacts, covered: Plan, versions: Sequence[OrderFacts]) -> list[BottleDose]:
    """Return the doses of the days that go home; today's is no more than is due today, however it was lowered."""
    first = min((order.starts_on for order in versions if len(order.steps) > 1), default=None)
    taken = doses_taken.taken_days(session, facts.person_id, first) if first else []
    doses = rules.doses_of(covered.days, versions, taken)
    return [
        replace(dose, amount_mg=min(dose.amount_mg, facts.due_mg))
        if facts.due_mg is not None and (dose.day, dose.part) == (facts.clinic_day, facts.slot.part)
        else dose
        for dose in doses
    ]


def _before_bottles(facts: DosingFacts, doses: Sequence[BottleDose], asked: Asked) -> list[Reason]:
    """Return what today's own dose has against bottles: it comes first, unless it goes home itself or is collected."""
    if facts.due_mg is None:
        return []
    withheld = [record.at for record in facts.turned_away if isinstance(record.reason, WithheldReason)]
    if withheld:
        return [rules.dose_first(max(withheld))]
    goes_home = (facts.clinic_day, facts.slot.part) in {(dose.day, dose.part) for dose in doses}
    return [] if goes_home or asked.collected else [rules.dose_first(None)]


def _bottles(
    session: Session,
    facts: DosingFacts,
    doses: Sequence[BottleDose],
    one_off: OneOffAllowed | None,
    window_id: int | None,
) -> tuple[list[PlannedBottle], list[Reason]]:
    """Return the bottles that can be filled, and why the others are left out."""
    slots = _slots(session, facts.person_id, doses)
    free: list[tuple[BottleDose, Slot, int | None]] = []
    left_out: list[Reason] = []
    for dose in doses:
        slot, instead_of = _slot(dose, slots.get((dose.day, dose.part), ()), one_off)
        if facts.order and (dose.medication, dose.form) != (facts.order.medication, facts.order.form):
            left_out.append(rules.other_medicine(dose))
        elif slot.taken_at is not None:
            left_out.append(rules.slot_taken(dose, slot))
        else:
            free.append((dose, slot, instead_of))
    shelf = (
        stock.containers_at_window(session, window_id, facts.order.medication, facts.order.form)
        if window_id is not None and facts.order
        else []
    )
    filled = rules.fill([dose for dose, _, _ in free], shelf)
    bottles = []
    for (dose, slot, instead_of), lines in zip(free, filled, strict=True):
        if lines is None:
            left_out.append(rules.cannot_be_filled(dose))
        else:
            bottles.append(PlannedBottle(dose, slot, lines, instead_of))
    return bottles, left_out


_CLAIM, _RELEASE, _BOTTLE, _END = (table.__table__.c for table in (Claim, ClaimRelease, Bottle, BottleEnd))
_SLOTS = (
    select(
        _CLAIM.clinic_day,
        _CLAIM.part,
        _CLAIM.turn,
        _CLAIM.id.label("claim_id"),
        _CLAIM.kind,
        _CLAIM.recorded_at,
        Staff.__table__.c.name,
        _RELEASE.id.label("release_id"),
        _END.fate,
        _END.state,
        _END.recorded_at.label("ended_at"),
    )
    .join(Staff.__table__, Staff.__table__.c.id == _CLAIM.recorded_by_id)
    .outerjoin(ClaimRelease.__table__, _RELEASE.claim_id == _CLAIM.id)
    .outerjoin(Bottle.__table__, _BOTTLE.claim_id == _CLAIM.id)
    .outerjoin(BottleEnd.__table__, _END.bottle_id == _BOTTLE.id)
    .where(
        _CLAIM.person_id == bindparam("person_id"),
        _CLAIM.clinic_day.between(bindparam("first"), bindparam("last")),
    )
    .order_by(_CLAIM.turn)
)


def _slots(
    session: Session, person_id: int, doses: Sequence[BottleDose]
) -> dict[tuple[date, int], Sequence[Row[*tuple[Any, ...]]]]:
    if not doses:
        return {}
    span = {"first": min(d.day for d in doses), "last": max(d.day for d in doses)}
    found: dict[tuple[date, int], list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in session.execute(_SLOTS, {"person_id": person_id, **span}):
        found[row.clinic_day, row.part].append(row)
    return dict(found)


def _slot(
    dose: BottleDose, claims: Sequence[Row[*tuple[Any, ...]]], one_off: OneOffAllowed | None
) -> tuple[Slot, int | None]:
    """Return the slot of a bottle's day, and the claim that makes way because its own bottle is gone.

    Only one-off doses that were allowed after the bottle was known to be gone take its place. Source: product.md §7.
    """
    if not claims:
        return Slot(dose.part, 1, None), None
    last = claims[-1]
    if last.release_id is not None:
        return Slot(dose.part, last.turn + 1, last.release_id), None
    gone = last.fate in GONE or last.state in (BottleState.FULL, BottleState.PART)
    if gone and one_off is not None and one_off.decided_at > last.ended_at:
        return Slot(dose.part, last.turn + 1, None), last.claim_id
    return Slot(dose.part, last.turn, None, last.recorded_at, last.name, last.kind), None
