"""What the house says about the way in: what is asked before the first dose, when the rest is due, and what is counted."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from dispensary.policy.house import FILE
from models.enums import IntakeItem

DUE = "due_"


@dataclass(frozen=True)
class JourneyRules:
    """The house's numbers about the way in, each cited in house.toml."""

    before_first_dose: tuple[IntakeItem, ...]
    """All that is asked before the first dose."""
    due_after: dict[IntakeItem, timedelta]
    """How long after the admission everything else is due; no dose waits for it."""
    contact_every: timedelta
    """Whoever waits for treatment is not left without a word for longer."""
    retained_after: timedelta


@cache
def journey_rules() -> JourneyRules:
    """Return what the house says about the way in, read once.

    Raises:
        ValueError: something that is asked at intake has no time, or two.
    """
    with FILE.open("rb") as file:
        data = tomllib.load(file)
    intake = data["intake"]
    before = tuple(IntakeItem(word) for word in intake["before_first_dose"]["value"])
    due = {
        IntakeItem(key.removeprefix(DUE)): timedelta(days=entry["value"])
        for key, entry in intake.items()
        if key.startswith(DUE)
    }
    if sorted([*before, *due]) != sorted(IntakeItem):
        raise ValueError(
            "house.toml: each thing that is asked at intake is asked before the first dose or has a due day"
        )
    return JourneyRules(
        before_first_dose=before,
        due_after=due,
        contact_every=timedelta(days=data["waiting"]["contact_every_days"]["value"]),
        retained_after=timedelta(days=data["counts"]["retained_days"]["value"]),
    )
