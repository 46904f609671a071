"""Orders by telephone: a nurse takes one down and reads it back; the prescriber countersigns it, or disowns it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import dosing, on_call, orders, sites, telephone_orders
from dispensary.queries.telephone_orders import Call, TakenDown
from dispensary.rules.dosing import SiteRules, re_entry_verdict
from dispensary.rules.order_drafts import says
from dispensary.rules.orders import Step, weekdays_text
from dispensary.rules.telephone_orders import amount_fault, reasons_against
from dispensary.services import audit, people, prescriber_desk, re_entry, stops, tasks
from dispensary.services.act import Act
from dispensary.services.orders import write_order
from dispensary.services.people import line
from dispensary.wording import N_, say
from models import Countersignature, DoseOrder, OrderEnd, TelephoneOrder
from models.enums import AuditKind, Desk, OrderEndReason, StopKind, TaskReasonKind, TelephoneOrderKind
from models.units import Mg

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """What the prescriber said on the telephone, as it was taken down."""

    kind: TelephoneOrderKind
    prescriber_id: int
    amount_mg: Mg
    """The whole day."""
    read_back: str
    """The amount with its unit, typed a second time while it was read back."""
    reason: str


def take_telephone_order(session: Session, *, person_id: int, said: Said, act: Act) -> TelephoneOrder:
    """Take down what a prescriber orders for today by telephone, and put it on their desk to be countersigned.

    Raises:
        NotFound: there is no such person.
        Refused: the site does not allow it, a stop stands, it would raise a dose, it was not read back, or it is not
            a prescriber's of this site; with every reason, or at its field.
    """
    reason = line(said.reason, "reason", needed=True)
    settings = sites.settings(session, act.site_id, act.clinic_day)
    if not settings.telephone_orders:
        raise Refused(say(N_("This site takes no orders by telephone. The prescriber signs in.")), code="not_allowed")
    _check_prescriber(session, said.prescriber_id, act)
    people.lock(session, person_id)
    call = telephone_orders.call(
        session, person_id, site_id=act.site_id, clinic_day=act.clinic_day, at=act.at, rules=settings.rules
    )
    _check(said, call)
    order_id, release_id = _carry_out(session, said, call, reason, settings.rules, act)
    taken = TelephoneOrder(
        person_id=person_id,
        clinic_day=act.clinic_day,
        kind=said.kind,
        order_id=order_id,
        release_id=release_id,
        amount_mg=said.amount_mg,
        prescriber_id=said.prescriber_id,
        reason=reason,
        said_at=act.at,
        countersign_by=act.at + settings.countersign_within,
        **act.stamp,
    )
    session.add(taken)
    session.flush()
    tasks.note(
        session,
        person_id=person_id,
        desk=Desk.PRESCRIBER,
        kind=TaskReasonKind.COUNTERSIGN,
        due_at=taken.countersign_by,
        act=act,
    )
    audit.record(
        session,
        AuditKind.TELEPHONE_ORDER_TAKEN,
        taken,
        act,
        person=person_id,
        ordered=said.kind,
    )
    return taken


def _check_prescriber(session: Session, prescriber_id: int, act: Act) -> None:
    if prescriber_id == act.by_id:
        words = N_("You cannot take down your own order. Sign it yourself.")
        raise Refused(say(words), code="own_order", field="prescriber_id")
    if prescriber_id not in {who.id for who in on_call.prescribers(session, act.site_id, act.clinic_day)}:
        raise Refused(say(N_("Choose somebody who may sign orders here.")), code="no_prescriber", field="prescriber_id")


def _check(said: Said, call: Call) -> None:
    if reasons := reasons_against(said.kind, call.facts):
        raise Refused(say(N_("This cannot be ordered by telephone now.")), reasons=reasons, code="not_by_telephone")
    if fault := amount_fault(said.kind, said.amount_mg, call.facts):
        raise Refused(fault, code="amount", field="amount_mg")
    if not says(said.read_back, said.amount_mg):
        words = N_(
            "This is not the amount above. Read it back to the prescriber, and type it with its unit, as in 80 mg."
        )
        raise Refused(say(words), code="not_read_back", field="read_back")


def _carry_out(
    session: Session, said: Said, call: Call, reason: str, site: SiteRules, act: Act
) -> tuple[int, int | None]:
    """Write what the window goes by; return the order it is about, and the release if it is one."""
    if said.kind is TelephoneOrderKind.CONTINUE:
        return _continue(session, said, call, reason, act).id, None
    order = call.dosing.order
    if order is None:
        raise LookupError("without an order in force the rules have refused")
    if said.kind is TelephoneOrderKind.LOWER:
        return order.id, None
    re_entry.refuse_released(session, order.id, act)
    release = re_entry.write(
        session,
        person_id=call.dosing.person_id,
        order_id=order.id,
        held_days=call.dosing.days_without_medicine,
        amount_mg=said.amount_mg,
        reason=reason,
        act=act,
        verdict=re_entry_verdict(call.dosing, site),
    )
    return order.id, release.id


def _continue(session: Session, said: Said, call: Call, reason: str, act: Act) -> DoseOrder:
    """Write the order for this one day, in the prescriber's name, as the one that ran out was."""
    old = call.lapsed
    if old is None or call.facts.lapsed is None:
        raise LookupError("without an order that ran out the rules have refused")
    amounts = call.facts.lapsed.amounts_mg if old.facts.parts > 1 else (said.amount_mg,)
    order = DoseOrder(
        person_id=call.dosing.person_id,
        episode_id=old.episode_id,
        version=1,
        medication=old.facts.medication,
        form=old.facts.form,
        treatment_phase=old.facts.treatment_phase,
        starts_on=act.clinic_day,
        ends_on=act.clinic_day,
        every_n_days=old.facts.every_n_days,
        weekdays=weekdays_text(old.facts.weekdays),
        parts=old.facts.parts,
        hours_between_parts=old.facts.hours_between_parts,
        reason=reason,
        signed_by_id=said.prescriber_id,
        signed_at=act.at,
        **act.stamp,
    )
    write_order(session, order, [Step(act.clinic_day, amounts)], act, person=order.person_id)
    return order


def countersign(session: Session, *, telephone_order_id: int, agreed: bool, note: str, act: Act) -> Countersignature:
    """Confirm what was taken down in one's name, or disown it.

    What is disowned no longer counts: the order of that day ends, and a stop stands until a prescriber has decided.

    Raises:
        NotFound: there is no such telephone order here.
        Conflict: it was countersigned before; it says when and by whom.
        Refused: it names somebody else who can still sign here, or it is disowned without saying why.
    """
    note = line(note, "note", needed=not agreed)
    person_id = session.scalar(select(TelephoneOrder.person_id).where(TelephoneOrder.id == telephone_order_id))
    if person_id is not None:
        people.lock(session, person_id)
    taken = telephone_orders.one(session, telephone_order_id, act.site_id)
    if taken is None:
        raise NotFound(say(N_("There is no such telephone order here.")), code="no_such_telephone_order")
    _refuse_signed(taken)
    _refuse_somebody_elses(session, taken, act)
    signature = Countersignature(telephone_order_id=taken.id, agreed=agreed, note=note, signed_at=act.at, **act.stamp)
    session.add(signature)
    session.flush()
    audit.record(
        session,
        AuditKind.TELEPHONE_ORDER_COUNTERSIGNED,
        signature,
        act,
        person=taken.person_id,
    )
    if not agreed:
        _take_back(session, taken, note, act)
    resolution = note or taken.reason
    prescriber_desk.answer(session, person_id=taken.person_id, kinds=set(), resolution=resolution, act=act)
    return signature


def _refuse_signed(taken: TakenDown) -> None:
    if taken.agreed is not None:
        words = N_("This was countersigned at %(at)s by %(by)s.")
        raise Conflict(say(words, at=taken.signed_at, by=taken.signed_by), code="countersigned_before")


def _refuse_somebody_elses(session: Session, taken: TakenDown, act: Act) -> None:
    """Refuse a signature under somebody else's order, unless that person can no longer sign here, and under one's own note."""
    if taken.prescriber_id == act.by_id:
        return
    if session.scalar(select(TelephoneOrder.recorded_by_id).where(TelephoneOrder.id == taken.id)) == act.by_id:
        words = N_("You took this down yourself, so another prescriber countersigns or disowns it.")
        raise Refused(say(words), code="own_note")
    if taken.prescriber_id in {who.id for who in on_call.prescribers(session, act.site_id, act.clinic_day)}:
        words = N_("It was taken down in the name of %(name)s, who countersigns or disowns it.")
        raise Refused(say(words, name=taken.prescriber), code="somebody_elses")


def _take_back(session: Session, taken: TakenDown, note: str, act: Act) -> None:
    """End the order that was written for the day, and stop dosing until a prescriber has decided."""
    order_id = session.scalar(select(TelephoneOrder.order_id).where(TelephoneOrder.id == taken.id))
    dosed = bool(orders.parts_claimed(session, taken.person_id, taken.clinic_day))
    if taken.kind is TelephoneOrderKind.CONTINUE and act.clinic_day == taken.clinic_day and not dosed:
        end = OrderEnd(
            order_id=order_id,
            last_day=taken.clinic_day - DAY,
            reason=OrderEndReason.STOPPED,
            note=note,
            **act.stamp,
        )
        session.add(end)
        session.flush()
        audit.record(session, AuditKind.ORDER_ENDED, end, act)
    if StopKind.ORDER_PROBLEM not in {stop.kind for stop in dosing.standing_stops(session, taken.person_id)}:
        stops.set_stop(session, person_id=taken.person_id, kind=StopKind.ORDER_PROBLEM, note=note, act=act)
