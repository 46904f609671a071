"""That the last two digits of a number were asked for, carried from a person's page to the pages that its keys open.

They are kept beside the sign-in, never in an address, and forgotten as soon as a person's page is opened anew.
"""

from flask import session

KEY = "identity_checked"


def note_checked(person_id: int) -> None:
    """Remember that this person, who stands at the window now, named the right digits."""
    session[KEY] = person_id


def forget_checked() -> None:
    """Forget it: whoever stands at the window now was not asked yet."""
    session.pop(KEY, None)


def was_checked(person_id: int) -> bool:
    """Return whether the person was asked since their page was opened."""
    return session.get(KEY) == person_id
