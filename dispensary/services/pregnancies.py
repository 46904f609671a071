"""Who cares for a pregnancy beside the clinic, the birth, and the newborn's follow-up. No dose changes by any of it."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.queries import health as known_health
from dispensary.queries import markers as known_markers
from dispensary.queries import pregnancies as records
from dispensary.queries.markers import MarkerLine
from dispensary.queries.people import surviving
from dispensary.services import audit, health, markers, people, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import Agency, HealthFact, PregnancyCare
from models.enums import AuditKind, Desk, HealthFactKind, MarkerKind, TaskReasonKind

LONGEST = 500
LONGEST_AHEAD = timedelta(days=366)
BORN = "the child was born"
"""Why the entry at the window ends; a fixed phrase."""


@dataclass(frozen=True)
class Care:
    """Who cares beside us, and what is known of the birth."""

    agency_id: int | None
    contact: str
    born_on: date | None
    newborn_follow_up_on: date | None
    note: str


def record_care(session: Session, *, health_fact_id: int, care: Care, act: Act) -> PregnancyCare:
    """Write down who cares for a pregnancy; after the birth the prescriber looks at it again the same day.

    Raises:
        NotFound: there is no such pregnancy, or no such agency here.
        Refused: nobody is named, or a day cannot be right.
    """
    contact = people.line(care.contact, "contact", needed=care.agency_id is None, longest=LONGEST)
    note = people.line(care.note, "note", longest=LONGEST)
    _check_days(care, act)
    _check_agency(session, care.agency_id, act)
    person_id = _locked(session, health_fact_id)
    before = records.newest(session, health_fact_id)
    made = write(
        session,
        PregnancyCare(
            health_fact_id=health_fact_id,
            turn=before.turn + 1 if before else 1,
            agency_id=care.agency_id,
            contact=contact,
            born_on=care.born_on,
            newborn_follow_up_on=care.newborn_follow_up_on,
            note=note,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.PREGNANCY_CARE_RECORDED, made, act, person=person_id, turn=made.turn)
    if care.born_on is not None and (before is None or before.born_on is None):
        _born(session, person_id, health_fact_id, act)
    elif before is None:
        _mark(session, person_id, act)
    return made


def tell_newborn_due(session: Session, person_id: int, act: Act) -> None:
    """Put a newborn's follow-up on the counselling desk on its day."""
    people.lock(session, person_id)
    tasks.note(
        session,
        person_id=person_id,
        desk=Desk.COUNSELLING,
        kind=TaskReasonKind.HEALTH,
        again_since=act.at,
        act=act,
    )


def _standing(session: Session, person_id: int) -> MarkerLine | None:
    found = known_markers.of_person(session, person_id)
    return next((one for one in found if one.kind is MarkerKind.PREGNANT and one.ended_on is None), None)


def _mark(session: Session, person_id: int, act: Act) -> None:
    """Let the person be counted among the pregnant, which only those see who may see markers."""
    if _standing(session, person_id) is None:
        markers.set_marker(session, person_id=person_id, kind=MarkerKind.PREGNANT, from_on=act.clinic_day, act=act)


def _born(session: Session, person_id: int, health_fact_id: int, act: Act) -> None:
    """End the pregnancy that shows before a dose, with its marker, and ask the prescriber to look again."""
    if any(fact.id == health_fact_id for fact in known_health.standing(session, person_id)):
        health.end_fact(session, health_fact_id=health_fact_id, reason=BORN, act=act)
    marked = _standing(session, person_id)
    if marked is not None:
        markers.end_marker(session, marker_id=marked.id, ended_on=act.clinic_day, act=act)
    tasks.note(session, person_id=person_id, desk=Desk.PRESCRIBER, kind=TaskReasonKind.HEALTH, act=act)


def _locked(session: Session, health_fact_id: int) -> int:
    fact = session.get(HealthFact, health_fact_id)
    if fact is None or fact.kind is not HealthFactKind.PREGNANCY:
        raise NotFound(say(N_("There is no such pregnancy on record.")), code="no_such_pregnancy")
    person_id = surviving(session, fact.person_id)
    people.lock(session, person_id)
    return person_id


def _check_days(care: Care, act: Act) -> None:
    if care.born_on is not None:
        refuse_unless_past(care.born_on, "born_on", act)
    if care.newborn_follow_up_on is None:
        return
    if care.newborn_follow_up_on < (care.born_on or act.clinic_day):
        words = N_("The newborn is followed up after the birth.")
        raise Refused(say(words), code="before_the_birth", field="newborn_follow_up_on")
    if care.newborn_follow_up_on > act.clinic_day + LONGEST_AHEAD:
        words = N_("This is more than a year ahead. Check the year.")
        raise Refused(say(words), code="too_far_ahead", field="newborn_follow_up_on")


def _check_agency(session: Session, agency_id: int | None, act: Act) -> None:
    if agency_id is None:
        return
    agency = session.get(Agency, agency_id)
    if agency is None or agency.site_id != act.site_id:
        raise NotFound(say(N_("There is no such agency in the directory here.")), code="no_such_agency")
