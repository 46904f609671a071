"""What the house says about the programme of a pair: how long, how many activities, and when urine tests are compared."""

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from dispensary.policy.house import FILE


@dataclass(frozen=True)
class SupportRules:
    """The house's numbers about pairs, each cited in house.toml."""

    weeks: int
    activities_a_week: int
    least_tests: int
    """On either side, for shares to be compared."""
    mark_above: Fraction
    """By more than this a share fell where it is marked."""
    next_step_weeks: int
    """In so many last weeks the pair is asked what comes next."""


@cache
def support_rules() -> SupportRules:
    """Return what the house says about pairs, read once."""
    with FILE.open("rb") as file:
        entries = tomllib.load(file)["support"]
    return SupportRules(
        weeks=entries["weeks"]["value"],
        activities_a_week=entries["activities_a_week"]["value"],
        least_tests=entries["least_tests"]["value"],
        mark_above=Fraction(entries["mark_above_percent"]["value"], 100),
        next_step_weeks=entries["next_step_weeks"]["value"],
    )
