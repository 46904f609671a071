"""The tail of the chi-square distribution, exact for whole degrees of freedom."""

import math


def tail(value: float, freedom: int) -> float:
    """Return how often chance alone gives a chi-square at least as large.

    It is the beginning of a Poisson sum; with an odd number of degrees of freedom over halves, beside the normal tail.

    Raises:
        ValueError: there are no degrees of freedom, or the value is below zero.
    """
    if freedom < 1 or value < 0:
        raise ValueError("a chi-square is not negative and has at least one degree of freedom")
    half, odd = value / 2, freedom % 2
    if half == 0:
        return 1.0
    powers = (k + odd / 2 for k in range(freedom // 2))
    terms = (math.exp(power * math.log(half) - half - math.lgamma(power + 1)) for power in powers)
    return min(1.0, math.fsum(terms) + (math.erfc(math.sqrt(half)) if odd else 0.0))
