"""Recording what became of a dose: given, given in part, withheld, refused. What did not happen: dose_reversals.

Every verb works behind the same locks, in the same order: the person, then the window's containers, then the heads of the
chains. What the page showed is compared again behind them; whoever is second is told who was first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import dosing as facts_of
from dispensary.rules import dosing as rules
from dispensary.rules.dosing import DosingFacts, SiteRules
from dispensary.rules.re_entry import ReEntryVerdict
from dispensary.rules.stock import Line, share_taken
from dispensary.services import audit, lock, pouring, re_entry_decisions, stock, stops, take_home_reviews, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.pouring import Poured
from dispensary.wording import N_, Words, say
from models import Claim, Dose
from models.enums import (
    AuditKind,
    ClaimKind,
    Desk,
    DoseOutcome,
    MovementKind,
    PlaceKind,
    RefusedReason,
    StopKind,
    TaskReasonKind,
    WithheldReason,
)
from models.units import Mg

NOTHING = Mg(Decimal(0))
NOT_FIT = frozenset({WithheldReason.SEDATED, WithheldReason.INTOXICATED})
"""Reasons for withholding after which nothing is given until a prescriber has decided."""

TASK_FOR = {
    **dict.fromkeys(NOT_FIT, TaskReasonKind.NOT_FIT),
    WithheldReason.DAYS_WITHOUT_MEDICINE: TaskReasonKind.DAYS_WITHOUT_MEDICINE,
}
"""Which reasons for withholding open a task for the prescriber."""


@dataclass(frozen=True)
class Shown:
    """What the page showed when it was sent: whose page, and the digest of the picture."""

    person_id: int
    digest: str
    digits: str = ""
    """The last two digits of the number, typed because somebody else has a like name."""
    scanned_at: datetime | None = None
    """When the person's card or name was entered."""
    not_intoxicated: bool = False
    """Somebody at the window saw the person and confirmed that they are not intoxicated."""


def record_dose(session: Session, *, shown: Shown, site: SiteRules, act: Act) -> Dose:
    """Record one dose, swallowed whole under the nurse's eyes, and draw it from this window's containers.

    Raises:
        Conflict: the slot was taken first, or what was shown has changed.
        Refused: some rule forbids it; carries every reason.
    """
    facts = facts_behind_locks(session, shown.person_id, act)
    lines = may_be_given(facts, shown, site)
    _refuse_injection(facts, say(N_("Say where it was injected: open the page of the injection.")))
    poured = [Poured(line, line.quantity) for line in lines]
    verdict = rules.re_entry_verdict(facts, site)
    return record_poured(session, facts, poured, DoseOutcome.GIVEN, act, scanned_at=shown.scanned_at, verdict=verdict)


def record_part_dose(
    session: Session,
    *,
    shown: Shown,
    site: SiteRules,
    taken_mg: Mg,
    reason: RefusedReason,
    witnessed_by_id: int | None,
    act: Act,
) -> Dose:
    """Record a dose of which only a part was swallowed; the rest is waste, seen by a witness.

    Args:
        taken_mg: what was swallowed: more than nothing, less than was ordered.
        reason: why the rest was not taken.
        witnessed_by_id: who saw the rest destroyed; somebody else than the nurse.

    Raises:
        Conflict: the slot was taken first, or what was shown has changed.
        Refused: some rule forbids it, or the amount cannot be what was swallowed.
    """
    stock.check_witness(MovementKind.WASTE, witnessed_by_id, act)
    facts = facts_behind_locks(session, shown.person_id, act)
    lines = may_be_given(facts, shown, site)
    _refuse_injection(facts, say(N_("An injection has no part. What was not injected whole is an incident.")))
    ordered = facts.due_mg or NOTHING
    if not NOTHING < taken_mg < ordered:
        words = say(N_("Enter what was swallowed: more than 0 and less than %(mg)s mg."), mg=ordered)
        raise Refused(words, code="part_out_of_range", field="taken_mg")
    shares = share_taken(lines, taken_mg)
    if shares is None:
        words = say(N_("This amount cannot be measured in the strength that was poured."))
        raise Refused(words, code="part_not_exact", field="taken_mg")
    poured = [Poured(line, share) for line, share in zip(lines, shares, strict=True)]
    return record_poured(
        session,
        facts,
        poured,
        DoseOutcome.PART_GIVEN,
        act,
        refused_reason=reason,
        witnessed_by_id=witnessed_by_id,
        scanned_at=shown.scanned_at,
        verdict=rules.re_entry_verdict(facts, site),
    )


def withhold_dose(
    session: Session, *, person_id: int, reason: WithheldReason, note: str, site: SiteRules, act: Act
) -> Dose:
    """Record that staff gave no dose, and why. It is still a day without medicine.

    Somebody not fit for a dose gets none until a prescriber has decided: a stop is set, unless one stands.

    Args:
        site: what the re-entry gate goes by, so that what it said is kept with the dose.

    Raises:
        Refused: no dose is due, so there is nothing to withhold.
    """
    dose, facts = _without_a_dose(session, person_id, DoseOutcome.WITHHELD, act, withheld_reason=reason, note=note)
    audit.record(session, AuditKind.DOSE_WITHHELD, dose, act, person=person_id, reason=reason)
    re_entry_decisions.note_decision(session, rules.re_entry_verdict(facts, site), dose, act)
    ask_prescriber(session, person_id, reason, act)
    take_home_reviews.note_if_deciding(session, person_id, act)
    return dose


def _refuse_injection(facts: DosingFacts, words: Words) -> None:
    if facts.order is not None and facts.order.is_injection:
        raise Refused(words, code="injection")


def ask_prescriber(session: Session, person_id: int, reason: WithheldReason, act: Act) -> None:
    """Put a withheld dose on the prescriber's desk where its reason asks for it; stop somebody who was not fit."""
    if kind := TASK_FOR.get(reason):
        due_at = act.at + house_rules().answer_within[kind]
        tasks.note(session, person_id=person_id, desk=Desk.PRESCRIBER, kind=kind, due_at=due_at, act=act)
    if reason in NOT_FIT and StopKind.SEDATION not in {s.kind for s in facts_of.standing_stops(session, person_id)}:
        decide_by = act.at + house_rules().answer_within[TaskReasonKind.NOT_FIT]
        stops.set_stop(session, person_id=person_id, kind=StopKind.SEDATION, decide_by=decide_by, act=act)


def refuse_dose(
    session: Session, *, person_id: int, reason: RefusedReason, note: str, site: SiteRules, act: Act
) -> Dose:
    """Record that the person came and took no dose.

    Args:
        site: what the re-entry gate goes by, so that what it said is kept with the record.

    Raises:
        Refused: no dose is due, so there is nothing to refuse.
    """
    dose, facts = _without_a_dose(session, person_id, DoseOutcome.REFUSED, act, refused_reason=reason, note=note)
    audit.record(session, AuditKind.DOSE_REFUSED, dose, act, person=person_id, reason=reason)
    re_entry_decisions.note_decision(session, rules.re_entry_verdict(facts, site), dose, act)
    return dose


def facts_behind_locks(session: Session, person_id: int, act: Act) -> DosingFacts:
    """Lock a person and this window's containers, and return the facts as they stand behind the locks."""
    lock.person(session, person_id)
    lock.window(session, act.window_id)
    return station_facts(session, person_id, act)


def station_facts(session: Session, person_id: int, act: Act) -> DosingFacts:
    """Return the facts about a person's next dose at the window and the moment of an act."""
    return facts_of.facts_for(
        session,
        person_id=person_id,
        site_id=act.site_id,
        window_id=act.window_id,
        clinic_day=act.clinic_day,
        at=act.at,
    )


def may_be_given(facts: DosingFacts, shown: Shown, site: SiteRules) -> tuple[Line, ...]:
    """Return the lines to draw, or raise: taken first, then changed since shown, then every other reason.

    Raises:
        Conflict: the slot was taken first, or what was shown has changed.
        Refused: some rule forbids it, or nobody has asked for the digits where a like name exists.
    """
    reasons = rules.reasons_to_withhold(facts, site)
    taken = next((reason for reason in reasons if reason.code == "slot_taken"), None)
    if taken is not None:
        raise Conflict(taken.message, code="slot_taken")
    changed = rules.changed_since_shown(shown.digest, facts, site)
    if changed:
        what = reduce(lambda one, other: say(N_("%(one)s, %(other)s"), one=one, other=other), changed)
        words = N_(
            "Something changed since this page was opened: %(what)s. Nothing was recorded. Look again, then confirm."
        )
        raise Conflict(say(words, what=what), code="changed_since_shown")
    if facts.check_digits and shown.digits != facts.check_digits:
        words = N_("Somebody else in treatment has a like name. Ask for the last two digits of the number, type them.")
        raise Refused(say(words), code="identity_unchecked", field="scan")
    if reasons or facts.lines is None:
        raise Refused(say(N_("This dose may not be given now.")), reasons=reasons, code="withheld_by_rule")
    if rules.seen_first(facts, site) and not shown.not_intoxicated:
        words = N_("After days without medicine: look whether the person is intoxicated. If not, type N, then F.")
        raise Refused(say(words), code="not_seen", field="scan")
    return facts.lines


def record_poured(
    session: Session,
    facts: DosingFacts,
    poured: Sequence[Poured],
    outcome: DoseOutcome,
    act: Act,
    refused_reason: RefusedReason | None = None,
    witnessed_by_id: int | None = None,
    scanned_at: datetime | None = None,
    given_by_id: int | None = None,
    note: str = "",
    verdict: ReEntryVerdict | None = None,
) -> Dose:
    """Write a dose that was decided on behind the locks: its slot, its lines, its stock, the audit and the register.

    Args:
        given_by_id: who gave it, where somebody else enters it from paper.
        note: of an injection, where on the body.
        verdict: what the re-entry gate said of it, where it had something to consider.
    """
    claim = write(session, _claim(facts, act))
    taken_mg = Mg(sum((p.taken * p.line.container.strength for p in poured), Decimal(0)))
    dose = dose_of(facts, outcome, act)
    dose.given_by_id, dose.note = given_by_id, note
    dose.claim_id, dose.ordered_mg = claim.id, facts.due_mg or NOTHING
    dose.taken_mg, dose.wasted_mg = taken_mg, Mg(dose.ordered_mg - taken_mg)
    dose.refused_reason, dose.witnessed_by_id, dose.scanned_at = refused_reason, witnessed_by_id, scanned_at
    write(session, dose)
    places = stock.places(session, act, PlaceKind.WINDOW, PlaceKind.PERSON, PlaceKind.WASTE)
    movements = pouring.pour(session, dose, poured, witnessed_by_id, places, act)
    audit.record(session, AuditKind.DOSE_RECORDED, dose, act, **audited(dose))
    re_entry_decisions.note_decision(session, verdict, dose, act)
    if facts.waiting_step is not None:
        kind = TaskReasonKind.STEP_WAITS
        due_at = act.at + house_rules().answer_within[kind]
        tasks.note(session, person_id=facts.person_id, desk=Desk.PRESCRIBER, kind=kind, due_at=due_at, act=act)
    stock.enter_register(session, movements, act, places)
    return dose


def audited(dose: Dose) -> dict[str, object]:
    """Return what the audit keeps of a dose."""
    return {
        "person": dose.person_id,
        "order": dose.order_id,
        "claim": dose.claim_id,
        "day": dose.clinic_day,
        "part": dose.part,
        "outcome": dose.outcome,
        "ordered_mg": dose.ordered_mg,
        "taken_mg": dose.taken_mg,
        "wasted_mg": dose.wasted_mg,
        "witness": dose.witnessed_by_id,
    }


def _claim(facts: DosingFacts, act: Act) -> Claim:
    slot = facts.slot
    return Claim(
        person_id=facts.person_id,
        clinic_day=facts.clinic_day,
        part=slot.part,
        turn=slot.turn,
        follows_id=slot.release_id,
        follows_turn=slot.turn - 1 if slot.release_id is not None else None,
        kind=ClaimKind.INJECTION if facts.order and facts.order.is_injection else ClaimKind.OBSERVED,
        **act.stamp,
    )


def dose_of(facts: DosingFacts, outcome: DoseOutcome, act: Act) -> Dose:
    """Return a dose under the order that holds, its amounts still to be filled in.

    Raises:
        Refused: no order holds.
    """
    if facts.order is None:
        raise Refused(say(N_("No signed order holds today, so no dose is due.")), code="no_active_order")
    return Dose(
        person_id=facts.person_id,
        clinic_day=facts.clinic_day,
        part=facts.slot.part,
        order_id=facts.order.id,
        episode_id=facts.episode_id,
        outcome=outcome,
        medication=facts.order.medication,
        form=facts.order.form,
        taken_at=act.at,
        window_id=act.window_id,
        terminal_id=act.terminal_id,
        **act.stamp,
    )


def _without_a_dose(
    session: Session, person_id: int, outcome: DoseOutcome, act: Act, **why: object
) -> tuple[Dose, DosingFacts]:
    lock.person(session, person_id)
    facts = facts_of.facts_for(
        session,
        person_id=person_id,
        site_id=act.site_id,
        window_id=None,
        clinic_day=act.clinic_day,
        at=act.at,
    )
    if facts.slot.taken_at is not None:
        raise Refused(
            say(N_("Dosed today at %(at)s by %(by)s."), at=facts.slot.taken_at, by=facts.slot.taken_by),
            code="slot_taken",
        )
    dose = dose_of(facts, outcome, act)
    if facts.due_mg is None:
        raise Refused(say(N_("The order has no dose for today.")), code="not_due_today")
    dose.ordered_mg = facts.due_mg
    dose.taken_mg = dose.wasted_mg = NOTHING
    for column, value in why.items():
        setattr(dose, column, value)
    return write(session, dose), facts
