"""How an amount is made up from the containers that stand at a window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.enums import BaseUnit, Form, Medication, PlaceKind
from models.units import Mg, MgPerUnit, Quantity, exact

HERE = frozenset({PlaceKind.SAFE, PlaceKind.WINDOW, PlaceKind.OFF_SITE_KIT})
"""Places whose stock the site holds, a kit in the hands of its staff among them; a register's running balance, and what
is counted, is the sum over them.

What is on its way to another site has left the balance on the day on which it left the safe, as the register of a supply
has it, and can be counted by nobody; the sender still answers for it, line by line, until it has arrived or come back.
"""


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

    As much as can be of the strongest product comes first, each in whole smallest parts: 16 mg from films of 12 mg and
    8 mg are two of 8 mg. Of one product the open container is emptied to nothing before the next sealed one is opened
    (a rest too small to measure is a bottle end, which the nurse records first; an open one with nothing left makes way
    for the next). A product of which none is open here is not used: opening the first is an act of its own. An injection
    is one whole syringe of exactly the amount: two weekly syringes are not a monthly one. Expired containers, and those
    of a delivery that nobody has countersigned, are never used.

    Args:
        amount_mg: what is to be poured.
        containers: those of the ordered drug and form at this window, in the order in which they are to be used.
        on: the clinic day.
    """
    containers = [c for c in containers if c.form is not Form.INJECTION or c.strength == amount_mg]
    usable = [c for c in containers if c.expires_on >= on and c.countersigned and c.holds > 0]
    in_use = {(c.strength, c.product_id) for c in containers if c.is_open and (c in usable or c.holds == 0)}
    shelves = [[c for c in usable if c.product_id == product_id] for _, product_id in sorted(in_use, reverse=True)]
    return _made_up(amount_mg, [shelf for shelf in shelves if shelf], set()) if amount_mg > 0 else None


def _made_up(
    rest: Mg, shelves: Sequence[Sequence[ContainerFacts]], in_vain: set[tuple[int, Mg]]
) -> tuple[Line, ...] | None:
    """Return lines that add up to the rest from these products, the most of the first one that works; None if none do.

    Args:
        in_vain: how many products were left with what rest, where it was tried before and did not work.
    """
    if rest == 0:
        return ()
    if not shelves or (len(shelves), rest) in in_vain:
        return None
    own, part = shelves[0], shelves[0][0].smallest_part
    taken = _from(own, Quantity((rest / own[0].strength) // part * part))
    most = sum((line.quantity for line in taken), Decimal(0))
    for fewer in range(int(most / part) + 1):
        lines = _from(own, Quantity(most - fewer * part))
        after = Mg(rest - sum((line.amount_mg for line in lines), Decimal(0)))
        if (others := _made_up(after, shelves[1:], in_vain)) is not None:
            return (*lines, *others)
    in_vain.add((len(shelves), rest))
    return None


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
