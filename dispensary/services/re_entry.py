"""Letting a held dose be given: for the ordered amount, stated in mg, and for one clinic day."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict
from dispensary.queries import dosing, sites
from dispensary.rules.dosing import too_many_days_without_medicine
from dispensary.rules.orders import OrderFacts
from dispensary.services import audit, people, prescriber_desk
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import ReEntryRelease
from models.enums import AuditKind, TaskReasonKind, TreatmentPhase
from models.units import Mg


@dataclass(frozen=True)
class Held:
    """A dose that the window holds today: under which order, how much, after how many days."""

    order: OrderFacts
    amount_mg: Mg
    """The day's total."""
    days_without_medicine: int


_RELEASED = select(ReEntryRelease.id).where(
    ReEntryRelease.order_id == bindparam("order_id"), ReEntryRelease.clinic_day == bindparam("clinic_day")
)


def held_today(session: Session, person_id: int, act: Act) -> Held | None:
    """Return the dose that is held today after days without medicine, or None if none is."""
    facts = dosing.facts_for(
        session, person_id=person_id, site_id=act.site_id, window_id=None, clinic_day=act.clinic_day, at=act.at
    )
    rules = sites.settings(session, act.site_id, act.clinic_day).rules
    if facts.order is None or facts.day_total_mg is None or too_many_days_without_medicine(facts, rules) is None:
        return None
    return Held(facts.order, facts.day_total_mg, facts.days_without_medicine)


def days_held(session: Session, person_id: int, phase: TreatmentPhase, act: Act) -> int | None:
    """Return the days without medicine for which an order in this phase would be held today; None if it would not."""
    facts = dosing.facts_for(
        session, person_id=person_id, site_id=act.site_id, window_id=None, clinic_day=act.clinic_day, at=act.at
    )
    rules = sites.settings(session, act.site_id, act.clinic_day).rules
    limit = rules.hold_from_days_induction if phase is TreatmentPhase.INDUCTION else rules.hold_from_days
    return facts.days_without_medicine if facts.days_without_medicine >= limit else None


def release_held_dose(
    session: Session, *, person_id: int, order_id: int, days_without_medicine: int, amount_mg: Mg, reason: str, act: Act
) -> ReEntryRelease:
    """Release today's held dose under the order in force.

    The prescriber's task closes with it when nothing else on it waits.

    Args:
        order_id: the version that was shown.
        days_without_medicine: as shown and considered.
        amount_mg: the day's total as shown.

    Raises:
        NotFound: there is no such person.
        Conflict: what was shown has changed: another version, count or amount, or nothing is held any more.
        Refused: no reason was given.
    """
    reason = people.line(reason, "reason", needed=True)
    people.lock(session, person_id)
    held = held_today(session, person_id, act)
    if held is None:
        raise Conflict(say(N_("No dose of this person is held now.")), code="nothing_held")
    if (held.order.id, held.days_without_medicine, held.amount_mg) != (order_id, days_without_medicine, amount_mg):
        raise Conflict(
            say(
                N_("This has changed: it is now %(mg)s mg after %(days)s days without medicine. Look again."),
                mg=held.amount_mg,
                days=held.days_without_medicine,
            ),
            code="shown_has_changed",
        )
    refuse_released(session, order_id, act)
    release = write(session, person_id=person_id, order_id=order_id, held_days=days_without_medicine,
                    amount_mg=amount_mg, reason=reason, act=act)  # fmt: skip
    kinds = {TaskReasonKind.DAYS_WITHOUT_MEDICINE}
    prescriber_desk.answer(session, person_id=person_id, kinds=kinds, resolution=reason, act=act)
    return release


def refuse_released(session: Session, order_id: int, act: Act) -> None:
    """Refuse a second release of one order on one day.

    Raises:
        Conflict: it was released before, for fewer days or less.
    """
    if session.scalar(_RELEASED, {"order_id": order_id, "clinic_day": act.clinic_day}) is not None:
        words = N_("Today's dose was released before, for fewer days or less. Sign the order anew to decide again.")
        raise Conflict(say(words), code="released_before")


def write(
    session: Session, *, person_id: int, order_id: int, held_days: int, amount_mg: Mg, reason: str, act: Act
) -> ReEntryRelease:
    """Write the release of today's dose under an order; whoever calls it has decided that it is held."""
    release = ReEntryRelease(
        person_id=person_id,
        order_id=order_id,
        clinic_day=act.clinic_day,
        days_without_medicine=held_days,
        amount_mg=amount_mg,
        reason=reason,
        released_at=act.at,
        **act.stamp,
    )
    session.add(release)
    session.flush()
    audit.record(
        session,
        AuditKind.RE_ENTRY_RELEASED,
        release,
        act,
        person=person_id,
        order=order_id,
        clinic_day=act.clinic_day,
        days_without_medicine=held_days,
        amount_mg=amount_mg,
    )
    return release
