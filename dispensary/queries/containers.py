"""One container with everything that ever moved in it, and one delivery with its containers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.stock import holds, unsigned
from models import (
    Container,
    Lot,
    Movement,
    Place,
    Product,
    Receipt,
    ReceiptSignature,
    RegisterEntry,
    Staff,
    Window,
)
from models.enums import BaseUnit, MovementKind, PlaceKind, WasteReason
from models.units import MgPerUnit, Quantity


@dataclass(frozen=True)
class ContainerCard:
    """What a container's own page says at its head."""

    id: int
    label: str
    product_id: int
    product: str
    unit: BaseUnit
    strength: MgPerUnit
    lot: str
    expires_on: date
    size: Quantity
    holds: Quantity
    window_id: int | None
    window: str
    opened_at: datetime | None
    emptied_at: datetime | None
    countersigned: bool


@dataclass(frozen=True)
class Step:
    """One movement of a container: how much went where, who did it before whom, and its line in the register."""

    id: int
    seq: int
    at: datetime
    kind: MovementKind
    from_kind: PlaceKind
    from_window: str
    to_kind: PlaceKind
    to_window: str
    quantity: Quantity
    balance_after: Quantity
    by: str
    witness: str
    waste_reason: WasteReason | None
    note: str
    receipt_id: int | None
    number: int | None


@dataclass(frozen=True)
class Delivery:
    """A delivery: from whom, under which document, taken in by whom, and who signed second."""

    id: int
    supplier: str
    document_no: str
    received_at: datetime
    by_id: int
    by: str
    signed_at: datetime | None
    signed_by: str


def container(session: Session, site_id: int, container_id: int) -> ContainerCard | None:
    """Return one container of the site."""
    query = _cards().where(Container.id == container_id, Container.site_id == site_id)
    row = session.execute(query).mappings().one_or_none()
    return ContainerCard(**row) if row else None


def containers_of_delivery(session: Session, receipt_id: int) -> list[ContainerCard]:
    """Return the containers that came with a delivery, by label."""
    came = select(Movement.container_id).where(Movement.receipt_id == receipt_id)
    query = _cards().where(Container.id.in_(came)).order_by(Container.label)
    return [ContainerCard(**row) for row in session.execute(query).mappings()]


def _cards() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Container.id,
            Container.label,
            Container.product_id,
            Product.name.label("product"),
            Product.unit,
            Product.strength,
            Lot.number.label("lot"),
            Lot.expires_on,
            Container.size,
            holds().label("holds"),
            Container.window_id,
            func.coalesce(Window.name, "").label("window"),
            Container.opened_at,
            Container.emptied_at,
            (~unsigned()).label("countersigned"),
        )
        .join(Product, Product.id == Container.product_id)
        .join(Lot, Lot.id == Container.lot_id)
        .outerjoin(Window, Window.id == Container.window_id)
    )


def steps(session: Session, container_id: int) -> list[Step]:
    """Return everything that moved in a container, first to last."""
    come, gone, there, here = aliased(Place), aliased(Place), aliased(Window), aliased(Window)
    by, witness = aliased(Staff), aliased(Staff)
    query = (
        select(
            Movement.id,
            Movement.container_seq.label("seq"),
            Movement.moved_at.label("at"),
            Movement.kind,
            come.kind.label("from_kind"),
            func.coalesce(there.name, "").label("from_window"),
            gone.kind.label("to_kind"),
            func.coalesce(here.name, "").label("to_window"),
            Movement.quantity,
            Movement.balance_after,
            by.name.label("by"),
            func.coalesce(witness.name, "").label("witness"),
            Movement.waste_reason,
            Movement.note,
            Movement.receipt_id,
            RegisterEntry.number,
        )
        .join(come, come.id == Movement.from_place_id)
        .join(gone, gone.id == Movement.to_place_id)
        .outerjoin(there, there.id == come.window_id)
        .outerjoin(here, here.id == gone.window_id)
        .join(by, by.id == Movement.recorded_by_id)
        .outerjoin(witness, witness.id == Movement.witnessed_by_id)
        .outerjoin(RegisterEntry, RegisterEntry.movement_id == Movement.id)
        .where(Movement.container_id == container_id)
        .order_by(Movement.container_seq)
    )
    return [Step(**row) for row in session.execute(query).mappings()]


def deliveries(session: Session, site_id: int, *, only_unsigned: bool = False, newest: int = 50) -> list[Delivery]:
    """Return the newest deliveries, or those that wait for their second signature."""
    query = _deliveries().where(Receipt.site_id == site_id).order_by(Receipt.id.desc()).limit(newest)
    if only_unsigned:
        query = query.where(ReceiptSignature.id.is_(None))
    return [Delivery(**row) for row in session.execute(query).mappings()]


def delivery(session: Session, site_id: int, receipt_id: int) -> Delivery | None:
    """Return one delivery of the site."""
    query = _deliveries().where(Receipt.site_id == site_id, Receipt.id == receipt_id)
    row = session.execute(query).mappings().one_or_none()
    return Delivery(**row) if row else None


def _deliveries() -> Select[*tuple[Any, ...]]:
    by, second = aliased(Staff), aliased(Staff)
    return (
        select(
            Receipt.id,
            Receipt.supplier,
            Receipt.document_no,
            Receipt.received_at,
            Receipt.recorded_by_id.label("by_id"),
            by.name.label("by"),
            ReceiptSignature.signed_at,
            func.coalesce(second.name, "").label("signed_by"),
        )
        .join(by, by.id == Receipt.recorded_by_id)
        .outerjoin(ReceiptSignature, ReceiptSignature.receipt_id == Receipt.id)
        .outerjoin(second, second.id == ReceiptSignature.recorded_by_id)
    )
