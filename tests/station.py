"""What the window shows and does in a test, by the rules of a usual site, at the moment that the test names."""

from typing import Any

from sqlalchemy.orm import Session

from dispensary.queries.safety_picture import SafetyPicture, safety_picture
from dispensary.rules.dosing import DosingFacts, SiteRules, reasons_to_withhold, shown_digest
from dispensary.services import dose_reversals, dosing, re_entry
from dispensary.services.dosing import Shown
from dispensary.services.re_entry import Told
from models import Dose, DoseReversal, Person, ReEntryAnswer, Staff
from models.enums import Answer, ReversalReason
from tests.factories import World

SITE = SiteRules(hours_between_days=8, hold_from_days=3, hold_from_days_induction=2)


def look(session: Session, world: World, who: Person, **changes: Any) -> DosingFacts:
    """Return the facts as the station shows them; `changes` are of the act, such as its moment."""
    return dosing.station_facts(session, who.id, world.act(**changes))


def picture(session: Session, world: World, who: Person, **changes: Any) -> SafetyPicture:
    """Return everything that the nurse sees before a dose."""
    act = world.act(**changes)
    found = safety_picture(
        session,
        person_id=who.id,
        site_id=act.site_id,
        window_id=act.window_id,
        clinic_day=act.clinic_day,
        at=act.at,
    )
    assert found is not None
    return found


def codes(session: Session, world: World, who: Person, **changes: Any) -> list[str]:
    """Return the codes of all reasons why no dose may be given."""
    return [reason.code for reason in reasons_to_withhold(look(session, world, who, **changes), SITE)]


def shown(session: Session, world: World, who: Person, **changes: Any) -> Shown:
    """Return what the page says that the nurse confirms."""
    return Shown(who.id, shown_digest(look(session, world, who, **changes), SITE))


AS_RECORDED = Told(as_recorded=Answer.YES, used_full_agonist=Answer.NO)


def ask(session: Session, world: World, who: Person, told: Told = AS_RECORDED, **changes: Any) -> ReEntryAnswer:
    """Ask when the last dose was taken; as recorded, and nothing used since, unless told otherwise."""
    return re_entry.note_answer(session, person_id=who.id, told=told, act=world.act(**changes).at_the_window())


def give(session: Session, world: World, who: Person, by: Staff | None = None, **changes: Any) -> Dose:
    """Look, ask about days without medicine where nobody has, and give the dose that is due."""
    act = world.act(by, **changes).at_the_window()
    facts = look(session, world, who, **changes)
    if facts.days_without_medicine and facts.re_entry and facts.re_entry.said is None:
        ask(session, world, who, **changes)
    return dosing.record_dose(session, shown=shown(session, world, who, **changes), site=SITE, act=act)


def reverse(session: Session, world: World, wrong: Dose, poured: bool = False, **changes: Any) -> DoseReversal:
    """Take a dose back that was keyed by mistake; what was poured before a witness."""
    return dose_reversals.reverse_dose(
        session,
        dose_id=wrong.id,
        reason=ReversalReason.KEYED_BY_MISTAKE,
        note="wrong page",
        poured=poured,
        witnessed_by_id=world.witness.id if poured else None,
        act=world.act(**changes),
    )
