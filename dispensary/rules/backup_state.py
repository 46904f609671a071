"""Whether those who keep the computer have to be told about the backups, and in which words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispensary.wording import N_, Words, say
from models.enums import DrillOutcome

FULL = frozenset({"ENOSPC", "EDQUOT"})
"""How the system calls a disk that is full."""
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Known:
    """What is on record about backups."""

    last_drill: DrillOutcome | None
    """Of the newest backup; None while it has not been restored on trial."""
    proved_at: datetime | None
    """The moment whose records the newest proved backup holds."""
    failed: str
    """The kind of error of the last night's attempt; empty where it was done."""
    begun_at: datetime | None
    """Since when there has been something to copy; asked only where nothing was ever proved."""
    file: str = ""
    """The name of the newest proved backup."""
    size: int = 0
    """How many bytes it has on record."""


def alarm(known: Known, now: datetime, within: timedelta, *, lies_there: bool = True) -> Words | None:
    """Return what is wrong with the backups and what to do, the worst first, or None.

    Args:
        within: how long ago the last proved backup may have been made.
        lies_there: whether the newest proved backup lies in its folder, as long as it was written.
    """
    if known.last_drill not in (None, DrillOutcome.PROVED):
        return say(
            N_(
                "The last backup could not be restored when it was tried: %(why)s. Keep the older ones, and run"
                " `dispensary backup` on the server."
            ),
            why=known.last_drill,
        )
    if FULL & set(known.failed.split()):
        return say(
            N_(
                "The last backup could not be made: the disk is full. Make room, then run `dispensary backup` on the server."
            )
        )
    if known.proved_at is None:
        return _of_none(known.begun_at, now, within)
    if not lies_there:
        return say(
            N_(
                "The newest proved backup is not in its folder any more, or was damaged. Run `dispensary backup` on the"
                " server."
            )
        )
    if now - known.proved_at > within:
        hours = (now - known.proved_at) // AN_HOUR
        return say(
            N_(
                "The last backup that was restored on trial is %(hours)s hours old. See under Jobs why, or run"
                " `dispensary backup` on the server."
            ),
            hours=hours,
        )
    return None


def _of_none(begun_at: datetime | None, now: datetime, within: timedelta) -> Words | None:
    if begun_at is None or now - begun_at <= within:
        return None
    return say(N_("No backup of this clinic was ever restored on trial. Run `dispensary backup` on the server."))
