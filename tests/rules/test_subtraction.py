"""What follows by subtraction from numbers that were told, held against the rank of the same equations."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dispensary.rules.subtraction import adds_up, remainder, worked_out

NAMES = "abcdefg"
TIES = st.lists(st.dictionaries(st.sampled_from(NAMES), st.sampled_from([-2, -1, 1, 3]), min_size=1), max_size=6)


def test_the_last_part_of_a_total_follows_and_two_do_not():
    ties = [adds_up("all", ["a", "b", "c"])]

    assert worked_out(ties, {"a"}) == {"a"}
    assert worked_out(ties, {"a", "b"}) == frozenset()
    assert worked_out([*ties, adds_up("both", ["a", "b"])], {"a", "b"}) == frozenset()
    assert worked_out([*ties, adds_up("both", ["a", "c"])], {"b", "c", "a"}) == {"b"}, (
        "two ties give away what none does"
    )


def test_a_tie_says_what_it_leaves_over():
    assert remainder(adds_up("all", ["a", "b"]), {"all": 9, "a": 3, "b": 4}) == 2


@given(TIES, st.frozensets(st.sampled_from(NAMES)))
def test_it_finds_what_linear_algebra_finds(ties, left_out):
    names = sorted(left_out)
    lines = np.array([[tie.get(name, 0) for name in names] for tie in ties] or [[0] * len(names)])
    follows = set()
    for n, name in enumerate(names):
        alone = np.zeros(len(names), dtype=int)
        alone[n] = 1
        if np.linalg.matrix_rank(np.vstack([lines, alone])) == np.linalg.matrix_rank(lines):
            follows.add(name)

    assert worked_out(ties, left_out) == follows
