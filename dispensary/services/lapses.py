"""Somebody used again: an entry with the response that was agreed. Nothing follows from it by itself, and never a sanction."""

from datetime import date

from sqlalchemy.orm import Session

from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from models import Lapse
from models.enums import AuditKind

LONGEST = 1000


def record_lapse(
    session: Session, *, person_id: int, happened_on: date, told_by_person: bool, response: str, act: Act
) -> Lapse:
    """Record a lapse and what is done about it, as it was agreed; no stop, no task and no take-home decision follows.

    Raises:
        Refused: the day cannot be right, or the response is not said.
    """
    response = people.line(response, "response", needed=True, longest=LONGEST)
    refuse_unless_past(happened_on, "happened_on", act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    lapse = write(
        session,
        Lapse(
            person_id=person_id, happened_on=happened_on, told_by_person=told_by_person, response=response, **act.stamp
        ),
    )
    audit.record(session, AuditKind.LAPSE_RECORDED, lapse, act, person=person_id, happened_on=happened_on)
    return lapse
