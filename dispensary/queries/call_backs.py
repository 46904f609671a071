"""Call-backs: who was asked to bring in every bottle, by when, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from models import CallBack, CallBackOutcome, Person, Staff, Task, TaskReason
from models.enums import CallBackOutcomeKind, CallBackReason, Desk, TaskReasonKind
from models.person import root_of


@dataclass(frozen=True)
class CallBackOnRecord:
    """Somebody who was asked to bring in every bottle."""

    id: int
    person_id: int
    person_number: str
    name: str
    phone: str
    reason: CallBackReason
    note: str
    channel: str
    called_at: datetime
    by: str
    due_by: datetime
    bottles: int
    outcome: CallBackOutcomeKind | None
    brought: int | None
    outcome_note: str
    closed_at: datetime | None

    def overdue(self, at: datetime) -> bool:
        """Return whether the deadline has passed and nothing came of it yet."""
        return self.outcome is None and at > self.due_by


@cache
def _call_backs() -> Select[*tuple[Any, ...]]:
    """Select call-backs, each under the record that stands for its person now."""
    asked = aliased(Person)
    return (
        select(
            CallBack.id,
            Person.id,
            Person.number,
            Person.family_name,
            Person.given_name,
            Person.phone,
            CallBack.reason,
            CallBack.note,
            CallBack.channel,
            CallBack.called_at,
            Staff.name.label("by"),
            CallBack.due_by,
            CallBack.bottles,
            CallBackOutcome.outcome,
            CallBackOutcome.brought,
            func.coalesce(CallBackOutcome.note, "").label("outcome_note"),
            CallBackOutcome.closed_at,
        )
        .join(asked, asked.id == CallBack.person_id)
        .join(Person, Person.id == root_of(asked))
        .join(Staff, Staff.id == CallBack.recorded_by_id)
        .outerjoin(CallBackOutcome, CallBackOutcome.call_back_id == CallBack.id)
    )


def _as_call_backs(session: Session, query: Select[*tuple[Any, ...]]) -> list[CallBackOnRecord]:
    return [
        CallBackOnRecord(i, person_id, number, full_name(family, given), *rest)
        for i, person_id, number, family, given, *rest in session.execute(query)
    ]


def open_call_backs(session: Session, site_id: int) -> list[CallBackOnRecord]:
    """Return the call-backs of a site of which nothing came yet, the earliest deadline first."""
    query = _call_backs().where(CallBack.site_id == site_id, CallBackOutcome.id.is_(None))
    return _as_call_backs(session, query.order_by(CallBack.due_by, CallBack.id))


def closed_call_backs(session: Session, site_id: int, newest: int = 50) -> list[CallBackOnRecord]:
    """Return the newest call-backs of a site that are closed."""
    query = _call_backs().where(CallBack.site_id == site_id, CallBackOutcome.id.is_not(None))
    return _as_call_backs(session, query.order_by(CallBackOutcome.closed_at.desc(), CallBack.id.desc()).limit(newest))


def call_back(session: Session, call_back_id: int, site_id: int) -> CallBackOnRecord | None:
    """Return one call-back of a site, or None."""
    found = _as_call_backs(session, _call_backs().where(CallBack.id == call_back_id, CallBack.site_id == site_id))
    return found[0] if found else None


def overdue(session: Session, site_id: int, at: datetime) -> list[int]:
    """Return whose deadline at a site has passed with nothing entered, and of whom the prescriber does not know it yet."""
    late = [one for one in open_call_backs(session, site_id) if one.overdue(at)]
    return [one.person_id for one in late if not was_told(session, one.person_id, one.due_by)]


def was_told(session: Session, person_id: int, since: datetime) -> bool:
    """Return whether the prescriber's desk was told of somebody's call-back since a moment."""
    task = Task.__table__.c
    query = (
        select(TaskReason.id)
        .join(Task, Task.id == TaskReason.task_id)
        .where(
            same_person(task.person_id, person_id),
            task.desk == Desk.PRESCRIBER,
            TaskReason.kind == TaskReasonKind.CALL_BACK,
            TaskReason.noted_at > since,
        )
    )
    return session.scalar(query.limit(1)) is not None


def open_call_back_of(session: Session, person_id: int) -> CallBackOnRecord | None:
    """Return the call-back of a person of which nothing came yet, or None."""
    query = _call_backs().where(same_person(CallBack.__table__.c.person_id, person_id), CallBackOutcome.id.is_(None))
    return next(iter(_as_call_backs(session, query.order_by(CallBack.id))), None)
