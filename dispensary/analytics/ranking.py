"""How well a score ranks those to whom something happened above those to whom it did not."""

import numpy as np
from numpy.typing import NDArray


def auroc(scores: NDArray[np.generic], events: NDArray[np.bool_]) -> float:
    """Return the area under the receiver operating characteristic: the share of pairs in the right order, ties half.

    `(R - n1 (n1 + 1) / 2) / (n1 n0)`, with R the sum of the mean ranks of the events (Mann-Whitney). NaN without both kinds.
    """
    positive = int(np.count_nonzero(events))
    negative = len(events) - positive
    if not positive or not negative:
        return float("nan")
    _, which, many = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(many)
    mean_rank = last - (many - 1) / 2
    return float((mean_rank[which][events].sum() - positive * (positive + 1) / 2) / (positive * negative))
