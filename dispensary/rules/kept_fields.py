"""Which of the fields of a page are kept when its terminal locks: what somebody keyed, never a secret, never without end."""

from collections.abc import Iterable, Sequence

Pair = tuple[str, str]

OURS = frozenset({"csrf_token", "token", "signed_in_as", "submit", "back"})
"""What a page carries for itself; the page opened again has its own."""
SECRET = frozenset({"old", "again", "password", "pin", "pin_again", "badge"})
"""Fields that hold what only one person may know or carry, besides everything named a password."""
LONGEST_VALUE = 10_000
LONGEST_FORM = 200_000
"""Letters of all names and values together: a sheet of five hundred rows has some seventy thousand."""


def is_secret(name: str) -> bool:
    """Return whether a field of this name is never kept."""
    return name in SECRET or "password" in name


def worth_keeping(fields: Iterable[Pair]) -> list[Pair]:
    """Return the fields of a page that are kept: without secrets, and without what the page carries for itself."""
    return [(name, value) for name, value in fields if name and name not in OURS and not is_secret(name)]


def fit(fields: Sequence[Pair]) -> bool:
    """Return whether the fields of a page are short enough to be kept."""
    return (
        all(len(name) <= LONGEST_VALUE and len(value) <= LONGEST_VALUE for name, value in fields)
        and sum(len(name) + len(value) for name, value in fields) <= LONGEST_FORM
    )
