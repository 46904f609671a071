"""Whose word counts about a taper: it begins at a pace that is agreed, and pauses or stops at the person's word."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.enums import AskedBy, TaperWish

AT_THE_PERSONS_WORD = frozenset({TaperWish.PAUSE, TaperWish.STOP})


def is_followed(wish: TaperWish, asked_by: AskedBy) -> bool:
    """Return whether a wish is done without asking whether: nobody is tapered on against their word."""
    return wish in AT_THE_PERSONS_WORD and asked_by is AskedBy.PERSON


def answered_within(wish: TaperWish, *, usual: timedelta, halted: timedelta) -> timedelta:
    """Return in what time a wish is answered: what halts a taper sooner than what begins one."""
    return usual if wish is TaperWish.BEGIN else min(usual, halted)


@dataclass(frozen=True)
class TaperFacts:
    """A wish about a taper, with its answer."""

    id: int
    person_id: int
    wish: TaperWish
    asked_by: AskedBy
    said_on: date
    words: str
    by: str
    followed: bool | None
    answer: str
    answered_by: str | None
    answered_at: datetime | None
    site_id: int
    """Where the wish was taken down, and where alone it is answered."""

    @property
    def open(self) -> bool:
        """Whether no prescriber has answered it."""
        return self.followed is None
