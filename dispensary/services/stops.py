"""Stops, which hold dosing until a prescriber decides, and notices, which never do."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import prescriber_desk
from dispensary.queries.signs import same_person
from dispensary.services import audit, people, take_home_reviews, tasks
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import Notice, NoticeTick, Person, Staff, Stop, StopRelease, Task
from models.enums import AuditKind, Desk, NoticeKind, StopKind, TaskReasonKind
from models.person import root_of


def set_stop(
    session: Session,
    *,
    person_id: int,
    kind: StopKind,
    note: str = "",
    decide_by: datetime | None = None,
    act: Act,
) -> Stop:
    """Stop a person's dosing until a prescriber releases it, and put it on the prescriber's desk.

    Take-home doses that were decided on are reviewed there too; the decision stands until somebody changes it.

    Args:
        decide_by: when the answer is due; as the house rules have it if not given.

    Raises:
        Conflict: a stop of this kind stands already; it says since when and by whom.
        Refused: the answer would be due before now.
    """
    note, decide_by = people.line(note, "note"), decide_by or act.at + house_rules().answer_within[TaskReasonKind.STOP]
    if decide_by <= act.at:
        raise Refused(say(N_("The decision must be due later than now.")), code="due_in_the_past", field="decide_by")
    people.lock(session, person_id)
    _refuse_standing(session, person_id, kind)
    stop = Stop(person_id=person_id, kind=kind, note=note, decide_by=decide_by, set_at=act.at, **act.stamp)
    session.add(stop)
    session.flush()
    tasks.note(
        session,
        person_id=person_id,
        desk=Desk.PRESCRIBER,
        kind=TaskReasonKind.STOP,
        due_at=decide_by,
        stop_id=stop.id,
        act=act,
    )
    take_home_reviews.note_if_deciding(session, person_id, act)
    audit.record(session, AuditKind.STOP_SET, stop, act, person=person_id, stop_kind=kind, decide_by=decide_by)
    return stop


def release_stop(session: Session, *, stop_id: int, reason: str, act: Act) -> StopRelease:
    """Release a stop: dosing may go on, if nothing else stands in its way.

    The prescriber's task closes with it when no other reason for it remains.

    Raises:
        NotFound: there is no such stop.
        Conflict: it was released before; it says when and by whom.
    """
    reason = people.line(reason, "reason", needed=True)
    of_person = select(root_of(Person)).join(Stop, Stop.person_id == Person.id)
    person_id = session.scalar(of_person.where(Stop.id == stop_id))
    if person_id is None:
        raise NotFound(say(N_("There is no such stop on record.")), code="no_such_stop")
    people.lock(session, person_id)
    _refuse_released(session, stop_id)
    release = StopRelease(stop_id=stop_id, reason=reason, released_at=act.at, **act.stamp)
    session.add(release)
    session.flush()
    task = _task_without_reason(session, person_id)
    if task is not None:
        tasks.resolve(session, task=task, resolution=reason, act=act)
    audit.record(session, AuditKind.STOP_RELEASED, release, act, person=person_id, stop=stop_id)
    return release


def set_notice(session: Session, *, person_id: int, kind: NoticeKind, note: str = "", act: Act) -> Notice:
    """Leave something that the person should hear at the window; it delays no dose.

    Raises:
        Refused: a notice of no particular kind says nothing.
    """
    note = people.line(note, "note", needed=kind is NoticeKind.OTHER)
    people.lock(session, person_id)
    notice = Notice(person_id=person_id, kind=kind, note=note, set_at=act.at, **act.stamp)
    session.add(notice)
    session.flush()
    audit.record(session, AuditKind.NOTICE_SET, notice, act, person=person_id, notice_kind=kind)
    return notice


def tick_notice(session: Session, *, notice_id: int, act: Act) -> NoticeTick:
    """Tick a notice as passed on; it shows no more.

    Raises:
        NotFound: there is no such notice.
        Conflict: it was passed on before.
    """
    person_id = session.scalar(select(Notice.person_id).where(Notice.id == notice_id))
    if person_id is None:
        raise NotFound(say(N_("There is no such notice on record.")), code="no_such_notice")
    people.lock(session, person_id)
    if session.scalar(select(NoticeTick.id).where(NoticeTick.notice_id == notice_id)) is not None:
        raise Conflict(say(N_("This notice was already passed on.")), code="ticked_before")
    tick = NoticeTick(notice_id=notice_id, ticked_at=act.at, **act.stamp)
    session.add(tick)
    session.flush()
    audit.record(session, AuditKind.NOTICE_TICKED, tick, act, person=person_id, notice=notice_id)
    return tick


def _refuse_standing(session: Session, person_id: int, kind: StopKind) -> None:
    query = (
        select(Stop.set_at, Staff.name)
        .join(Staff, Staff.id == Stop.recorded_by_id)
        .where(
            same_person(Stop.__table__.c.person_id, person_id),
            Stop.kind == kind,
            Stop.id.not_in(select(StopRelease.stop_id)),
        )
    )
    standing = session.execute(query.limit(1)).one_or_none()
    if standing is not None:
        raise Conflict(
            say(N_("This stop stands already, set at %(at)s by %(by)s."), at=standing.set_at, by=standing.name),
            code="stop_stands",
            field="kind",
        )


def _refuse_released(session: Session, stop_id: int) -> None:
    query = (
        select(StopRelease.released_at, Staff.name)
        .join(Staff, Staff.id == StopRelease.recorded_by_id)
        .where(StopRelease.stop_id == stop_id)
    )
    before = session.execute(query).one_or_none()
    if before is not None:
        raise Conflict(
            say(N_("This stop was released at %(at)s by %(by)s."), at=before.released_at, by=before.name),
            code="released_before",
        )


def _task_without_reason(session: Session, person_id: int) -> Task | None:
    """Return the prescriber's open task, if nothing on it still waits: every stop is released.

    That somebody was not fit for a dose is answered by the release of the stop that came of it.
    """
    task = session.scalar(
        select(Task).where(Task.person_id == person_id, Task.desk == Desk.PRESCRIBER, Task.resolved_at.is_(None))
    )
    if task is None:
        return None
    return task if prescriber_desk.unanswered(session, task.id) <= {TaskReasonKind.NOT_FIT} else None
