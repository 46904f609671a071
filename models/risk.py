"""What the nightly scan raised, why, and whom it is to leave alone for a while. None of it touches a dose."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import RiskFactor, RiskLane, RiskModelKind, RiskModelStep, RiskTripKind, SnoozeReason
from models.units import Quantity


class RiskFlag(Fact):
    """Somebody was raised on one night; the outcome is that of its task."""

    __tablename__ = "risk_flag"
    __table_args__ = (
        UniqueConstraint("person_id", "night"),
        CheckConstraint("points >= 0 AND no_shows >= 0", name="counts_not_negative"),
        CheckConstraint("capped = (task_id IS NULL)", name="told_unless_capped"),
        CheckConstraint("lane = 'amber' OR NOT capped", name="red_is_never_capped"),
        Index("ix_risk_flag_site_night", "site_id", "night"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    night: Mapped[date]
    """The clinic day at whose close it was raised."""
    lane: Mapped[RiskLane]
    points: Mapped[int]
    card: Mapped[str]
    """The version of the scorecard."""
    no_shows: Mapped[int]
    """In a row."""
    missed_14: Mapped[int]
    """Scheduled days missed in the last 14."""
    drug: Mapped[str]
    """By which the tables of what became of others are read."""
    capped: Mapped[bool]
    """More were at risk than the clinic can follow up in a day: kept, and nobody was told."""
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)


class RiskFlagReason(Fact):
    """One row of the card: what was counted, and how many points it gave."""

    __tablename__ = "risk_flag_reason"
    __table_args__ = (
        UniqueConstraint("flag_id", "factor"),
        CheckConstraint("points >= 0", name="points_not_negative"),
        CheckConstraint("points = 0 OR counted IS NOT NULL", name="unknown_scores_nothing"),
    )

    flag_id: Mapped[int] = mapped_column(ForeignKey("risk_flag.id"))
    factor: Mapped[RiskFactor]
    counted: Mapped[Quantity | None]
    """None where it was not known."""
    points: Mapped[int]


class RiskSnooze(Fact):
    """Somebody is left out of the scan's tasks until a day, with a reason."""

    __tablename__ = "risk_snooze"
    __table_args__ = (CheckConstraint("until_on >= from_on", name="days_in_order"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[SnoozeReason]
    note: Mapped[str] = mapped_column(default="")
    from_on: Mapped[date]
    until_on: Mapped[date]
    """The last night on which nothing is raised."""


class RiskSnoozeEnd(Fact):
    """It was ended before its day."""

    __tablename__ = "risk_snooze_end"

    snooze_id: Mapped[int] = mapped_column(ForeignKey("risk_snooze.id"), unique=True)
    ended_on: Mapped[date]


class RiskModel(Fact):
    """Numbers that were fitted to the clinic's own people, as they were then; whether they are used is decided apart."""

    __tablename__ = "risk_model"
    __table_args__ = (
        UniqueConstraint("site_id", "version"),
        CheckConstraint("people >= 0 AND nights >= 0 AND events >= 0 AND dropouts >= 0", name="counts_not_negative"),
        CheckConstraint("data_until >= data_from", name="days_in_order"),
    )

    kind: Mapped[RiskModelKind]
    version: Mapped[str]
    card: Mapped[str]
    """The version of the scorecard it goes with."""
    coefficients: Mapped[str]
    """Every number exactly, as text."""
    data_from: Mapped[date]
    data_until: Mapped[date]
    """The last night it was fitted on; what came of it was known 28 days later."""
    known_until: Mapped[date]
    """The last day whose facts had a part in it: what it says of nights after this day may be judged."""
    code_digest: Mapped[str]
    """SHA-256 of the code that counts what it reads."""
    people: Mapped[int]
    nights: Mapped[int]
    events: Mapped[int]
    dropouts: Mapped[int]
    metrics: Mapped[str]
    """What the comparison on held-out nights gave, and which conditions of a promotion it meets, as JSON."""
    may_be_promoted: Mapped[bool]


class RiskModelDecision(Fact):
    """Somebody put a version into use, or took it out again."""

    __tablename__ = "risk_model_decision"

    model_id: Mapped[int] = mapped_column(ForeignKey("risk_model.id"), index=True)
    decision: Mapped[RiskModelStep]
    reason: Mapped[str]


class RiskTrip(Fact):
    """The scan was seen to drift: it is written down and shown, and a person decides what follows."""

    __tablename__ = "risk_trip"
    __table_args__ = (
        UniqueConstraint("site_id", "kind", "last_on"),
        CheckConstraint("last_on >= first_on", name="days_in_order"),
        CheckConstraint("observed >= 0 AND expected > 0", name="counts_make_a_ratio"),
    )

    kind: Mapped[RiskTripKind]
    first_on: Mapped[date]
    """The first of the nights that it speaks of."""
    last_on: Mapped[date]
    observed: Mapped[int]
    """Nights with the event, or people raised as AMBER, whether or not anybody was told."""
    expected: Mapped[Quantity]
    """What the probabilities add up to, or the people whom the site can follow up in those nights."""
