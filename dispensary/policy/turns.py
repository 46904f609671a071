"""What the house says about endings, tapers, releases and coming back: days and hours, each cited in house.toml."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from dispensary.policy.house import FILE, house_rules
from models.enums import TaskReasonKind


@dataclass(frozen=True)
class TurnRules:
    """The house's numbers about the turns that a treatment takes."""

    contest_within: timedelta
    """How long after its notice an ending may be contested at the least."""
    contest_answered_within: timedelta
    """Within what time somebody else answers what is contested."""
    taper_halted_within: timedelta
    """Within what time it is answered that a taper is to pause, stop or go back up."""
    release_prepared_before: timedelta
    """How long before a release the first dose is prepared."""
    seen_when_back_within: timedelta
    """Within what time a prescriber sees somebody who came back."""


@cache
def turn_rules() -> TurnRules:
    """Return what the house says about the turns of treatment, read once."""
    with FILE.open("rb") as file:
        turns = tomllib.load(file)["turns"]
    return TurnRules(
        contest_within=timedelta(days=turns["contest_days"]["value"]),
        contest_answered_within=house_rules().answer_within[TaskReasonKind.CONTEST],
        taper_halted_within=timedelta(hours=turns["taper_halt_hours"]["value"]),
        release_prepared_before=timedelta(days=turns["release_lead_days"]["value"]),
        seen_when_back_within=timedelta(hours=turns["come_back_hours"]["value"]),
    )
