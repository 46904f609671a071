"""Case conferences about a person: who sat there, what was shared with each, and what was agreed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries.disclosures import scopes_of
from dispensary.queries.people import surviving
from dispensary.queries.signs import same_person
from dispensary.wording import N_, say
from models import (
    Agency,
    CaseConference,
    ConferenceAction,
    ConferenceActionDone,
    ConferenceParty,
    Disclosure,
    Staff,
)
from models.enums import ConsentScope


@dataclass(frozen=True)
class PartyAt:
    """An agency that was there, and what was shared with it."""

    agency_id: int
    agency: str
    who: str
    told: str
    scopes: tuple[ConsentScope, ...]


@dataclass(frozen=True)
class ActionOf:
    """Who does what by when, and whether it was done."""

    id: int
    what: str
    who: str
    due_on: date
    done_on: date | None

    def overdue(self, today: date) -> bool:
        """Return whether it is not done and its day has passed."""
        return self.done_on is None and self.due_on < today


@dataclass(frozen=True)
class ConferenceOf:
    """One case conference."""

    id: int
    person_id: int
    held_on: date
    person_was_there: bool
    about: str
    by: str
    parties: tuple[PartyAt, ...]
    actions: tuple[ActionOf, ...]


def conferences_of(session: Session, person_id: int) -> list[ConferenceOf]:
    """Return the case conferences about a person, the newest first."""
    held = CaseConference.__table__.c
    query = (
        select(CaseConference, Staff.name)
        .join(Staff, Staff.id == held.recorded_by_id)
        .where(same_person(held.person_id, person_id))
        .order_by(held.held_on.desc(), held.id.desc())
    )
    rows = session.execute(query).all()
    ids = [row[0].id for row in rows]
    parties, actions = _parties(session, ids), _actions(session, ids)
    return [
        ConferenceOf(
            one.id,
            person_id,
            one.held_on,
            one.person_was_there,
            one.about,
            by,
            tuple(parties[one.id]),
            tuple(actions[one.id]),
        )
        for one, by in rows
    ]


def conference(session: Session, conference_id: int) -> ConferenceOf:
    """Return one case conference.

    Raises:
        NotFound: there is none such.
    """
    person_id = session.scalar(select(CaseConference.person_id).where(CaseConference.id == conference_id))
    if person_id is None:
        raise NotFound(say(N_("There is no such conference on record.")), code="no_such_conference")
    found = conferences_of(session, surviving(session, person_id))
    return next(one for one in found if one.id == conference_id)


def person_of_action(session: Session, action_id: int) -> int:
    """Return about whom a conference was that agreed on an action.

    Raises:
        NotFound: there is no such action.
    """
    query = (
        select(CaseConference.person_id)
        .join(ConferenceAction, ConferenceAction.conference_id == CaseConference.id)
        .where(ConferenceAction.id == action_id)
    )
    person_id = session.scalar(query)
    if person_id is None:
        raise NotFound(say(N_("There is no such action on record here.")), code="no_such_action")
    return surviving(session, person_id)


def _parties(session: Session, ids: list[int]) -> dict[int, list[PartyAt]]:
    query = (
        select(
            ConferenceParty.conference_id,
            ConferenceParty.disclosure_id,
            Agency.id,
            Agency.name,
            ConferenceParty.who,
            Disclosure.told,
        )
        .join(Agency, Agency.id == ConferenceParty.agency_id)
        .join(Disclosure, Disclosure.id == ConferenceParty.disclosure_id)
        .where(ConferenceParty.conference_id.in_(ids))
        .order_by(ConferenceParty.id)
    )
    rows = session.execute(query).all()
    scopes = scopes_of(session, [row[1] for row in rows])
    found: dict[int, list[PartyAt]] = defaultdict(list)
    for conference_id, disclosure_id, agency_id, agency, who, told in rows:
        found[conference_id].append(PartyAt(agency_id, agency, who, told, scopes.get(disclosure_id, ())))
    return found


def _actions(session: Session, ids: list[int]) -> dict[int, list[ActionOf]]:
    query = (
        select(ConferenceAction, ConferenceActionDone.done_on)
        .outerjoin(ConferenceActionDone, ConferenceActionDone.action_id == ConferenceAction.id)
        .where(ConferenceAction.conference_id.in_(ids))
        .order_by(ConferenceAction.due_on, ConferenceAction.id)
    )
    found: dict[int, list[ActionOf]] = defaultdict(list)
    for action, done_on in session.execute(query):
        found[action.conference_id].append(ActionOf(action.id, action.what, action.who, action.due_on, done_on))
    return found
