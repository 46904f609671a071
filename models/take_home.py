"""Doses that somebody takes home: what was asked and decided, who may collect them, and how safely they are kept."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import (
    NaloxoneOffer,
    OneOffReason,
    TakeHomeEndReason,
)


class TakeHomeDecision(Fact):
    """A named person decides on which days somebody comes, and may take home what is due on the days between."""

    __tablename__ = "take_home_decision"
    chained = True
    __table_args__ = (
        CheckConstraint("every_weeks BETWEEN 1 AND 4", name="weeks_sensible"),
        CheckConstraint("most_days BETWEEN 0 AND 31", name="days_sensible"),
        CheckConstraint("review_on > effective_on", name="dates_in_order"),
        CheckConstraint("(profile IS NULL) = (profile_digest IS NULL)", name="profile_whole"),
        Index("ix_take_home_decision_person_id", "person_id", "effective_on"),
    )

    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("take_home_decision.id"), unique=True)
    attends_on: Mapped[str]
    """Days of the week on which the person comes, Monday is 1: `14`. All others are taken home."""
    every_weeks: Mapped[int]
    """1 for every week; 2 for the weeks counted from `effective_on`, and so on."""
    most_days: Mapped[int]
    """At most so many days at one time."""
    days_in_treatment: Mapped[int]
    """As counted when it was decided, credit among them."""
    criteria: Mapped[str]
    """Each criterion, the evidence that was shown and what the decider answered, as JSON."""
    rationale: Mapped[str]
    over_ladder_reason: Mapped[str | None]
    """Why more was decided than the ladder gives, typed by hand."""
    profile: Mapped[str | None]
    """The approved profile whose ladder was strictest; none was in force otherwise."""
    profile_digest: Mapped[str | None]
    effective_on: Mapped[date]
    review_on: Mapped[date]
    decided_at: Mapped[datetime]


class TakeHomeDecisionEnd(Fact):
    """A decision no longer holds; nothing ends it but a named person."""

    __tablename__ = "take_home_decision_end"
    chained = True

    decision_id: Mapped[int] = mapped_column(ForeignKey("take_home_decision.id"), unique=True)
    last_day: Mapped[date]
    reason: Mapped[TakeHomeEndReason]
    note: Mapped[str]


class TreatmentCredit(Fact):
    """Days in treatment elsewhere that count for the ladder: a documented choice of a named prescriber."""

    __tablename__ = "treatment_credit"
    __table_args__ = (CheckConstraint("days > 0", name="days_positive"),)

    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), unique=True)
    days: Mapped[int]
    reason: Mapped[str]


class TakeHomeReview(Fact):
    """A prescriber looked at what somebody takes home, after a missed day or a stop, and left it as it was decided."""

    __tablename__ = "take_home_review"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    rationale: Mapped[str]
    reviewed_at: Mapped[datetime]


class TakeHomeRequest(Fact):
    """Somebody asks for doses to take home, in their words: for certain days, or to come on fewer days from now on."""

    __tablename__ = "take_home_request"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="dates_in_order"),
        CheckConstraint("(first_on IS NULL) = (reason IS NULL)", name="days_have_a_reason"),
        CheckConstraint("(first_on IS NULL) = (last_on IS NULL)", name="days_whole"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    wish: Mapped[str]
    reason: Mapped[OneOffReason | None]
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    asked_at: Mapped[datetime]


class TakeHomeRequestEnd(Fact):
    """A request was declined, with the reason that the person is told; one that is met has a decision instead."""

    __tablename__ = "take_home_request_end"

    asked_id: Mapped[int] = mapped_column(ForeignKey("take_home_request.id"), unique=True)
    reason: Mapped[str]


class OneOffTakeHome(Fact):
    """Doses for some days, apart from the schedule: a journey, an illness, a closure."""

    __tablename__ = "one_off_take_home"
    chained = True
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="dates_in_order"),
        CheckConstraint("(reason = 'closure') = (closure_list_id IS NOT NULL)", name="closure_names_its_list"),
        CheckConstraint("(profile IS NULL) = (profile_digest IS NULL)", name="profile_whole"),
        Index("ix_one_off_take_home_person_id", "person_id", "first_on"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    reason: Mapped[OneOffReason]
    first_on: Mapped[date]
    last_on: Mapped[date]
    closure_list_id: Mapped[int | None] = mapped_column(ForeignKey("closure_list.id"))
    rationale: Mapped[str]
    over_ladder_reason: Mapped[str | None]
    """Why more at one time than the ladder gives, typed by hand."""
    profile: Mapped[str | None]
    """The approved profile whose ladder was strictest; none was in force otherwise."""
    profile_digest: Mapped[str | None]
    decided_at: Mapped[datetime]


class OneOffTakeHomeEnd(Fact):
    """One-off doses that are no longer to be handed out; what was handed out stays so."""

    __tablename__ = "one_off_take_home_end"
    chained = True

    one_off_id: Mapped[int] = mapped_column(ForeignKey("one_off_take_home.id"), unique=True)
    reason: Mapped[str]


class Collector(Fact):
    """A named other person who may collect somebody's doses, on signed authority."""

    __tablename__ = "collector"
    chained = True
    __table_args__ = (CheckConstraint("until_on >= from_on", name="dates_in_order"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    relation: Mapped[str]
    authority: Mapped[str]
    """Where the signed paper is: its date or number."""
    from_on: Mapped[date]
    until_on: Mapped[date]


class CollectorEnd(Fact):
    """A collector's authority was withdrawn."""

    __tablename__ = "collector_end"
    chained = True

    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"), unique=True)
    reason: Mapped[str]


class SafetyCheck(Fact):
    """Storage, teaching, closures and naloxone were gone through with somebody; once, then yearly."""

    __tablename__ = "safety_check"
    chained = True

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    clinic_day: Mapped[date]
    locked_storage: Mapped[bool]
    taught: Mapped[bool]
    child_resistant: Mapped[bool]
    naloxone: Mapped[NaloxoneOffer]
    note: Mapped[str] = mapped_column(default="")
