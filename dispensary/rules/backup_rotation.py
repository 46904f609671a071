"""Which backups are kept: the newest of each of the last days, weeks and months, and always the newest that was proved."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Backup:
    """One backup: its name, its moment, and whether a drill has restored it."""

    name: str
    at: datetime
    proved: bool


def kept(made: Iterable[Backup], *, daily: int, weekly: int, monthly: int) -> set[str]:
    """Return the names of those that stay.

    Days, weeks and months without a backup do not count, so that a computer that was off loses nothing. Of a period the
    newest that was proved stands for it; the newest of all if none was.
    """
    newest_first = sorted(made, key=lambda backup: backup.at, reverse=True)
    periods: tuple[tuple[Callable[[datetime], object], int], ...] = (
        (lambda at: at.date(), daily),
        (lambda at: at.isocalendar()[:2], weekly),
        (lambda at: (at.year, at.month), monthly),
    )
    stay = {backup.name for period, most in periods for backup in _of_last(newest_first, period, most)}
    stay |= {backup.name for backup in newest_first[:1]}
    return stay | {backup.name for backup in [one for one in newest_first if one.proved][:1]}


def _of_last(newest_first: list[Backup], period: Callable[[datetime], object], most: int) -> list[Backup]:
    chosen: dict[object, Backup] = {}
    for backup in newest_first:
        one = period(backup.at)
        if one not in chosen or (backup.proved and not chosen[one].proved):
            chosen[one] = backup
    return list(chosen.values())[:most]
