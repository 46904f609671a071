"""Referrals: a warm hand-over with a joint first meeting, the agency's answer, and the loop closed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries.people import surviving
from dispensary.rules.referrals import goes_elsewhere
from dispensary.services import agencies, audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Referral, ReferralClose, ReferralMeeting, ReferralReply
from models.enums import AuditKind, ReferralResult, ReplyKind

LONGEST_AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class Sent:
    """To whom somebody is sent, why, and by when an answer is expected."""

    agency_id: int
    reason: str
    answer_by: date
    way_back: str = ""
    """How the person comes back to us; needed where treatment itself goes elsewhere."""
    meets_at: datetime | None = None
    """When we go there together the first time, if that is arranged."""


def refer(session: Session, *, person_id: int, sent: Sent, act: Act) -> Referral:
    """Send somebody to an agency, with the joint first meeting if it is arranged already.

    Nothing is told to the agency by this; a sheet for it goes through the disclosures.

    Raises:
        NotFound: there is no such person, or no such agency here.
        Refused: no reason is given, treatment goes elsewhere without a way back, or a day cannot be.
        Conflict: a referral to this agency is open already.
    """
    reason = people.line(sent.reason, "reason", needed=True, longest=500)
    agency = agencies.here(session, sent.agency_id, act)
    agencies.refuse_retired(agency)
    way_back = people.line(sent.way_back, "way_back", longest=500)
    if goes_elsewhere(agency.kind) and not way_back:
        words = say(N_("Treatment itself goes elsewhere: write how the person comes back to us, and how fast."))
        raise Refused(words, code="no_way_back", field="way_back")
    if not act.clinic_day <= sent.answer_by <= act.clinic_day + LONGEST_AHEAD:
        words = say(N_("The answer is expected today at the earliest, and within a year."))
        raise Refused(words, code="answer_by", field="answer_by")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    _refuse_open(session, person_id, agency.id)
    referral = write(
        session,
        Referral(
            person_id=person_id,
            agency_id=agency.id,
            made_on=act.clinic_day,
            reason=reason,
            answer_by=sent.answer_by,
            way_back=way_back,
            **act.stamp,
        ),
    )
    audit.record(
        session,
        AuditKind.REFERRAL_MADE,
        referral,
        act,
        person=person_id,
        agency=agency.id,
        answer_by=sent.answer_by,
    )
    if sent.meets_at is not None:
        _write_meeting(session, referral, person_id, sent.meets_at, "", we_were_there=False, held=False, act=act)
    return referral


def arrange_meeting(session: Session, *, referral_id: int, meets_at: datetime, act: Act) -> ReferralMeeting:
    """Arrange the joint first meeting, or put it off.

    Raises:
        NotFound: there is no such referral here.
        Conflict: the referral is closed.
        Refused: the moment has passed.
    """
    if meets_at <= act.at:
        words = say(N_("This moment has passed. If it was held, record that it was."))
        raise Refused(words, code="passed", field="meets_on")
    referral, person_id = _open(session, referral_id, act)
    return _write_meeting(session, referral, person_id, meets_at, "", we_were_there=False, held=False, act=act)


def meet(
    session: Session, *, referral_id: int, met_at: datetime, met_with: str, we_were_there: bool, act: Act
) -> ReferralMeeting:
    """Record that the first meeting was held, and with whom, by name.

    Raises:
        NotFound: there is no such referral here.
        Conflict: the referral is closed.
        Refused: nobody is named, or the moment lies ahead or before the referral.
    """
    met_with = people.line(met_with, "met_with", needed=True)
    referral, person_id = _open(session, referral_id, act)
    if met_at > act.at:
        raise Refused(say(N_("This moment lies ahead. Arrange the meeting instead.")), code="ahead", field="meets_on")
    return _write_meeting(
        session, referral, person_id, met_at, met_with, we_were_there=we_were_there, held=True, act=act
    )


def answer(
    session: Session, *, referral_id: int, reply: ReplyKind, from_whom: str, replied_on: date, note: str = "", act: Act
) -> ReferralReply:
    """Record what the agency answered, and who said so.

    Raises:
        NotFound: there is no such referral here.
        Conflict: the referral is closed.
        Refused: nobody is named, or the day lies ahead or before the referral.
    """
    from_whom = people.line(from_whom, "from_whom", needed=True)
    note = people.line(note, "note", longest=500)
    referral, person_id = _open(session, referral_id, act)
    _check_day(replied_on, referral, "replied_on", act)
    said = write(
        session,
        ReferralReply(
            referral_id=referral_id, reply=reply, replied_on=replied_on, from_whom=from_whom, note=note, **act.stamp
        ),
    )
    audit.record(session, AuditKind.REFERRAL_ANSWERED, said, act, person=person_id, referral=referral_id, reply=reply)
    return said


def close(
    session: Session, *, referral_id: int, result: ReferralResult, closed_on: date, note: str = "", act: Act
) -> ReferralClose:
    """Close the loop: what came of a referral.

    Raises:
        NotFound: there is no such referral here.
        Conflict: it is closed already.
        Refused: the day lies ahead or before the referral.
    """
    note = people.line(note, "note", longest=500)
    referral, person_id = _open(session, referral_id, act)
    _check_day(closed_on, referral, "closed_on", act)
    closed = write(
        session, ReferralClose(referral_id=referral_id, result=result, closed_on=closed_on, note=note, **act.stamp)
    )
    audit.record(
        session,
        AuditKind.REFERRAL_CLOSED,
        closed,
        act,
        person=person_id,
        referral=referral_id,
        referral_result=result,
    )
    return closed


def _refuse_open(session: Session, person_id: int, agency_id: int) -> None:
    query = (
        select(Referral.made_on)
        .outerjoin(ReferralClose, ReferralClose.referral_id == Referral.id)
        .where(Referral.person_id == person_id, Referral.agency_id == agency_id, ReferralClose.id.is_(None))
        .order_by(Referral.id)
        .limit(1)
    )
    made_on = session.scalar(query)
    if made_on is not None:
        words = N_("A referral to this agency is open since %(day)s. Go on with that one, or close it first.")
        raise Conflict(say(words, day=made_on), code="referral_open", field="agency_id")


def _open(session: Session, referral_id: int, act: Act) -> tuple[Referral, int]:
    """Return an open referral and whose it is, behind the person's lock."""
    referral = session.get(Referral, referral_id)
    if referral is None or referral.site_id != act.site_id:
        raise NotFound(say(N_("There is no such referral on record here.")), code="no_such_referral")
    person_id = surviving(session, referral.person_id)
    people.lock(session, person_id)
    closed = select(ReferralClose.closed_on).where(ReferralClose.referral_id == referral_id)
    closed_on = session.scalar(closed)
    if closed_on is not None:
        words = N_("This referral was closed on %(day)s. Make another one if it goes on.")
        raise Conflict(say(words, day=closed_on), code="referral_closed")
    return referral, person_id


def _check_day(day: date, referral: Referral, field: str, act: Act) -> None:
    if not referral.made_on <= day <= act.clinic_day:
        words = say(N_("This lies between the day of the referral, %(day)s, and today."), day=referral.made_on)
        raise Refused(words, code="not_within_referral", field=field)


def _write_meeting(
    session: Session,
    referral: Referral,
    person_id: int,
    at: datetime,
    met_with: str,
    *,
    we_were_there: bool,
    held: bool,
    act: Act,
) -> ReferralMeeting:
    last = select(func.max(ReferralMeeting.turn)).where(ReferralMeeting.referral_id == referral.id)
    meeting = write(
        session,
        ReferralMeeting(
            referral_id=referral.id,
            turn=(session.scalar(last) or 0) + 1,
            meets_at=at,
            held=held,
            met_with=met_with,
            we_were_there=we_were_there,
            **act.stamp,
        ),
    )
    audit.record(
        session,
        AuditKind.REFERRAL_MEETING_RECORDED,
        meeting,
        act,
        person=person_id,
        referral=referral.id,
        held=int(held),
    )
    return meeting
