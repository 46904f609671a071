"""What goes home with somebody now: on which decision, which days, which bottles, and what stands against it.

One function makes it for the page and for the service behind its locks, so that what was shown is what is handed over.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.queries import (
    bottle_slots,
    calendar,
    call_backs,
    doses_taken,
    orders,
    stock,
    take_home_evidence,
    take_home_reviews,
    taking_home,
)
from dispensary.queries.taking_home import Allowed, OneOffAllowed
from dispensary.reasons import Reason
from dispensary.rules import bottle_reasons
from dispensary.rules.bottles import BottleDose, IssuePlan, PlannedBottle, doses_of, fill
from dispensary.rules.dosing import DosingFacts, SiteRules, reasons_to_withhold
from dispensary.rules.one_offs import one_off_days
from dispensary.rules.orders import OrderFacts
from dispensary.rules.take_home_review import let_go
from dispensary.rules.take_homes import LOOKED_AHEAD, Barred, CoveredDay, OpenDays, Plan, schedule
from models.enums import ClaimKind, TreatmentPhase, WithheldReason

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
class Asked:
    """What is to be handed over: on the standing decision or one-off doses, to the person or a collector."""

    one_off_id: int | None = None
    """None: on the standing decision."""
    collected: bool = False
    """By somebody else, so that nothing is dosed here first."""


@dataclass(frozen=True)
class Terms:
    """What a site has set for bottles, and the policy in force there."""

    site: SiteRules
    """What it has set for doses: what holds a dose holds bottles."""
    safety_check_days: int
    """So long a talk about take-home safety holds."""
    take_homes: Callable[[], TakeHomePolicy]
    """Looked up only for somebody in induction."""


@dataclass(frozen=True)
class _Known:
    """What is read once about somebody before the days are worked out."""

    facts: DosingFacts
    versions: Sequence[OrderFacts]
    allowed: Allowed
    one_off: OneOffAllowed | None
    asked: Asked


def issue_plan(
    session: Session, facts: DosingFacts, asked: Asked, terms: Terms, *, site_id: int, window_id: int | None
) -> IssuePlan:
    """Return what goes home now with somebody about whom the facts at this window are known."""
    on = taking_home.allowed(session, facts.person_id, facts.clinic_day)
    one_off = next((o for o in on.one_offs if o.days.id == asked.one_off_id), None)
    known = _Known(facts, _versions(session, facts), on, one_off, asked)
    covered = _covered(session, known, terms, site_id)
    if covered is None:
        return IssuePlan()
    covered, waiting = _under_review(session, known, covered)
    doses = _doses(session, facts, covered.days, known.versions)
    bottles, left_out = _bottles(session, known, doses, window_id)
    against = [r for r in reasons_to_withhold(facts, terms.site) if r.code not in NOT_OF_BOTTLES]
    against += [r for r in covered.against if facts.order is not None or r.code != "no_order"]
    against += _before_bottles(known, doses)
    against += _of_the_person(session, facts, terms)
    left_out += _stays_here(known, doses)
    return IssuePlan(tuple(bottles), (*waiting, *left_out), tuple(against), covered.next_visit)


def _versions(session: Session, facts: DosingFacts) -> list[OrderFacts]:
    return [
        version.facts
        for version in orders.versions_of(session, facts.person_id)
        if version.facts.ends_on >= facts.clinic_day and not version.never_held
    ]


def _covered(session: Session, known: _Known, terms: Terms, site_id: int) -> Plan | None:
    """Return the days that go home; None where nothing was decided that is asked for."""
    facts, decision, today = known.facts, known.allowed.decision, known.facts.clinic_day
    closures = calendar.closures_of(session, site_id, today, today + timedelta(days=LOOKED_AHEAD))
    open_days = OpenDays(terms.site.opening_days, frozenset(closure.day for closure in closures))
    held = taking_home.held(session, facts.person_id, today)
    barred = _barred(session, known, terms, site_id)
    regular = schedule(decision, known.versions, today, open_days, barred=barred, held=held) if decision else None
    if known.asked.one_off_id is None:
        return regular
    if known.one_off is None:
        return None
    return one_off_days(
        known.one_off.days,
        known.versions,
        today,
        open_days,
        next_visit=regular.next_visit if regular else None,
        barred=barred,
        held=held,
        today_too=known.asked.collected and facts.due_mg is not None,
    )


def _barred(session: Session, known: _Known, terms: Terms, site_id: int) -> Barred:
    """Return whether induction is an obstacle; stops are told with everything else that holds a dose."""
    facts = known.facts
    inducing = [order for order in known.versions if order.treatment_phase is TreatmentPhase.INDUCTION]
    if not inducing:
        return Barred()
    allowed = take_home_evidence.may_in_induction(
        session, facts.person_id, site_id, facts.clinic_day, inducing[0].medication, terms.take_homes()
    )
    return Barred(induction_allowed=allowed)


def _under_review(session: Session, known: _Known, covered: Plan) -> tuple[Plan, list[Reason]]:
    """Return what goes home in spite of an open review, and that the rest waits for a prescriber's answer."""
    review = take_home_reviews.open_review(session, known.facts.person_id)
    if review is None or not review.holds(known.one_off.decided_at if known.one_off else None):
        return covered, []
    going, waiting = let_go(covered.days, known.facts.clinic_day)
    if not waiting:
        return covered, []
    days = [one.day for one in waiting]
    held_back = replace(covered, days=tuple(going), next_visit=min(days))
    return held_back, [bottle_reasons.review_open(review, days)]


def _doses(
    session: Session, facts: DosingFacts, covered: Sequence[CoveredDay], versions: Sequence[OrderFacts]
) -> list[BottleDose]:
    """Return the doses of the days that go home; today's is no more than is due today, however it was lowered."""
    first = min((order.starts_on for order in versions if len(order.steps) > 1), default=None)
    taken = doses_taken.taken_days(session, facts.person_id, first) if first else []
    doses = doses_of(covered, versions, taken)
    return [
        replace(dose, amount_mg=min(dose.amount_mg, facts.due_mg))
        if facts.due_mg is not None and (dose.day, dose.part) == (facts.clinic_day, facts.slot.part)
        else dose
        for dose in doses
    ]


def _before_bottles(known: _Known, doses: Sequence[BottleDose]) -> list[Reason]:
    """Return what today's own dose has against bottles: it comes first, unless it goes home itself or is collected."""
    facts = known.facts
    if facts.due_mg is None:
        return []
    withheld = [record.at for record in facts.turned_away if isinstance(record.reason, WithheldReason)]
    if withheld:
        return [bottle_reasons.dose_first(max(withheld))]
    return [] if _goes_home(facts, doses) or known.asked.collected else [bottle_reasons.dose_first(None)]


def _stays_here(known: _Known, doses: Sequence[BottleDose]) -> list[Reason]:
    """Return that today's own dose does not go with a collector, where nobody decided that it does."""
    facts = known.facts
    if not known.asked.collected or facts.due_mg is None or _goes_home(facts, doses):
        return []
    return [bottle_reasons.todays_dose_stays(facts.due_mg)]


def _goes_home(facts: DosingFacts, doses: Sequence[BottleDose]) -> bool:
    return (facts.clinic_day, facts.slot.part) in {(dose.day, dose.part) for dose in doses}


def _of_the_person(session: Session, facts: DosingFacts, terms: Terms) -> list[Reason]:
    """Return what stands against any bottle: a stay elsewhere, safety to be gone through, a call-back without an answer."""
    talked = taking_home.last_safety_check(session, facts.person_id)
    due = bottle_reasons.check_due(talked, terms.safety_check_days, facts.clinic_day)
    called = call_backs.open_call_back_of(session, facts.person_id)
    against = [bottle_reasons.on_record_as_away()] if facts.re_entry is not None and facts.re_entry.away else []
    against += [due] if due else []
    return [*against, bottle_reasons.called_back(called.due_by, called.bottles)] if called else against


def _bottles(
    session: Session, known: _Known, doses: Sequence[BottleDose], window_id: int | None
) -> tuple[list[PlannedBottle], list[Reason]]:
    """Return the bottles that can be filled, and why the others are left out."""
    facts, order = known.facts, known.facts.order
    allowed_at = known.one_off.decided_at if known.one_off else None
    free: list[tuple[BottleDose, bottle_slots.BottleSlot]] = []
    left_out: list[Reason] = []
    for dose, found in zip(doses, bottle_slots.slots_of(session, facts.person_id, doses, allowed_at), strict=True):
        if order and (dose.medication, dose.form) != (order.medication, order.form):
            left_out.append(bottle_reasons.other_medicine(dose))
        elif found.slot.taken_at is None:
            free.append((dose, found))
        elif dose.day != facts.clinic_day or found.slot.kind is ClaimKind.TAKE_HOME:
            left_out.append(bottle_reasons.slot_taken(dose, found.slot))
    shelf = (
        stock.containers_at_window(session, window_id, order.medication, order.form)
        if window_id is not None and order
        else []
    )
    bottles = []
    for (dose, found), lines in zip(free, fill([dose for dose, _ in free], shelf), strict=True):
        if lines is None:
            left_out.append(bottle_reasons.cannot_be_filled(dose))
        else:
            bottles.append(PlannedBottle(dose, found.slot, lines, found.instead_of))
    return bottles, left_out
