"""What was found out of whoever stands at the window, carried from the person's page to the pages that its keys open.

That the last two digits of a number were asked for; that the person was seen and is not intoxicated.

They are kept beside the sign-in, never in an address, and forgotten as soon as a person's page is opened anew.
"""

from flask import session

KEY, SEEN = "identity_checked", "seen_not_intoxicated"


def note_checked(person_id: int) -> None:
    """Remember that this person, who stands at the window now, named the right digits."""
    session[KEY] = person_id


def forget_checked() -> None:
    """Forget it: whoever stands at the window now was not asked yet."""
    session.pop(KEY, None)
    session.pop(SEEN, None)


def was_checked(person_id: int) -> bool:
    """Return whether the person was asked since their page was opened."""
    return session.get(KEY) == person_id


def note_seen(person_id: int) -> None:
    """Remember that somebody looked, and that this person is not intoxicated."""
    session[SEEN] = person_id


def was_seen(person_id: int) -> bool:
    """Return whether somebody confirmed, since this person's page was opened, that they are not intoxicated."""
    return session.get(SEEN) == person_id
