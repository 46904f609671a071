"""Depot injections: given by a health professional and recorded with the place on the body, or decided by a prescriber.

An injection has no part, is not swallowed, cannot come up, and never goes home.
"""

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import dosing as facts_of
from dispensary.rules.depots import Timing
from dispensary.rules.dosing import DosingFacts, SiteRules, re_entry_verdict
from dispensary.rules.orders import due_amount
from dispensary.services import dosing, lock, people, prescriber_desk, re_entry, tasks
from dispensary.services.act import Act
from dispensary.services.dosing import Shown
from dispensary.services.pouring import Poured
from dispensary.wording import N_, say
from models import Dose, ReEntryRelease, Task
from models.enums import Desk, DoseOutcome, InjectionSite, TaskReasonKind
from models.units import Mg

ANSWERED = {TaskReasonKind.DEPOT_WINDOW, TaskReasonKind.DAYS_WITHOUT_MEDICINE}


def record_injection(session: Session, *, shown: Shown, into: InjectionSite, site: SiteRules, act: Act) -> Dose:
    """Record one injection, given here and now, and draw its syringe from this window's containers.

    Args:
        into: where on the body it was given.

    Raises:
        Conflict: the slot was taken first, or what was shown has changed.
        Refused: the order is for no injection, or some rule forbids it; carries every reason.
    """
    facts = dosing.facts_behind_locks(session, shown.person_id, act)
    if facts.order is not None and not facts.order.is_injection:
        words = N_("The order is for %(form)s, not for an injection. Go back to the person's page.")
        raise Refused(say(words, form=facts.order.form), code="no_injection")
    lines = dosing.may_be_given(facts, shown, site)
    poured = [Poured(line, line.quantity) for line in lines]
    return dosing.record_poured(
        session,
        facts,
        poured,
        DoseOutcome.GIVEN,
        act,
        scanned_at=shown.scanned_at,
        note=into.value,
        verdict=re_entry_verdict(facts, site),
    )


def ask_prescriber(session: Session, *, person_id: int, act: Act) -> Task:
    """Put the question of an early or late injection on the prescriber's desk.

    Raises:
        Conflict: today is inside the window, or nothing is ordered: there is nothing to ask.
    """
    lock.person(session, person_id)
    _outside_window(session, person_id, act)
    kind = TaskReasonKind.DEPOT_WINDOW
    due_at = act.at + house_rules().answer_within[kind]
    return tasks.note(session, person_id=person_id, desk=Desk.PRESCRIBER, kind=kind, due_at=due_at, act=act)


def release_injection(
    session: Session, *, person_id: int, order_id: int, amount_mg: Mg, reason: str, act: Act
) -> ReEntryRelease:
    """Let an injection be given today although it is early or late, for the ordered amount and for today only.

    Args:
        order_id: the version that was shown.
        amount_mg: as shown.

    Raises:
        Conflict: another version or amount holds by now, today is inside the window, or it was released before.
        Refused: no reason was given.
    """
    reason = people.line(reason, "reason", needed=True)
    lock.person(session, person_id)
    facts = _outside_window(session, person_id, act)
    now_mg = ordered_mg(facts)
    if facts.order is None or (facts.order.id, now_mg) != (order_id, amount_mg):
        words = N_("This has changed: the order now says %(mg)s mg. Look again, then decide.")
        raise Conflict(say(words, mg=now_mg), code="shown_has_changed")
    re_entry.refuse_released(session, order_id, act)
    release = re_entry.write(session, person_id=person_id, order_id=order_id, held_days=facts.days_without_medicine,
                             amount_mg=amount_mg, reason=reason, act=act)  # fmt: skip
    prescriber_desk.answer(session, person_id=person_id, kinds=ANSWERED, resolution=reason, act=act)
    return release


def waiting_injection(session: Session, person_id: int, act: Act) -> DosingFacts | None:
    """Return the facts of somebody whose injection would be early or late today and is not released; None of others."""
    facts = facts_of.facts_for(
        session, person_id=person_id, site_id=act.site_id, window_id=None, clinic_day=act.clinic_day, at=act.at
    )
    if facts.injection is None or facts.slot.taken_at is not None or facts.released_mg is not None:
        return None
    return facts if facts.injection.timing(act.clinic_day) is not Timing.INSIDE else None


def ordered_mg(facts: DosingFacts) -> Mg:
    """Return the amount of the injection that the order has for today, whether or not it is due."""
    if facts.order is None:
        raise LookupError("without an order there is no injection")
    return due_amount(facts.order, (), facts.clinic_day).amounts_mg[0]


def _outside_window(session: Session, person_id: int, act: Act) -> DosingFacts:
    facts = waiting_injection(session, person_id, act)
    if facts is None:
        words = N_("No injection of this person waits for a decision now. Look at the person's page again.")
        raise Conflict(say(words), code="nothing_to_decide")
    return facts
