"""The slot, and what was taken in it.

A *claim* is the one place where a person, a clinic day and a part of that day are taken, whatever took them. The unique
constraint on it is the last wall against a second dose; everything above it is courtesy.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Fact
from models.enums import (
    ClaimKind,
    DoseOutcome,
    Form,
    Medication,
    RefusedReason,
    ReversalReason,
    WithheldReason,
)
from models.stock import Container, Product
from models.units import Mg, Quantity


class Claim(Fact):
    """One slot taken. Turn 2 may only follow the release of turn 1, and names it."""

    __tablename__ = "claim"
    __table_args__ = (
        UniqueConstraint("person_id", "clinic_day", "part", "turn", name="uq_claim_slot"),
        UniqueConstraint("id", "person_id", "clinic_day", "part", "turn", name="uq_claim_whole"),
        ForeignKeyConstraint(
            ["follows_id", "person_id", "clinic_day", "part", "follows_turn"],
            [
                "claim_release.id",
                "claim_release.person_id",
                "claim_release.clinic_day",
                "claim_release.part",
                "claim_release.turn",
            ],
            name="fk_claim_follows",
            use_alter=True,
        ),
        CheckConstraint("turn >= 1 AND part >= 1", name="numbers_positive"),
        CheckConstraint("(turn = 1) = (follows_id IS NULL)", name="turn_follows"),
        CheckConstraint("(turn = 1) = (follows_turn IS NULL)", name="turn_named"),
        CheckConstraint("follows_turn = turn - 1", name="turn_next"),
        Index("ix_claim_clinic_day_person", "clinic_day", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    clinic_day: Mapped[date]
    part: Mapped[int]
    """The number of the dose in its day, the same for every drug; never the id of an order."""
    turn: Mapped[int]
    follows_id: Mapped[int | None]
    """The release of the turn before, which made room."""
    follows_turn: Mapped[int | None]
    kind: Mapped[ClaimKind]


class ClaimRelease(Fact):
    """A slot made free again, once, by a reversal or an unopened bottle brought back."""

    __tablename__ = "claim_release"
    __table_args__ = (
        UniqueConstraint("claim_id"),
        UniqueConstraint("id", "person_id", "clinic_day", "part", "turn", name="uq_claim_release_whole"),
        ForeignKeyConstraint(
            ["claim_id", "person_id", "clinic_day", "part", "turn"],
            ["claim.id", "claim.person_id", "claim.clinic_day", "claim.part", "claim.turn"],
            name="fk_claim_release_claim",
        ),
    )

    claim_id: Mapped[int]
    person_id: Mapped[int]
    clinic_day: Mapped[date]
    part: Mapped[int]
    turn: Mapped[int]


class Dose(Fact):
    """What became of one dose: one drug, one total in mg, whatever containers it came from."""

    __tablename__ = "dose"
    __table_args__ = (
        CheckConstraint("(claim_id IS NULL) = (outcome IN ('withheld', 'refused'))", name="taken_doses_claim"),
        CheckConstraint("order_id IS NOT NULL OR origin = 'import'", name="ordered_or_imported"),
        CheckConstraint("taken_mg >= 0 AND wasted_mg >= 0", name="amounts_not_negative"),
        CheckConstraint("(claim_id IS NULL) = (taken_mg = 0)", name="claim_means_taken"),
        CheckConstraint(
            "origin = 'import' OR claim_id IS NULL OR taken_mg + wasted_mg = ordered_mg",
            name="amounts_add_up",
        ),
        CheckConstraint("(outcome = 'given') <= (wasted_mg = 0)", name="given_whole"),
        CheckConstraint("(outcome = 'withheld') = (withheld_reason IS NOT NULL)", name="withheld_why"),
        CheckConstraint(
            "(outcome IN ('refused', 'part_given')) = (refused_reason IS NOT NULL) OR origin = 'import'",
            name="refused_why",
        ),
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
        Index("ix_dose_person_day", "person_id", "clinic_day"),
        Index("ix_dose_site_day", "site_id", "clinic_day"),
    )

    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    clinic_day: Mapped[date]
    part: Mapped[int]
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claim.id"), unique=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("dose_order.id"))
    episode_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"))
    outcome: Mapped[DoseOutcome]
    medication: Mapped[Medication]
    form: Mapped[Form | None]
    ordered_mg: Mapped[Mg | None]
    """What was due; unknown only for imported history."""
    taken_mg: Mapped[Mg]
    """What was swallowed; 0 for withheld and refused."""
    wasted_mg: Mapped[Mg]
    """Poured but not swallowed."""
    taken_at: Mapped[datetime]
    """When it was swallowed, or when it was decided that nothing is given."""
    withheld_reason: Mapped[WithheldReason | None]
    refused_reason: Mapped[RefusedReason | None]
    note: Mapped[str] = mapped_column(default="")
    window_id: Mapped[int | None] = mapped_column(ForeignKey("dispensing_window.id"))
    terminal_id: Mapped[int | None] = mapped_column(ForeignKey("terminal.id"))
    witnessed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    lines: Mapped[list["DoseLine"]] = relationship(lazy="raise", order_by="DoseLine.line")


class DoseLine(Fact):
    """What a dose took from one container; the lines of a dose add up exactly to what was poured."""

    __tablename__ = "dose_line"
    __table_args__ = (
        UniqueConstraint("dose_id", "line"),
        CheckConstraint("poured > 0", name="poured_positive"),
        CheckConstraint("taken >= 0 AND taken <= poured", name="taken_within"),
    )

    dose_id: Mapped[int] = mapped_column(ForeignKey("dose.id"))
    line: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    container_id: Mapped[int] = mapped_column(ForeignKey("container.id"))
    poured: Mapped[Quantity]
    """What left the container, in the product's base unit."""
    taken: Mapped[Quantity]
    """What of it was swallowed; the rest is waste."""

    product: Mapped[Product] = relationship(lazy="raise")
    container: Mapped[Container] = relationship(lazy="raise")


class DoseReversal(Fact):
    """The record was of something that did not happen. The dose stays legible, and counts no more."""

    __tablename__ = "dose_reversal"

    dose_id: Mapped[int] = mapped_column(ForeignKey("dose.id"), unique=True)
    reason: Mapped[ReversalReason]
    note: Mapped[str]
    poured: Mapped[bool]
    """It was poured but not swallowed: the stock is waste, with a witness, and does not return."""
    reversed_at: Mapped[datetime]
    clinic_day: Mapped[date]
    witnessed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
