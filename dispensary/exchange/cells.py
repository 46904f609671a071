"""Reading one cell: text, day, time, amount, number or word. What cannot be read says why, in words."""

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from dispensary.exchange.faults import Unreadable
from dispensary.rules.names import composed, has_control_characters
from dispensary.wording import N_, say
from models.units import Mg, mg

LONGEST = 500
LONGEST_NUMBER = 9
EARLIEST = date(1900, 1, 1)
FORMULA_SIGNS = "=+-@"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(r"\d\d:\d\d(:\d\d)?")
NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,20})?")

Reader = Callable[[str], Any]


def text(cell: str) -> str:
    """Return a text as names are stored: composed, single blanks; an apostrophe before a formula sign is undone."""
    if not (cell.isascii() and cell.isprintable()):
        _refuse_strange(cell)
    if len(cell) > LONGEST:
        raise Unreadable(say(N_("is longer than %(most)s characters"), most=LONGEST))
    return composed(cell[1:] if cell[0] == "'" and cell[1:2] in tuple(FORMULA_SIGNS) else cell)


def _refuse_strange(cell: str) -> None:
    if any("\udc80" <= c <= "\udcff" for c in cell):
        raise Unreadable(say(N_("is not UTF-8; save the file as CSV UTF-8")))
    if "\ufffd" in cell or has_control_characters(cell):
        raise Unreadable(say(N_("holds a control character, or one that was lost on the way")))


@lru_cache(maxsize=4096)
def day(cell: str) -> date:
    """Return a day written as 2026-03-02."""
    if not (cell.isascii() and DAY.fullmatch(cell)):
        raise Unreadable(say(N_("is no day; write it as 2026-03-02")))
    try:
        found = date.fromisoformat(cell)
    except ValueError:
        raise Unreadable(say(N_("is a day that does not exist"))) from None
    if found < EARLIEST:
        raise Unreadable(say(N_("lies before the year 1900")))
    return found


def clock_time(cell: str) -> time:
    """Return a time of day written as 07:42."""
    if cell.isascii() and TIME.fullmatch(cell):
        try:
            return time.fromisoformat(cell)
        except ValueError:
            pass
    raise Unreadable(say(N_("is no time of day; write it as 07:42")))


def amount(cell: str) -> Mg:
    """Return an amount in mg, above zero and exact to 0.001."""
    number = amount_or_zero(cell)
    if number == 0:
        raise Unreadable(say(N_("is zero; leave such a row out, or give its outcome")))
    return number


@lru_cache(maxsize=4096)
def amount_or_zero(cell: str) -> Mg:
    """Return an amount in mg, zero allowed, exact to 0.001."""
    if not (cell.isascii() and NUMBER.fullmatch(cell)):
        raise Unreadable(say(N_("is no amount; write milligrams as 80 or 80.5, without unit")))
    if Decimal(cell) < 0:
        raise Unreadable(say(N_("is negative")))
    try:
        return mg(cell)
    except ValueError:
        raise Unreadable(say(N_("is finer than 0.001 mg"))) from None


def whole_number(least: int, most: int) -> Reader:
    """Return a reader of whole numbers within bounds."""

    def read(cell: str) -> int:
        if cell.isascii() and cell.isdigit() and len(cell) <= LONGEST_NUMBER and least <= int(cell) <= most:
            return int(cell)
        raise Unreadable(say(N_("is no whole number from %(least)s to %(most)s"), least=least, most=most))

    return read


def word(*vocabularies: type[StrEnum]) -> Reader:
    """Return a reader of the words of a vocabulary, as the documentation lists them."""
    words = {str(w.value): w for vocabulary in vocabularies for w in vocabulary}

    def read(cell: str) -> StrEnum:
        found = words.get(cell)
        if found is None:
            raise Unreadable(say(N_("is unknown; one of: %(words)s"), words=", ".join(words)))
        return found

    return read
