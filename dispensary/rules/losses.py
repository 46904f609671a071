"""What is told of a theft or a loss held against the books, and the figures that follow from the books alone."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from dispensary.rules.chain import said
from dispensary.rules.products import is_whole_parts
from dispensary.wording import N_, Words, in_unit, say
from models.enums import BaseUnit, MovementKind
from models.units import MgPerUnit, Quantity

LONGEST_SPAN_DAYS = 366
"""So long before its discovery a loss may lie; whoever knows less names the last count at which all was there."""
YEAR_DAYS = 365
PATTERN_MONTHS = 12
PATTERN_KINDS = (MovementKind.BOTTLE_END, MovementKind.ADJUSTMENT, MovementKind.WASTE, MovementKind.SPILL)
"""What of a product's movements makes a pattern of small losses; what counts find is added here once they are on record."""
NOTHING = Quantity(Decimal(0))
HUNDREDTH = Decimal("0.01")


def fault_of_days(first_on: date, last_on: date, discovered_on: date, today: date) -> tuple[str, Words] | None:
    """Return which of the days cannot be, and why; None if they can."""
    if discovered_on > today:
        return "discovered_on", say(N_("This day lies ahead."))
    if (today - discovered_on).days > LONGEST_SPAN_DAYS:
        return "discovered_on", say(N_("This is more than a year ago. Enter a day of the last year."))
    if last_on > discovered_on:
        return "last_on", say(N_("It cannot have happened after it was discovered."))
    if first_on > last_on:
        return "first_on", say(N_("The first day comes after the last. Turn them round."))
    if (discovered_on - first_on).days > LONGEST_SPAN_DAYS:
        words = N_(
            "This is more than a year before the discovery. Enter the last day on which all was known to be there."
        )
        return "first_on", say(words)
    return None


@dataclass(frozen=True)
class Held:
    """What the books know of the product, the lot and the container that a line names, until the day of discovery."""

    unit: BaseUnit
    smallest_part: Quantity
    of_product: Quantity
    """The most that was ever held of the product."""
    of_lot: Quantity | None
    """All that ever came in of the lot; None where no lot is named, or no container tells it."""
    of_container: Quantity | None
    """The most that the container ever held; None where none is named."""


def fault_of_quantity(quantity: Quantity, held: Held, told_before: Quantity, *, on_the_way: bool) -> Words | None:
    """Return why so much cannot be missing, or None if it can.

    Args:
        quantity: of this line.
        held: what the books know.
        told_before: what other lines of the report tell of the same product.
        on_the_way: it was lost on the way, so that the books of this site need not know of it.
    """
    if quantity <= 0:
        return say(N_("This must be more than zero."))
    if not is_whole_parts(quantity, held.smallest_part):
        return say(N_("It is measured in whole parts of %(part)s."), part=in_unit(held.smallest_part, held.unit))
    if held.of_container is not None and quantity > held.of_container:
        words = N_("This container never held more than %(most)s.")
        return say(words, most=in_unit(held.of_container, held.unit))
    if held.of_lot is not None and quantity > held.of_lot:
        return say(N_("Of this lot never more than %(most)s came in."), most=in_unit(held.of_lot, held.unit))
    if not on_the_way and quantity + told_before > held.of_product:
        words = N_("The books never held more than %(most)s of it, so no more can be missing.")
        return say(words, most=in_unit(held.of_product, held.unit))
    return None


def most_held(days: Iterable[tuple[date, Quantity, Quantity]]) -> Quantity:
    """Return the most that can have been held at once, from what came in and went out day by day."""
    balance, most = NOTHING, NOTHING
    for _, came_in, went_out in sorted(days):
        most = max(most, Quantity(balance + came_in))
        balance = Quantity(balance + came_in - went_out)
    return most


def share(part: Quantity, of: Quantity) -> Decimal | None:
    """Return how many in a hundred one quantity is of another, to a hundredth; None of nothing."""
    return (Decimal(100) * part / of).quantize(HUNDREDTH, ROUND_HALF_UP) if of > 0 else None


@dataclass(frozen=True)
class Missing:
    """How much of one product is told to be missing, beside what came and went of it."""

    product_id: int
    product: str
    unit: BaseUnit
    strength: MgPerUnit
    quantity: Quantity
    held_before: Quantity
    """By the books, at the end of the day before the first on which it may have happened."""
    held_after: Quantity
    """By the books, at the end of the last day on which it may have happened."""
    received: Quantity
    """In the year up to the discovery."""
    used: Quantity
    """Dispensed and taken home in that year, less what was reversed."""

    @property
    def amount_mg(self) -> Decimal:
        """How many milligrams are missing."""
        return self.quantity * self.strength

    @property
    def share_of_received(self) -> Decimal | None:
        """How many in a hundred of what was received."""
        return share(self.quantity, self.received)

    @property
    def share_of_used(self) -> Decimal | None:
        """How many in a hundred of what was used."""
        return share(self.quantity, self.used)


@dataclass(frozen=True)
class Small:
    """One movement that may be part of a pattern; what went missing counts up, what was found too much counts down."""

    product_id: int
    on: date
    kind: MovementKind
    lost: Quantity


@dataclass(frozen=True)
class Often:
    """How often in a month, and how much together."""

    times: int
    lost: Quantity


Month = tuple[int, int]


def months_to(day: date, count: int = PATTERN_MONTHS) -> tuple[Month, ...]:
    """Return so many months up to that of a day, the oldest first."""
    last = day.year * 12 + day.month - 1
    return tuple(((n // 12), n % 12 + 1) for n in range(last - count + 1, last + 1))


def by_month(found: Iterable[Small]) -> Mapping[tuple[int, Month, MovementKind], Often]:
    """Return how often and how much, by product, month and kind."""
    sums: dict[tuple[int, Month, MovementKind], Often] = defaultdict(lambda: Often(0, NOTHING))
    for one in found:
        key = (one.product_id, (one.on.year, one.on.month), one.kind)
        sums[key] = Often(sums[key].times + 1, Quantity(sums[key].lost + one.lost))
    return dict(sums)


def contents_of(lines: Sequence[Mapping[str, object]]) -> str:
    """Return the lines of a report as the audit writes them down, each column of each line."""
    return json.dumps([said(line) for line in lines], sort_keys=True, separators=(",", ":"))


def differing_lines(written: object, lines: Sequence[Mapping[str, object]]) -> list[int]:
    """Return the numbers of the lines that are not as they were written down: changed, gone or added.

    Args:
        written: what the audit holds; whatever else than lines stands there differs from every line.
        lines: as they are on record now.
    """
    now = [said(line) for line in lines]
    was = _read(written)
    numbers = {_number(line) for line in was} | {_number(line) for line in now}
    return sorted(n for n in numbers if _numbered(was, n) != _numbered(now, n))


def _read(written: object) -> list[dict[str, object]]:
    try:
        found = json.loads(str(written))
    except (ValueError, RecursionError):
        return []
    return [line for line in found if isinstance(line, dict)] if isinstance(found, list) else []


def _number(line: Mapping[str, object]) -> int:
    number = line.get("row.number")
    return number if isinstance(number, int) else 0


def _numbered(lines: Sequence[Mapping[str, object]], number: int) -> list[Mapping[str, object]]:
    return [line for line in lines if _number(line) == number]
