"""Visits and prescriptions elsewhere that we know of, each with its source: what the early factual letter is made of."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import OutsideVisit
from models.enums import AuditKind

LONGEST_BACK = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Seen:
    """A visit or prescription elsewhere, as far as it is known."""

    seen_on: date
    where: str
    prescriber: str
    medicine: str
    source: str
    """How we know: a letter, a pharmacy's list, the person's own word."""


def note_visit(session: Session, *, person_id: int, seen: Seen, act: Act) -> OutsideVisit:
    """Note a visit or a prescription elsewhere, and from whom we know it.

    Raises:
        NotFound: there is no such person.
        Refused: the place or the source is missing, or the day lies ahead or long ago.
    """
    where = people.line(seen.where, "where", needed=True)
    source = people.line(seen.source, "source", needed=True)
    prescriber, medicine = people.line(seen.prescriber, "prescriber"), people.line(seen.medicine, "medicine")
    if not act.clinic_day - LONGEST_BACK <= seen.seen_on <= act.clinic_day:
        words = say(N_("A visit lies within the last three years, today at the latest."))
        raise Refused(words, code="seen_when", field="seen_on")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    visit = write(
        session,
        OutsideVisit(
            person_id=person_id,
            seen_on=seen.seen_on,
            where=where,
            prescriber=prescriber,
            medicine=medicine,
            source=source,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.OUTSIDE_VISIT_NOTED, visit, act, person=person_id, seen_on=seen.seen_on)
    return visit
