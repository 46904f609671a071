"""What a urine leads to: who is asked to look at it, and whether dosing waits. Call all of it behind the person's lock."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.policy.house import house_rules
from dispensary.policy.urine import urine_policy
from dispensary.queries import urine_schedule
from dispensary.queries.signs import same_person
from dispensary.queries.urines import UrineLine
from dispensary.rules.urine import Follows, follows
from dispensary.services import stops, take_home_reviews, tasks
from dispensary.services.act import Act
from models import Notice, NoticeTick, Stop, StopRelease, Task, TaskReason
from models.enums import Desk, NoticeKind, StopKind, TaskReasonKind, UrineOccasion

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
    notice = Notice.__table__.c
    query = select(notice.id).where(
        same_person(notice.person_id, person_id),
        notice.kind == NoticeKind.URINE_DUE,
        notice.id.not_in(select(NoticeTick.notice_id)),
    )
    for notice_id in session.scalars(query.order_by(notice.id)).all():
        stops.tick_notice(session, notice_id=notice_id, act=act)


def answer_nurses(session: Session, person_id: int, act: Act) -> None:
    """Close the nurses' task about a second test, if it asks for nothing else."""
    query = select(Task).where(Task.person_id == person_id, Task.desk == Desk.NURSE, Task.resolved_at.is_(None))
    task = session.scalar(query)
    if task is None:
        return
    kinds = set(session.scalars(select(TaskReason.kind).where(TaskReason.task_id == task.id)))
    if kinds == {KIND}:
        tasks.resolve(session, task=task, resolution=UrineOccasion.CONFIRMATION.value, act=act)
