"""What a card's code looks like: a prefix of its own, then random letters that any scanner reads.

The prefix stands for nothing: a card names neither the clinic nor the medicine.
"""

PREFIX = "KX-"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
LENGTH = 16
"""Sixteen letters of 32: eighty bits, which nobody guesses."""


def looks_like_code(text: str) -> bool:
    """Return whether a text that was scanned or typed has the shape of a card's code, whoever's it is."""
    code = text.strip().upper()
    rest = code.removeprefix(PREFIX)
    return rest != code and len(rest) == LENGTH and all(letter in LETTERS for letter in rest)
