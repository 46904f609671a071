"""A death that is told of: nobody is sent to reach the person any more, and a prescriber decides about the treatment."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.queries.signs import same_person
from dispensary.services import prescriber_desk, tasks
from dispensary.services.act import Act
from models import Task
from models.enums import Desk, TaskOutcome, TaskReasonKind

DIED = "died"
"""What is noted on a task that ends with a death; a fixed word."""
ANSWERED = frozenset(
    {TaskReasonKind.TOLD_DEAD, TaskReasonKind.OVERDOSE, TaskReasonKind.HOSPITAL, TaskReasonKind.LOST}
)  # fmt: skip
"""What a prescriber has answered by ending the treatment as death."""


def tell(session: Session, *, person_id: int, act: Act) -> None:
    """Ask the prescriber to end the treatment of somebody who is told to have died; nothing ends by itself.

    Call with the person's row locked.
    """
    tasks.note(
        session, person_id=person_id, desk=Desk.PRESCRIBER, kind=TaskReasonKind.TOLD_DEAD, act=act, again_since=act.at
    )
    stop_reaching(session, person_id=person_id, act=act)


def note_ended(session: Session, *, person_id: int, act: Act) -> None:
    """Close what desks had to do about somebody whose treatment ended as death; what else a prescriber answers stays."""
    stop_reaching(session, person_id=person_id, act=act)
    prescriber_desk.answer(session, person_id=person_id, kinds=set(ANSWERED), resolution=DIED, act=act)


def stop_reaching(session: Session, *, person_id: int, act: Act) -> None:
    """Close what would have somebody reach a person who has died."""
    query = select(Task).where(
        same_person(Task.__table__.c.person_id, person_id), Task.desk != Desk.PRESCRIBER, Task.resolved_at.is_(None)
    )
    for task in session.scalars(query.order_by(Task.id)).all():
        tasks.resolve(session, task=task, resolution=DIED, outcome=TaskOutcome.NOT_NEEDED, act=act)
