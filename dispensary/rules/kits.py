"""A kit on its way: who holds it, under which seal, and whether it should be back by now (capabilities 41)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispensary.rules.names import is_blank
from dispensary.wording import N_, Words, say

LONGEST_AWAY = timedelta(days=31)
"""No kit is packed for longer; what stays away longer is a consignment."""


@dataclass(frozen=True)
class Passed:
    """One hand-over: who took the kit, and the number under which it was closed then; empty where it was not."""

    taken_by_id: int
    seal_no: str


def holder(packed_by_id: int, passed: Sequence[Passed]) -> int:
    """Return who answers for the kit now: whoever took it last, and before that whoever packed it."""
    return passed[-1].taken_by_id if passed else packed_by_id


def last_seal(packed_under: str, passed: Sequence[Passed]) -> str:
    """Return the number under which the kit was last closed; empty where it was last passed on open."""
    return passed[-1].seal_no if passed else packed_under


def fault_of_seal(before: str, seal_no: str, note: str, *, sealed: bool) -> Words | None:
    """Return what is missing in what somebody says of the seal, in words that do not say the number; None if nothing.

    Args:
        before: the number under which it was last closed; empty where it was open.
        seal_no: the number that is on it now.
        note: why it is not sealed, or closed under another number.
    """
    if sealed and is_blank(seal_no):
        return say(N_("Write the number of the seal."))
    if not is_blank(note):
        return None
    if not sealed:
        return say(N_("Say why the kit is not sealed."))
    if seal_no.casefold() != before.casefold():
        return say(N_("It was not closed under this number before. Read it again, or say why it is another."))
    return None


def fault_of_expected(expected_back_at: datetime, now: datetime) -> Words | None:
    """Return what is wrong with the time when a kit is to be back; None if nothing."""
    if expected_back_at <= now:
        return say(N_("This is not later than now."))
    if expected_back_at > now + LONGEST_AWAY:
        return say(N_("A kit is back within %(days)s days."), days=LONGEST_AWAY.days)
    return None


def is_late(expected_back_at: datetime, returned_at: datetime | None, now: datetime) -> bool:
    """Return whether a kit is, or was, away longer than it was to be."""
    return (returned_at or now) > expected_back_at
