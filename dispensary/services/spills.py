"""A poured dose that was spilt before it was swallowed: the stock is lost, and the slot is still free."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.rules import dosing as rules
from dispensary.rules.dosing import DosingFacts, SiteRules
from dispensary.rules.stock import Line
from dispensary.services import audit, dosing, people, pouring, stock
from dispensary.services.act import Act
from dispensary.services.dosing import Shown
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Movement, Spill
from models.enums import AuditKind, MovementKind


def record_spill(
    session: Session, *, shown: Shown, site: SiteRules, note: str, witnessed_by_id: int | None, act: Act
) -> list[Spill]:
    """Record that the dose poured for a person was spilt: it goes to waste with a witness, and may be poured again.

    A stop, or any other reason to give nothing, does not undo a spill: it is recorded all the same.

    Args:
        shown: whose page, and the digest of what it showed; what it showed is what was poured.
        note: how it happened.
        witnessed_by_id: who saw it; somebody else than the nurse.

    Returns:
        One row for each container it had been poured from.

    Raises:
        Conflict: what was shown has changed, or the dose was recorded meanwhile.
        Refused: no witness, nothing said of how it happened, or no dose is due that could have been poured.
    """
    stock.check_witness(MovementKind.SPILL, witnessed_by_id, act)
    note = people.line(note, "note", needed=True)
    facts = dosing.facts_behind_locks(session, shown.person_id, act)
    order_id, lines = _poured(facts, shown, site)
    movements = pouring.spill(session, lines, witnessed_by_id, note, act)
    spills = [_spill(session, movement, facts, order_id, note, act) for movement in movements]
    stock.enter_register(session, movements, act)
    return spills


def _poured(facts: DosingFacts, shown: Shown, site: SiteRules) -> tuple[int, Sequence[Line]]:
    if facts.slot.taken_at is not None:
        words = N_("Dosed today at %(at)s by %(by)s. What was poured beyond that is waste, recorded under Stock.")
        raise Conflict(say(words, at=facts.slot.taken_at, by=facts.slot.taken_by), code="slot_taken")
    if facts.order is None or facts.lines is None:
        words = N_("No dose is due here that could have been poured. Record what was spilt under Stock, as waste.")
        raise Refused(say(words), code="nothing_poured")
    if rules.changed_since_shown(shown.digest, facts, site):
        words = N_(
            "Something changed since this page was opened, and nothing was recorded. Look again, then record it."
        )
        raise Conflict(say(words), code="changed_since_shown")
    return facts.order.id, facts.lines


def _spill(session: Session, movement: Movement, facts: DosingFacts, order_id: int, note: str, act: Act) -> Spill:
    spill = write(
        session,
        Spill(
            movement_id=movement.id,
            person_id=facts.person_id,
            order_id=order_id,
            clinic_day=act.clinic_day,
            spilt_at=act.at,
            note=note,
            **act.stamp,
        ),
    )
    audit.record(
        session,
        AuditKind.DOSE_SPILT,
        spill,
        act,
        person=facts.person_id,
        order=order_id,
        movement=movement.id,
        container=movement.container_id,
        quantity=movement.quantity,
        witness=movement.witnessed_by_id,
    )
    return spill
