"""Doses that somebody takes home: who may, how many, every bottle with its day, and what came back."""

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
    NaloxoneOffer,
    OneOffReason,
    Residue,
    SealState,
    TakeHomeEndReason,
)
from models.units import Mg, Quantity


class TakeHomeDecision(Fact):
    """A named person decides on which days somebody comes, and may take home what is due on the days between."""

    __tablename__ = "take_home_decision"
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


class OneOffTakeHome(Fact):
    """Doses for some days, apart from the schedule: a journey, an illness, a closure."""

    __tablename__ = "one_off_take_home"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="dates_in_order"),
        CheckConstraint("(reason = 'closure') = (closure_list_id IS NOT NULL)", name="closure_names_its_list"),
        Index("ix_one_off_take_home_person_id", "person_id", "first_on"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    reason: Mapped[OneOffReason]
    first_on: Mapped[date]
    last_on: Mapped[date]
    closure_list_id: Mapped[int | None] = mapped_column(ForeignKey("closure_list.id"))
    rationale: Mapped[str]
    decided_at: Mapped[datetime]


class OneOffTakeHomeEnd(Fact):
    """One-off doses that are no longer to be handed out; what was handed out stays so."""

    __tablename__ = "one_off_take_home_end"

    one_off_id: Mapped[int] = mapped_column(ForeignKey("one_off_take_home.id"), unique=True)
    reason: Mapped[str]


class ClosureList(Fact):
    """Everybody who needs doses for a closure, as a prescriber signed it; the newest version counts."""

    __tablename__ = "closure_list"
    __table_args__ = (
        UniqueConstraint("site_id", "first_on", "last_on", "version"),
        CheckConstraint("last_on >= first_on", name="dates_in_order"),
        CheckConstraint("(profile IS NULL) = (profile_digest IS NULL)", name="profile_whole"),
    )

    first_on: Mapped[date]
    last_on: Mapped[date]
    version: Mapped[int]
    profile: Mapped[str | None]
    """The approved profile that allows doses for closures."""
    profile_digest: Mapped[str | None]
    signed_at: Mapped[datetime]


class ClosureListLine(Fact):
    """One person on a closure list: doses for the days, or by name another way."""

    __tablename__ = "closure_list_line"
    __table_args__ = (
        UniqueConstraint("closure_list_id", "person_id"),
        CheckConstraint("(one_off_id IS NULL) = (other_way <> '')", name="doses_or_another_way"),
    )

    closure_list_id: Mapped[int] = mapped_column(ForeignKey("closure_list.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    one_off_id: Mapped[int | None] = mapped_column(ForeignKey("one_off_take_home.id"), unique=True)
    why_not: Mapped[str] = mapped_column(default="")
    """The codes of what stood against doses, in order: a stop, induction, no order."""
    other_way: Mapped[str] = mapped_column(default="")
    """How the person is dosed instead: at another site, in hospital, by a nurse's visit."""


class Collector(Fact):
    """A named other person who may collect somebody's doses, on signed authority."""

    __tablename__ = "collector"
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

    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"), unique=True)
    reason: Mapped[str]


class SafetyCheck(Fact):
    """Storage, teaching, closures and naloxone were gone through with somebody; once, then yearly."""

    __tablename__ = "safety_check"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    clinic_day: Mapped[date]
    locked_storage: Mapped[bool]
    taught: Mapped[bool]
    child_resistant: Mapped[bool]
    naloxone: Mapped[NaloxoneOffer]
    note: Mapped[str] = mapped_column(default="")


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
