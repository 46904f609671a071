"""Bottles to take home: how much goes into each, from which containers, and what a bottle that comes back may be.

One dose in one container for one day, with the amount that is ordered for that day. An upward step that still has to be
earned never goes into a bottle: the doses that would earn it are not taken yet. (product.md §4, §7)
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from dispensary.reasons import Reason
from dispensary.rules.dosing import Slot
from dispensary.rules.orders import OrderFacts, TakenDay, due_amount
from dispensary.rules.stock import ContainerFacts, Line
from dispensary.rules.stock import lines_for as made_up_of
from dispensary.rules.take_homes import CoveredDay
from dispensary.wording import N_, Moment, Words, say
from models.enums import BottleState, Form, Medication, Residue, SealState
from models.units import Mg, Quantity, plain

NOTHING = Quantity(Decimal(0))


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


def slot_taken(dose: BottleDose, slot: Slot) -> Reason:
    """Return that the slot of a bottle's day is taken, by whom and since when. Source: product.md §3 rule 2."""
    return Reason(
        "slot_taken",
        say(
            N_("%(day)s: its dose is on record already, since %(at)s by %(by)s."),
            day=dose.day,
            at=Moment(slot.taken_at) if slot.taken_at else None,
            by=slot.taken_by,
        ),
        say(N_("No second bottle for that day; one that was lost is replaced only on a prescriber's one-off.")),
    )


def other_medicine(dose: BottleDose) -> Reason:
    """Return that another drug or form is ordered for a day than for today; its first dose is taken here."""
    return Reason(
        "other_medicine",
        say(N_("%(day)s: another medicine is ordered from then on."), day=dose.day),
        say(N_("The person comes on that day, and takes the first dose of it here.")),
    )


def cannot_be_filled(dose: BottleDose) -> Reason:
    """Return that the containers of this window cannot make up a bottle."""
    return Reason(
        "cannot_be_poured",
        say(
            N_("%(day)s: the opened containers here cannot make up %(mg)s mg exactly."), day=dose.day, mg=dose.amount_mg
        ),
        say(N_("Open a container that fits and holds until then, or bring one from the safe. Then look again.")),
    )


def contents_of(bottles: Iterable[tuple[date, int, Mg]]) -> str:
    """Return the day, part and amount of bottles as the audit writes them: `2026-03-03/1 80; 2026-03-04/1 80`."""
    return "; ".join(f"{day.isoformat()}/{part} {plain(amount_mg)}" for day, part, amount_mg in bottles)


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


def check_due(last_check: date | None, every_days: int, today: date) -> Reason | None:
    """Refuse bottles until storage, teaching, closures and naloxone were gone through, once and then yearly."""
    if last_check is not None and (today - last_check).days < every_days:
        return None
    words = N_("Storage, teaching, child-resistant closures and naloxone were never gone through with this person.")
    if last_check is not None:
        words = N_("Take-home safety was last gone through on %(day)s, which is too long ago.")
    return Reason(
        "safety_check_due",
        say(words, day=last_check),
        say(N_("Go through it now with the person, on the take-home page; then hand the bottles over.")),
        citation="42 CFR 8.12(i)(4), clinical-rules §2.1",
    )


def dose_first(at: datetime | None) -> Reason:
    """Return that today's dose comes before the bottles: not fit for a dose is not fit for bottles."""
    if at is not None:
        return Reason(
            "turned_away_today",
            say(N_("No dose was given today at %(at)s, so none goes home."), at=at),
            say(N_("The prescriber decides what happens next.")),
        )
    return Reason(
        "dose_first",
        say(N_("Today's dose has not been taken here yet.")),
        say(N_("Give today's dose first; the bottles follow it.")),
    )
