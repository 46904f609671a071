"""Referrals with what became of them: of one person, and those of a site that are open or overdue."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries.deaths import has_died
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.rules.referrals import Meeting, ReferralFacts, Reply
from dispensary.wording import N_, say
from models import Agency, Person, Referral, ReferralClose, ReferralMeeting, ReferralReply, Staff
from models.person import root_of

_REFERRAL, _CLOSE = Referral.__table__.c, ReferralClose.__table__.c


def referrals_of(session: Session, person_id: int) -> list[ReferralFacts]:
    """Return a person's referrals, the open ones first, then the newest."""
    query = _referrals().where(same_person(_REFERRAL.person_id, person_id))
    return _read(session, query.order_by(_CLOSE.id.is_not(None), _REFERRAL.made_on.desc(), _REFERRAL.id.desc()))


def open_of_site(session: Session, site_id: int) -> list[ReferralFacts]:
    """Return the open referrals of a site, those whose answer is due first at the head."""
    return _read(session, _of_site(site_id))


def _of_site(site_id: int) -> Select[*tuple[Any, ...]]:
    query = _referrals().where(_REFERRAL.site_id == site_id, _CLOSE.id.is_(None))
    return query.order_by(_REFERRAL.answer_by, _REFERRAL.id)


def overdue(session: Session, site_id: int, today: date) -> list[ReferralFacts]:
    """Return the referrals of a site that wait too long for an answer, the longest first; of nobody who has died."""
    query = _of_site(site_id).where(~has_died(_REFERRAL.person_id))
    return [one for one in _read(session, query) if one.overdue(today)]


def referral(session: Session, referral_id: int) -> ReferralFacts:
    """Return one referral.

    Raises:
        NotFound: there is none such.
    """
    found = _read(session, _referrals().where(_REFERRAL.id == referral_id))
    if not found:
        raise NotFound(say(N_("There is no such referral on record here.")), code="no_such_referral")
    return found[0]


def _referrals() -> Select[*tuple[Any, ...]]:
    own, root = aliased(Person), aliased(Person)
    return (
        select(
            _REFERRAL.id,
            root.id,
            root.number,
            root.family_name,
            root.given_name,
            Agency.id,
            Agency.name,
            Agency.kind,
            Agency.phone,
            Agency.contact,
            _REFERRAL.made_on,
            Staff.name,
            _REFERRAL.reason,
            _REFERRAL.answer_by,
            _REFERRAL.way_back,
            _CLOSE.result,
            _CLOSE.closed_on,
            func.coalesce(_CLOSE.note, ""),
        )
        .join(Agency, Agency.id == _REFERRAL.agency_id)
        .join(own, own.id == _REFERRAL.person_id)
        .join(root, root.id == root_of(own))
        .join(Staff, Staff.id == _REFERRAL.recorded_by_id)
        .outerjoin(ReferralClose, _CLOSE.referral_id == _REFERRAL.id)
    )


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> list[ReferralFacts]:
    rows = session.execute(query).all()
    ids = [row[0] for row in rows]
    if not ids:
        return []
    meetings, replies = _meetings(session, ids), _replies(session, ids)
    return [
        ReferralFacts(
            *[*row[:3], full_name(row[3], row[4]), *row[5:], meetings.get(row[0]), replies.get(row[0])],
        )
        for row in rows
    ]


def _meetings(session: Session, ids: Sequence[int]) -> dict[int, Meeting]:
    """Return the meeting of each referral with the highest turn."""
    query = select(ReferralMeeting).where(ReferralMeeting.referral_id.in_(ids)).order_by(ReferralMeeting.turn)
    return {m.referral_id: Meeting(m.meets_at, m.held, m.met_with, m.we_were_there) for m in session.scalars(query)}


def _replies(session: Session, ids: Sequence[int]) -> dict[int, Reply]:
    """Return what each agency answered last."""
    query = select(ReferralReply).where(ReferralReply.referral_id.in_(ids))
    query = query.order_by(ReferralReply.replied_on, ReferralReply.id)
    return {r.referral_id: Reply(r.reply, r.replied_on, r.from_whom, r.note) for r in session.scalars(query)}
