"""What the indicators of a month go by: months for KP_MAT, doses of the shares, the run of missed days that is counted apart."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from models.units import Mg, mg

FILE = Path(__file__).with_name("indicators.toml")


@dataclass(frozen=True)
class IndicatorRules:
    """The numbers of the indicators, each cited in indicators.toml."""

    kp_mat_months: int
    kp_mat_age_from: int
    """People younger than this are told apart from all others."""
    clinic_dose_mg: dict[str, Mg]
    """By drug: this dose or more."""
    unaids_dose_mg: dict[str, Mg]
    """By drug: more than this dose."""
    band_bounds_mg: dict[str, tuple[Mg, ...]]
    """By drug: where one band of the spread of daily doses ends and the next begins."""
    long_run: int
    looked_at_days: int
    """So far back the data-quality list goes by itself."""
    oldest_years: int
    citations: dict[str, str]
    """Where each of them comes from, by its name in the file."""


@cache
def indicator_rules() -> IndicatorRules:
    """Return what the indicators go by, read once."""
    with FILE.open("rb") as file:
        data = tomllib.load(file)
    return IndicatorRules(
        kp_mat_months=data["kp_mat_months"]["value"],
        kp_mat_age_from=data["kp_mat_age_from"]["value"],
        clinic_dose_mg=_doses(data["clinic_dose_mg"]["value"]),
        unaids_dose_mg=_doses(data["unaids_dose_mg"]["value"]),
        band_bounds_mg={
            drug: tuple(mg(Decimal(bound)) for bound in bounds)
            for drug, bounds in data["band_bounds_mg"]["value"].items()
        },
        long_run=data["long_run"]["value"],
        looked_at_days=data["looked_at_days"]["value"],
        oldest_years=data["oldest_years"]["value"],
        citations={name: entry["citation"] for name, entry in data.items()},
    )


def _doses(by_drug: dict[str, str]) -> dict[str, Mg]:
    return {drug: mg(Decimal(amount)) for drug, amount in by_drug.items()}
