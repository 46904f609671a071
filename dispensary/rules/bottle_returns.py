"""What a bottle that comes back may be: how it was found, and of which line each rest is, as product.md §7 has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dispensary.wording import N_, Words, say
from models.enums import BottleState, Residue, SealState
from models.units import Quantity

NOTHING = Quantity(Decimal(0))


@dataclass(frozen=True)
class Looked:
    """How a bottle that was brought back was found."""

    state: BottleState
    seal: SealState
    residue: Residue

    @property
    def unopened(self) -> bool:
        """Whether it is as it was handed out, so that its dose was surely not taken."""
        return (
            self.state is BottleState.FULL
            and self.seal is SealState.INTACT
            and self.residue is not Residue.UNLIKE_THE_MEDICINE
        )

    @property
    def altered(self) -> bool:
        """Whether a prescriber should hear of it: what is in it is something else, or may be."""
        opened_full = self.state is BottleState.FULL and self.seal is not SealState.INTACT
        return opened_full or self.residue is Residue.UNLIKE_THE_MEDICINE

    @property
    def fault(self) -> Words | None:
        """Return what cannot be, or None."""
        if self.seal is SealState.INTACT and self.state is not BottleState.FULL:
            return say(N_("A bottle of which something is gone has no intact seal. Look again."))
        return None


@dataclass(frozen=True)
class LineHeld:
    """What one line put into a bottle."""

    line: int
    product_id: int
    quantity: Quantity


def rest_by_line(lines: Sequence[LineHeld], rest: dict[int, Quantity]) -> list[tuple[int, Quantity]]:
    """Return of which line each rest is, the last line first, as it was poured on top.

    Args:
        lines: what was put into the bottle.
        rest: what came back, by product; no more than was put in.
    """
    left, found = dict(rest), []
    for line in sorted(lines, key=lambda one: -one.line):
        of_this = min(line.quantity, left.get(line.product_id, NOTHING))
        if of_this > 0:
            found.append((line.line, Quantity(of_this)))
            left[line.product_id] = Quantity(left[line.product_id] - of_this)
    return sorted(found)
