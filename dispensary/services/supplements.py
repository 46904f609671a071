"""Ordering a further part on an induction day. It holds for that day alone; the order itself stays as it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.policy.stack import OrderLimits
from dispensary.queries import dosing
from dispensary.rules.dosing import DosingFacts
from dispensary.rules.order_drafts import needs_second_typing, says
from dispensary.rules.supplements import MOST_COWS, MOST_HOURS, InductionDay, reasons_against, reasons_over_limit
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.people import line
from dispensary.wording import N_, say
from models import DoseOrder, Supplement
from models.enums import AuditKind
from models.units import Mg


@dataclass(frozen=True)
class FurtherPart:
    """What a prescriber orders on top of today's dose, and what it rests on."""

    amount_mg: Mg
    hours: int
    """How many hours after the part before, at least."""
    assessment: str
    limits: OrderLimits
    cows: int | None = None
    over_limit_reason: str = ""
    """Why the day goes over the first day's limit; needed only when it does."""
    amount_again: str = ""
    """The amount with its unit; asked for when it is more than was taken today."""


def today_under(session: Session, order_id: int, act: Act) -> tuple[DosingFacts, InductionDay]:
    """Return how today stands under an order of this site.

    Raises:
        NotFound: there is no such order here.
    """
    order = session.get(DoseOrder, order_id)
    if order is None or order.site_id != act.site_id:
        raise NotFound(say(N_("There is no such order here.")), code="no_such_order")
    facts = dosing.facts_for(
        session, person_id=order.person_id, site_id=act.site_id, window_id=None, clinic_day=act.clinic_day, at=act.at
    )
    holds = facts.order is not None and facts.order.id == order_id and facts.day_total_mg is not None
    taken = facts.slot.part - (0 if facts.slot.taken_at else 1)
    return facts, InductionDay(
        medication=order.medication,
        treatment_phase=order.treatment_phase,
        due_today=holds,
        parts_due=facts.parts_today,
        parts_taken=taken if facts.taken_today_mg > 0 else 0,
        taken_mg=facts.taken_today_mg,
        last_taken_at=facts.previous_part_at,
        stopped=bool(facts.stops),
    )


def order_supplement(session: Session, *, order_id: int, further: FurtherPart, act: Act) -> Supplement:
    """Order a further part for today, some hours after the part before, on what was found when the person was seen.

    Raises:
        NotFound: there is no such order here.
        Refused: not induction, nothing taken yet, too few hours, no assessment, over the first day's limit without a
            reason, or an amount above all that was taken today that was not typed a second time.
    """
    assessment = line(further.assessment, "assessment", needed=True)
    person_id = today_under(session, order_id, act)[0].person_id
    people.lock(session, person_id)
    facts, day = today_under(session, order_id, act)
    if reasons := reasons_against(day):
        raise Refused(say(N_("No further part can be ordered now.")), reasons=reasons, code="no_further_part")
    _check(further, day)
    supplement = Supplement(
        person_id=person_id,
        order_id=order_id,
        clinic_day=act.clinic_day,
        part=facts.parts_today + 1,
        amount_mg=further.amount_mg,
        not_before=_not_before(day, further.hours, act.at),
        assessment=assessment,
        cows=further.cows,
        over_limit_reason=line(further.over_limit_reason, "over_limit_reason") or None,
        signed_at=act.at,
        **act.stamp,
    )
    session.add(supplement)
    session.flush()
    audit.record(session, AuditKind.SUPPLEMENT_ORDERED, supplement, act, person=person_id, amount_mg=further.amount_mg)
    return supplement


def _not_before(day: InductionDay, hours: int, at: datetime) -> datetime:
    return (day.last_taken_at or at) + timedelta(hours=hours)


def _check(further: FurtherPart, day: InductionDay) -> None:
    """Refuse what may not be ordered; the first thing wrong is named at its field."""
    least = house_rules().supplement_after_hours
    if further.amount_mg <= 0:
        raise Refused(say(N_("This must be more than zero.")), code="amount", field="amount_mg")
    if not least <= further.hours <= MOST_HOURS:
        words = N_("From %(least)s to %(most)s hours after the part before.")
        raise Refused(say(words, least=least, most=MOST_HOURS), code="hours", field="hours")
    if further.cows is not None and not 0 <= further.cows <= MOST_COWS:
        raise Refused(say(N_("A COWS score is from 0 to %(most)s."), most=MOST_COWS), code="cows", field="cows")
    again = needs_second_typing(Mg(day.taken_mg + further.amount_mg), day.taken_mg)
    if again and not says(further.amount_again, further.amount_mg):
        words = N_("This is more than was taken today so far (%(mg)s mg). Type it again with its unit, as in 10 mg.")
        raise Refused(say(words, mg=day.taken_mg), code="type_again", field="amount_again")
    reasons = reasons_over_limit(further.amount_mg, day, further.limits)
    if reasons and not line(further.over_limit_reason, "over_limit_reason"):
        words = N_("This goes over a limit. Type the reason below, or change it.")
        raise Refused(say(words), reasons=reasons, code="over_limit", field="over_limit_reason")
