"""Kept papers: how their figures are written down, and what in the books is no longer what a paper says."""

import calendar
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dispensary.wording import Words, say

SHORT = 12
"""Characters of a digest that a list shows: enough to tell two papers of a clinic apart."""
ABOUT = "|"
"""Stands between the words of a figure's name and what of many it is about."""
A_DAY = timedelta(days=1)


def canonical(figures: Mapping[str, str]) -> str:
    """Return figures as they are kept: JSON with sorted names and without blanks, so that equal figures are equal texts.

    Args:
        figures: each with its name. A name is words for people, such as `Doses`, or words with a gap and what fills
            it, such as `Dose no. %(of)s|17`; a value is exact text, with its unit.
    """
    return json.dumps(dict(figures), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def figures_in(text: str) -> dict[str, str]:
    """Return the figures of a kept text; none where it cannot be read, which verification names."""
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in read.items()} if isinstance(read, dict) else {}


def digest(content: bytes) -> str:
    """Return SHA-256 of bytes, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class Difference:
    """One figure that the books say otherwise today; None where it is not there."""

    name: Words
    kept: str | None
    now: str | None


def differences(kept: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Difference]:
    """Yield what is no longer as it was kept, in the order of the names."""
    for name in sorted({*kept, *now}):
        if kept.get(name) != now.get(name):
            yield Difference(name_in_words(name), kept.get(name), now.get(name))


def name_in_words(name: str) -> Words:
    """Return the name of a figure in words."""
    words, about, of = name.partition(ABOUT)
    return say(words, of=of) if about else say(words)


def month_that_ends(day: date) -> tuple[date, date] | None:
    """Return first and last day of the month whose last day this is; None on every other day."""
    return (day.replace(day=1), day) if (day + A_DAY).day == 1 else None


def month_of(day: date) -> tuple[date, date]:
    """Return first and last day of the month that a day lies in."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
