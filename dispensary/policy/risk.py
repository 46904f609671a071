"""The scorecard of the nightly scan as data: points for each factor and band, the lanes, and what a position meant for others."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models.enums import Medication, RiskFactor

FILE = Path(__file__).with_name("risk.toml")
DRUGS = {
    Medication.METHADONE: "methadone",
    Medication.BUPRENORPHINE: "buprenorphine",
    Medication.BUPRENORPHINE_NALOXONE: "buprenorphine",
}


@dataclass(frozen=True)
class Band:
    """From a count on, so many points, until the next band."""

    least: int
    points: int


@dataclass(frozen=True)
class FactorCard:
    """What a factor counts and what it is worth."""

    factor: RiskFactor
    words: str
    short: str
    """What follows the count on a list."""
    unit: str
    citation: str
    bands: tuple[Band, ...]

    def points_of(self, count: int) -> int:
        """Return the points of a count; none below the first band."""
        return next((band.points for band in reversed(self.bands) if count >= band.least), 0)


@dataclass(frozen=True)
class Share:
    """How many of those in a position did not come back, as printed in the source."""

    least: int
    share: str


@dataclass(frozen=True)
class Position:
    """What the same position meant for others: a table by missed days, with its source."""

    shares: tuple[Share, ...]
    source: str
    n: int | None
    """On how many occasions its first row rests; None where the source does not say."""

    def at(self, missed: int) -> Share | None:
        """Return the row of the table for a number of missed days: the last that is not above it."""
        return next((row for row in reversed(self.shares) if missed >= row.least), None)


@dataclass(frozen=True)
class RiskCard:
    """One version of the scorecard, with its lanes and tables."""

    version: str
    citation: str
    factors: Mapping[RiskFactor, FactorCard]
    low_amount_from_day: int
    low_amount_below_mg: Mapping[str, int]
    lowered_ago_days: int
    opioid_within_days: int
    no_urine_from_day: int
    no_urine_after_days: int
    red_from: int
    red_least: int
    red_most: int
    amber_from: Mapping[str, int]
    amber_most_no_shows: int
    most_no_shows: int
    """Beyond so many no-shows in a row the points say nothing."""
    silent_nights: int
    history_days: int
    """How far back shares since admission and a person's own highest amount look."""
    urine_classes: Mapping[str, frozenset[str]]
    returned: Mapping[str, Position]
    """By drug: the share who did not come back, by no-shows in a row."""
    attending: Mapping[str, Position]
    """By drug: of those dosed that day, the share whose last run of missed days began within 14 days."""


@cache
def risk_card() -> RiskCard:
    """Return the scorecard, read once.

    Raises:
        ValueError: a factor is missing or unknown, or without words or citation.
    """
    with FILE.open("rb") as file:
        return read(tomllib.load(file))


def read(data: dict[str, Any]) -> RiskCard:
    """Return what a file says.

    Raises:
        ValueError: see `risk_card`.
    """
    factors = data["factors"]
    if set(factors) != set(RiskFactor):
        raise ValueError(f"risk.toml: factors differ: {sorted(set(factors) ^ set(RiskFactor))}")
    lanes, low, urine = data["lanes"], factors["low_amount"], dict(data["urine"])
    if not urine.pop("citation"):
        raise ValueError("risk.toml: the classes of substances have no citation")
    return RiskCard(
        version=data["version"],
        citation=data["citation"],
        factors={factor: _factor(factor, factors[factor.value]) for factor in RiskFactor},
        low_amount_from_day=low["from_day"],
        low_amount_below_mg=low["below_mg"],
        lowered_ago_days=factors["lowered"]["ago_days"],
        opioid_within_days=factors["opioid_urine"]["within_days"],
        no_urine_from_day=factors["no_urine"]["from_day"],
        no_urine_after_days=factors["no_urine"]["after_days"],
        **{key: value for key, value in lanes.items() if not key.endswith("citation")},
        history_days=data["windows"]["history_days"],
        urine_classes={kind: frozenset(names) for kind, names in urine.items()},
        returned={one["medication"]: _position(one, "not_returned") for one in data["returned"]},
        attending={one["medication"]: _position(one, "onset_within_14") for one in data["attending"]},
    )


def _factor(factor: RiskFactor, entry: dict[str, Any]) -> FactorCard:
    if not all(entry.get(key) for key in ("words", "short", "unit", "citation")):
        raise ValueError(f"risk.toml: {factor.value} needs words, short, unit and citation")
    bands = entry.get("bands") or [{"from": 0, "points": entry["points"]}]
    return FactorCard(
        factor,
        entry["words"],
        entry["short"],
        entry["unit"],
        entry["citation"],
        tuple(Band(band["from"], band["points"]) for band in bands),
    )


def _position(entry: dict[str, Any], rows: str) -> Position:
    shares = tuple(Share(row["missed"], row["share"]) for row in entry[rows])
    return Position(shares, entry["source"], entry.get("n_at_first"))
