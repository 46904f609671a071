"""How a name is folded, so that it is found however it was typed."""

import unicodedata

LETTERS = str.maketrans({"đ": "d", "Đ": "d", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "ß": "ss"})
"""Letters that are no mark on another letter, so that decomposing leaves them."""

TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that change the direction in which what stands beside them is read, an amount in mg too."""


UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs by their class that leave nothing on paper: fillers, and the braille cell without a dot."""


def is_blank(text: str) -> bool:
    """Return whether nobody could read anything in the text: blanks, marks without a letter, signs of no width."""
    return not any(unicodedata.category(c)[0] in "LNPS" and c not in UNSEEN for c in text)


def composed(text: str) -> str:
    """Return the text in composed form (NFC) with single blanks, as names are stored; empty where nothing can be read."""
    return "" if is_blank(text) else " ".join(unicodedata.normalize("NFC", text).split())


def folded(text: str) -> str:
    """Return the text without marks, case and width: `Đặng Thị Hường` becomes `dang thi huong`."""
    flat = unicodedata.normalize("NFKD", text.translate(LETTERS))
    return " ".join("".join(c for c in flat if not unicodedata.combining(c)).casefold().split())


def search_key(family_name: str, given_name: str) -> str:
    """Return the key under which a person is found and ordered: family name first."""
    return folded(f"{family_name} {given_name}")


def has_control_characters(text: str) -> bool:
    """Return whether the text holds characters that belong on no form.

    Control characters, unassigned ones, lone surrogates, and those that turn the text beside them around: a name that
    is written from right to left needs none of these.
    """
    if text.isprintable():  # almost every text; the look at each character is for the rest
        return False
    return any(unicodedata.category(c) in {"Cc", "Cs", "Cn"} or c in TURNING for c in text)


def printable(text: str) -> str:
    """Return the text without such characters, line ends kept."""
    if text.isprintable():
        return text
    return "".join(c for c in text if c == "\n" or not has_control_characters(c))
