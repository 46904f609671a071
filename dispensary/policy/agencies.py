"""What the house says about agencies: calls on a schedule, when an answer is due, how long a consent holds, and the notice."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from dispensary.policy.house import FILE
from models.enums import CallSeries


@dataclass(frozen=True)
class AgencyRules:
    """The house's numbers about agencies, each cited in house.toml."""

    call_days: dict[CallSeries, tuple[int, ...]]
    """How many days after the beginning of a series each call is due."""
    work_window: timedelta
    """How long after a release help with work may be asked for."""
    answer_within: timedelta
    factual_letter_from: int
    """From how many visits elsewhere a factual letter is offered."""
    factual_letter_days: timedelta
    consent_longest: timedelta
    notice: str
    """What stands on a sheet until the site has approved its own notice."""


@cache
def agency_rules() -> AgencyRules:
    """Return what the house says about agencies, read once."""
    with FILE.open("rb") as file:
        data = tomllib.load(file)
    calls, agencies = data["calls"], data["agencies"]
    return AgencyRules(
        call_days={series: tuple(calls[series]["value"]) for series in CallSeries},
        work_window=timedelta(days=calls["work_window_days"]["value"]),
        answer_within=timedelta(days=agencies["answer_within_days"]["value"]),
        factual_letter_from=agencies["factual_letter_from"]["value"],
        factual_letter_days=timedelta(days=agencies["factual_letter_days"]["value"]),
        consent_longest=timedelta(days=agencies["consent_longest_days"]["value"]),
        notice=agencies["notice"]["value"],
    )
