"""What whoever doses a person next needs to hear: the last dose, the order, bottles at home, and the stops that stand."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from dispensary.queries import bottles, dispensing, orders, people
from dispensary.queries.dispensing import DispensedDose
from dispensary.queries.people import StandingStop
from dispensary.rules.order_words import in_words
from dispensary.rules.orders import OrderFacts
from dispensary.wording import N_, Words, say
from reports import guest_letter


@dataclass(frozen=True)
class LastDose:
    """What is on record at this moment."""

    dose: DispensedDose | None
    order: OrderFacts | None
    bottles: int
    """Take-home doses that are still with the person."""
    stops: tuple[StandingStop, ...]


def known(session: Session, person_id: int, today: date, at: datetime) -> LastDose:
    """Return what is known today."""
    taken = [d for d in dispensing.doses_of_person(session, person_id) if d.reversal is None and d.taken_mg > 0]
    return LastDose(
        dose=taken[-1] if taken else None,
        order=orders.active_order(session, person_id, today),
        bottles=len(bottles.at_home(session, person_id)),
        stops=tuple(people.standing_stops(session, person_id, at)),
    )


def sentences(found: LastDose) -> list[Words]:
    """Return it as it is said on the telephone."""
    said = guest_letter.in_sentences(found.dose)
    said += in_words(found.order) if found.order else [say(N_("No order holds here today."))]
    if found.bottles:
        said.append(say(N_("Take-home doses still with the person: %(n)s. Ask for the bottles."), n=found.bottles))
    else:
        said.append(say(N_("No take-home dose is with the person.")))
    return said + guest_letter.stops_in_words(found.stops)
