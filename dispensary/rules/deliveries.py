"""How a delivery differs from what was ordered, and when an order has come whole.

Containers are counted by product and size. A lot or an expiry counts as asked for only where every line of that size asks.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dispensary.rules import chain
from models.enums import DeliveryDifference
from models.units import Quantity, plain

Size = tuple[int, Quantity]
"""A product and how much of it one container holds."""


@dataclass(frozen=True)
class OrderedLine:
    """So many containers of one size that were ordered."""

    product_id: int
    size: Quantity
    count: int
    lot_number: str = ""
    """The lot that was asked for, if one was."""
    expires_from: date | None = None
    """The earliest expiry that was asked for, if one was."""


@dataclass(frozen=True)
class CameBatch:
    """So many containers of one size and lot that came."""

    product_id: int
    size: Quantity
    count: int
    lot_number: str
    expires_on: date


@dataclass(frozen=True)
class Difference:
    """One way in which a delivery is not what was still to come."""

    kind: DeliveryDifference
    product_id: int
    size: Quantity
    ordered: int
    """How many of this size had still to come."""
    came: int
    """How many of this size came; of a lot or an expiry, how many are of the other one."""


def still_to_come(ordered: Iterable[OrderedLine], before: Iterable[CameBatch]) -> dict[Size, int]:
    """Return how many containers of each ordered size have not come yet; never fewer than none."""
    wanted, came = _ordered(ordered), _came(before)
    return {size: max(0, count - came[size]) for size, count in wanted.items()}


def is_complete(ordered: Iterable[OrderedLine], came: Iterable[CameBatch]) -> bool:
    """Return whether everything that was ordered has come."""
    return not any(still_to_come(ordered, came).values())


def differences(
    ordered: Sequence[OrderedLine], before: Sequence[CameBatch], came: Sequence[CameBatch]
) -> tuple[Difference, ...]:
    """Return every way in which a delivery differs from what was still to come on its order; none means it is right.

    Args:
        ordered: the lines of the order.
        before: what came on the order with earlier deliveries.
        came: what came with this one.
    """
    wanted, here = still_to_come(ordered, before), _came(came)
    found = [*_by_number(wanted, here), *_unasked(wanted, here)]
    for size in sorted(wanted):
        lines = [line for line in ordered if (line.product_id, line.size) == size]
        batches = [batch for batch in came if (batch.product_id, batch.size) == size]
        found += _by_lot(size, wanted[size], lines, batches)
    return tuple(found)


def _by_number(wanted: Mapping[Size, int], here: Mapping[Size, int]) -> list[Difference]:
    found = []
    for size in sorted(wanted):
        if here[size] != wanted[size]:
            kind = DeliveryDifference.FEWER if here[size] < wanted[size] else DeliveryDifference.MORE
            found.append(Difference(kind, *size, wanted[size], here[size]))
    return found


def _unasked(wanted: Mapping[Size, int], here: Mapping[Size, int]) -> list[Difference]:
    products = {product_id for product_id, _ in wanted}
    return [
        Difference(
            DeliveryDifference.OTHER_SIZE if size[0] in products else DeliveryDifference.NOT_ORDERED,
            *size,
            0,
            here[size],
        )
        for size in sorted(here)
        if size not in wanted
    ]


def _by_lot(size: Size, wanted: int, lines: list[OrderedLine], batches: list[CameBatch]) -> list[Difference]:
    found = []
    if all(line.lot_number for line in lines):
        asked = {line.lot_number for line in lines}
        if other := sum(batch.count for batch in batches if batch.lot_number not in asked):
            found.append(Difference(DeliveryDifference.OTHER_LOT, *size, wanted, other))
    days = [line.expires_from for line in lines if line.expires_from is not None]
    if len(days) == len(lines) and (early := sum(b.count for b in batches if b.expires_on < min(days))):
        found.append(Difference(DeliveryDifference.EXPIRES_EARLIER, *size, wanted, early))
    return found


def _ordered(lines: Iterable[OrderedLine]) -> Counter[Size]:
    counts: Counter[Size] = Counter()
    for line in lines:
        counts[line.product_id, line.size] += line.count
    return counts


def _came(batches: Iterable[CameBatch]) -> Counter[Size]:
    counts: Counter[Size] = Counter()
    for batch in batches:
        counts[batch.product_id, batch.size] += batch.count
    return counts


def contents_of(lines: Iterable[OrderedLine]) -> str:
    """Return the lines of an order as the audit writes them: product, number and size; a lot as its digest only."""
    return "; ".join(
        f"{line.product_id}: {line.count} x {plain(line.size)}"
        f" {chain.said({'lot': line.lot_number})['row.lot']}{line.expires_from or ''}".rstrip()
        for line in lines
    )


def differences_of(found: Iterable[Difference]) -> str:
    """Return the differences of a delivery as the audit writes them."""
    return "; ".join(f"{d.kind.value} {d.product_id}: {d.came} of {d.ordered} x {plain(d.size)}" for d in found)


def shown_order(lines: Sequence[OrderedLine], came: Sequence[CameBatch]) -> str:
    """Return a short digest of an order and of what came on it, so that a page can say what it showed."""
    return _digest(contents_of(lines), _contents(came))


def shown_delivery(came: Sequence[CameBatch], found: Sequence[Difference]) -> str:
    """Return a short digest of what came with a delivery and of how it differs from its order."""
    return _digest(_contents(came), differences_of(found))


def _contents(came: Iterable[CameBatch]) -> str:
    return "; ".join(
        sorted(f"{b.product_id}: {b.count} x {plain(b.size)} {b.lot_number} {b.expires_on.isoformat()}" for b in came)
    )


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:20]
