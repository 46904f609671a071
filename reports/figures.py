"""A figure and the rows that it is worked out from, so that whoever doubts a number can open it.

A figure is never typed in: its number is a count, a sum, a mean or a middle of the rows that are kept with it, and a share is
of a denominator that keeps its own. The screen, the files and the paper read the same ones.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from dispensary.rules.commissioners_counts import Share
from dispensary.rules.subtraction import Tie
from dispensary.wording import N_, Words, say

PEOPLE, DAYS = say(N_("people")), say(N_("days"))
HOUSE = say(N_("House"))
TENTH = Decimal("0.1")


class Way(StrEnum):
    """How the number of a figure is worked out from its rows."""

    PEOPLE = "people"
    """How many people are in the rows; somebody in two of them is counted once."""
    ROWS = "rows"
    SUM = "sum"
    MEAN = "mean"
    """The sum of the rows over their number, to a tenth."""
    MIDDLE = "middle"
    """The amount in the middle; of an even number half way between the two in the middle, to a tenth."""
    NINTH = "ninth"
    """The smallest amount that nine of ten rows do not exceed: one that was there, by nearest rank."""


WORDS: Mapping[Way, Words] = {
    Way.PEOPLE: say(N_("People in these rows; somebody in two rows is counted once.")),
    Way.ROWS: say(N_("The number of these rows.")),
    Way.SUM: say(N_("The sum of the column.")),
    Way.MEAN: say(N_("The sum of the column over the number of rows, to a tenth.")),
    Way.MIDDLE: say(N_("The amount in the middle of the column; half way between two where their number is even.")),
    Way.NINTH: say(N_("The smallest amount of the column that nine of ten rows do not exceed.")),
}
"""How a number follows from the rows under it, as the page of a figure says it."""


@dataclass(frozen=True, slots=True)
class Behind:
    """One row behind a figure: whose it is, what of it counted, and how much."""

    person_id: int | None = None
    """None where the row is of nobody, such as a night's backup."""
    detail: Words | None = None
    amount: int | Decimal | None = None
    """What a sum adds up, or a middle is of."""


Number = int | Decimal
Worked = Callable[[Sequence[Behind]], Number | None]


def _amounts(rows: Iterable[Behind]) -> list[Number]:
    return [row.amount for row in rows if row.amount is not None]


def _mean(rows: Sequence[Behind]) -> Decimal | None:
    amounts = _amounts(rows)
    total = Decimal(sum(amounts))
    return (total / len(amounts)).quantize(TENTH, ROUND_HALF_UP) if amounts else None


def _middle(rows: Sequence[Behind]) -> Decimal | None:
    ordered = sorted(_amounts(rows))
    if not ordered:
        return None
    half = len(ordered) // 2
    low = ordered[half] if len(ordered) % 2 else ordered[half - 1]
    return (Decimal(low + ordered[half]) / 2).quantize(TENTH, ROUND_HALF_UP)


def _ninth(rows: Sequence[Behind]) -> Number | None:
    ordered = sorted(_amounts(rows))
    return ordered[-(-len(ordered) * 9 // 10) - 1] if ordered else None


_WORKED: Mapping[Way, Worked] = {
    Way.PEOPLE: lambda rows: len({row.person_id for row in rows if row.person_id is not None}),
    Way.ROWS: len,
    Way.SUM: lambda rows: sum(_amounts(rows)),
    Way.MEAN: _mean,
    Way.MIDDLE: _middle,
    Way.NINTH: _ninth,
}


def number_of(way: Way, rows: Sequence[Behind]) -> Number | None:
    """Return the number that some rows come to; None for a mean or a middle of nothing."""
    return _WORKED[way](rows)


@dataclass(frozen=True)
class Figure:
    """One figure. A number is None where there is none, or where it may not leave the clinic."""

    key: str
    """Its name in an address and in files; it stays the same."""
    what: Words
    definition: Words
    way: Way
    n: Number | None
    behind: tuple[Behind, ...]
    unit: Words = PEOPLE
    """What is counted, or what the amount is of."""
    of: int | None = None
    """The denominator of a share."""
    of_behind: tuple[Behind, ...] | None = None
    """The rows of the denominator."""
    of_key: str | None = None
    """The figure that is the denominator, if it is one."""
    percent: Decimal | None = None
    source: Words = HOUSE
    """Where the definition comes from."""
    part: bool = False
    """Whether it and the other parts of its section add up to what is known."""
    nest: str = ""
    """Figures of one nest lie within each other: what is between two of them is known too."""
    sums: tuple[str, ...] = ()
    """The figures that it adds up: where one of them may not leave the clinic, neither may it."""
    known: bool = False
    """Whether other papers tell it too, as the month before ends with what this one begins with: left out, it shields none."""
    few: bool = False
    """Whether its numbers are too small to leave the clinic, or would give away another that is."""
    shields: bool = False
    """Whether it is large enough itself and left out only for the sake of another."""

    @property
    def people(self) -> frozenset[int]:
        """Who is behind it."""
        return _people(self.behind)

    @property
    def of_people(self) -> frozenset[int] | None:
        """Who is behind the denominator; None of what is no share."""
        return None if self.of_behind is None else _people(self.of_behind)


def _people(rows: Iterable[Behind]) -> frozenset[int]:
    return frozenset(row.person_id for row in rows if row.person_id is not None)


def drawn(
    key: str,
    what: Words,
    definition: Words,
    behind: Iterable[Behind],
    *,
    way: Way = Way.PEOPLE,
    unit: Words = PEOPLE,
    of: Iterable[Behind] | None = None,
    of_key: str | None = None,
    source: Words = HOUSE,
    part: bool = False,
    nest: str = "",
    sums: tuple[str, ...] = (),
    known: bool = False,
) -> Figure:
    """Return a figure with its number worked out of its rows; a share where a denominator is given.

    Numerator and denominator are counted in the same way.
    """
    rows = tuple(behind)
    of_rows = None if of is None else tuple(of)
    n, of_n = number_of(way, rows), None if of_rows is None else number_of(way, of_rows)
    return Figure(
        key=key,
        what=what,
        definition=definition,
        way=way,
        n=n,
        behind=rows,
        unit=unit,
        of=None if of_n is None else int(of_n),
        of_behind=of_rows,
        of_key=of_key,
        percent=None if n is None or of_n is None else Share(int(n), int(of_n)).percent,
        source=source,
        part=part,
        nest=nest,
        sums=sums,
        known=known,
    )


def denominator(key: str) -> str:
    """Return how a tie names the denominator of a share."""
    return f"{key} of"


@dataclass(frozen=True)
class Section:
    """Figures of one subject, with what is said of all of them."""

    title: Words
    words: Words
    figures: tuple[Figure, ...]
    key: str = ""
    """Its name in an address."""
    ties: tuple[Tie, ...] = ()
    """How its figures add up, with each other and with those of other sections: what could be worked out by subtraction."""


def rows_of(people: Iterable[int], detail: Callable[[int], Words] | None = None) -> tuple[Behind, ...]:
    """Return a row for each of some people, in the order of their records."""
    return tuple(Behind(person_id, detail(person_id) if detail else None) for person_id in sorted(people))
