"""The destruction of controlled stock and of what people brought back: one act of two people, thing by thing."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import DestructionMethod, DestructionReason
from models.units import Quantity


class Destruction(Fact):
    """Several things were destroyed at one time by whoever recorded it, before a witness who signed in."""

    __tablename__ = "destruction"
    __table_args__ = (CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),)

    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    clinic_day: Mapped[date]
    destroyed_at: Mapped[datetime]
    method: Mapped[DestructionMethod]
    how: Mapped[str] = mapped_column(default="")
    """The method in more words."""
    document_no: Mapped[str]
    """Of the form that goes to the authority: a DEA Form 41, or the country's."""
    witnessed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class DestructionLine(Fact):
    """One thing that was destroyed: all that a container held, or what waited of a bottle that was brought back."""

    __tablename__ = "destruction_line"
    chained = True
    __table_args__ = (
        UniqueConstraint("destruction_id", "line"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("(reason = 'returned') = (bottle_rest_id IS NOT NULL)", name="return_names_its_rest"),
    )

    destruction_id: Mapped[int] = mapped_column(ForeignKey("destruction.id"))
    line: Mapped[int]
    reason: Mapped[DestructionReason]
    quantity: Mapped[Quantity]
    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"), unique=True)
    bottle_rest_id: Mapped[int | None] = mapped_column(ForeignKey("bottle_rest.id"), unique=True)
    """What is destroyed of a returned bottle is destroyed once."""
