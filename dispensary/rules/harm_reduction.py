"""How supplies, overdoses and special groups are counted."""

from datetime import date, timedelta

A_DAY = timedelta(days=1)


def months_until(today: date, months: int) -> list[date]:
    """Return the first days of the last months, the present one first."""
    found = [today.replace(day=1)]
    while len(found) < months:
        found.append((found[-1] - A_DAY).replace(day=1))
    return found


def shown_count(people: int, least: int) -> int | None:
    """Return a count of people as it may be shown; None where so few are behind it that somebody could be known by it.

    Args:
        least: from how many people on a count is shown in numbers; nobody at all is shown as such.
    """
    return people if people == 0 or people >= least else None
