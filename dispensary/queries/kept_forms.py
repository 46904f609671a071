"""What was keyed in a sitting before its terminal locked, for the same person to find again."""

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import KeptForm


@dataclass(frozen=True)
class KeptFields:
    """The fields of one page, in the order in which they stood on it."""

    id: int
    path: str
    fields: tuple[tuple[str, str], ...]


def of_page(session: Session, sitting_id: int, path: str) -> KeptFields | None:
    """Return what was keyed into this page in this sitting, if anything is kept."""
    return next((kept for kept in of_sitting(session, sitting_id) if kept.path == path), None)


def of_sitting(session: Session, sitting_id: int) -> list[KeptFields]:
    """Return everything that is kept of a sitting, oldest first."""
    table = KeptForm.__table__.c
    query = select(table.id, table.path, table.fields).where(table.sitting_id == sitting_id).order_by(table.id)
    return [
        KeptFields(row.id, row.path, tuple((name, value) for name, value in json.loads(row.fields)))
        for row in session.execute(query)
    ]
