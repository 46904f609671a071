"""Bottles to take home: how much goes into each, and from which containers.

One dose in one container for one day, with the amount that is ordered for that day. An upward step that still has to be
earned never goes into a bottle: the doses that would earn it are not taken yet. (product.md §4, §7)
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from dispensary.reasons import Reason
from dispensary.rules.dosing import Slot
from dispensary.rules.orders import OrderFacts, TakenDay, due_amount
from dispensary.rules.stock import ContainerFacts, Line
from dispensary.rules.stock import lines_for as made_up_of
from dispensary.rules.take_homes import CoveredDay
from models.enums import Form, Medication
from models.units import Mg, Quantity, plain


@dataclass(frozen=True)
class BottleDose:
    """What is ordered for one part of one day that is to be taken at home."""

    day: date
    part: int
    order_id: int
    medication: Medication
    form: Form
    amount_mg: Mg


@dataclass(frozen=True)
class PlannedBottle:
    """One bottle to fill: its dose, the slot that it takes, and what is poured into it."""

    dose: BottleDose
    slot: Slot
    lines: tuple[Line, ...]
    instead_of: int | None = None
    """The claim of a bottle of this day that is gone, in place of which a prescriber allowed this one."""


@dataclass(frozen=True)
class IssuePlan:
    """What goes home now: the bottles, those of which nothing comes, and what stands against any of it."""

    bottles: tuple[PlannedBottle, ...] = ()
    left_out: tuple[Reason, ...] = ()
    """Why a day that was allowed gets no bottle, a reason each."""
    against: tuple[Reason, ...] = ()
    """Why nothing at all goes home."""
    next_visit: date | None = None

    @property
    def may_go(self) -> bool:
        """Whether there is anything that may be handed over."""
        return bool(self.bottles) and not self.against

    @property
    def days(self) -> list[date]:
        """The days that the bottles cover, each once."""
        return sorted({bottle.dose.day for bottle in self.bottles})

    @property
    def total_mg(self) -> Mg:
        """What goes home altogether."""
        return Mg(sum((bottle.dose.amount_mg for bottle in self.bottles), Decimal(0)))

    @property
    def digest(self) -> str:
        """What the page shows of it, so that a change can be seen; balances of containers are left out."""
        shown = [
            [
                [
                    bottle.dose.day.isoformat(),
                    bottle.dose.part,
                    bottle.dose.order_id,
                    str(bottle.dose.amount_mg.normalize()),
                    bottle.slot.turn,
                    [[line.container.id, str(line.quantity.normalize())] for line in bottle.lines],
                ]
                for bottle in self.bottles
            ],
            [reason.code for reason in self.against if reason.code != "dose_first"],  # nothing is dosed for a collector
        ]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]


def doses_of(
    covered: Sequence[CoveredDay], orders: Sequence[OrderFacts], taken: Sequence[TakenDay]
) -> list[BottleDose]:
    """Return what is ordered for each part of the days that go home, oldest first.

    The days between now and then count as not taken, so that no step rises on the strength of doses that nobody saw.

    Args:
        covered: the days, each with its order and the parts that go home.
        orders: the versions that are named there.
        taken: what was swallowed so far, for steps that are earned already.
    """
    known = {order.id: order for order in orders}
    doses = []
    for one in covered:
        order = known[one.order_id]
        amounts_mg = due_amount(order, taken, one.day).amounts_mg
        doses += [
            BottleDose(one.day, part, order.id, order.medication, order.form, amounts_mg[part - 1])
            for part in one.parts
            if part <= len(amounts_mg)
        ]
    return sorted(doses, key=lambda dose: (dose.day, dose.part))


def fill(doses: Sequence[BottleDose], containers: Sequence[ContainerFacts]) -> list[tuple[Line, ...] | None]:
    """Return how each bottle is filled in turn from a window's containers; None for one that cannot be.

    Medicine that expires before the day on which it is to be taken goes into no bottle.
    """
    shelf, filled = list(containers), []
    for dose in doses:
        lines = made_up_of(dose.amount_mg, shelf, on=dose.day)
        filled.append(lines)
        for line in lines or ():
            shelf = _poured(shelf, line)
    return filled


def _poured(shelf: Sequence[ContainerFacts], line: Line) -> list[ContainerFacts]:
    """Return the containers after a line was poured; one that was emptied makes way for the one opened after it."""
    left = []
    for container in shelf:
        if container.id == line.container.id:
            left.append(replace(container, holds=Quantity(container.holds - line.quantity), is_open=True))
        elif not (line.opens and container.is_open and container.product_id == line.container.product_id):
            left.append(container)
    return left


def contents_of(bottles: Iterable[tuple[date, int, Mg]]) -> str:
    """Return the day, part and amount of bottles as the audit writes them: `2026-03-03/1 80; 2026-03-04/1 80`."""
    return "; ".join(f"{day.isoformat()}/{part} {plain(amount_mg)}" for day, part, amount_mg in bottles)
