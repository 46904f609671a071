"""People met in outreach: who met them, when and where, and what came of it. Who may see whom is said by the caller."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.wording import N_, say
from models import BriefIntervention, OutreachContact, OutreachMeeting, Overdose, OverdoseCorrection, Person, Staff
from models.enums import InterventionResult, OutreachPlace, Substance
from models.person import root_of

PAGE = 100
_CONTACT, _PERSON = OutreachContact.__table__.c, Person.__table__.c
_ROOT = root_of(_PERSON)


@dataclass(frozen=True)
class ContactLine:
    """Somebody met in outreach."""

    id: int
    called: str
    first_met_on: date
    made_by_id: int
    made_by: str
    person_id: int | None
    """Who it turned out to be; shown only to those who may see people."""
    meetings: int
    last_met_on: date
    result: InterventionResult | None
    """What came of the last brief intervention."""


def contacts(session: Session, site_id: int, made_by_id: int | None, page: int = 1) -> tuple[list[ContactLine], bool]:
    """Return a page of contacts, those met last first, and whether there are more.

    Args:
        made_by_id: whose contacts; None for everybody's.
        page: from 1.
    """
    wanted = [_CONTACT.site_id == site_id]
    if made_by_id is not None:
        wanted.append(_CONTACT.made_by_id == made_by_id)
    found = _lines(session, *wanted, limit=PAGE + 1, offset=(page - 1) * PAGE)
    return found[:PAGE], len(found) > PAGE


def contact(session: Session, contact_id: int, site_id: int, made_by_id: int | None) -> ContactLine:
    """Return one contact; somebody else's is none for whoever may see only their own.

    Raises:
        NotFound: there is none such.
    """
    wanted = [_CONTACT.id == contact_id, _CONTACT.site_id == site_id]
    if made_by_id is not None:
        wanted.append(_CONTACT.made_by_id == made_by_id)
    found = _lines(session, *wanted)
    if not found:
        raise NotFound(say(N_("There is no such contact.")), code="no_such_contact")
    return found[0]


def contacts_of_person(session: Session, person_id: int) -> list[ContactLine]:
    """Return the contacts that turned out to be a person."""
    return _lines(session, same_person(_CONTACT.person_id, person_id))


def _lines(
    session: Session, *wanted: ColumnElement[bool], limit: int | None = None, offset: int = 0
) -> list[ContactLine]:
    met = (
        select(
            OutreachMeeting.contact_id, func.count().label("meetings"), func.max(OutreachMeeting.met_on).label("last")
        )
        .group_by(OutreachMeeting.contact_id)
        .subquery()
    )
    query = (
        select(
            _CONTACT.id,
            _CONTACT.called,
            _CONTACT.first_met_on,
            _CONTACT.made_by_id,
            Staff.name,
            _ROOT,
            func.coalesce(met.c.meetings, 0),
            func.coalesce(met.c.last, _CONTACT.first_met_on),
        )
        .select_from(OutreachContact)
        .join(Staff, Staff.id == _CONTACT.made_by_id)
        .outerjoin(Person, _PERSON.id == _CONTACT.person_id)
        .outerjoin(met, met.c.contact_id == _CONTACT.id)
        .where(*wanted)
        .order_by(func.coalesce(met.c.last, _CONTACT.first_met_on).desc(), _CONTACT.id.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = session.execute(query).all()
    results = _results(session, [row[0] for row in rows])
    return [ContactLine(*[*row, results.get(row[0])]) for row in rows]


def _results(session: Session, contact_ids: list[int]) -> dict[int, InterventionResult]:
    query = (
        select(BriefIntervention.contact_id, BriefIntervention.result)
        .where(BriefIntervention.contact_id.in_(contact_ids))
        .order_by(BriefIntervention.given_on, BriefIntervention.id)
    )
    return {row.contact_id: row.result for row in session.execute(query) if row.contact_id is not None}


@dataclass(frozen=True)
class LeftAlone:
    """A contact who wants treatment, is on record as nobody yet, and whom nobody has met for too long."""

    contact_id: int
    called: str
    made_by: str
    met_on: date
    """When they were last met or talked with."""


def left_alone(session: Session, site_id: int, *, before: date, since: date) -> list[LeftAlone]:
    """Return which contacts said last that they want treatment and were last met before a day, the longest ago first.

    Args:
        since: who was last met before this day is on the list of contacts only.
    """
    given, later = BriefIntervention.__table__, BriefIntervention.__table__.alias()
    newest = ~exists().where(later.c.contact_id == given.c.contact_id, later.c.id > given.c.id)
    wants = select(given.c.contact_id).where(given.c.result == InterventionResult.WANTS_TREATMENT, newest)
    back = exists().where(OverdoseCorrection.overdose_id == Overdose.id)
    dead = exists().where(Overdose.contact_id == _CONTACT.id, ~Overdose.survived, ~back)
    days = union_all(
        select(OutreachMeeting.contact_id.label("id"), OutreachMeeting.met_on.label("day")),
        select(given.c.contact_id, given.c.given_on),
    ).subquery()
    last = func.max(days.c.day)
    query = (
        select(_CONTACT.id, _CONTACT.called, Staff.name, last)
        .join_from(OutreachContact, Staff, Staff.id == _CONTACT.made_by_id)
        .join(days, days.c.id == _CONTACT.id)
        .where(_CONTACT.site_id == site_id, _CONTACT.person_id.is_(None), _CONTACT.id.in_(wants), ~dead)
        .group_by(_CONTACT.id, _CONTACT.called, Staff.name)
        .having(last < before, last >= since)
        .order_by(last, _CONTACT.id)
    )
    return [LeftAlone(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class MeetingLine:
    """One meeting with a contact."""

    met_on: date
    place: OutreachPlace
    minutes: int
    note: str
    by: str


def meetings_of(session: Session, contact_id: int) -> list[MeetingLine]:
    """Return the meetings with a contact, the newest first."""
    query = (
        select(OutreachMeeting.met_on, OutreachMeeting.place, OutreachMeeting.minutes, OutreachMeeting.note, Staff.name)
        .join(Staff, Staff.id == OutreachMeeting.recorded_by_id)
        .where(OutreachMeeting.contact_id == contact_id)
        .order_by(OutreachMeeting.met_on.desc(), OutreachMeeting.id.desc())
    )
    return [MeetingLine(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class InterventionLine:
    """One brief intervention."""

    given_on: date
    about: Substance
    minutes: int
    result: InterventionResult
    agreed: str
    by: str


def interventions_of_contact(session: Session, contact_id: int) -> list[InterventionLine]:
    """Return the brief interventions with a contact, the newest first."""
    return _interventions(session, _interventions_where(BriefIntervention.contact_id == contact_id))


def interventions_of(session: Session, person_id: int) -> list[InterventionLine]:
    """Return a person's brief interventions, the newest first; those from before their enrolment too."""
    met = select(_CONTACT.id).where(same_person(_CONTACT.person_id, person_id))
    given = BriefIntervention.__table__.c
    return _interventions(
        session, _interventions_where(or_(same_person(given.person_id, person_id), given.contact_id.in_(met)))
    )


def _interventions_where(wanted: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    given = BriefIntervention
    return (
        select(given.given_on, given.about, given.minutes, given.result, given.agreed, Staff.name)
        .join(Staff, Staff.id == given.recorded_by_id)
        .where(wanted)
        .order_by(given.given_on.desc(), given.id.desc())
    )


def _interventions(session: Session, query: Select[*tuple[Any, ...]]) -> list[InterventionLine]:
    return [InterventionLine(*row) for row in session.execute(query)]


def person_with_number(session: Session, number: str) -> int | None:
    """Return whose number it is, by the record that survives; None where it is nobody's."""
    found: int | None = session.scalar(select(_ROOT).where(_PERSON.number == number))
    return found


def name_of(session: Session, person_id: int) -> str:
    """Return a person's name and number, for whoever may see people."""
    row = session.execute(select(Person.number, Person.family_name, Person.given_name).where(Person.id == person_id))
    number, family_name, given_name = row.one()
    return f"{number} {full_name(family_name, given_name)}"
