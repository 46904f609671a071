"""Whether two names could be taken for each other at a window.

A name is turned into keys: its words in order of the alphabet, and the same with one letter left out of one word. Two names
are alike when they share a key: then they differ, at most, in one letter that was added, dropped, changed, or stands
elsewhere in its word; marks, case and which name comes first make no difference.
"""

from dispensary.rules.names import folded

SHORTEST_WITH_A_GAP = 3
"""A word of fewer letters is compared whole: with one letter left out, *Li* would be like *Lu*, and half the clinic alike."""


def keys_of(family_name: str, given_name: str) -> frozenset[str]:
    """Return the keys of a name; people whose names share one have like names. A blank name has none."""
    words = folded(f"{family_name} {given_name}").split()
    run_together = "".join(words)
    whole = {run_together, _key(words)}
    gaps = {
        _key([*words[:n], word[:letter] + word[letter + 1 :], *words[n + 1 :]])
        for n, word in enumerate(words)
        if len(word) >= SHORTEST_WITH_A_GAP
        for letter in range(len(word))
    }
    return frozenset(whole | gaps) - {""}


def _key(words: list[str]) -> str:
    return "".join(sorted(words))


def check_digits(number: str) -> str:
    """Return the last two digits of a person's number, which somebody with a like name is asked for."""
    return "".join(sign for sign in number if sign.isdigit())[-2:].rjust(2, "0")


def masked(number: str) -> str:
    """Return a person's number with its last two digits covered, so that they can only be asked for."""
    signs, left = list(number), 2
    for place in range(len(signs) - 1, -1, -1):
        if left and signs[place].isdigit():
            signs[place], left = "•", left - 1
    return "".join(signs)
