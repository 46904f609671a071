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


def alarm(known: Known, now: datetime, within: timedelta) -> Words | None:
    """Return what is wrong with the backups, the worst first, or None.

    Args:
        within: how long ago the last proved backup may have been made.
    """
    if known.last_drill not in (None, DrillOutcome.PROVED):
        return say(N_("The last backup could not be restored when it was tried: %(why)s."), why=known.last_drill)
    if FULL & set(known.failed.split()):
        return say(N_("The last backup could not be made: the disk is full."))
    if known.proved_at is None:
        if known.begun_at is not None and now - known.begun_at > within:
            return say(N_("No backup of this clinic was ever restored on trial."))
        return None
    if now - known.proved_at > within:
        hours = (now - known.proved_at) // AN_HOUR
        return say(N_("The last backup that was restored on trial is %(hours)s hours old."), hours=hours)
    return None
