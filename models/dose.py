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
    Alertness,
    ClaimKind,
    DoseOutcome,
    ElsewhereSource,
    Form,
    IncidentKind,
    Medication,
    ObservationKind,
    RefusedReason,
    ReversalReason,
    WithheldReason,
)
from models.stock import Container, Product
from models.units import Mg, Quantity


class Claim(Fact):
    """One slot taken. Turn 2 may only follow the release of turn 1, and names it."""

    __tablename__ = "claim"
    chained = True
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
    chained = True
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
        CheckConstraint("outcome NOT IN ('given', 'part_given') OR claim_id IS NOT NULL", name="taken_doses_claim"),
        CheckConstraint(
            "outcome NOT IN ('withheld', 'refused', 'replacement') OR claim_id IS NULL", name="others_do_not_claim"
        ),
        CheckConstraint(
            "order_id IS NOT NULL OR origin = 'import' OR outcome IN ('elsewhere', 'incident')",
            name="ordered_or_imported",
        ),
        CheckConstraint("taken_mg >= 0 AND wasted_mg >= 0", name="amounts_not_negative"),
        CheckConstraint("(taken_mg = 0) = (outcome IN ('withheld', 'refused'))", name="outcome_means_taken"),
        CheckConstraint(
            "origin = 'import' OR outcome NOT IN ('given', 'part_given', 'replacement')"
            " OR taken_mg + wasted_mg = ordered_mg",
            name="amounts_add_up",
        ),
        CheckConstraint("(outcome = 'replacement') = (replaces_id IS NOT NULL)", name="replacement_names_its_dose"),
        CheckConstraint("(replaces_id IS NULL) = (replaces_turn IS NULL)", name="replacement_counts"),
        CheckConstraint("replaces_turn >= 1", name="replacement_turn_positive"),
        UniqueConstraint("replaces_id", "replaces_turn", name="uq_dose_replacement"),
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
    """What was due; unknown for imported history, for what was taken elsewhere, and where nothing was ordered."""
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
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who gave it, where another person entered it from paper."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("dose.id"))
    """The vomited dose that this one replaces; once."""
    replaces_turn: Mapped[int | None]
    """1; one more for each replacement of that dose that was reversed, because it was not swallowed."""
    scanned_at: Mapped[datetime | None]
    """When the card or name was entered at this terminal: from there to `recorded_at` are the seconds at the window."""

    lines: Mapped[list["DoseLine"]] = relationship(lazy="raise", order_by="DoseLine.line")


class DoseLine(Fact):
    """What a dose took from one container; the lines of a dose add up exactly to what was poured."""

    __tablename__ = "dose_line"
    chained = True
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


class DoseObservation(Fact):
    """What was seen after a dose: the person spoke, a tablet or film dissolved, or nobody saw it dissolve."""

    __tablename__ = "dose_observation"
    __table_args__ = (UniqueConstraint("dose_id", "kind"),)

    dose_id: Mapped[int] = mapped_column(ForeignKey("dose.id"))
    kind: Mapped[ObservationKind]
    observed_at: Mapped[datetime]


class DoseException(Fact):
    """A rule that would have refused what the paper says happened: shown, acknowledged and kept."""

    __tablename__ = "dose_exception"
    __table_args__ = (UniqueConstraint("dose_id", "code"),)

    dose_id: Mapped[int] = mapped_column(ForeignKey("dose.id"))
    code: Mapped[str]
    """The rule's reason code."""


class Vomiting(Fact):
    """A dose came up again. The dose stays recorded as swallowed; what it was worth is the profile's to say."""

    __tablename__ = "vomiting"
    __table_args__ = (
        CheckConstraint("minutes_after >= 0", name="minutes_not_negative"),
        CheckConstraint("(profile IS NULL) = (band IS NULL)", name="band_of_a_profile"),
        CheckConstraint("band >= 1", name="band_positive"),
    )

    dose_id: Mapped[int] = mapped_column(ForeignKey("dose.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    clinic_day: Mapped[date]
    vomited_at: Mapped[datetime]
    minutes_after: Mapped[int]
    """Whole minutes since the dose was swallowed."""
    witnessed: Mapped[bool]
    """Staff saw it; only then does it count."""
    profile: Mapped[str | None]
    """The approved profile whose bands were read; none was in force otherwise."""
    band: Mapped[int | None]
    """1 for the profile's first band. A witnessed vomit in it without replacement makes the day part."""
    note: Mapped[str] = mapped_column(default="")


class ReplacementOrder(Fact):
    """A prescriber orders what replaces a vomited dose; the newest version holds, until it is given."""

    __tablename__ = "replacement_order"
    __table_args__ = (
        UniqueConstraint("dose_id", "version"),
        CheckConstraint("amount_mg > 0", name="amount_positive"),
        CheckConstraint("version >= 1", name="version_positive"),
    )

    dose_id: Mapped[int] = mapped_column(ForeignKey("dose.id"))
    """The dose that came up."""
    version: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    clinic_day: Mapped[date]
    """The one day on which it may be given."""
    amount_mg: Mapped[Mg]
    reason: Mapped[str]
    signed_at: Mapped[datetime]


class Spill(Fact):
    """A poured dose was spilt before it was swallowed: the stock is lost, with a witness, and the slot is still free."""

    __tablename__ = "spill"

    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("dose_order.id"))
    clinic_day: Mapped[date]
    spilt_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")


class ElsewhereDose(Fact):
    """Somebody says that a dose was given elsewhere. Until it is verified it counts as not taken, and perhaps as taken."""

    __tablename__ = "elsewhere_dose"
    __table_args__ = (CheckConstraint("amount_mg > 0", name="amount_positive"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    clinic_day: Mapped[date]
    part: Mapped[int]
    source: Mapped[ElsewhereSource]
    source_name: Mapped[str]
    medication: Mapped[Medication]
    amount_mg: Mapped[Mg | None]
    """As told; may be unknown."""
    taken_at: Mapped[datetime]
    told_by: Mapped[str]
    stop_id: Mapped[int | None] = mapped_column(ForeignKey("stop.id"))
    """The stop that stands until it is verified or decided."""


class ElsewhereVerdict(Fact):
    """What the source itself said of a dose elsewhere; one a report."""

    __tablename__ = "elsewhere_verdict"
    __table_args__ = (CheckConstraint("verified = (dose_id IS NOT NULL)", name="verified_is_recorded"),)

    elsewhere_dose_id: Mapped[int] = mapped_column(ForeignKey("elsewhere_dose.id"), unique=True)
    verified: Mapped[bool]
    verifier: Mapped[str]
    """Who at the source said so, and how they were reached."""
    dose_id: Mapped[int | None] = mapped_column(ForeignKey("dose.id"), unique=True)
    """The dose as verified; it claims the slot if that is free."""
    decided_at: Mapped[datetime]


class DosingIncident(Fact):
    """What was swallowed was wrong: the wrong person, amount or medicine, twice, or against a rule."""

    __tablename__ = "dosing_incident"
    __table_args__ = (Index("ix_dosing_incident_site_until", "site_id", "observe_until"),)

    dose_id: Mapped[int] = mapped_column(ForeignKey("dose.id"), unique=True)
    """What was swallowed, by whom it was swallowed; reversed by two people only, and only if nothing was swallowed."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[IncidentKind]
    intended_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Whose dose it was meant to be."""
    amount_certain: Mapped[bool]
    note: Mapped[str]
    noticed_at: Mapped[datetime]
    observe_until: Mapped[datetime]
    stop_id: Mapped[int | None] = mapped_column(ForeignKey("stop.id"))


class IncidentObservation(Fact):
    """How a person was found while watched after a dosing incident."""

    __tablename__ = "incident_observation"
    __table_args__ = (CheckConstraint("breaths_per_minute > 0", name="breaths_positive"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("dosing_incident.id"), index=True)
    observed_at: Mapped[datetime]
    alertness: Mapped[Alertness]
    breaths_per_minute: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")
