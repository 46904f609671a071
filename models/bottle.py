"""Bottles that went home: each with its day, what is in it, what became of it; and calling them back."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import (
    BottleFate,
    BottleState,
    CallBackOutcomeKind,
    CallBackReason,
    Form,
    LabelLayout,
    Medication,
    Residue,
    SealState,
)
from models.units import Mg, Quantity


class TakeHomeIssue(Fact):
    """Bottles handed over at one time, to the person or to a named collector whose identity was seen."""

    __tablename__ = "take_home_issue"
    __table_args__ = (
        CheckConstraint("(decision_id IS NULL) <> (one_off_id IS NULL)", name="on_one_decision"),
        CheckConstraint("(collector_id IS NULL) = (identity_seen IS NULL)", name="identity_seen"),
        Index("ix_take_home_issue_person_id", "person_id", "clinic_day"),
    )

    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    clinic_day: Mapped[date]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("take_home_decision.id"))
    one_off_id: Mapped[int | None] = mapped_column(ForeignKey("one_off_take_home.id"))
    collector_id: Mapped[int | None] = mapped_column(ForeignKey("collector.id"))
    identity_seen: Mapped[str | None]
    """Which document the collector showed."""
    window_id: Mapped[int] = mapped_column(ForeignKey("dispensing_window.id"))
    terminal_id: Mapped[int | None] = mapped_column(ForeignKey("terminal.id"))
    issued_at: Mapped[datetime]


class Bottle(Fact):
    """One dose in one container, for one day; it holds the slot of that day from the moment it is handed over."""

    __tablename__ = "bottle"
    chained = True
    __table_args__ = (
        UniqueConstraint("issue_id", "number"),
        CheckConstraint("number BETWEEN 1 AND of_number", name="number_within"),
        CheckConstraint("amount_mg > 0", name="amount_positive"),
        CheckConstraint("part >= 1", name="part_positive"),
        Index("ix_bottle_person_id", "person_id", "covers_on"),
    )

    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    """In the code on the label; it says nothing about the person."""
    issue_id: Mapped[int] = mapped_column(ForeignKey("take_home_issue.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int]
    of_number: Mapped[int]
    covers_on: Mapped[date]
    """The clinic day on which it is to be taken."""
    part: Mapped[int]
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("dose_order.id"))
    medication: Mapped[Medication]
    form: Mapped[Form]
    amount_mg: Mapped[Mg]


class BottleLine(Fact):
    """What of one stock container is in a bottle, and the movement with which it left."""

    __tablename__ = "bottle_line"
    chained = True
    __table_args__ = (
        UniqueConstraint("bottle_id", "line"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    bottle_id: Mapped[int] = mapped_column(ForeignKey("bottle.id"))
    line: Mapped[int]
    container_id: Mapped[int] = mapped_column(ForeignKey("container.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    quantity: Mapped[Quantity]
    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"), unique=True)


class LabelPrint(Fact):
    """The labels of an issue were printed; every printing after the first is marked as a reprint."""

    __tablename__ = "label_print"
    __table_args__ = (
        UniqueConstraint("issue_id", "printing"),
        CheckConstraint("printing >= 1", name="printing_positive"),
    )

    issue_id: Mapped[int] = mapped_column(ForeignKey("take_home_issue.id"))
    printing: Mapped[int]
    layout: Mapped[LabelLayout]
    printed_at: Mapped[datetime]


class BottleEnd(Fact):
    """What became of a bottle: brought back and inspected, or lost, stolen or spilt as told. Once a bottle."""

    __tablename__ = "bottle_end"
    __table_args__ = (
        CheckConstraint("(fate = 'returned') = (state IS NOT NULL)", name="returned_is_inspected"),
        CheckConstraint("(state IS NULL) = (seal IS NULL)", name="seal_is_seen"),
        CheckConstraint("(state IS NULL) = (residue IS NULL)", name="residue_is_seen"),
        CheckConstraint("state NOT IN ('full', 'part') OR quantity IS NOT NULL", name="rest_measured"),
        CheckConstraint("quantity IS NULL OR state IN ('full', 'part')", name="rest_of_what_came_back"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
        CheckConstraint("quantity IS NULL OR witnessed_by_id IS NOT NULL", name="rest_is_witnessed"),
    )

    bottle_id: Mapped[int] = mapped_column(ForeignKey("bottle.id"), unique=True)
    fate: Mapped[BottleFate]
    clinic_day: Mapped[date]
    ended_at: Mapped[datetime]
    state: Mapped[BottleState | None]
    seal: Mapped[SealState | None]
    residue: Mapped[Residue | None]
    quantity: Mapped[Quantity | None]
    """What of it came back, in the product's base unit."""
    early: Mapped[bool] = mapped_column(default=False)
    """Brought back before its day was over: the slot of that day is free again."""
    told: Mapped[str] = mapped_column(default="")
    """What the person said, for a bottle that is gone; a police number if there is one."""
    witnessed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class BottleRest(Fact):
    """What of a returned bottle had come from one stock container; it waits, apart from the stock, for destruction."""

    __tablename__ = "bottle_rest"
    chained = True
    __table_args__ = (
        UniqueConstraint("bottle_end_id", "line"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    bottle_end_id: Mapped[int] = mapped_column(ForeignKey("bottle_end.id"))
    line: Mapped[int]
    """Which line of the bottle it had been."""
    quantity: Mapped[Quantity]
    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"), unique=True)


class CallBack(Fact):
    """Somebody is asked to bring in every bottle, by a deadline."""

    __tablename__ = "call_back"
    __table_args__ = (CheckConstraint("due_by > called_at", name="dates_in_order"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[CallBackReason]
    note: Mapped[str] = mapped_column(default="")
    channel: Mapped[str]
    """How the person was reached: a call, a letter, in person."""
    called_at: Mapped[datetime]
    due_by: Mapped[datetime]
    bottles: Mapped[int]
    """How many bottles should be there, at the deadline."""


class CallBackOutcome(Fact):
    """How a call-back ended."""

    __tablename__ = "call_back_outcome"
    __table_args__ = (CheckConstraint("brought >= 0", name="brought_not_negative"),)

    call_back_id: Mapped[int] = mapped_column(ForeignKey("call_back.id"), unique=True)
    outcome: Mapped[CallBackOutcomeKind]
    brought: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime]
