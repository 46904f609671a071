"""Restricted parts of a record at the edge: who may read one, and the way to open it with a reason for who may not."""

from datetime import datetime

from flask import redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dispensary.queries import glass, people
from dispensary.rules.glass import PERMISSION_FOR, reads
from dispensary.web import edge
from dispensary.web.database import db
from models.enums import RestrictedPart


def opened_until(person_id: int, part: RestrictedPart) -> datetime | None:
    """Return until when somebody without the permission reads a part that they opened; None for anybody else."""
    if current_user.may(PERMISSION_FOR[part]):
        return None
    until = glass.open_until(db.session(), person_id=person_id, part=part, staff_id=edge.sitting().staff_id)
    return until if until is not None and edge.now() < until else None


def may_read(person_id: int, part: RestrictedPart) -> bool:
    """Return whether whoever is signed in may read a part of a person's record now; no read for who has the permission."""
    return reads(part, edge.sitting().permissions, opened_until(person_id, part), edge.now())


def to_open(person_id: int, part: RestrictedPart) -> Response:
    """Return the way to the page on which a part is opened with a reason.

    Raises:
        NotFound: there is no such person.
    """
    people.identity(db.session(), person_id)
    return redirect(url_for("privacy.open_part", person_id=person_id, restricted_part=part.value), 303)
