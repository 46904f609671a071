"""Visits and prescriptions elsewhere that we know of, each with its source: what the early factual letter is made of."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.policy.alerts import AlertList
from dispensary.rules.events import EVENTS, event_of_medicine
from dispensary.services import audit, events, people, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import OutsideVisit
from models.enums import AuditKind, Desk, HealthFactKind, TaskReasonKind

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
    tells: Collection[TaskReasonKind] = ()
    """The events that it tells of, such as a hospital stay."""


def note_visit(session: Session, *, person_id: int, seen: Seen, listed: AlertList, act: Act) -> OutsideVisit:
    """Note a visit or a prescription elsewhere, and from whom we know it; of a new sedative the window hears.

    Args:
        listed: what the site's list says of medicines.

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
    _tell(session, person_id, seen, listed, act)
    audit.record(session, AuditKind.OUTSIDE_VISIT_NOTED, visit, act, person=person_id, seen_on=seen.seen_on)
    return visit


def _tell(session: Session, person_id: int, seen: Seen, listed: AlertList, act: Act) -> None:
    """Tell the window and the prescriber of what it tells of, a medicine that the list knows among it."""
    told = set(seen.tells)
    of_medicine = event_of_medicine(seen.medicine, listed.about(HealthFactKind.MEDICINE, None))
    if of_medicine in EVENTS:
        told.add(of_medicine)
    elif of_medicine is not None:
        tasks.note(session, person_id=person_id, desk=Desk.PRESCRIBER, kind=of_medicine, act=act)
    events.tell_all(session, person_id=person_id, kinds=told, act=act)
