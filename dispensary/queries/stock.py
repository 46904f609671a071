"""What stands where: containers at a window, and what the whole site holds.

A page reads what each container's last movement left in it; that this equals the sum of all movements, tests and
`verify` show.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.rules.stock import ContainerFacts
from models import Container, Lot, Movement, Place, Product, ReceiptSignature, Window
from models.enums import BaseUnit, Form, Medication, PlaceKind
from models.stock import amount_mg
from models.units import Mg, MgPerUnit, Quantity

NOTHING = Quantity(Decimal(0))
NEAR_EXPIRY = timedelta(days=60)
STILL_IN_HAND = timedelta(days=1)
"""A strength whose last container was emptied this recently is not new to a window."""


@dataclass(frozen=True)
class Shelved:
    """One container of the site that is not empty, and where it stands."""

    id: int
    label: str
    product_id: int
    lot: str
    expires_on: date
    size: Quantity
    holds: Quantity
    window_id: int | None
    window: str
    opened_at: datetime | None
    emptied_at: datetime | None
    countersigned: bool
    in_kit: bool = False
    """Whether that window is a kit's."""

    @property
    def is_sealed(self) -> bool:
        """Whether it was never opened and is still in use."""
        return self.opened_at is None and self.emptied_at is None


@dataclass(frozen=True)
class ProductStock:
    """What the site holds of one product, container by container."""

    id: int
    name: str
    medication: Medication
    form: Form
    unit: BaseUnit
    strength: MgPerUnit
    naloxone_strength: MgPerUnit | None
    smallest_part: Quantity
    containers: tuple[Shelved, ...]

    @property
    def in_safe(self) -> Quantity:
        """What is in the safe."""
        return _sum(c.holds for c in self.containers if c.window_id is None)

    @property
    def at_windows(self) -> Quantity:
        """What stands at the windows."""
        return _sum(c.holds for c in self.containers if c.window_id is not None and not c.in_kit)

    @property
    def in_kits(self) -> Quantity:
        """What is in the kits, here or out."""
        return _sum(c.holds for c in self.containers if c.in_kit)

    @property
    def total(self) -> Quantity:
        """All of it."""
        return _sum(c.holds for c in self.containers)

    @property
    def total_mg(self) -> Mg:
        """All of it in milligrams."""
        return amount_mg(self.total, self.strength)

    @property
    def opened(self) -> tuple[Shelved, ...]:
        """Containers that stand open."""
        return tuple(c for c in self.containers if c.opened_at is not None and c.emptied_at is None)

    @property
    def sealed(self) -> tuple[Shelved, ...]:
        """Containers that were never opened."""
        return tuple(c for c in self.containers if c.is_sealed)

    @property
    def left_in_emptied(self) -> tuple[Shelved, ...]:
        """Containers marked as emptied into which a reversal has put something back."""
        return tuple(c for c in self.containers if c.emptied_at is not None)

    def expiring(self, on: date) -> tuple[Shelved, ...]:
        """Return the containers that have expired or soon will."""
        return tuple(c for c in self.containers if c.expires_on <= on + NEAR_EXPIRY)


def _sum(quantities: Iterable[Quantity]) -> Quantity:
    return Quantity(sum(quantities, Decimal(0)))


def holds() -> ColumnElement[Quantity]:
    """Return the column that says what a container holds, by its last movement."""
    return (
        select(Movement.balance_after)
        .where(Movement.container_id == Container.id)
        .order_by(Movement.container_seq.desc())
        .limit(1)
        .correlate(Container)
        .scalar_subquery()
    )


def unsigned() -> ColumnElement[bool]:
    """Return the condition that a container's delivery still lacks its second signature."""
    signed = exists().where(ReceiptSignature.receipt_id == Movement.receipt_id)
    return (
        exists()
        .where(Movement.container_id == Container.id, Movement.receipt_id.is_not(None), ~signed)
        .correlate(Container)
    )


_AT_WINDOW = (
    select(
        Container.id,
        Container.label,
        Container.product_id,
        Product.name.label("product"),
        Product.medication,
        Product.form,
        Product.unit,
        Product.strength,
        Product.naloxone_strength,
        Product.smallest_part,
        Lot.number.label("lot"),
        Lot.expires_on,
        holds().label("holds"),
        Container.opened_at.is_not(None).label("is_open"),
        (~unsigned()).label("countersigned"),
    )
    .join(Product, Product.id == Container.product_id)
    .join(Lot, Lot.id == Container.lot_id)
    .where(Container.window_id == bindparam("window_id"), Container.emptied_at.is_(None))
    .order_by(Container.opened_at.is_(None), Lot.expires_on, Container.label)
)
_OF_DRUG = _AT_WINDOW.where(Product.medication == bindparam("medication"), Product.form == bindparam("form"))
_OPENED = _AT_WINDOW.where(Container.opened_at.is_not(None))


def containers_at_window(session: Session, window_id: int, medication: Medication, form: Form) -> list[ContainerFacts]:
    """Return the containers of a drug and form at a window in the order of use: open, earliest expiry, label."""
    rows = session.execute(_OF_DRUG, {"window_id": window_id, "medication": medication, "form": form})
    return [ContainerFacts(**row) for row in rows.mappings()]


def opened_at_window(session: Session, window_id: int) -> list[ContainerFacts]:
    """Return the containers that stand open at a window, of whatever drug."""
    return [ContainerFacts(**row) for row in session.execute(_OPENED, {"window_id": window_id}).mappings()]


def balances(session: Session, site_id: int) -> dict[tuple[int, PlaceKind], Quantity]:
    """Return what each kind of place of the site has, by product: the sum of all movements, the world outside included."""
    into, out = aliased(Place), aliased(Place)
    sums: dict[tuple[int, PlaceKind], Quantity] = {}
    for place, side, sign in ((into, Movement.to_place_id, 1), (out, Movement.from_place_id, -1)):
        query = (
            select(Movement.product_id, place.kind, func.sum(Movement.quantity))
            .join(place, place.id == side)
            .where(Movement.site_id == site_id)
            .group_by(Movement.product_id, place.kind)
        )
        for product_id, kind, quantity in session.execute(query):
            before = sums.get((product_id, kind), NOTHING)
            sums[product_id, kind] = Quantity(before + sign * quantity)
    return sums


def products(session: Session) -> list[Product]:
    """Return the products in use, by drug, form and strength."""
    query = select(Product).where(Product.retired_at.is_(None))
    return list(
        session.scalars(query.order_by(Product.medication, Product.form, Product.strength.desc(), Product.name))
    )


def on_shelf(session: Session, site_id: int) -> list[Shelved]:
    """Return every container of a site that stands open or holds something, in the order of use.

    A sealed one that holds nothing was sent away, and is not here.
    """
    content = holds()
    open_now = and_(Container.opened_at.is_not(None), Container.emptied_at.is_(None))
    query = (
        select(
            Container.id,
            Container.label,
            Container.product_id,
            Lot.number.label("lot"),
            Lot.expires_on,
            Container.size,
            content.label("holds"),
            Container.window_id,
            func.coalesce(Window.name, "").label("window"),
            Container.opened_at,
            Container.emptied_at,
            (~unsigned()).label("countersigned"),
            (exists().where(Place.window_id == Container.window_id, Place.kind == PlaceKind.OFF_SITE_KIT)).label(
                "in_kit"
            ),
        )
        .join(Lot, Lot.id == Container.lot_id)
        .outerjoin(Window, Window.id == Container.window_id)
        .where(Container.site_id == site_id, or_(open_now, content > NOTHING))
        .order_by(Container.opened_at.is_(None), Lot.expires_on, Container.label)
    )
    return [Shelved(**row) for row in session.execute(query).mappings()]


def overview(session: Session, site_id: int) -> list[ProductStock]:
    """Return what the site holds of each product in use, those without stock included."""
    shelf = on_shelf(session, site_id)
    return [
        ProductStock(
            id=p.id,
            name=p.name,
            medication=p.medication,
            form=p.form,
            unit=p.unit,
            strength=p.strength,
            naloxone_strength=p.naloxone_strength,
            smallest_part=p.smallest_part,
            containers=tuple(c for c in shelf if c.product_id == p.id),
        )
        for p in products(session)
    ]


def is_new_strength(session: Session, *, product_id: int, window_id: int, at: datetime) -> bool:
    """Return whether opening a product at a window would bring a strength there that was not in hand before.

    In hand is what stands open or was emptied within a day; with none of that, what was opened there last.
    """
    product = session.get_one(Product, product_id)
    opened_here = (
        select(Product.strength)
        .join(Container, Container.product_id == Product.id)
        .where(
            Container.window_id == window_id,
            Container.opened_at.is_not(None),
            Product.medication == product.medication,
            Product.form == product.form,
        )
        .order_by(Container.opened_at.desc())
    )
    in_hand = opened_here.where(or_(Container.emptied_at.is_(None), Container.emptied_at >= at - STILL_IN_HAND))
    strengths = set(session.scalars(in_hand)) or set(session.scalars(opened_here.limit(1)))
    return bool(strengths) and product.strength not in strengths
