"""How an amount is made up from the containers that stand at a window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.enums import BaseUnit, Form, Medication, PlaceKind
from models.units import Mg, MgPerUnit, Quantity, exact

HERE = frozenset({PlaceKind.SAFE, PlaceKind.WINDOW})
"""Places whose stock the site answers for; a register's running balance is the sum over them."""


@dataclass(frozen=True)
class ContainerFacts:
    """One container at this window: open, or sealed and next in turn."""

    id: int
    label: str
    product_id: int
    product: str
    medication: Medication
    form: Form
    unit: BaseUnit
    strength: MgPerUnit
    naloxone_strength: MgPerUnit | None
    smallest_part: Quantity
    lot: str
    expires_on: date
    holds: Quantity
    is_open: bool
    countersigned: bool = True
    """Its delivery has the second signature, or came in the first inventory."""


@dataclass(frozen=True)
class Line:
    """A quantity to take from one container."""

    container: ContainerFacts
    quantity: Quantity

    @property
    def amount_mg(self) -> Mg:
        """The milligrams in it."""
        return Mg(self.quantity * self.container.strength)

    @property
    def opens(self) -> bool:
        """Whether taking it breaks the seal."""
        return not self.container.is_open


def lines_for(amount_mg: Mg, containers: Sequence[ContainerFacts], *, on: date) -> tuple[Line, ...] | None:
    """Return how to make up an amount exactly from this window's containers, or None if it cannot be done.

    The strongest product comes first, each in whole smallest parts; of one product the open container is emptied
    to nothing before the next sealed one is opened (a rest too small to measure is a bottle end, which the nurse
    records first). A product of which none is open here is not used: opening the first is an act of its own. Expired
    containers, and those of a delivery that nobody has countersigned, are never used.

    Args:
        amount_mg: what is to be poured.
        containers: those of the ordered drug and form at this window, in the order in which they are to be used.
        on: the clinic day.
    """
    usable = [c for c in containers if c.expires_on >= on and c.countersigned and c.holds > 0]
    products = sorted({(c.strength, c.product_id) for c in usable if c.is_open}, reverse=True)
    rest, lines = amount_mg, []
    for strength, product_id in products:
        own = [c for c in usable if c.product_id == product_id]
        part = own[0].smallest_part
        wanted = Quantity((rest / strength) // part * part)
        taken = _from(own, wanted)
        lines += taken
        rest = Mg(rest - sum((line.amount_mg for line in taken), Decimal(0)))
    return tuple(lines) if rest == 0 and lines else None


def _from(containers: Sequence[ContainerFacts], wanted: Quantity) -> list[Line]:
    lines: list[Line] = []
    for container in sorted(containers, key=lambda c: not c.is_open):
        available = Quantity(container.holds // container.smallest_part * container.smallest_part)
        take = Quantity(min(wanted, available))
        if take > 0:
            lines.append(Line(container, take))
            wanted = Quantity(wanted - take)
        if wanted == 0 or take < container.holds:
            break
    return lines


def share_taken(lines: Sequence[Line], taken_mg: Mg) -> tuple[Quantity, ...] | None:
    """Return how much of each line was swallowed when only part of the dose was, or None if it cannot be exact.

    The first lines count as swallowed first.
    """
    rest, shares = taken_mg, []
    for line in lines:
        swallowed = min(rest, line.amount_mg)
        try:
            shares.append(Quantity(exact(swallowed / line.container.strength)))
        except ValueError:
            return None
        rest = Mg(rest - swallowed)
    return tuple(shares) if rest == 0 else None
