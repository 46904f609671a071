"""What is asked at intake, what of it is done, and by when. Nothing here is asked by the rule that lets a dose be given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dispensary.policy.journey import JourneyRules
from dispensary.wording import N_, say
from models.enums import IntakeItem

EDITION = "2026-03"
"""Of the text below; a consent keeps the one that was read out."""
CONSENT_SAYS = (
    say(N_("I come of my own will. I may stop at any time, and I may come back.")),
    say(
        N_(
            "I may say no to any part: to tests, to talks, to groups, to a supporter. No dose and no place depends on it."
        )
    ),
    say(N_("I was told what the medicine does, what it can do to me, and what I can take or do instead.")),
    say(
        N_("What I say here stays here, unless I agree in writing or the law of the place orders it; I was shown when.")
    ),
    say(N_("I can ask for my plan to be changed, and contest a decision; somebody else then looks at it.")),
)
"""What somebody agrees to at entry."""


@dataclass(frozen=True)
class Found:
    """What is on record of one thing that is asked."""

    complete: bool
    on: date | None = None
    by: str = ""
    note: str = ""
    so_far: int = 0
    """Of something in several parts: how many are done."""


@dataclass(frozen=True)
class IntakeLine:
    """One thing that is asked, and how far it is."""

    item: IntakeItem
    before_first_dose: bool
    due_on: date
    found: Found | None

    @property
    def done(self) -> bool:
        """Whether nothing of it is open."""
        return self.found is not None and self.found.complete

    @property
    def begun(self) -> bool:
        """Whether it is half done."""
        return self.found is not None and not self.found.complete

    def overdue(self, today: date) -> bool:
        """Return whether it was to be done before a day."""
        return not self.done and self.due_on < today


def intake(found: Mapping[IntakeItem, Found], admitted_on: date, rules: JourneyRules) -> list[IntakeLine]:
    """Return everything that is asked of somebody: first what comes before the first dose, then the rest as it falls due.

    Source: house.toml intake.
    """
    before = [IntakeLine(item, True, admitted_on, found.get(item)) for item in rules.before_first_dose]
    later = [
        IntakeLine(item, False, admitted_on + after, found.get(item))
        for item, after in sorted(rules.due_after.items(), key=lambda pair: pair[1])
    ]
    return [*before, *later]
