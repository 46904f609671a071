"""Tests: urine, by schedule and by draw, and what was found; health tests that are offered and never a condition."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import (
    HealthTestKind,
    HealthTestResultKind,
    LinkedToCare,
    OfferAnswer,
    UrineMethod,
    UrineOccasion,
    UrineOutcome,
)


class UrineTest(Fact):
    """One urine taken on one day; what was positive stands in its results, a substance looked for and absent does not."""

    __tablename__ = "urine_test"
    __table_args__ = (Index("ix_urine_test_person_day", "person_id", "collected_on"),)

    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    collected_on: Mapped[date]
    """The clinic day on which it was asked for."""


class UrineCollection(Fact):
    """How a urine was asked for and what became of it; imported tests have none."""

    __tablename__ = "urine_collection"
    __table_args__ = (
        CheckConstraint("(occasion = 'draw') = (draw_member_id IS NOT NULL)", name="names_its_draw"),
        CheckConstraint("(occasion = 'confirmation') = (confirms_id IS NOT NULL)", name="names_what_it_confirms"),
        CheckConstraint("(outcome = 'taken') = (method IS NOT NULL)", name="method_if_taken"),
        UniqueConstraint("draw_member_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    urine_test_id: Mapped[int] = mapped_column(ForeignKey("urine_test.id"), unique=True)
    occasion: Mapped[UrineOccasion]
    outcome: Mapped[UrineOutcome]
    observed: Mapped[bool]
    method: Mapped[UrineMethod | None]
    panel: Mapped[str]
    """Key of the panel in the site's list."""
    draw_member_id: Mapped[int | None] = mapped_column(ForeignKey("urine_draw_member.id"))
    turn: Mapped[int] = mapped_column(default=1)
    """Above 1 where the same draw was answered before, and that entry was a mistake."""
    confirms_id: Mapped[int | None] = mapped_column(ForeignKey("urine_test.id"))
    """The strip that this one is to confirm."""


class UrineCorrection(Fact):
    """A urine was entered by mistake: it stays to be read, and counts nowhere."""

    __tablename__ = "urine_correction"

    urine_test_id: Mapped[int] = mapped_column(ForeignKey("urine_test.id"), unique=True)
    reason: Mapped[str]


class UrineDraw(Fact):
    """A random draw that anyone can do again: the seed, and the list as it was frozen before the seed was known."""

    __tablename__ = "urine_draw"
    __table_args__ = (
        UniqueConstraint("site_id", "drawn_on", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
        CheckConstraint("wanted >= 1", name="wanted_positive"),
    )

    drawn_on: Mapped[date]
    turn: Mapped[int]
    wanted: Mapped[int]
    """How many of the list were to be drawn."""
    list_digest: Mapped[str]
    seed: Mapped[str]
    method: Mapped[str]
    """The name of the way of drawing, as docs describe it."""


class UrineDrawMember(Fact):
    """One place of the frozen list, and whether it was drawn."""

    __tablename__ = "urine_draw_member"
    __table_args__ = (
        UniqueConstraint("draw_id", "number"),
        UniqueConstraint("draw_id", "person_id"),
    )

    draw_id: Mapped[int] = mapped_column(ForeignKey("urine_draw.id"))
    number: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    drawn: Mapped[bool]


class UrineReview(Fact):
    """What a prescriber made of a urine that asks for a look; take-homes change only by a decision of their own."""

    __tablename__ = "urine_review"

    urine_test_id: Mapped[int] = mapped_column(ForeignKey("urine_test.id"), unique=True)
    decision: Mapped[str]
    decided_on: Mapped[date]


class HealthTestOffer(Fact):
    """A health test was offered, and what the person said; never a condition of anything."""

    __tablename__ = "health_test_offer"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[HealthTestKind]
    offered_on: Mapped[date]
    answer: Mapped[OfferAnswer]


class HealthTestResult(Fact):
    """What a health test found, and whether it led to care; the highest turn counts. Few may read it."""

    __tablename__ = "health_test_result"
    __table_args__ = (
        UniqueConstraint("offer_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    offer_id: Mapped[int] = mapped_column(ForeignKey("health_test_offer.id"))
    turn: Mapped[int]
    result: Mapped[HealthTestResultKind]
    linked: Mapped[LinkedToCare]
    found_on: Mapped[date]


class UrineResult(Fact):
    """A substance found, or expected and not found."""

    __tablename__ = "urine_result"
    __table_args__ = (UniqueConstraint("urine_test_id", "substance"),)

    urine_test_id: Mapped[int] = mapped_column(ForeignKey("urine_test.id"))
    substance: Mapped[str]
    result: Mapped[str]
