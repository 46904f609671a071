"""The seconds at the window: when the person's card or name was entered at this terminal, until their dose is recorded."""

from datetime import UTC, datetime, timedelta

from flask import session

from dispensary.web import edge

LONGEST = timedelta(minutes=30)
"""What took longer was not one service at the window, and is not measured."""
KEY = "scanned"


def note_scan(person_id: int | None) -> None:
    """Remember that a card or name was entered now; nobody yet where several people match."""
    session[KEY] = [person_id or 0, int(edge.now().timestamp() * 1000)]


def scanned_at(person_id: int) -> datetime | None:
    """Return when this person was entered here, or None where that cannot be said."""
    who, milliseconds = session.get(KEY, (None, 0))
    if who not in (0, person_id):
        return None
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return at if timedelta(0) <= edge.now() - at <= LONGEST else None
