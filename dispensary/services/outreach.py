"""Meeting people before they are anybody's patient: who was met, where, what was talked about, and who it turned out to be.

Nothing here is a condition of anything: a contact gives the name they like, and a no closes no door.
"""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries.outreach import person_with_number
from dispensary.services import audit, outreach_contacts, overdoses, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import BriefIntervention, OutreachContact, OutreachMeeting
from models.enums import AuditKind, InterventionResult, OutreachPlace, Substance

LONGEST_NAME, LONGEST_NOTE = 60, 1000
LONGEST_MEETING = timedelta(hours=12)


def meet_first(
    session: Session, *, called: str, met_on: date, place: OutreachPlace, minutes: int, note: str, act: Act
) -> OutreachContact:
    """Note that somebody was met for the first time, under whatever name they gave.

    Raises:
        Refused: no name is given, or day or minutes cannot be right.
    """
    called = people.line(called, "called", needed=True, longest=LONGEST_NAME)
    refuse_unless_past(met_on, "met_on", act)
    _refuse_minutes(minutes)
    contact = OutreachContact(site_id=act.site_id, called=called, first_met_on=met_on, made_by_id=act.by_id)
    session.add(contact)
    session.flush()
    _write_meeting(session, contact, met_on, place, minutes, note, act)
    return contact


def meet_again(
    session: Session, *, contact_id: int, met_on: date, place: OutreachPlace, minutes: int, note: str, act: Act
) -> OutreachMeeting:
    """Note a further meeting with a contact.

    Raises:
        NotFound: there is no such contact here.
        Refused: day or minutes cannot be right.
    """
    _refuse_minutes(minutes)
    contact = outreach_contacts.lock(session, contact_id, act)
    _refuse_before_first(contact, met_on, "met_on", act)
    return _write_meeting(session, contact, met_on, place, minutes, note, act)


def intervene_with_contact(
    session: Session,
    *,
    contact_id: int,
    about: Substance,
    minutes: int,
    result: InterventionResult,
    agreed: str,
    given_on: date,
    act: Act,
) -> BriefIntervention:
    """Record a short talk about one substance with somebody met in outreach, and what came of it.

    Raises:
        NotFound: there is no such contact here.
        Refused: day or minutes cannot be right.
    """
    agreed = people.line(agreed, "agreed", longest=LONGEST_NOTE)
    _refuse_minutes(minutes)
    contact = outreach_contacts.lock(session, contact_id, act)
    _refuse_before_first(contact, given_on, "given_on", act)
    given = BriefIntervention(
        contact_id=contact.id,
        about=about,
        minutes=minutes,
        result=result,
        agreed=agreed,
        given_on=given_on,
        **act.stamp,
    )
    return _write_intervention(session, given, act)


def intervene(
    session: Session,
    *,
    person_id: int,
    about: Substance,
    minutes: int,
    result: InterventionResult,
    agreed: str,
    given_on: date,
    act: Act,
) -> BriefIntervention:
    """Record a short talk about one substance with a person on record, and what came of it.

    Raises:
        NotFound: there is no such person.
        Refused: day or minutes cannot be right.
    """
    agreed = people.line(agreed, "agreed", longest=LONGEST_NOTE)
    _refuse_minutes(minutes)
    refuse_unless_past(given_on, "given_on", act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    given = BriefIntervention(
        person_id=person_id,
        about=about,
        minutes=minutes,
        result=result,
        agreed=agreed,
        given_on=given_on,
        **act.stamp,
    )
    return _write_intervention(session, given, act)


def recognise(session: Session, *, contact_id: int, number: str, act: Act) -> OutreachContact:
    """Note which person on record a contact turned out to be; what was said before goes with them.

    An overdose that was told of the contact reaches the window and the prescriber now.

    Args:
        number: the person's own number.

    Raises:
        NotFound: there is no such contact here.
        Refused: nobody has this number.
        Conflict: it was noted before.
    """
    number = people.line(number, "number", needed=True).upper()
    person_id = person_with_number(session, number)
    if person_id is None:
        words = say(N_("Nobody has this number. Register the person first, or look the number up under People."))
        raise Refused(words, code="no_such_number", field="number")
    people.lock(session, person_id)
    contact = outreach_contacts.lock(session, contact_id, act)
    if contact.person_id is not None:
        words = say(N_("It is on record already who this contact is. Look again."))
        raise Conflict(words, code="known_already", field="number")
    contact.person_id = person_id
    session.flush()
    audit.record(session, AuditKind.OUTREACH_LINKED, contact, act, person=person_id)
    overdoses.tell_of_recognised(session, contact_id=contact_id, person_id=person_id, act=act)
    return contact


def _refuse_before_first(contact: OutreachContact, day: date, field: str, act: Act) -> None:
    refuse_unless_past(day, field, act)
    if day < contact.first_met_on:
        words = N_("The first meeting was on %(day)s. This one cannot lie before.")
        raise Refused(say(words, day=contact.first_met_on), code="before_first", field=field)


def _refuse_minutes(minutes: int) -> None:
    if not 0 < minutes <= LONGEST_MEETING.total_seconds() // 60:
        raise Refused(say(N_("From 1 minute to 12 hours, in minutes.")), code="minutes", field="minutes")


def _write_meeting(
    session: Session, contact: OutreachContact, met_on: date, place: OutreachPlace, minutes: int, note: str, act: Act
) -> OutreachMeeting:
    note = people.line(note, "note", longest=LONGEST_NOTE)
    meeting = OutreachMeeting(
        contact_id=contact.id, met_on=met_on, place=place, minutes=minutes, note=note, **act.stamp
    )
    made = write(session, meeting)
    audit.record(session, AuditKind.OUTREACH_MET, made, act, contact=contact.id, met_on=met_on)
    return made


def _write_intervention(session: Session, given: BriefIntervention, act: Act) -> BriefIntervention:
    made = write(session, given)
    audit.record(session, AuditKind.INTERVENTION_GIVEN, made, act, substance=given.about, person=given.person_id)
    return made
