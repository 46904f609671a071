"""The weeks of a pair, and the share of positive urine tests before and during them.

A share counts urines that were taken and read, and nothing else: what was refused, missed, spoilt or not read yet stands
beside it and is never taken for negative. It says nothing of what caused a change. (product.md §9, the 2023 trial)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from dispensary.policy.support import SupportRules
from dispensary.wording import N_, Words, say
from models.enums import UrineOutcome

A_WEEK = timedelta(days=7)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """The weeks of a programme, from its first day on."""

    starts_on: date
    weeks: int

    @property
    def last_day(self) -> date:
        """The last day of the last week."""
        return self.starts_on + self.weeks * A_WEEK - A_DAY

    def days_of(self, week: int) -> tuple[date, date]:
        """Return the first and the last day of a week; the first week is 1."""
        first = self.starts_on + (week - 1) * A_WEEK
        return first, first + A_WEEK - A_DAY

    def week_on(self, day: date) -> int:
        """Return which week a day lies in: 0 before the first, one more than there are after the last."""
        return min(max((day - self.starts_on) // A_WEEK + 1, 0), self.weeks + 1)

    @property
    def before(self) -> tuple[date, date]:
        """As many days right before it as it lasts."""
        return self.starts_on - self.weeks * A_WEEK, self.starts_on - A_DAY

    def asks_next_step(self, week: int, rules: SupportRules) -> bool:
        """Return whether the pair is asked in a week what comes next."""
        return self.weeks - rules.next_step_weeks < week <= self.weeks


class Together(StrEnum):
    """Who of a pair came in a week."""

    BOTH = "both"
    PERSON = "person"
    SUPPORTER = "supporter"
    NOBODY = "nobody"


def together(*, person_came: bool, supporter_came: bool) -> Together:
    """Return who of the pair came."""
    if person_came:
        return Together.BOTH if supporter_came else Together.PERSON
    return Together.SUPPORTER if supporter_came else Together.NOBODY


SAID: dict[Together, Words] = {
    Together.BOTH: say(N_("both came")),
    Together.PERSON: say(N_("only the person came")),
    Together.SUPPORTER: say(N_("only the supporter came")),
    Together.NOBODY: say(N_("nobody came")),
}


@dataclass(frozen=True)
class Urine:
    """What a share needs to know of one urine that was asked for."""

    outcome: UrineOutcome
    read: bool
    positive: bool
    """For something that is not prescribed."""


@dataclass(frozen=True)
class Share:
    """How many of the urines of some weeks were positive, with all that could not be counted beside it."""

    positive: int = 0
    tests: int = 0
    """Taken and read."""
    refused: int = 0
    missed: int = 0
    """Drawn at random and never given."""
    spoilt: int = 0
    """Diluted, tampered with, or nobody was able."""
    unread: int = 0

    @property
    def of_one(self) -> Fraction | None:
        """The share itself; None where nothing was counted."""
        return Fraction(self.positive, self.tests) if self.tests else None

    @property
    def uncounted(self) -> int:
        """How many were asked for and are neither positive nor negative."""
        return self.refused + self.missed + self.spoilt + self.unread


SPOILT = frozenset({UrineOutcome.DILUTED, UrineOutcome.TAMPERED, UrineOutcome.NOT_ABLE})


def share(urines: Iterable[Urine], missed: int = 0) -> Share:
    """Return the share of some urines.

    Args:
        urines: all that were asked for, whatever became of them.
        missed: how many were drawn and never given.
    """
    asked = list(urines)
    read = [one for one in asked if one.outcome is UrineOutcome.TAKEN and one.read]
    return Share(
        positive=sum(one.positive for one in read),
        tests=len(read),
        refused=sum(one.outcome is UrineOutcome.REFUSED for one in asked),
        missed=missed,
        spoilt=sum(one.outcome in SPOILT for one in asked),
        unread=sum(one.outcome is UrineOutcome.TAKEN and not one.read for one in asked),
    )


@dataclass(frozen=True)
class Comparison:
    """The share before a programme and during it."""

    before: Share
    during: Share
    rules: SupportRules

    @property
    def enough(self) -> bool:
        """Whether there are tests enough on both sides."""
        return min(self.before.tests, self.during.tests) >= self.rules.least_tests

    @property
    def reduction(self) -> Fraction | None:
        """One minus the share during over the share before; None where that is not computed. Below zero it rose."""
        if not self.enough or not self.before.positive:
            return None
        return 1 - Fraction(self.during.positive, self.during.tests) / Fraction(self.before.positive, self.before.tests)

    @property
    def marked(self) -> bool:
        """Whether it fell by more than the house marks."""
        return self.reduction is not None and self.reduction > self.rules.mark_above

    @property
    def words(self) -> Words:
        """What came out, or why nothing is computed."""
        if not self.enough:
            words = N_("Not computed: fewer than %(least)s tests taken and read on a side.")
            return say(words, least=self.rules.least_tests)
        if self.reduction is None:
            return say(N_("Not computed: none was positive before."))
        if self.reduction < 0:
            return say(N_("The share rose by %(percent)s %% of what it was."), percent=percent(-self.reduction))
        if self.reduction == 0:
            return say(N_("The share is as it was."))
        return say(N_("The share fell by %(percent)s %% of what it was."), percent=percent(self.reduction))


def percent(part: Fraction) -> Decimal:
    """Return a share in per cent, to one decimal; for the eye only, nothing is decided by it."""
    return Decimal(round(part * 1000)) / 10
