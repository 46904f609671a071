"""Kits that leave the clinic: what went along, through whose hands, and how it came back.

A kit is a place with a window of its own, so that a container stands in it, is opened and is counted there as at any
other window. (capabilities 41)
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.units import Quantity


class KitTrip(Fact):
    """A kit packed and closed by two; whoever packed it holds it until it is handed over."""

    __tablename__ = "kit_trip"
    __table_args__ = (
        UniqueConstraint("place_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
        CheckConstraint("seal_no <> ''", name="sealed"),
        CheckConstraint("expected_back_at > packed_at", name="back_after_it_left"),
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    turn: Mapped[int]
    """Counts the trips of one kit, from 1."""
    destination: Mapped[str]
    seal_no: Mapped[str]
    expected_back_at: Mapped[datetime]
    packed_at: Mapped[datetime]
    clinic_day: Mapped[date]
    witnessed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class KitTripLine(Fact):
    """One container that went along, what it held by the books, and the movement that put it in."""

    __tablename__ = "kit_trip_line"
    chained = True
    __table_args__ = (
        UniqueConstraint("trip_id", "container_id"),
        CheckConstraint("books >= 0", name="books_not_negative"),
    )

    trip_id: Mapped[int] = mapped_column(ForeignKey("kit_trip.id"))
    container_id: Mapped[int] = mapped_column(ForeignKey("container.id"), index=True)
    movement_id: Mapped[int | None] = mapped_column(ForeignKey("movement.id"), unique=True)
    """None where it stood in the kit already, opened on an earlier trip."""
    books: Mapped[Quantity]


class KitHandOver(Fact):
    """A kit passed from whoever held it, who records it, to whoever takes it and signs; how it was closed then."""

    __tablename__ = "kit_hand_over"
    __table_args__ = (
        UniqueConstraint("trip_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
        CheckConstraint("taken_by_id <> recorded_by_id", name="taker_is_another"),
        CheckConstraint("sealed = (seal_no <> '')", name="sealed_by_number"),
        CheckConstraint("sealed OR note <> ''", name="says_why_not_sealed"),
    )

    trip_id: Mapped[int] = mapped_column(ForeignKey("kit_trip.id"))
    turn: Mapped[int]
    """Counts the hand-overs of one trip, from 1."""
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    sealed: Mapped[bool]
    seal_no: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    handed_at: Mapped[datetime]
    clinic_day: Mapped[date]


class KitReturn(Fact):
    """A kit back in the clinic, opened and counted by whoever took it last; its trip is over."""

    __tablename__ = "kit_return"
    __table_args__ = (
        CheckConstraint("sealed = (seal_no <> '')", name="sealed_by_number"),
        CheckConstraint("sealed OR note <> ''", name="says_why_not_sealed"),
    )

    trip_id: Mapped[int] = mapped_column(ForeignKey("kit_trip.id"), unique=True)
    count_id: Mapped[int] = mapped_column(ForeignKey("stock_count.id"), unique=True)
    sealed: Mapped[bool]
    seal_no: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    returned_at: Mapped[datetime]
    clinic_day: Mapped[date]
