"""Products, lots, containers and every movement of controlled stock.

A balance is never stored as truth: it is the sum of movements. Each movement also says what its container held afterwards,
and the database refuses an amount below zero there, whoever forgets a lock.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Card, Fact
from models.enums import BaseUnit, Form, Medication, MovementKind, PlaceKind, WasteReason
from models.units import Mg, MgPerUnit, Quantity

OPEN_NOW = text("opened_at IS NOT NULL AND emptied_at IS NULL")


class Product(Card):
    """A drug in one form and strength. Buprenorphine strengths mean buprenorphine; naloxone stands beside."""

    __tablename__ = "product"
    chained = True
    __table_args__ = (
        CheckConstraint("strength > 0", name="strength_positive"),
        CheckConstraint("smallest_part > 0", name="smallest_part_positive"),
        UniqueConstraint("medication", "form", "strength", "name"),
    )

    name: Mapped[str]
    medication: Mapped[Medication]
    form: Mapped[Form]
    unit: Mapped[BaseUnit]
    strength: Mapped[MgPerUnit]
    naloxone_strength: Mapped[MgPerUnit | None]
    smallest_part: Mapped[Quantity]
    """The least that can be measured out: 0.1 mL, one tablet, half a tablet."""
    atc_code: Mapped[str] = mapped_column(default="")
    rxnorm_code: Mapped[str] = mapped_column(default="")
    retired_at: Mapped[datetime | None]


class Lot(Fact):
    """One batch of a product, as the maker numbered it."""

    __tablename__ = "lot"
    chained = True
    __table_args__ = (
        UniqueConstraint("product_id", "number", "expires_on"),
        UniqueConstraint("id", "product_id", name="uq_lot_product"),
    )

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    number: Mapped[str]
    expires_on: Mapped[date]

    product: Mapped[Product] = relationship(lazy="raise")


class Place(Card):
    """Where stock is, comes from or goes to, the world outside included."""

    __tablename__ = "place"
    chained = True
    __table_args__ = (UniqueConstraint("site_id", "kind", "name"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[PlaceKind]
    name: Mapped[str] = mapped_column(default="")
    window_id: Mapped[int | None] = mapped_column(ForeignKey("dispensing_window.id"), unique=True)


class Container(Card):
    """A bottle or box. Each of its dates is set once; one a product may stand open at a window."""

    __tablename__ = "container"
    chained = True
    __table_args__ = (
        ForeignKeyConstraint(["lot_id", "product_id"], ["lot.id", "lot.product_id"], name="fk_container_lot"),
        UniqueConstraint("site_id", "label"),
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("(opened_at IS NULL) = (opened_by_id IS NULL)", name="opened_whole"),
        CheckConstraint("(emptied_at IS NULL) = (emptied_by_id IS NULL)", name="emptied_whole"),
        CheckConstraint("opened_at IS NULL OR window_id IS NOT NULL", name="opened_at_a_window"),
        Index(
            "uq_container_open",
            "window_id",
            "product_id",
            unique=True,
            sqlite_where=OPEN_NOW,
            postgresql_where=OPEN_NOW,
        ),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    label: Mapped[str]
    """Written on the bottle when it comes in: `B-0012`."""
    size: Mapped[Quantity]
    window_id: Mapped[int | None] = mapped_column(ForeignKey("dispensing_window.id"))
    """The window it stands at; none while it is in the safe."""
    opened_at: Mapped[datetime | None]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    emptied_at: Mapped[datetime | None]
    emptied_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    product: Mapped[Product] = relationship(lazy="raise")
    lot: Mapped[Lot] = relationship(lazy="raise", viewonly=True, foreign_keys=[lot_id])


class Movement(Fact):
    """A quantity of one container's content that went from one place to another."""

    __tablename__ = "movement"
    __table_args__ = (
        UniqueConstraint("container_id", "container_seq", name="uq_movement_container_seq"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("balance_after >= 0", name="balance_not_negative"),
        CheckConstraint("from_place_id <> to_place_id", name="places_differ"),
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
        CheckConstraint("kind NOT IN ('waste', 'initial') OR witnessed_by_id IS NOT NULL", name="waste_is_witnessed"),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal_names_its_row"),
        Index("ix_movement_site_product_day", "site_id", "product_id", "clinic_day"),
    )

    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    kind: Mapped[MovementKind]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    container_id: Mapped[int] = mapped_column(ForeignKey("container.id"))
    container_seq: Mapped[int]
    """Counts the movements of one container, from 1."""
    from_place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    to_place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    quantity: Mapped[Quantity]
    balance_after: Mapped[Quantity]
    """What the container holds here afterwards, wherever it stands; nothing while it is on its way to another site."""
    moved_at: Mapped[datetime]
    clinic_day: Mapped[date]
    dose_id: Mapped[int | None] = mapped_column(ForeignKey("dose.id"), index=True)
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("receipt.id"), index=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("movement.id"), unique=True)
    waste_reason: Mapped[WasteReason | None]
    note: Mapped[str] = mapped_column(default="")
    witnessed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Receipt(Fact):
    """A delivery: who sent it, under which document. A second person signs before its first container is opened."""

    __tablename__ = "receipt"
    chained = True

    supplier: Mapped[str]
    document_no: Mapped[str]
    received_at: Mapped[datetime]


class ReceiptSignature(Fact):
    """The second person has checked the delivery against its document."""

    __tablename__ = "receipt_signature"
    chained = True

    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"), unique=True)
    signed_at: Mapped[datetime]


def amount_mg(quantity: Quantity, strength: MgPerUnit) -> Mg:
    """Return the milligrams in a quantity; exact, finer than a thousandth only if the strength makes it so."""
    return Mg(quantity * strength)
