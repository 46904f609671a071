"""A fitted model as numbers that do not change any more: read from text, written to text, scored with numpy alone."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispensary.analytics.calibration import Line, expit
from dispensary.analytics.local_columns import NAMES
from dispensary.policy.evaluation import Map

Floats = NDArray[np.float64]
CODE = ("features.py", "day_grid.py", "local_columns.py", "scorecard.py", "frozen.py")
"""What a score depends on, besides its numbers."""


@dataclass(frozen=True)
class LocalModel:
    """A logistic regression on standardised columns."""

    names: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    alert_from: float = float("inf")
    """From this logarithm of the odds on somebody who still comes is raised: as many as AMBER raised when it was fitted."""

    def logit(self, columns: NDArray[np.float32]) -> Floats:
        """Return the logarithm of the odds of each row.

        Raises:
            ValueError: the columns are not those that it was fitted on.
        """
        if self.names != NAMES:
            raise ValueError("this model was fitted on other columns than this program counts")
        z = (columns.astype(np.float64) - np.array(self.mean)) / np.array(self.scale)
        found: Floats = z @ np.array(self.weights) + self.intercept
        return found

    def text(self) -> str:
        """Return every number exactly, as text."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def of(cls, text: str) -> "LocalModel":
        """Return the model that a text says."""
        told = json.loads(text)
        read: dict[str, Any] = {key: tuple(of) if isinstance(of, list) else of for key, of in told.items()}
        return cls(**read)


def chance(points: int, buprenorphine: bool, of: Map, line: Line) -> float:
    """Return the probability that a recalibrated map has for some points."""
    logit = of.intercept + of.per_point * points + of.buprenorphine * buprenorphine
    return float(expit(line.of(np.array(logit))))


def line_text(line: Line) -> str:
    """Return the two numbers of a recalibration exactly, as text."""
    return json.dumps(asdict(line), sort_keys=True)


def line_of(text: str) -> Line:
    """Return the recalibration that a text says."""
    return Line(**json.loads(text))


def code_digest(names: Sequence[str] = CODE) -> str:
    """Return the digest of the code that a score depends on."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()
