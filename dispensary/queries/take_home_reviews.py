"""Whether somebody's take-home doses wait for a prescriber's review, and what was answered last."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.queries.signs import same_person
from dispensary.rules.take_home_review import OpenReview
from models import TakeHomeDecision, TakeHomeDecisionEnd, TakeHomeReview, Task, TaskReason
from models.enums import Desk, TakeHomeEndReason, TaskReasonKind

_REASON, _TASK, _REVIEW = TaskReason.__table__.c, Task.__table__.c, TakeHomeReview.__table__.c
_DECISION, _END = TakeHomeDecision.__table__.c, TakeHomeDecisionEnd.__table__.c
_OPEN = (
    select(_REASON.noted_at, _TASK.due_at)
    .join(Task.__table__, _TASK.id == _REASON.task_id)
    .where(
        same_person(_TASK.person_id),
        _TASK.desk == Desk.PRESCRIBER,
        _TASK.resolved_at.is_(None),
        _REASON.kind == TaskReasonKind.TAKE_HOME_REVIEW,
    )
    .order_by(_REASON.noted_at.desc())
    .limit(1)
)


def open_review(session: Session, person_id: int) -> OpenReview | None:
    """Return the review of somebody's take-home doses that no prescriber has answered, or None."""
    row = session.execute(_OPEN, {"person_id": person_id}).one_or_none()
    if row is None:
        return None
    answered = answered_at(session, person_id)
    return OpenReview(row.noted_at, row.due_at) if answered is None or answered <= row.noted_at else None


def answered_at(session: Session, person_id: int) -> datetime | None:
    """Return when a prescriber last decided about somebody's take-home doses, or left them as they were."""
    by_hand = _END.reason != TakeHomeEndReason.EPISODE_ENDED
    asked = (
        select(func.max(_REVIEW.reviewed_at)).where(same_person(_REVIEW.person_id)),
        select(func.max(_DECISION.decided_at)).where(same_person(_DECISION.person_id)),
        select(func.max(_END.recorded_at))
        .join(TakeHomeDecision.__table__, _DECISION.id == _END.decision_id)
        .where(same_person(_DECISION.person_id), by_hand),
    )
    answers = (session.scalar(query, {"person_id": person_id}) for query in asked)
    return max((at for at in answers if at is not None), default=None)
