"""Dispensing pumps: what each pours, the site's own rule for them, and the log of what was done at them.

A pump's log never changes; what was entered by mistake is taken back by a row that points at it. What a pump wasted left the
stock by a movement of its own, and the log names it.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Card, Fact
from models.enums import PumpEventKind, PumpPoured, PumpRest
from models.units import Percent, Quantity


class Pump(Card):
    """A pump at a window that measures out one product."""

    __tablename__ = "pump"
    __table_args__ = (
        UniqueConstraint("site_id", "name"),
        CheckConstraint("name <> ''", name="has_a_name"),
        CheckConstraint("out_of_service_at >= in_service_at", name="out_after_in"),
        CheckConstraint("(out_of_service_at IS NULL) = (out_of_service_why = '')", name="out_says_why"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    window_id: Mapped[int] = mapped_column(ForeignKey("dispensing_window.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    name: Mapped[str]
    maker: Mapped[str] = mapped_column(default="")
    """Maker and model."""
    serial_no: Mapped[str]
    in_service_at: Mapped[datetime]
    """Since when it is in service, the last time it came into it; a calibration before counts no more."""
    out_of_service_at: Mapped[datetime | None]
    out_of_service_why: Mapped[str] = mapped_column(default="")


class PumpRule(Fact):
    """How far a pump may be off, and how often it is calibrated, as the clinic head set it; the newest counts."""

    __tablename__ = "pump_rule"
    __table_args__ = (
        CheckConstraint("tolerance > 0", name="tolerance_positive"),
        CheckConstraint("every_days >= 1", name="every_day_at_most"),
        CheckConstraint("basis <> ''", name="says_its_basis"),
    )

    tolerance: Mapped[Percent]
    """So far a measured volume may lie from the one asked for, in percent of it."""
    every_days: Mapped[int]
    basis: Mapped[str]
    """Where the figures come from: the maker's manual, the law of the place."""
    clinic_day: Mapped[date]


class PumpEvent(Fact):
    """Something that was done at a pump: primed, calibrated, its reservoir changed, cleaned."""

    __tablename__ = "pump_event"
    __table_args__ = (
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
        CheckConstraint("(kind = 'cleaning') = (container_id IS NULL)", name="container_but_for_cleaning"),
        CheckConstraint("(kind IN ('prime', 'calibration')) = (poured IS NOT NULL)", name="poured_says_where"),
        CheckConstraint("(poured IS NULL) = (quantity IS NULL)", name="poured_says_how_much"),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        CheckConstraint(
            "(movement_id IS NOT NULL) = (COALESCE(poured, '') = 'wasted' AND quantity > 0)", name="wasted_moves_stock"
        ),
        CheckConstraint("movement_id IS NULL OR witnessed_by_id IS NOT NULL", name="waste_is_witnessed"),
        CheckConstraint("(kind = 'calibration') = (asked IS NOT NULL)", name="calibration_asks"),
        CheckConstraint("asked > 0", name="asked_positive"),
        CheckConstraint("(asked IS NULL) = (rule_id IS NULL)", name="judged_by_a_rule"),
        CheckConstraint("(asked IS NULL) = (passed IS NULL)", name="calibration_is_judged"),
        CheckConstraint("asked IS NULL OR means <> ''", name="calibration_says_its_means"),
        CheckConstraint("before_id IS NULL OR kind = 'reservoir'", name="only_a_reservoir_had_another"),
        CheckConstraint("(before_id IS NULL) = (rest IS NULL)", name="rest_of_the_one_before"),
        Index("ix_pump_event_day", "pump_id", "clinic_day"),
    )

    pump_id: Mapped[int] = mapped_column(ForeignKey("pump.id"))
    kind: Mapped[PumpEventKind]
    done_at: Mapped[datetime]
    clinic_day: Mapped[date]
    container_id: Mapped[int | None] = mapped_column(ForeignKey("container.id"), index=True)
    """What stood in the reservoir; of a change, what was put in."""
    before_id: Mapped[int | None] = mapped_column(ForeignKey("container.id"), index=True)
    """Of a change of the reservoir: what was in it before."""
    rest: Mapped[PumpRest | None]
    """What became of the rest of it."""
    quantity: Mapped[Quantity | None]
    """How much was poured out in all, in whole parts of the product."""
    poured: Mapped[PumpPoured | None]
    movement_id: Mapped[int | None] = mapped_column(ForeignKey("movement.id"), unique=True)
    """By which the wasted part left the stock."""
    asked: Mapped[Quantity | None]
    """Of a calibration: what the pump was set to pour each time."""
    means: Mapped[str] = mapped_column(default="")
    """What it was measured with; of a cleaning, what it was cleaned with."""
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("pump_rule.id"))
    passed: Mapped[bool | None]
    note: Mapped[str] = mapped_column(default="")
    witnessed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class PumpMeasure(Fact):
    """One measured volume of a calibration."""

    __tablename__ = "pump_measure"
    chained = True
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("measured >= 0", name="measured_not_negative"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("pump_event.id"))
    number: Mapped[int]
    measured: Mapped[Quantity]


class PumpEventTakenBack(Fact):
    """An entry of a pump's log that was a mistake: it stays legible, and counts no more; what it wasted is back in stock."""

    __tablename__ = "pump_event_taken_back"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="says_why"),
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
        CheckConstraint("movement_id IS NULL OR witnessed_by_id IS NOT NULL", name="stock_back_is_witnessed"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("pump_event.id"), unique=True)
    reason: Mapped[str]
    movement_id: Mapped[int | None] = mapped_column(ForeignKey("movement.id"), unique=True)
    """By which the stock came back."""
    clinic_day: Mapped[date]
    witnessed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
