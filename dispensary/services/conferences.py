"""Case conferences: agencies at one table about a person, under consent, what was shared with each, and who does what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries.people import surviving
from dispensary.services import audit, disclosures, events, people
from dispensary.services.act import Act
from dispensary.services.disclosures import Telling
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import CaseConference, ConferenceAction, ConferenceActionDone, ConferenceParty
from models.enums import AuditKind, ConsentScope, DisclosureBasis, DisclosureWay, TaskReasonKind

LONGEST_BACK = timedelta(days=31)
LONGEST_AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class Party:
    """An agency at the table: who came, and what was shared with it."""

    agency_id: int
    who: str
    scopes: frozenset[ConsentScope]
    told: str


@dataclass(frozen=True)
class Action:
    """Who does what by when."""

    what: str
    who: str
    due_on: date


@dataclass(frozen=True)
class Conference:
    """What is recorded of a case conference."""

    held_on: date
    person_was_there: bool
    about: str
    parties: Sequence[Party]
    actions: Sequence[Action]
    tells: Collection[TaskReasonKind] = ()
    """The events that were told of there; the window and the prescriber hear of them."""


def hold(session: Session, *, person_id: int, conference: Conference, act: Act) -> CaseConference:
    """Record a case conference; what was shared with each agency is a disclosure of its own, on that agency's consent.

    Raises:
        NotFound: there is no such person, or no such agency here.
        Refused: no agency or nobody is named, an agency sits there twice, a day cannot be, or a consent is missing.
    """
    about = people.line(conference.about, "about", needed=True, longest=500)
    if not act.clinic_day - LONGEST_BACK <= conference.held_on <= act.clinic_day:
        words = say(N_("The conference was held within the last month, today at the latest."))
        raise Refused(words, code="held_when", field="held_on")
    if not conference.parties:
        raise Refused(say(N_("Name at least one agency that was there.")), code="no_party", field="parties")
    if len({party.agency_id for party in conference.parties}) < len(conference.parties):
        raise Refused(say(N_("An agency stands here twice. Name it once.")), code="party_twice", field="parties")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    held = write(
        session,
        CaseConference(
            person_id=person_id,
            held_on=conference.held_on,
            person_was_there=conference.person_was_there,
            about=about,
            **act.stamp,
        ),
    )
    for party in conference.parties:
        _seat(session, person_id, held, party, about, act)
    for action in conference.actions:
        _agree(session, held, action, conference.held_on, act)
    events.tell_all(session, person_id=person_id, kinds=conference.tells, act=act)
    audit.record(
        session,
        AuditKind.CONFERENCE_HELD,
        held,
        act,
        person=person_id,
        held_on=conference.held_on,
        agencies=len(conference.parties),
        actions=len(conference.actions),
    )
    return held


def tick_action(session: Session, *, action_id: int, done_on: date, act: Act) -> ConferenceActionDone:
    """Record that what was agreed at a conference was done.

    Raises:
        NotFound: there is no such action here.
        Conflict: it was ticked before.
        Refused: the day lies ahead, or before the conference.
    """
    action = session.get(ConferenceAction, action_id)
    if action is None or action.site_id != act.site_id:
        raise NotFound(say(N_("There is no such action on record here.")), code="no_such_action")
    conference = session.get_one(CaseConference, action.conference_id)
    person_id = surviving(session, conference.person_id)
    people.lock(session, person_id)
    if session.scalar(select(ConferenceActionDone.id).where(ConferenceActionDone.action_id == action_id)) is not None:
        raise Conflict(say(N_("This was ticked as done before.")), code="action_done")
    if not conference.held_on <= done_on <= act.clinic_day:
        words = say(N_("This lies between the conference, %(day)s, and today."), day=conference.held_on)
        raise Refused(words, code="done_when", field="done_on")
    done = write(session, ConferenceActionDone(action_id=action_id, done_on=done_on, **act.stamp))
    audit.record(session, AuditKind.CONFERENCE_ACTION_DONE, done, act, person=person_id, action_id=action_id)
    return done


def _seat(session: Session, person_id: int, held: CaseConference, party: Party, about: str, act: Act) -> None:
    who = people.line(party.who, "parties", needed=True)
    telling = Telling(
        basis=DisclosureBasis.CONSENT,
        scopes=party.scopes,
        told=people.line(party.told, "parties", longest=disclosures.LONGEST_TOLD) or about,
        way=DisclosureWay.MEETING,
        agency_id=party.agency_id,
        recipient=who,
    )
    disclosure = disclosures.tell(session, person_id=person_id, telling=telling, act=act)
    seat = ConferenceParty(
        conference_id=held.id, agency_id=party.agency_id, who=who, disclosure_id=disclosure.id, **act.stamp
    )
    write(session, seat)


def _agree(session: Session, held: CaseConference, action: Action, held_on: date, act: Act) -> None:
    what = people.line(action.what, "actions", needed=True, longest=500)
    who = people.line(action.who, "actions", needed=True)
    if not held_on <= action.due_on <= held_on + LONGEST_AHEAD:
        words = say(N_("What is agreed is due after the conference, within a year."))
        raise Refused(words, code="due_when", field="actions")
    agreed = ConferenceAction(conference_id=held.id, what=what, who=who, due_on=action.due_on, **act.stamp)
    write(session, agreed)
