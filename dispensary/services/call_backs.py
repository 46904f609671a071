"""Calling somebody back with every bottle by a deadline, and what came of it; and bottles that a new order made wrong."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import bottles, wrong_bottles
from dispensary.queries import call_backs as records
from dispensary.queries import people as of_people
from dispensary.services import audit, people, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import CallBack, CallBackOutcome, Task, TaskReason
from models.enums import AuditKind, CallBackOutcomeKind, CallBackReason, Desk, TaskReasonKind

TOLD = frozenset({CallBackOutcomeKind.SHORT, CallBackOutcomeKind.ALTERED, CallBackOutcomeKind.DID_NOT_COME})
"""Outcomes that a prescriber hears of."""


def call_back(
    session: Session, *, person_id: int, reason: CallBackReason, channel: str, note: str, due_by: datetime, act: Act
) -> CallBack:
    """Ask somebody to bring in every bottle, full or empty, by a deadline; it stands on the nurses' desk until then.

    Args:
        channel: how the person was reached: a call, a letter, in person.
        due_by: the deadline; the site sets how many hours are usual.

    Raises:
        NotFound: there is no such person.
        Conflict: a call-back stands already.
        Refused: nothing is at home, the deadline is past, or nobody says how the person was reached.
    """
    channel, note = people.line(channel, "channel", needed=True), people.line(note, "note")
    people.lock(session, person_id)
    person_id = of_people.surviving(session, person_id)
    standing = records.open_call_back_of(session, person_id)
    if standing is not None:
        words = N_("Called back already at %(at)s by %(by)s. Enter first what came of that.")
        raise Conflict(say(words, at=standing.called_at, by=standing.by), code="called_back_before")
    if due_by <= act.at:
        raise Refused(say(N_("The deadline must lie ahead.")), code="due_in_the_past", field="due_day")
    held = bottles.at_home(session, person_id)
    if not held:
        raise Refused(say(N_("Nothing is at home, so nothing can be brought in.")), code="nothing_at_home")
    made = write(
        session,
        CallBack(
            person_id=person_id,
            reason=reason,
            note=note,
            channel=channel,
            called_at=act.at,
            due_by=due_by,
            bottles=len(held),
            **act.stamp,
        ),
    )
    tasks.note(session, person_id=person_id, desk=Desk.NURSE, kind=TaskReasonKind.CALL_BACK, due_at=due_by, act=act)
    audit.record(
        session, AuditKind.CALLED_BACK, made, act, person=person_id, bottles=len(held), call_reason=reason, due=due_by
    )
    return made


def close_call_back(
    session: Session, *, call_back_id: int, outcome: CallBackOutcomeKind, brought: int, note: str, act: Act
) -> CallBackOutcome:
    """Record how a call-back ended: what was brought of what was expected.

    Each bottle is taken back on its own; here they are counted. A prescriber hears of what is missing or altered.

    Raises:
        NotFound: there is no such call-back here.
        Conflict: it was closed before.
        Refused: the count does not fit the outcome.
    """
    note = people.line(note, "note", needed=outcome is CallBackOutcomeKind.EXCUSED)
    standing = records.call_back(session, call_back_id, act.site_id)
    if standing is None:
        raise NotFound(say(N_("There is no such call-back here.")), code="no_such_call_back")
    person_id = of_people.surviving(session, standing.person_id)
    people.lock(session, person_id)
    if session.scalar(select(CallBackOutcome.id).where(CallBackOutcome.call_back_id == call_back_id)) is not None:
        raise Conflict(say(N_("This call-back was closed before. Look again.")), code="closed_before")
    _check_count(outcome, brought, standing.bottles)
    made = write(
        session,
        CallBackOutcome(
            call_back_id=call_back_id, outcome=outcome, brought=brought, note=note, closed_at=act.at, **act.stamp
        ),
    )
    if outcome in TOLD:
        tasks.note(
            session,
            person_id=person_id,
            desk=Desk.PRESCRIBER,
            kind=TaskReasonKind.CALL_BACK,
            due_at=_soon(act),
            act=act,
        )
    audit.record(
        session,
        AuditKind.CALL_BACK_CLOSED,
        made,
        act,
        call_back=call_back_id,
        person=person_id,
        outcome=outcome,
        brought=brought,
        expected=standing.bottles,
    )
    _answer_nurses(session, person_id, TaskReasonKind.CALL_BACK, outcome, act)
    return made


def tell_overdue(session: Session, *, person_id: int, act: Act) -> bool:
    """Put somebody whose deadline has passed on the prescriber's desk, once for each call-back; return whether it was done."""
    people.lock(session, person_id)
    standing = records.open_call_back_of(session, person_id)
    if standing is None or not standing.overdue(act.at) or records.was_told(session, person_id, standing.due_by):
        return False
    tasks.note(
        session,
        person_id=of_people.surviving(session, person_id),
        desk=Desk.PRESCRIBER,
        kind=TaskReasonKind.CALL_BACK,
        due_at=_soon(act),
        again_since=standing.due_by,
        act=act,
    )
    return True


def _soon(act: Act) -> datetime:
    """Return by when somebody decides what follows from a call-back, or becomes of bottles that are wrong."""
    return act.at + house_rules().answer_within[TaskReasonKind.CALL_BACK]


def _check_count(outcome: CallBackOutcomeKind, brought: int, expected: int) -> None:
    if outcome is CallBackOutcomeKind.ALL_THERE and brought < expected:
        words = N_("%(brought)s of %(expected)s are not all. Count again, or choose that some are missing.")
        raise Refused(say(words, brought=brought, expected=expected), code="not_all", field="brought")
    if outcome is CallBackOutcomeKind.SHORT and brought >= expected:
        words = N_("%(brought)s of %(expected)s are all. Count again, or choose that all are there.")
        raise Refused(say(words, brought=brought, expected=expected), code="not_short", field="brought")
    if outcome is CallBackOutcomeKind.DID_NOT_COME and brought:
        words = N_("Nobody came, so nothing was brought: enter 0, or choose another outcome.")
        raise Refused(say(words), code="nobody_came", field="brought")


def _answer_nurses(
    session: Session, person_id: int, kind: TaskReasonKind, outcome: CallBackOutcomeKind, act: Act
) -> None:
    """Close the nurses' task about a person if nothing but this reason still waited on it."""
    task = session.scalar(
        select(Task).where(Task.person_id == person_id, Task.desk == Desk.NURSE, Task.resolved_at.is_(None))
    )
    if task is None:
        return
    kinds = set(session.scalars(select(TaskReason.kind).where(TaskReason.task_id == task.id)))
    if kinds <= {kind}:
        tasks.resolve(session, task=task, resolution=outcome.value, act=act)


def note_wrong_bottles(session: Session, *, person_id: int, act: Act) -> int:
    """Put bottles at home that a new or ended order made wrong on the nurses' desk; return how many there are.

    Call with the person's row locked; part of the signature, which is audited.
    """
    wrong = wrong_bottles.wrong_now(session, person_id, act.clinic_day)
    if wrong:
        tasks.note(
            session, person_id=person_id, desk=Desk.NURSE, kind=TaskReasonKind.BOTTLES, due_at=_soon(act), act=act
        )
    return len(wrong)
