"""Telling the window and the prescriber what happened to a person: the one way in which an event is made known."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from dispensary.rules.events import EVENTS
from dispensary.services import tasks
from dispensary.services.act import Act
from models import Task
from models.enums import Desk, TaskReasonKind


def tell_window(session: Session, *, person_id: int, kind: TaskReasonKind, act: Act) -> Task:
    """Put an event on the prescriber's desk; until it is answered the window shows it before each dose.

    Call with the person's row locked. The same kind told again is an event of its own.
    """
    if kind not in EVENTS:
        raise ValueError(f"not an event: {kind}")
    return tasks.note(session, person_id=person_id, desk=Desk.PRESCRIBER, kind=kind, act=act, again_since=act.at)


def tell_all(session: Session, *, person_id: int, kinds: Iterable[TaskReasonKind], act: Act) -> None:
    """Put each event that a note tells of on the prescriber's desk; what the note says stays in the note."""
    for kind in sorted(set(kinds)):
        tell_window(session, person_id=person_id, kind=kind, act=act)
