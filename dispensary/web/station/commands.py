"""What was typed or scanned into the one field of the station."""

from dataclasses import dataclass
from enum import StrEnum


class Command(StrEnum):
    """What a value in the field means."""

    NOTHING = ""
    FIT = "F"
    PART = "P"
    WITHHOLD = "W"
    REFUSE = "R"
    VOMITED = "V"
    SPILT = "X"
    ELSEWHERE = "E"
    INCIDENT = "I"
    ASK = "A"
    ASK_INJECTION = "Q"
    NOT_INTOXICATED = "N"
    BOTTLES = "B"
    SPOKE = "S"
    DIGITS = "digits"
    ALMOST_FIT = "f"
    SEARCH = "search"


OPENS = {
    letter.value: letter
    for letter in (
        Command.PART,
        Command.WITHHOLD,
        Command.REFUSE,
        Command.VOMITED,
        Command.SPILT,
        Command.ELSEWHERE,
        Command.INCIDENT,
        Command.ASK,
        Command.ASK_INJECTION,
        Command.BOTTLES,
    )
}
"""Letters that only open a page, and so may be typed small."""

SMALL_TOO = {
    **OPENS,
    Command.SPOKE.value: Command.SPOKE,
    Command.NOT_INTOXICATED.value: Command.NOT_INTOXICATED,
}
CHECK_DIGITS = 2
"""How many digits of the number are asked for where somebody has a like name."""


@dataclass(frozen=True)
class Typed:
    """A value and what it means."""

    command: Command
    text: str


def read(value: str | None) -> Typed:
    """Return what a value means. Only exactly `F` confirms; a small f is told so, and records nothing.

    A card, a number or a name is a search for the next person, whatever page it is scanned on.
    """
    text = (value or "").strip()
    if not text:
        return Typed(Command.NOTHING, "")
    if value == Command.FIT.value:
        return Typed(Command.FIT, text)
    if text.upper() == Command.FIT.value:
        return Typed(Command.ALMOST_FIT, text)
    if len(text) == CHECK_DIGITS and text.isascii() and text.isdigit():
        return Typed(Command.DIGITS, text)
    return Typed(SMALL_TOO.get(text.upper(), Command.SEARCH), text)
