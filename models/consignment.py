"""Sealed containers on their way to another site: what left, what arrived there, and what became of the rest."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import ConsignmentFate


class Consignment(Fact):
    """Sealed containers sent under one seal; the sender answers for them until each has arrived or its fate is known."""

    __tablename__ = "consignment"
    __table_args__ = (
        CheckConstraint("(to_site_id IS NULL) <> (addressee = '')", name="one_addressee"),
        CheckConstraint("to_site_id <> site_id", name="sites_differ"),
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
    )

    to_site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    """A site that keeps its books here; none where the addressee keeps its own."""
    addressee: Mapped[str] = mapped_column(default="")
    document_no: Mapped[str]
    """The transfer's own number; in the United States that of Form 222 for Schedule II."""
    authority: Mapped[str] = mapped_column(default="")
    """By what right the addressee may have it: licence, registration or requisition."""
    carrier: Mapped[str]
    """Who collected it."""
    identity_seen: Mapped[str]
    """What was seen of who collected it."""
    seal_no: Mapped[str]
    sent_at: Mapped[datetime]
    clinic_day: Mapped[date]
    witnessed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class ConsignmentLine(Fact):
    """One whole container of a consignment, and the movement by which it left the safe."""

    __tablename__ = "consignment_line"
    __table_args__ = (UniqueConstraint("consignment_id", "container_id"),)

    consignment_id: Mapped[int] = mapped_column(ForeignKey("consignment.id"))
    container_id: Mapped[int] = mapped_column(ForeignKey("container.id"), index=True)
    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"), unique=True)


class ConsignmentArrival(Fact):
    """What the addressee found, typed before it was shown what was sent. A later one brings in what was found late."""

    __tablename__ = "consignment_arrival"
    __table_args__ = (
        UniqueConstraint("consignment_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    consignment_id: Mapped[int] = mapped_column(ForeignKey("consignment.id"))
    turn: Mapped[int]
    seal_no: Mapped[str]
    seal_whole: Mapped[bool]
    labels: Mapped[str]
    """The labels as they were typed, one a line."""
    note: Mapped[str] = mapped_column(default="")
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("receipt.id"), unique=True)
    """The delivery that it became; none where nothing that was sent had come."""
    arrived_at: Mapped[datetime]
    clinic_day: Mapped[date]


class ConsignmentEnd(Fact):
    """What became of one container that was on its way; once, so that nothing is received twice. Kept in the sender's books."""

    __tablename__ = "consignment_end"
    __table_args__ = (
        CheckConstraint("(fate = 'received') = (arrival_id IS NOT NULL)", name="arrival_of_the_received"),
        CheckConstraint("(fate = 'received') = (came_as_id IS NOT NULL)", name="container_of_the_received"),
        CheckConstraint(
            "fate = 'received' OR (witnessed_by_id IS NOT NULL AND note <> '')", name="two_say_why_otherwise"
        ),
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("consignment_line.id"), unique=True)
    fate: Mapped[ConsignmentFate]
    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"), unique=True)
    arrival_id: Mapped[int | None] = mapped_column(ForeignKey("consignment_arrival.id"))
    came_as_id: Mapped[int | None] = mapped_column(ForeignKey("container.id"), unique=True)
    """The container that it became in the books of the addressee."""
    note: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime]
    clinic_day: Mapped[date]
    witnessed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
