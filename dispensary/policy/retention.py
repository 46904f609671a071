"""How retention is counted: the runs without a dose that may be asked for, the days that are said, and the bands of dose."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from models.units import Mg, mg

FILE = Path(__file__).with_name("retention.toml")


@dataclass(frozen=True)
class RetentionRules:
    """The numbers of retention, each cited in retention.toml."""

    gaps: tuple[int, ...]
    """Runs of so many days without a dose that a page offers; the command takes any number."""
    usual_gap: int
    months: tuple[tuple[int, int], ...]
    """Months and their days."""
    lost_by: tuple[int, ...]
    landmark: int
    bands_mg: dict[str, Mg]
    """By drug, the dose from which on somebody is in the upper band."""
    shown_days: tuple[int, ...]


@cache
def retention_rules() -> RetentionRules:
    """Return how retention is counted, read once."""
    with FILE.open("rb") as file:
        data = tomllib.load(file)
    return RetentionRules(
        gaps=tuple(data["gap_days"]["value"]),
        usual_gap=data["gap_days"]["usual"],
        months=tuple((int(months), days) for months, days in data["months"]["value"].items()),
        lost_by=tuple(data["lost_by_days"]["value"]),
        landmark=data["landmark_day"]["value"],
        bands_mg={drug: mg(Decimal(entry["value"])) for drug, entry in data["dose_bands_mg"].items()},
        shown_days=tuple(data["shown_days"]["value"]),
    )
