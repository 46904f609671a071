"""Who waits for treatment and who has: the queue of a site, one person's waiting, and how people came to us."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, exists, func, select, union_all
from sqlalchemy.orm import Session, aliased

from dispensary.policy.journey import journey_rules
from dispensary.queries import groups, sites
from dispensary.queries.deaths import has_died
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.rules import waiting as rules
from dispensary.rules.waiting import Neglected, Place, WaitingFacts, queue
from models import (
    Agency,
    BriefIntervention,
    CareSession,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    GroupAttendance,
    Person,
    ReferralIn,
    SessionOutcome,
    Staff,
    SupplyIssue,
    TaskAttempt,
    Waiting,
    WaitingEnd,
)
from models.enums import AttemptOutcome, Attendance, EpisodeKind, WaitingEndReason
from models.person import root_of

_WAITING, _END = Waiting.__table__.c, WaitingEnd.__table__.c
_PERSON = Person.__table__.c
_ROOT = root_of(_PERSON)
REACHED = (AttemptOutcome.REACHED, AttemptOutcome.CAME_BY)


def waiting_list(session: Session, site_id: int) -> list[Place]:
    """Return the queue of a site: everybody who waits, with their place.

    Two records of one person hold one place, the older; whoever is in treatment here under either, or has died, waits no more.
    """
    root = aliased(Person)
    query = (
        select(
            _WAITING.id,
            root.id.label("person_id"),
            root.number,
            root.family_name,
            root.given_name,
            root.phone,
            _WAITING.since_on,
            _WAITING.why,
        )
        .select_from(Waiting)
        .join(Person, _PERSON.id == _WAITING.person_id)
        .join(root, root.id == _ROOT)
        .where(
            _WAITING.site_id == site_id,
            ~exists().where(_END.waiting_id == _WAITING.id),
            root.id.not_in(_treated(site_id)),
            ~has_died(_WAITING.person_id),
        )
        .order_by(_WAITING.since_on.desc(), _WAITING.id.desc())
    )
    rows = list({row.person_id: row for row in session.execute(query)}.values())
    ids = [row.person_id for row in rows]
    former, heard = _former(session, ids), _heard(session, ids)
    return queue(
        WaitingFacts(
            id=row.id,
            person_id=row.person_id,
            number=row.number,
            name=full_name(row.family_name, row.given_name),
            phone=row.phone,
            since_on=row.since_on,
            why=row.why,
            former=row.person_id in former,
            heard_on=heard.get(row.person_id),
        )
        for row in rows
    )


def neglected(session: Session, site_id: int, today: date) -> list[Neglected]:
    """Return who waits longer than the site's target, or was left without a word, in the order of the queue."""
    return rules.neglected(
        waiting_list(session, site_id),
        today,
        contact_every=journey_rules().contact_every,
        most_days=sites.settings(session, site_id, today).targets.waiting_days,
    )


def place_of(session: Session, person_id: int, site_id: int) -> Place | None:
    """Return somebody's place in the queue of a site; None where they do not wait."""
    if all(one.ended_on is not None for one in waiting_of(session, person_id)):
        return None
    return next((one for one in waiting_list(session, site_id) if one.who.person_id == person_id), None)


def _treated(site_id: int) -> Select[int]:
    """Return who is in treatment at a site, by surviving record."""
    stay, end, own = aliased(Episode), aliased(EpisodeEnd), aliased(Person)
    corrected = exists().where(EpisodeEndCorrection.episode_end_id == end.id)
    over = exists().where(end.episode_id == stay.id, ~corrected)
    query = select(root_of(own)).join(stay, stay.person_id == own.id)
    return query.where(stay.site_id == site_id, stay.kind != EpisodeKind.GUEST, ~over)


def _former(session: Session, person_ids: list[int]) -> set[int]:
    """Return who of them was in treatment before; a guest's stay is none."""
    query = (
        select(_ROOT)
        .select_from(Episode)
        .join(Person, _PERSON.id == Episode.person_id)
        .where(_ROOT.in_(person_ids), Episode.kind != EpisodeKind.GUEST)
    )
    return set(session.scalars(query))


def _heard(session: Session, person_ids: list[int]) -> dict[int, date]:
    """Return the last day on which each of them had something from us: a talk, a group, a call, or supplies."""
    theirs = select(_PERSON.id).where(_ROOT.in_(person_ids))
    talk, group = SessionOutcome.__table__.alias(), GroupAttendance.__table__.alias()
    corrected_talk = exists().where(
        talk.c.care_session_id == SessionOutcome.care_session_id, talk.c.turn > SessionOutcome.turn
    )
    corrected_group = exists().where(
        group.c.meeting_id == GroupAttendance.meeting_id,
        group.c.person_id == GroupAttendance.person_id,
        group.c.turn > GroupAttendance.turn,
    )
    given = union_all(
        select(BriefIntervention.person_id.label("person_id"), BriefIntervention.given_on.label("day")).where(
            BriefIntervention.person_id.in_(theirs)
        ),
        select(SupplyIssue.person_id, SupplyIssue.given_on).where(SupplyIssue.person_id.in_(theirs)),
        select(TaskAttempt.person_id, TaskAttempt.clinic_day).where(
            TaskAttempt.person_id.in_(theirs), TaskAttempt.outcome.in_(REACHED)
        ),
        select(CareSession.person_id, CareSession.clinic_day)
        .join(SessionOutcome, SessionOutcome.care_session_id == CareSession.id)
        .where(CareSession.person_id.in_(theirs), SessionOutcome.attendance == Attendance.CAME, ~corrected_talk),
        select(GroupAttendance.person_id, groups.NOW.c.clinic_day)
        .join(groups.NOW, groups.NOW.c.id == GroupAttendance.meeting_id)
        .where(
            groups.NOW.c.held,
            GroupAttendance.person_id.in_(theirs),
            GroupAttendance.attendance == Attendance.CAME,
            ~corrected_group,
        ),
    ).subquery()
    query = (
        select(_ROOT, func.max(given.c.day)).join_from(given, Person, _PERSON.id == given.c.person_id).group_by(_ROOT)
    )
    return {row[0]: row[1] for row in session.execute(query)}


@dataclass(frozen=True)
class WaitingLine:
    """One time that somebody waited."""

    id: int
    since_on: date
    why: str
    ended_on: date | None
    reason: WaitingEndReason | None


def waiting_of(session: Session, person_id: int) -> list[WaitingLine]:
    """Return when somebody waited, the newest first."""
    query = (
        select(_WAITING.id, _WAITING.since_on, _WAITING.why, _END.ended_on, _END.reason)
        .select_from(Waiting)
        .outerjoin(WaitingEnd, _END.waiting_id == _WAITING.id)
        .where(same_person(_WAITING.person_id, person_id))
        .order_by(_WAITING.since_on.desc(), _WAITING.id.desc())
    )
    return [WaitingLine(*row) for row in session.execute(query)]


def person_of_waiting(session: Session, waiting_id: int) -> int | None:
    """Return who waits on a place of the list, by the record that survives; None where there is no such place."""
    query = select(_ROOT).select_from(Waiting).join(Person, _PERSON.id == _WAITING.person_id)
    found: int | None = session.scalar(query.where(_WAITING.id == waiting_id))
    return found


def days_waited(session: Session, site_id: int, first: date, last: date) -> list[int]:
    """Return how many days each person had waited who was admitted from the waiting list in a period.

    Two records of one person, both ended by the one admission, are one wait, since the older.
    """
    query = (
        select(func.min(_WAITING.since_on).label("since_on"), _END.ended_on)
        .join_from(Waiting, WaitingEnd, _END.waiting_id == _WAITING.id)
        .join(Person, _PERSON.id == _WAITING.person_id)
        .where(
            _WAITING.site_id == site_id,
            _END.reason == WaitingEndReason.ADMITTED,
            _END.ended_on >= first,
            _END.ended_on <= last,
        )
        .group_by(_ROOT, _END.ended_on)
    )
    return sorted((row.ended_on - row.since_on).days for row in session.execute(query))


@dataclass(frozen=True)
class CameLine:
    """How somebody came to us once."""

    received_on: date
    agency: str | None
    reason: str
    by: str


def came(session: Session, person_id: int) -> list[CameLine]:
    """Return how somebody came to us, the newest first."""
    query = (
        select(ReferralIn.received_on, Agency.name, ReferralIn.reason, Staff.name)
        .outerjoin(Agency, Agency.id == ReferralIn.agency_id)
        .join(Staff, Staff.id == ReferralIn.recorded_by_id)
        .where(same_person(ReferralIn.__table__.c.person_id, person_id))
        .order_by(ReferralIn.received_on.desc(), ReferralIn.id.desc())
    )
    return [CameLine(*row) for row in session.execute(query)]
