"""The ways in which the clinic's own rules say no. Each carries words for the person and a code for the machine."""

from collections.abc import Sequence

from dispensary.reasons import Reason
from dispensary.wording import Words


class DomainError(Exception):
    """Something that was asked for cannot be done, and the person should be told why."""

    def __init__(self, words: Words, *, code: str = "", field: str | None = None) -> None:
        """Keep what to say, a code, and the input it is about, if one."""
        super().__init__(code or words.msgid)
        self.words = words
        self.code = code
        self.field = field


class Refused(DomainError):
    """A rule says no; all its reasons are here together."""

    def __init__(
        self, words: Words, *, reasons: Sequence[Reason] = (), code: str = "", field: str | None = None
    ) -> None:
        """Keep every reason, so that the nurse sees them at once."""
        super().__init__(words, code=code, field=field)
        self.reasons = tuple(reasons)


class Conflict(DomainError):
    """Somebody was first, or the record has moved on since it was shown."""


class NotFound(DomainError):
    """There is no such record, or this person may not see it."""


class NotPermitted(DomainError):
    """The person lacks the permission."""


class Unavailable(DomainError):
    """Busy, disk full or connection lost: nothing was recorded, and pressing again is safe."""
