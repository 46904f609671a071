"""How somebody came to us, and their place in the one queue for treatment until they are admitted or do not want it."""

from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries.people import episode_on, surviving
from dispensary.queries.signs import same_person
from dispensary.services import agencies, audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import ReferralIn, Waiting, WaitingEnd
from models.enums import AuditKind, WaitingEndReason

LONGEST = 500


def receive(
    session: Session, *, person_id: int, agency_id: int | None, received_on: date, reason: str, act: Act
) -> ReferralIn:
    """Record how somebody came to us: sent by an agency, or by themselves.

    Args:
        agency_id: who sent them; None for somebody who came by themselves or through a peer.

    Raises:
        NotFound: there is no such person, or no such agency here.
        Refused: no reason is given, or the day cannot be right.
    """
    reason = people.line(reason, "reason", needed=True, longest=LONGEST)
    refuse_unless_past(received_on, "received_on", act)
    if agency_id is not None:
        agencies.here(session, agency_id, act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    came = write(
        session,
        ReferralIn(person_id=person_id, agency_id=agency_id, received_on=received_on, reason=reason, **act.stamp),
    )
    audit.record(
        session,
        AuditKind.REFERRAL_IN_RECEIVED,
        came,
        act,
        person=person_id,
        received_on=received_on,
        agency=agency_id,
    )
    return came


def wait(session: Session, *, person_id: int, since_on: date, why: str, act: Act) -> Waiting:
    """Put somebody on the waiting list, where they keep one known place.

    Raises:
        Refused: they are in treatment here, no reason is given, or the day cannot be right.
        Conflict: they are waiting already.
    """
    why = people.line(why, "why", needed=True, longest=LONGEST)
    refuse_unless_past(since_on, "since_on", act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    if episode_on(session, person_id, act.site_id) is not None:
        words = say(N_("In treatment here already: there is nothing to wait for."))
        raise Refused(words, code="in_treatment")
    open_one = _open(session, person_id, act)
    if open_one is not None:
        kept = say(N_("On the waiting list since %(day)s already. The place is kept."), day=open_one.since_on)
        raise Conflict(kept, code="waiting_already")
    turns = session.scalar(select(func.max(Waiting.turn)).where(Waiting.person_id == person_id)) or 0
    waiting = write(session, Waiting(person_id=person_id, turn=turns + 1, since_on=since_on, why=why, **act.stamp))
    audit.record(session, AuditKind.WAITING_BEGUN, waiting, act, person=person_id, since_on=since_on)
    return waiting


def stop_waiting(
    session: Session, *, waiting_id: int, reason: WaitingEndReason, ended_on: date, act: Act
) -> WaitingEnd:
    """Take somebody off the waiting list who does not want treatment now, went elsewhere, or was not found.

    Raises:
        NotFound: there is no such place here.
        Refused: it is said that they were admitted, or the day cannot be right.
        Conflict: they wait no more.
    """
    waiting = session.get(Waiting, waiting_id)
    if waiting is None or waiting.site_id != act.site_id:
        raise NotFound(say(N_("There is no such place on the waiting list here.")), code="no_such_waiting")
    if reason is WaitingEndReason.ADMITTED:
        words = say(N_("Admit the person: the waiting ends by that."))
        raise Refused(words, code="admit_first", field="reason")
    refuse_unless_past(ended_on, "ended_on", act)
    if ended_on < waiting.since_on:
        before = say(N_("The waiting began on %(day)s; it cannot end before that."), day=waiting.since_on)
        raise Refused(before, code="before_waiting", field="ended_on")
    people.lock(session, surviving(session, waiting.person_id))
    if session.scalar(select(WaitingEnd.id).where(WaitingEnd.waiting_id == waiting_id)) is not None:
        raise Conflict(say(N_("This waiting has ended already.")), code="waits_no_more")
    return _end(session, waiting, reason, ended_on, act)


def end_by_admission(session: Session, *, person_id: int, admitted_on: date, act: Act) -> None:
    """End the waiting of somebody who is admitted, if they waited, on each of their records; call behind the person's lock."""
    while (waiting := _open(session, person_id, act)) is not None:
        _end(session, waiting, WaitingEndReason.ADMITTED, max(admitted_on, waiting.since_on), act)


def _open(session: Session, person_id: int, act: Act) -> Waiting | None:
    over = exists().where(WaitingEnd.waiting_id == Waiting.id)
    query = select(Waiting).where(
        same_person(Waiting.__table__.c.person_id, person_id), Waiting.site_id == act.site_id, ~over
    )
    return session.scalar(query.order_by(Waiting.id).limit(1))


def _end(session: Session, waiting: Waiting, reason: WaitingEndReason, ended_on: date, act: Act) -> WaitingEnd:
    end = write(session, WaitingEnd(waiting_id=waiting.id, ended_on=ended_on, reason=reason, **act.stamp))
    audit.record(session, AuditKind.WAITING_ENDED, end, act, person=waiting.person_id, waiting_end=reason)
    return end
