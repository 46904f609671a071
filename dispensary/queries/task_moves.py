"""Tasks that went on in another one: what a desk owed a record that was found to be of somebody known already."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import aliased

from models import Person, PersonLink, PersonUnlink, Task
from models.person import root_of

_CAME, _WHOSE, _OTHER = aliased(Task), aliased(Person), aliased(Person)
_TASK = Task.__table__.c


def went_on_in(wanted: ColumnElement[bool]) -> Select[Any]:
    """Return, for the tasks that are wanted, the tasks of linked records that ended in them with the link that stands."""
    undone = exists().where(PersonUnlink.link_id == PersonLink.id)
    return (
        select(_TASK.id.label("task_id"), _CAME.id.label("came_id"))
        .select_from(PersonLink)
        .join(_CAME, _CAME.resolved_at == PersonLink.linked_at)
        .join(_OTHER, _OTHER.id == _CAME.person_id)
        .join(Task, (_TASK.desk == _CAME.desk) & (_TASK.id != _CAME.id) & (_TASK.opened_at <= _CAME.resolved_at))
        .join(_WHOSE, (_WHOSE.id == _TASK.person_id) & (root_of(_WHOSE) == root_of(_OTHER)))
        .where(
            ~undone,
            _TASK.person_id == PersonLink.root_id,
            _TASK.resolved_at.is_(None) | (_TASK.resolved_at > PersonLink.linked_at),
            wanted,
        )
    )
