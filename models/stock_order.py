"""Suppliers, what is ordered of them, how a delivery differs from its order, and the levels that say when to order."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Card, Fact
from models.enums import DeliveryDifference, StockOrderEndKind
from models.units import Quantity


class Supplier(Card):
    """Somebody who may send this site controlled stock, as the list of suppliers knows them."""

    __tablename__ = "supplier"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    licence_no: Mapped[str]
    """The number under which they may supply: a licence, a DEA registration."""
    retired_on: Mapped[date | None]


class StockLevel(Card):
    """When a product is ordered again, up to how much, and how long a delivery takes."""

    __tablename__ = "stock_level"
    __table_args__ = (
        UniqueConstraint("site_id", "product_id"),
        CheckConstraint("reorder_at >= 0", name="reorder_not_negative"),
        CheckConstraint("order_up_to > reorder_at", name="orders_something"),
        CheckConstraint("delivery_days >= 0", name="delivery_not_negative"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    reorder_at: Mapped[Quantity]
    order_up_to: Mapped[Quantity]
    delivery_days: Mapped[int]


class StockOrder(Fact):
    """Stock that was ordered of a supplier, under the number of its form if the country asks for one."""

    __tablename__ = "stock_order"

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), index=True)
    form_number: Mapped[str] = mapped_column(default="")
    """The number printed on the order form: of a DEA-222, a requisition."""
    ordered_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")


class StockOrderLine(Fact):
    """So many containers of one size of one product."""

    __tablename__ = "stock_order_line"
    chained = True
    __table_args__ = (
        UniqueConstraint("stock_order_id", "line"),
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("count >= 1", name="count_positive"),
    )

    stock_order_id: Mapped[int] = mapped_column(ForeignKey("stock_order.id"))
    line: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    size: Mapped[Quantity]
    count: Mapped[int]
    lot_number: Mapped[str] = mapped_column(default="")
    """The lot that was asked for, if one was."""
    expires_from: Mapped[date | None]
    """The earliest expiry that was asked for, if one was."""


class StockOrderEnd(Fact):
    """Nothing more comes on an order: all of it came, the rest is not sent, or it was cancelled."""

    __tablename__ = "stock_order_end"

    stock_order_id: Mapped[int] = mapped_column(ForeignKey("stock_order.id"), unique=True)
    kind: Mapped[StockOrderEndKind]
    reason: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime]


class ReceiptMatch(Fact):
    """Which supplier of the list sent a delivery, with name and address as they were that day, and on which order."""

    __tablename__ = "receipt_match"

    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"), unique=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    supplier_name: Mapped[str]
    supplier_address: Mapped[str]
    stock_order_id: Mapped[int | None] = mapped_column(ForeignKey("stock_order.id"), index=True)


class ReceiptDifference(Fact):
    """One way in which a delivery differs from its order, as the second person saw it and signed for it."""

    __tablename__ = "receipt_difference"
    chained = True
    __table_args__ = (
        UniqueConstraint("receipt_id", "number"),
        CheckConstraint("ordered >= 0 AND came >= 0", name="counts_not_negative"),
    )

    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"))
    number: Mapped[int]
    difference: Mapped[DeliveryDifference]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    size: Mapped[Quantity]
    ordered: Mapped[int]
    """How many containers of this size had still to come on the order."""
    came: Mapped[int]
    note: Mapped[str]
    """What was done about it, for the whole delivery."""
