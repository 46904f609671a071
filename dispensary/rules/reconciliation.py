"""Reconciliation of a product over any period: what was there, what came and went, what is there, and whether it all agrees.

Movements are held against the chained text of the register, against what the containers hold by their last movement, and
against the records of doses and bottles that the dispensing log prints. Everything to the thousandth; no tolerance.
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from dispensary.rules.stock import HERE
from models.enums import BaseUnit, MovementKind, PlaceKind, ReconciliationCheck
from models.units import Mg, MgPerUnit, Quantity

NOTHING = Quantity(Decimal(0))
APART = frozenset({PlaceKind.RETURNED})
"""Where what people brought back is kept; no stock of the site, and answered for until it is destroyed."""
ALWAYS = (
    MovementKind.RECEIVE,
    MovementKind.DISPENSE,
    MovementKind.TAKE_HOME,
    MovementKind.WASTE,
    MovementKind.SPILL,
    MovementKind.DESTROY,
    MovementKind.TRANSFER,
    MovementKind.BOTTLE_END,
    MovementKind.ADJUSTMENT,
)
"""Said even where nothing of the kind moved: that nothing was destroyed is an answer too."""
ORDER = (MovementKind.INITIAL, *ALWAYS)
"""In which order lines are read; a kind that is not named comes after, reversals last."""


@dataclass(frozen=True)
class Moved:
    """How much of a product moved for one reason between two kinds of places; a reversal says what it takes back."""

    kind: MovementKind
    of: MovementKind | None
    came_from: PlaceKind
    went_to: PlaceKind
    quantity: Quantity


@dataclass(frozen=True)
class AccountLine:
    """What came into an account and what went out of it for one reason."""

    kind: MovementKind
    of: MovementKind | None = None
    came_in: Quantity = NOTHING
    went_out: Quantity = NOTHING


@dataclass(frozen=True)
class Account:
    """Opening balance, what moved by reason, closing balance."""

    opening: Quantity
    lines: tuple[AccountLine, ...]

    @property
    def came_in(self) -> Quantity:
        """Everything that came in."""
        return _sum(line.came_in for line in self.lines)

    @property
    def went_out(self) -> Quantity:
        """Everything that went out."""
        return _sum(line.went_out for line in self.lines)

    @property
    def closing(self) -> Quantity:
        """What is there at the end, by the movements."""
        return Quantity(self.opening + self.came_in - self.went_out)

    def moved_for(self, kind: MovementKind) -> Quantity:
        """Return how much moved for one reason, whichever way; what was reversed of it stands under reversals."""
        return _sum(Quantity(line.came_in + line.went_out) for line in self.lines if line.kind is kind)

    def net_but(self, kinds: Collection[MovementKind]) -> Quantity:
        """Return what came in less what went out for all other reasons."""
        return _sum(Quantity(line.came_in - line.went_out) for line in self.lines if line.kind not in kinds)

    @property
    def moved(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.opening or self.came_in or self.went_out)


@dataclass(frozen=True)
class LogSums:
    """What doses and bottles of some days come to for one product, in its base unit."""

    dispensed: Quantity = NOTHING
    reversed: Quantity = NOTHING
    wasted: Quantity = NOTHING
    """Poured for a dose and not swallowed, what a reversal wasted among it."""
    taken_home: Quantity = NOTHING
    brought_back: Quantity = NOTHING


@dataclass(frozen=True)
class Difference:
    """Something that does not agree: what, by how much, and the first row where it shows, if one row does."""

    check: ReconciliationCheck
    by_movements: Quantity
    otherwise: Quantity | None
    """What the other source says; None where it says nothing at all."""
    row: str = ""
    """The first row that differs, by table and number, such as `dose 12`; the same in every language."""


@dataclass(frozen=True)
class ProductBooks:
    """Everything on record that one product is reconciled from."""

    product_id: int
    product: str
    unit: BaseUnit
    strength: MgPerUnit
    before: tuple[Moved, ...]
    during: tuple[Moved, ...]
    register: Quantity | None
    """The balance at the end by the register's own text; None where there is no line up to then."""
    containers: Quantity
    """What the containers hold at the end, by the last movement of each."""
    lots: Quantity
    """The sum over all places and lots, each lot's own sum taken without its sign: zero where every row is whole."""
    log: LogSums
    doses: LogSums
    """The same sums by the movements of the period."""
    lines: tuple[Difference, ...] = ()
    """Lines of the register that do not say what their movement says, and movements without a line."""


@dataclass(frozen=True)
class ProductReconciliation:
    """One product over a period: the account of the stock, what was brought back and kept apart, and what differs."""

    product_id: int
    product: str
    unit: BaseUnit
    strength: MgPerUnit
    stock: Account
    apart: Account
    differences: tuple[Difference, ...]

    @property
    def reconciles(self) -> bool:
        """Whether everything agrees."""
        return not self.differences

    def in_mg(self, quantity: Quantity) -> Mg:
        """Return the milligrams in a quantity of it."""
        return Mg(quantity * self.strength)


@dataclass(frozen=True)
class Reconciliation:
    """All products of a site over a period."""

    first: date
    last: date
    products: tuple[ProductReconciliation, ...]
    lines_since: date | None = None
    """The first day whose register lines were read one by one; None where all of the period were."""

    @property
    def reconciles(self) -> bool:
        """Whether every product agrees."""
        return all(product.reconciles for product in self.products)


def account(before: Iterable[Moved], during: Iterable[Moved], places: frozenset[PlaceKind]) -> Account:
    """Return the account of some places; what moved between two of them is no movement of the account."""
    sums: dict[tuple[MovementKind, MovementKind | None], AccountLine] = {}
    for moved in during:
        came, went = _crossed(moved, places)
        if came or went:
            line = sums.get((moved.kind, moved.of), AccountLine(moved.kind, moved.of))
            sums[moved.kind, moved.of] = replace(
                line, came_in=Quantity(line.came_in + came), went_out=Quantity(line.went_out + went)
            )
    if places == HERE:
        sums = {(kind, None): AccountLine(kind) for kind in ALWAYS} | sums
    opening = _sum(Quantity(came - went) for came, went in (_crossed(moved, places) for moved in before))
    return Account(opening, tuple(sorted(sums.values(), key=_place_of)))


def reconcile(books: ProductBooks) -> ProductReconciliation:
    """Return the accounts of a product, and every difference between its books.

    The balance in the register, what the containers hold and the movements must be one number at the end of the period;
    what doses and bottles drew must be what the log says; every lot must be somewhere, wholly.
    """
    stock = account(books.before, books.during, HERE)
    found = []
    if books.register != stock.closing and (books.register is not None or stock.moved):
        found.append(Difference(ReconciliationCheck.REGISTER, stock.closing, books.register))
    found += books.lines
    if books.containers != stock.closing:
        found.append(Difference(ReconciliationCheck.CONTAINERS, stock.closing, books.containers))
    if books.lots:
        found.append(Difference(ReconciliationCheck.LOTS, NOTHING, books.lots))
    found += [
        Difference(check, by_movements, otherwise)
        for check, by_movements, otherwise in (
            (ReconciliationCheck.DISPENSED, books.doses.dispensed, books.log.dispensed),
            (ReconciliationCheck.REVERSED, books.doses.reversed, books.log.reversed),
            (ReconciliationCheck.WASTED, books.doses.wasted, books.log.wasted),
            (ReconciliationCheck.TAKEN_HOME, books.doses.taken_home, books.log.taken_home),
            (ReconciliationCheck.BROUGHT_BACK, books.doses.brought_back, books.log.brought_back),
        )
        if by_movements != otherwise
    ]
    return ProductReconciliation(
        product_id=books.product_id,
        product=books.product,
        unit=books.unit,
        strength=books.strength,
        stock=stock,
        apart=account(books.before, books.during, APART),
        differences=tuple(found),
    )


def _crossed(moved: Moved, places: frozenset[PlaceKind]) -> tuple[Quantity, Quantity]:
    """Return what came into some places from elsewhere, and what went out of them."""
    came, gone = moved.went_to in places, moved.came_from in places
    return (moved.quantity if came and not gone else NOTHING, moved.quantity if gone and not came else NOTHING)


def _place_of(line: AccountLine) -> tuple[bool, int, str, str]:
    known = ORDER.index(line.kind) if line.kind in ORDER else len(ORDER)
    return line.kind is MovementKind.REVERSAL, known, line.kind.value, line.of.value if line.of else ""


def _sum(quantities: Iterable[Quantity]) -> Quantity:
    return Quantity(sum(quantities, Decimal(0)))


def written(found: Reconciliation) -> str:
    """Return every difference as the text that is kept with a day that was closed all the same; in no language."""
    return json.dumps(
        [
            {
                "product": product.product_id,
                "check": one.check.value,
                "by_movements": int(one.by_movements * 1000),
                "otherwise": None if one.otherwise is None else int(one.otherwise * 1000),
                "row": one.row,
            }
            for product in found.products
            for one in product.differences
        ],
        sort_keys=True,
        separators=(",", ":"),
    )


def digest_of(found: Reconciliation) -> str:
    """Return what stands for the differences as they were shown, so that others are not signed in their place."""
    return hashlib.sha256(written(found).encode()).hexdigest()


def read(text: str) -> tuple[tuple[int, Difference], ...]:
    """Return the differences in such a text, each with the id of its product."""
    return tuple(
        (
            one["product"],
            Difference(
                ReconciliationCheck(one["check"]),
                Quantity(Decimal(one["by_movements"]) / 1000),
                None if one["otherwise"] is None else Quantity(Decimal(one["otherwise"]) / 1000),
                one["row"],
            ),
        )
        for one in json.loads(text)
    )
