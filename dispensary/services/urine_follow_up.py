"""What a urine leads to: who is asked to look at it, and whether dosing waits. Call all of it behind the person's lock."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dispensary.policy.house import house_rules
from dispensary.policy.urine import urine_policy
from dispensary.queries import urine_schedule, urines
from dispensary.queries.signs import same_person
from dispensary.queries.urines import UrineLine
from dispensary.rules.urine import Follows, follows
from dispensary.services import prescriber_desk, stops, take_home_reviews, tasks
from dispensary.services.act import Act
from models import Notice, NoticeTick, Stop, StopRelease, Task, TaskReason
from models.enums import Desk, NoticeKind, StopKind, TaskReasonKind

KIND = TaskReasonKind.URINE


def follow(session: Session, line: UrineLine, act: Act) -> None:
    """Put a urine before those who look at it, by what it showed."""
    home = urine_schedule.takes_doses_home(session, line.person_id, act.clinic_day)
    after = follows(line.findings, takes_home=home, method=line.method)
    today, later = act.at + house_rules().answer_within[TaskReasonKind.STOP], act.at + urine_policy().review_within
    if after.stop:
        let_dosing_wait(session, line.person_id, act)
    if after.take_home_review:
        take_home_reviews.note(session, line.person_id, act)
    for desk, due_at in _desks(after, today, later):
        tasks.note(session, person_id=line.person_id, desk=desk, kind=KIND, due_at=due_at, act=act)


def _desks(after: Follows, today: datetime, later: datetime) -> list[tuple[Desk, datetime]]:
    """Return who looks at it, and by when: what may be a danger the same day."""
    desks = [
        (after.prescriber, Desk.PRESCRIBER, today),
        (after.second_test, Desk.NURSE, today),
        (after.counselling, Desk.COUNSELLING, later),
    ]
    return [(desk, due_at) for wanted, desk, due_at in desks if wanted]


def let_dosing_wait(session: Session, person_id: int, act: Act) -> None:
    """Let dosing wait for the prescriber, unless it does already: a medicine was not taken that was to be taken."""
    stop, released = Stop.__table__.c, select(StopRelease.stop_id)
    query = select(stop.id).where(
        same_person(stop.person_id, person_id), stop.kind == StopKind.MEDICINE_ABSENT, stop.id.not_in(released)
    )
    if session.scalar(query.limit(1)) is None:
        stops.set_stop(session, person_id=person_id, kind=StopKind.MEDICINE_ABSENT, act=act)


def pass_on_notices(session: Session, person_id: int, act: Act) -> None:
    """Pass on every notice that a urine is due."""
    for notice_id in session.scalars(_open_notices(person_id)).all():
        stops.tick_notice(session, notice_id=notice_id, act=act)


def leave_notice(session: Session, person_id: int, act: Act) -> None:
    """Leave the notice that a urine is due, unless it hangs there already; it delays no dose."""
    if session.scalar(_open_notices(person_id).limit(1)) is None:
        stops.set_notice(session, person_id=person_id, kind=NoticeKind.URINE_DUE, act=act)


def _open_notices(person_id: int) -> Select[Any]:
    notice = Notice.__table__.c
    query = select(notice.id).where(
        same_person(notice.person_id, person_id),
        notice.kind == NoticeKind.URINE_DUE,
        notice.id.not_in(select(NoticeTick.notice_id)),
    )
    return query.order_by(notice.id)


def answer(session: Session, person_id: int, desk: Desk, resolution: str, act: Act) -> None:
    """Close a desk's task about a person's urine, if it asks for nothing else."""
    query = select(Task).where(Task.person_id == person_id, Task.desk == desk, Task.resolved_at.is_(None))
    task = session.scalar(query)
    if task is None:
        return
    kinds = set(session.scalars(select(TaskReason.kind).where(TaskReason.task_id == task.id)))
    if kinds == {KIND}:
        tasks.resolve(session, task=task, resolution=resolution, act=act)


def undo(session: Session, line: UrineLine, reason: str, act: Act) -> None:
    """Take off the desks what a urine had put there that was taken back; what a prescriber did since is looked at again.

    A stop that it led to stands until a prescriber releases it, and a proposal to review take-homes until it is answered.
    """
    if line.decision is not None:
        tasks.note(session, person_id=line.person_id, desk=Desk.PRESCRIBER, kind=KIND, act=act)
    elif not _asks_still(session, line.person_id):
        prescriber_desk.answer(session, person_id=line.person_id, kinds={KIND}, resolution=reason, act=act)
        for desk in (Desk.NURSE, Desk.COUNSELLING):
            answer(session, line.person_id, desk, reason, act)


def _asks_still(session: Session, person_id: int) -> bool:
    """Return whether another urine of a person asks for a look."""
    return any(line.findings and line.decision is None for line in urines.of_person(session, person_id))
