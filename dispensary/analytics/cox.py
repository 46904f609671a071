"""A Cox model of being lost, by lifelines: an extra that is installed where somebody wants it, and used by a command only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispensary.analytics.survival import Days


class NotInstalled(Exception):
    """The library that fits the model is not there."""


class NoModel(Exception):
    """There is no model of these numbers; the message says why."""


@dataclass(frozen=True)
class Hazard:
    """How much faster people with one more of something are lost, everything else being equal."""

    name: str
    ratio: float
    lower: float
    upper: float
    p: float


@dataclass(frozen=True)
class CoxModel:
    """The hazard ratios of one model, and how well it tells who is lost earlier."""

    people: int
    lost: int
    hazards: tuple[Hazard, ...]
    concordance: float


def cox(times: Days, lost: NDArray[np.bool_], covariates: Mapping[str, Sequence[float]]) -> CoxModel:
    """Return the model of who is lost, ties by Efron, 95 % intervals by Wald.

    Raises:
        NotInstalled: lifelines is not there.
        NoModel: nobody is lost, a covariate is the same for everybody, or two say the same.
    """
    try:
        import pandas as pd  # noqa: PLC0415 - an extra, and slow to load
        from lifelines import CoxPHFitter  # noqa: PLC0415
        from lifelines.exceptions import ConvergenceError  # noqa: PLC0415
    except ImportError:
        raise NotInstalled from None
    constant = [name for name, values in covariates.items() if len(set(values)) <= 1]
    if constant or not lost.any():
        raise NoModel(f"the same for everybody: {', '.join(constant)}" if constant else "nobody was lost")
    frame = pd.DataFrame({**covariates, "_days": np.maximum(times, 0.5), "_lost": lost})
    try:
        fitted = CoxPHFitter().fit(frame, "_days", "_lost")
    except (ConvergenceError, ValueError, np.linalg.LinAlgError):
        raise NoModel(
            "the numbers decide nothing: too few people for so many covariates, or two that say the same"
        ) from None
    table = fitted.summary
    hazards = (
        Hazard(
            name, *(float(table.loc[name, c]) for c in ("exp(coef)", "exp(coef) lower 95%", "exp(coef) upper 95%", "p"))
        )
        for name in covariates
    )
    return CoxModel(len(times), int(lost.sum()), tuple(hazards), float(fitted.concordance_index_))
