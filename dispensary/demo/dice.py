"""Chance, drawn from the seed."""

from random import Random


def chance(rng: Random, share: float) -> bool:
    """Return True in this share of cases."""
    return rng.random() < share
