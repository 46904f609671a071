"""What is destroyed by two people: how the page says what it showed, and how the audit writes it down."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from dispensary.rules import chain
from models.enums import DestructionReason
from models.units import Quantity, plain


@dataclass(frozen=True)
class Destroyed:
    """One line of a destruction."""

    movement_id: int
    quantity: Quantity
    reason: DestructionReason
    bottle_rest_id: int | None


def contents_of(lines: Iterable[Destroyed]) -> str:
    """Return the lines of a destruction as the audit writes them: movement, quantity, reason, what of which bottle."""
    return "; ".join(
        f"{line.movement_id}: {plain(line.quantity)} {line.reason.value}"
        + (f" {line.bottle_rest_id}" if line.bottle_rest_id is not None else "")
        for line in lines
    )


def shown(**values: object) -> str:
    """Return a short digest of what a page showed of one thing: any change of it gives another one."""
    return hashlib.sha256(chain.body(1, values).encode()).hexdigest()[:20]
