"""The seconds at the window: when the person's card or name was entered at this terminal, until their dose is recorded.

A person called up from the queue is entered at that moment. A search that several people match counts for the one of them
who is opened first. Another person in between, the back button and a page opened twice change nothing; a lock does: what
waited behind it was not one service at the window, and is not measured.
"""

from datetime import UTC, datetime, timedelta

from flask import session

from dispensary.web import edge

LONGEST = timedelta(minutes=30)
"""What took longer was not one service at the window, and is not measured."""
KEY = "entered"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNLOCKED_AT = "unlocked_at"
"""Key of the cookie: when this sitting was last unlocked, in seconds."""
SEVERAL = 0
"""Stands for whichever of several people will be opened."""
AT_ONCE = 4
"""Of how many people the beginning is remembered; the oldest is forgotten."""


def note_scan(person_id: int | None) -> None:
    """Remember that a card or name was entered now; nobody yet where several people match."""
    _begin(person_id or SEVERAL, _now())


def note_opened(person_id: int) -> None:
    """Remember that a person's page was opened, unless it was by a card or name that is remembered already."""
    noted = _noted()
    if SEVERAL in noted:
        session[KEY] = [pair for pair in session[KEY] if pair[0] != SEVERAL]
        _begin(person_id, noted[SEVERAL])
    elif person_id not in noted or _is_over(noted[person_id]):
        _begin(person_id, _now())


def scanned_at(person_id: int) -> datetime | None:
    """Return when this person was entered here, or None where that cannot be said."""
    milliseconds = _noted().get(person_id, 0)
    if _waited_behind_the_lock(milliseconds):
        return None
    at = EPOCH + timedelta(milliseconds=milliseconds)
    return at if timedelta(0) <= edge.now() - at <= LONGEST else None


def served(person_id: int) -> None:
    """Forget when a person was entered: their dose is recorded, and what comes next begins anew."""
    session[KEY] = [pair for pair in session.get(KEY, []) if pair[0] != person_id]


def _begin(person_id: int, milliseconds: int) -> None:
    others = [pair for pair in session.get(KEY, []) if pair[0] != person_id]
    session[KEY] = [*others, [person_id, milliseconds]][-AT_ONCE:]


def _noted() -> dict[int, int]:
    return dict(session.get(KEY, []))


def _is_over(milliseconds: int) -> bool:
    return _now() - milliseconds > LONGEST // timedelta(milliseconds=1) and not _waited_behind_the_lock(milliseconds)


def _waited_behind_the_lock(milliseconds: int) -> bool:
    return milliseconds // 1000 < int(session.get(UNLOCKED_AT, 0))


def _now() -> int:
    return (edge.now() - EPOCH) // timedelta(milliseconds=1)
