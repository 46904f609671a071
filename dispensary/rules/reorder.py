"""When a product is to be ordered again, and how much: from what is held, how fast it is used, and what is on its way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from models.enums import BaseUnit
from models.units import THOUSANDTH, Quantity

NOTHING = Quantity(Decimal(0))
LEAST_DAYS = 7
"""Fewer days of use than this say nothing about how fast a product is used."""
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Held:
    """What one container holds, and its expiry."""

    quantity: Quantity
    expires_on: date


@dataclass(frozen=True)
class Used:
    """What left the site's stock of a product over its last days, for whatever reason but a move within the site."""

    quantity: Quantity
    days: int
    """Over how many clinic days it was counted; fewer than asked for where the product is new here."""

    @property
    def a_day(self) -> Decimal | None:
        """Units used a day, or None where too few days say so."""
        return None if self.days < LEAST_DAYS else self.quantity / self.days


@dataclass(frozen=True)
class Level:
    """When to order again, up to how much, and how many days a delivery takes."""

    reorder_at: Quantity
    order_up_to: Quantity
    delivery_days: int


@dataclass(frozen=True)
class ReorderFacts:
    """What a proposal goes by."""

    unit: BaseUnit
    held: tuple[Held, ...]
    used: Used
    on_order: Quantity
    container_size: Quantity | None
    """Of the last container that came in; orders are made up in whole ones. None where none ever came."""
    level: Level


@dataclass(frozen=True)
class Proposal:
    """Whether to order, how much, and the numbers that say so."""

    held: Quantity
    usable: Quantity
    """What can be used before it expires; of an unknown rate, what is good until a delivery could be here."""
    a_day: Decimal | None
    """Units used a day; None where it is not known yet."""
    days_left: int | None
    """For how many whole days the usable stock lasts; None where the rate is not known or nothing is used."""
    on_order: Quantity
    below_level: bool
    runs_out_first: bool
    """Stock and what is on order would be used up before a delivery ordered today is here."""
    container_size: Quantity | None
    containers: int | None
    """How many whole containers to order; None where their size is not known."""
    quantity: Quantity
    """How much to order; nothing where nothing is to be ordered."""

    @property
    def to_order(self) -> bool:
        """Whether something is to be ordered now."""
        return self.quantity > 0


def proposal(facts: ReorderFacts, *, on: date) -> Proposal:
    """Return what to order of a product today, in whole containers, up to its level.

    What expires before it would be used does not count as stock; what is on order counts as if it were here.
    """
    a_day, level = facts.used.a_day, facts.level
    usable = usable_of(facts.held, a_day, level.delivery_days, on=on)
    available = Quantity(usable + facts.on_order)
    below = available <= level.reorder_at
    runs_out = a_day is not None and available < a_day * level.delivery_days
    target = level.order_up_to
    if runs_out and a_day is not None:
        target = max(target, Quantity((a_day * level.delivery_days).quantize(THOUSANDTH, ROUND_CEILING)))
    short = Quantity(max(NOTHING, target - available)) if below or runs_out else NOTHING
    containers = _whole(short, facts.container_size)
    days_left = int((usable / a_day).to_integral_value(ROUND_FLOOR)) if a_day else None
    return Proposal(
        held=Quantity(sum((h.quantity for h in facts.held), NOTHING)),
        usable=usable,
        a_day=None if a_day is None else a_day.quantize(TENTH),
        days_left=days_left,
        on_order=facts.on_order,
        below_level=below,
        runs_out_first=runs_out,
        container_size=facts.container_size,
        containers=containers,
        quantity=short if containers is None else Quantity(containers * (facts.container_size or NOTHING)),
    )


def usable_of(held: Iterable[Held], a_day: Decimal | None, delivery_days: int, *, on: date) -> Quantity:
    """Return what can be used before it expires, the earliest expiry first; to the thousandth, rounded down.

    Where the rate is not known, or nothing is used, whatever is good until a delivery could be here counts.
    """
    if not a_day:
        good = (h.quantity for h in held if (h.expires_on - on).days >= delivery_days)
        return Quantity(sum(good, NOTHING))
    used = Decimal(0)
    for one in sorted(held, key=lambda h: h.expires_on):
        days = max(0, (one.expires_on - on).days + 1)
        used += max(Decimal(0), min(one.quantity, a_day * days - used))
    return Quantity(used.quantize(THOUSANDTH, ROUND_FLOOR))


def _whole(quantity: Quantity, size: Quantity | None) -> int | None:
    return None if size is None else int((quantity / size).to_integral_value(ROUND_CEILING))
