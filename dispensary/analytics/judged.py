"""Nights that are looked back on: a row for each person and night, with what was counted then and what came of it.

What was counted is of the night and the days before it; what came of it is used to judge a score, and never to make one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispensary.policy.evaluation import EvaluationRules

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
NOT_LOST = np.iinfo(np.int32).max // 2
"""Stands in `onset` for a course of which no loss is known."""


class Definition(StrEnum):
    """Which nights are judged: of those who were dosed on them, or of all with few no-shows in a row."""

    B = "B"
    C = "C"


@dataclass(frozen=True)
class Nights:
    """A row a night, by person and day. Days are numbers of the calendar."""

    person: Ints
    course: Ints
    """Of each course of treatment its own number."""
    day: Ints
    onset: Ints
    """The day on which the run began with which the course was lost."""
    seen_until: Ints
    """Until this day it is known what became of the course."""
    no_shows: Ints
    missed: Ints
    """Of the days that the plain rule looks at."""
    points: Ints
    lane: NDArray[np.uint8]
    buprenorphine: Bools
    columns: NDArray[np.float32]
    """What a local model reads: rows by columns."""

    def __len__(self) -> int:
        return len(self.person)

    def only(self, keep: NDArray[Any]) -> "Nights":
        """Return some of them."""
        return Nights(*(getattr(self, one.name)[keep] for one in fields(self)))

    @classmethod
    def none(cls, columns: int) -> "Nights":
        """Return no nights."""
        blank = np.zeros(0, np.int32)
        no = blank.astype(np.bool_)
        return cls(
            *(blank,) * 8, lane=no.astype(np.uint8), buprenorphine=no, columns=np.zeros((0, columns), np.float32)
        )

    @classmethod
    def joined(cls, parts: Sequence["Nights"]) -> "Nights":
        """Return all parts as one, by person and day."""
        whole = cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)))
        return whole.only(np.lexsort((whole.day, whole.person)))

    def followed(self, rules: EvaluationRules) -> Bools:
        """Return on which it is known what came of it, of people who were not lost yet."""
        known: Bools = self.day + rules.behind <= self.seen_until
        return known & (self.day < self.onset + rules.gap - 1)

    def events(self, rules: EvaluationRules) -> Bools:
        """Return on which the last run goes on already, or begins within the horizon."""
        found: Bools = self.onset <= self.day + rules.horizon
        return found

    def judged(self, definition: Definition, rules: EvaluationRules, most_no_shows: int) -> Bools:
        """Return which nights a definition is about."""
        if definition is Definition.C:
            few: Bools = self.no_shows <= most_no_shows
            return self.followed(rules) & few
        dosed: Bools = (self.no_shows == 0) & (self.day < self.onset)
        return self.followed(rules) & dosed
