"""Replacing a dose that came up: a prescriber orders it for the one day, the window gives it, once."""

from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import after_dose
from dispensary.queries.after_dose import LastDose, Replacement
from dispensary.rules.dosing import DosingFacts, SiteRules
from dispensary.rules.vomiting import facts_for_replacement
from dispensary.services import audit, dosing, linked_slots, people, pouring, prescriber_desk, stock
from dispensary.services.act import Act
from dispensary.services.dosing import Shown
from dispensary.services.facts import write
from dispensary.services.pouring import Poured
from dispensary.wording import N_, say
from models import Dose, ReplacementOrder
from models.enums import AuditKind, DoseOutcome, PlaceKind, TaskReasonKind
from models.units import Mg

NOTHING = Mg(Decimal(0))


def order_replacement(session: Session, *, dose_id: int, amount_mg: Mg, reason: str, act: Act) -> ReplacementOrder:
    """Sign what replaces a dose that came up today; a further version takes the place of the one before.

    The prescriber's task closes with it when nothing else on it waits.

    Raises:
        NotFound: there is no such dose here.
        Conflict: a replacement of it was given already.
        Refused: it is not of today, did not come up, was an incident, or the amount is more than was swallowed.
    """
    reason = people.line(reason, "reason", needed=True)
    dose = _locked(session, dose_id, act)
    _may_be_replaced(session, dose, amount_mg, act)
    known = select(func.max(ReplacementOrder.version)).where(ReplacementOrder.dose_id == dose_id)
    order = write(
        session,
        ReplacementOrder(
            dose_id=dose_id,
            version=(session.scalar(known) or 0) + 1,
            person_id=dose.person_id,
            clinic_day=act.clinic_day,
            amount_mg=amount_mg,
            reason=reason,
            signed_at=act.at,
            **act.stamp,
        ),
    )
    audit.record(
        session,
        AuditKind.REPLACEMENT_ORDERED,
        order,
        act,
        person=dose.person_id,
        dose=dose_id,
        version=order.version,
        amount_mg=amount_mg,
    )
    answered = {TaskReasonKind.VOMITED}
    prescriber_desk.answer(session, person_id=dose.person_id, kinds=answered, resolution=reason, act=act)
    return order


def give_replacement(session: Session, *, shown: Shown, dose_id: int, site: SiteRules, act: Act) -> Dose:
    """Give the replacement that a prescriber ordered, and draw it from this window's containers. It claims no slot.

    Args:
        shown: whose page, and the digest of what it showed of the replacement.
        dose_id: the dose that came up.

    Raises:
        NotFound: there is no such dose here.
        Conflict: it was given already, or what was shown has changed.
        Refused: none is ordered for today, a stop stands, or some other rule forbids it; carries every reason.
    """
    facts = dosing.facts_behind_locks(session, shown.person_id, act)
    waiting = waiting_for(session, shown.person_id, dose_id, act)
    lines = dosing.may_be_given(facts_at_window(session, facts, waiting, act), shown, site)
    again = write(session, _dose(session, shown.person_id, waiting, act))
    places = stock.places(session, act, PlaceKind.WINDOW, PlaceKind.PERSON)
    movements = pouring.pour(session, again, [Poured(line, line.quantity) for line in lines], None, places, act)
    audit.record(
        session, AuditKind.DOSE_REPLACED, again, act, **dosing.audited(again), replaces=dose_id, replacement=waiting.id
    )
    stock.enter_register(session, movements, act, places)
    return again


def facts_at_window(session: Session, facts: DosingFacts, waiting: Replacement, act: Act) -> DosingFacts:
    """Return the facts on which this replacement is decided at this window; for the page and for the service."""
    lines = after_dose.replacement_lines(session, waiting, act.window_id, act.clinic_day)
    return facts_for_replacement(facts, waiting.amount_mg, lines, waiting.part)


def waiting_for(session: Session, person_id: int, dose_id: int, act: Act) -> Replacement:
    """Return the replacement that waits today for a dose of a person.

    Raises:
        Conflict: it was given already.
        Refused: none is ordered for this dose and today.
    """
    _refuse_given(session, dose_id)
    waiting = after_dose.waiting_replacement(session, person_id, act.clinic_day)
    if waiting is None or waiting.dose_id != dose_id:
        words = N_("No replacement is ordered for this dose and today. Ask the prescriber, who orders one by amount.")
        raise Refused(say(words), code="none_ordered")
    return waiting


def _locked(session: Session, dose_id: int, act: Act) -> LastDose:
    person_id = session.scalar(select(Dose.person_id).where(Dose.id == dose_id, Dose.site_id == act.site_id))
    if person_id is not None:
        linked_slots.lock_records(session, {person_id})
    dose = after_dose.dose(session, dose_id, act.site_id)
    if dose is None:
        raise NotFound(say(N_("There is no such dose here.")), code="no_such_dose")
    return dose


def _may_be_replaced(session: Session, dose: LastDose, amount_mg: Mg, act: Act) -> None:
    if dose.vomiting_id is None:
        words = say(N_("This dose is not on record as vomited. The nurse at the window records that first, with V."))
        raise Refused(words, code="not_vomited")
    if dose.clinic_day != act.clinic_day:
        words = say(N_("This dose came up on %(day)s. Replace nothing now; change the order if it must change."),
                    day=dose.clinic_day)  # fmt: skip
        raise Refused(words, code="another_day")
    if dose.outcome is DoseOutcome.INCIDENT or dose.order_id is None:
        words = say(N_("What was swallowed in an incident is not replaced. Watch the person, and decide the stop."))
        raise Refused(words, code="incident_not_replaced")
    _refuse_given(session, dose.id)
    if not NOTHING < amount_mg <= dose.taken_mg:
        words = say(N_("A replacement is more than 0 mg and at most the %(mg)s mg that were swallowed."),
                    mg=dose.taken_mg)  # fmt: skip
        raise Refused(words, code="amount_out_of_range", field="amount_mg")


def _refuse_given(session: Session, dose_id: int) -> None:
    given = after_dose.replaced_at(session, dose_id)
    if given is not None:
        raise Conflict(say(N_("The replacement was given at %(at)s. Give no other."), at=given), code="replaced_before")


def _dose(session: Session, person_id: int, waiting: Replacement, act: Act) -> Dose:
    return Dose(
        person_id=person_id,
        clinic_day=act.clinic_day,
        part=waiting.part,
        order_id=waiting.order_id,
        episode_id=waiting.episode_id,
        outcome=DoseOutcome.REPLACEMENT,
        medication=waiting.medication,
        form=waiting.form,
        ordered_mg=waiting.amount_mg,
        taken_mg=waiting.amount_mg,
        wasted_mg=NOTHING,
        taken_at=act.at,
        replaces_id=waiting.dose_id,
        replaces_turn=after_dose.times_replaced(session, waiting.dose_id) + 1,
        window_id=act.window_id,
        terminal_id=act.terminal_id,
        **act.stamp,
    )
