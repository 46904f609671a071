"""The log-rank test: whether groups leave at different rates, by what each was expected to lose on every day."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispensary.analytics.chi_square import tail
from dispensary.analytics.survival import Days, Shares

TWO = 2


@dataclass(frozen=True)
class LogRank:
    """The test over some groups, and what each lost beside what it would have lost if all were alike."""

    chi_square: float
    freedom: int
    p: float
    observed: tuple[int, ...]
    expected: tuple[float, ...]


def log_rank(groups: Sequence[tuple[Days, NDArray[np.bool_]]]) -> LogRank | None:
    """Return the test over groups of times, and who of them left; None where there is nothing to compare.

    A group without anybody, or with nobody at risk on any day on which somebody leaves, takes no part and no degree of freedom.
    """
    days = (
        np.unique(np.concatenate([np.asarray(t)[np.asarray(left)] for t, left in groups])) if groups else np.array([])
    )
    at_risk = np.array([[np.count_nonzero(t >= day) for day in days] for t, _ in groups], dtype=np.float64)
    if not len(days):
        return None
    lost = np.array([[np.count_nonzero(left & (t == day)) for day in days] for t, left in groups], dtype=np.float64)
    expected = (at_risk * (lost.sum(axis=0) / at_risk.sum(axis=0))).sum(axis=1)
    informed = np.flatnonzero(at_risk.any(axis=1))
    if len(informed) < TWO:
        return None
    variance = _variance(at_risk[informed], lost[informed])
    rank = int(np.linalg.matrix_rank(variance, hermitian=True))
    if rank == 0:
        return None
    difference = (lost.sum(axis=1) - expected)[informed]
    chi_square = max(0.0, float(difference @ np.linalg.pinv(variance, hermitian=True) @ difference))
    return LogRank(
        chi_square=chi_square,
        freedom=rank,
        p=tail(chi_square, rank),
        observed=tuple(int(n) for n in lost.sum(axis=1)),
        expected=tuple(float(n) for n in expected),
    )


def _variance(at_risk: Shares, lost: Shares) -> Shares:
    """Return the covariances of what each group loses, days with ties among them (hypergeometric)."""
    n, d = at_risk.sum(axis=0), lost.sum(axis=0)
    spread = np.where(n > 1, d * (n - d) / np.where(n > 1, n - 1, 1), 0.0)
    share = at_risk / n
    between: Shares = (
        np.eye(len(at_risk))[:, :, None] * share[:, None, :] - share[:, None, :] * share[None, :, :]
    ) @ spread
    return between
