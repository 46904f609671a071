"""Controlled stock that was stolen or lost: what is told of it, line by line, what was done about it, and its end.

A report never changes stock. What is missing leaves the books by an authorised adjustment, in the stock's own pages.
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import LossKind, LossStepKind, PoliceTold
from models.units import Quantity


class LossReport(Fact):
    """A theft or a loss as it was told on the day it was reported here."""

    __tablename__ = "loss_report"
    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="days_in_order"),
        CheckConstraint("last_on <= discovered_on", name="discovered_after"),
        CheckConstraint("circumstances <> ''", name="circumstances_told"),
        CheckConstraint("discovered_by <> ''", name="discovered_by_somebody"),
        CheckConstraint("police = 'yes' OR (police_who = '' AND police_number = '')", name="police_said_if_told"),
    )

    kind: Mapped[LossKind]
    first_on: Mapped[date]
    """The first day on which it may have happened."""
    last_on: Mapped[date]
    """The last day on which it may have happened; the first, if the day is known."""
    discovered_on: Mapped[date]
    discovered_by: Mapped[str]
    circumstances: Mapped[str]
    police: Mapped[PoliceTold]
    police_who: Mapped[str] = mapped_column(default="")
    """Which police, and whom there."""
    police_number: Mapped[str] = mapped_column(default="")
    carrier: Mapped[str] = mapped_column(default="")
    """Who carried it, if it was lost on the way."""
    measures: Mapped[str] = mapped_column(default="")
    """What is done so that it does not happen again, as far as it is known."""


class LossReportLine(Fact):
    """How much of one product is missing, and of which lot and container, if that is known."""

    __tablename__ = "loss_report_line"
    chained = True
    __table_args__ = (
        UniqueConstraint("report_id", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("loss_report.id"))
    number: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    container_id: Mapped[int | None] = mapped_column(ForeignKey("container.id"))
    lot_number: Mapped[str] = mapped_column(default="")
    """As told; that of the container, where that is known."""
    quantity: Mapped[Quantity]


class LossStep(Fact):
    """Something that was done about a reported loss: who was told, under which number."""

    __tablename__ = "loss_step"
    __table_args__ = (CheckConstraint("kind <> 'other' OR note <> ''", name="other_says_what"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("loss_report.id"), index=True)
    kind: Mapped[LossStepKind]
    done_on: Mapped[date]
    number: Mapped[str] = mapped_column(default="")
    """The number that was given for it."""
    to_whom: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class LossStepTakenBack(Fact):
    """A step was entered that was not done: it stays legible, and counts no more."""

    __tablename__ = "loss_step_taken_back"
    __table_args__ = (CheckConstraint("reason <> ''", name="says_why"),)

    step_id: Mapped[int] = mapped_column(ForeignKey("loss_step.id"), unique=True)
    reason: Mapped[str]


class LossReportEnd(Fact):
    """A report was closed, with the reason; what was found again is noted. It opens no more."""

    __tablename__ = "loss_report_end"
    __table_args__ = (CheckConstraint("reason <> ''", name="says_why"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("loss_report.id"), unique=True)
    closed_on: Mapped[date]
    reason: Mapped[str]
    recovered: Mapped[str] = mapped_column(default="")
    """What was found again, in words; stock that comes back is entered in the stock's own pages."""
    open_steps: Mapped[int]
    """How many asked-for steps were not done when it was closed."""
