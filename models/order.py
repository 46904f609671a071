"""What a prescriber has ordered: versions of an order, their steps by date, and the release of a held dose."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import (
    Answer,
    DepotInterval,
    Form,
    Medication,
    OrderEndReason,
    ReEntryAction,
    TelephoneOrderKind,
    TreatmentPhase,
)
from models.units import Mg


class DoseOrder(Fact):
    """One signed version of an order. Changing a dose signs a new version, which ends the one before."""

    __tablename__ = "dose_order"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        CheckConstraint("parts BETWEEN 1 AND 4", name="parts_sensible"),
        CheckConstraint("every_n_days BETWEEN 1 AND 7", name="interval_sensible"),
        CheckConstraint("(version = 1) = (replaces_id IS NULL)", name="version_follows"),
        Index("ix_dose_order_person_days", "person_id", "starts_on", "ends_on"),
    )

    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    version: Mapped[int]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("dose_order.id"), unique=True)
    medication: Mapped[Medication]
    form: Mapped[Form]
    treatment_phase: Mapped[TreatmentPhase]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """Last clinic day the order holds."""
    every_n_days: Mapped[int] = mapped_column(default=1)
    """1 is daily; 2 alternate days, counted from the first day."""
    weekdays: Mapped[str | None]
    """Days of the week, where the order names them, Monday 1: `135`."""
    parts: Mapped[int] = mapped_column(default=1)
    hours_between_parts: Mapped[int | None]
    """Least hours between two parts of one day."""
    reason: Mapped[str]
    over_limit_reason: Mapped[str | None]
    """Why the prescriber went over a limit of the policy, typed by hand."""
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    signed_at: Mapped[datetime]


class OrderStep(Fact):
    """From a day on, the amount of one part of the day."""

    __tablename__ = "order_step"
    chained = True
    __table_args__ = (
        UniqueConstraint("order_id", "from_on", "part"),
        CheckConstraint("amount_mg > 0", name="amount_positive"),
        CheckConstraint("part >= 1", name="part_positive"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("dose_order.id"))
    from_on: Mapped[date]
    part: Mapped[int]
    amount_mg: Mapped[Mg]


class OrderEnd(Fact):
    """An order stopped holding before its last day; of several ends of one order the earliest counts.

    There may be several: a version replaced from Monday on can be stopped on Saturday.
    """

    __tablename__ = "order_end"
    chained = True
    __table_args__ = (UniqueConstraint("order_id", "last_day"),)

    order_id: Mapped[int] = mapped_column(ForeignKey("dose_order.id"))
    last_day: Mapped[date]
    """The last clinic day it still held; the day before it started, if it never did."""
    reason: Mapped[OrderEndReason]
    note: Mapped[str] = mapped_column(default="")


class ReEntryRelease(Fact):
    """A prescriber lets a held dose be given: for the ordered amount, stated in mg, and for one clinic day."""

    __tablename__ = "re_entry_release"
    chained = True
    __table_args__ = (
        UniqueConstraint("order_id", "clinic_day"),
        CheckConstraint("amount_mg > 0", name="amount_positive"),
        CheckConstraint("days_without_medicine >= 0", name="days_not_negative"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("dose_order.id"))
    clinic_day: Mapped[date]
    days_without_medicine: Mapped[int]
    """As counted when it was released."""
    amount_mg: Mapped[Mg]
    reason: Mapped[str]
    released_at: Mapped[datetime]


class DepotPlan(Fact):
    """Of an order for depot injections: how long each covers, and how early or late the next may be."""

    __tablename__ = "depot_plan"
    chained = True
    __table_args__ = (
        CheckConstraint("interval_days >= 7", name="interval_sensible"),
        CheckConstraint("early_days >= 0 AND late_days >= 0", name="window_sensible"),
        CheckConstraint("early_days < interval_days", name="early_within_interval"),
        CheckConstraint("second_after_days BETWEEN 1 AND interval_days", name="second_within_interval"),
        CheckConstraint("(profile IS NULL) = (profile_digest IS NULL)", name="profile_whole"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("dose_order.id"), unique=True)
    interval: Mapped[DepotInterval]
    interval_days: Mapped[int]
    early_days: Mapped[int]
    late_days: Mapped[int]
    second_after_days: Mapped[int | None]
    """From so many days after the first injection the second may be given; None where it follows the same window."""
    profile: Mapped[str | None]
    """The profile whose window was in force when the order was signed; the prescriber's own figures otherwise."""
    profile_digest: Mapped[str | None]


class ReEntryAnswer(Fact):
    """What somebody said at the window after days without medicine; it is never held against them."""

    __tablename__ = "re_entry_answer"
    __table_args__ = (
        UniqueConstraint("person_id", "clinic_day", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
        CheckConstraint("last_dose_mg > 0", name="amount_positive"),
        CheckConstraint("last_dose_on < clinic_day", name="dose_before_today"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    clinic_day: Mapped[date]
    turn: Mapped[int]
    """The highest counts."""
    as_recorded: Mapped[Answer]
    """Whether the person says that the last dose was taken as the record has it."""
    last_dose_on: Mapped[date | None]
    """The day of the last dose, as told where it differs; None if it is not known."""
    last_dose_mg: Mapped[Mg | None]
    used_full_agonist: Mapped[Answer]
    """Used heroin, fentanyl or another full agonist since the last dose."""
    asked_at: Mapped[datetime]


class ReEntryDecision(Fact):
    """What the re-entry gate said, on which inputs, by which version of which profile."""

    __tablename__ = "re_entry_decision"
    __table_args__ = (
        CheckConstraint("days_on_record >= 0 AND days_as_told >= 0 AND days >= 0", name="days_not_negative"),
        CheckConstraint("days >= days_on_record AND (days_as_told IS NULL OR days >= days_as_told)", name="cautious"),
        CheckConstraint("(profile IS NULL) = (profile_digest IS NULL)", name="profile_whole"),
        CheckConstraint("(profile IS NULL) = (row_number IS NULL)", name="row_of_a_profile"),
        CheckConstraint("suggested_mg > 0", name="amount_positive"),
        CheckConstraint("dose_id IS NULL OR release_id IS NULL", name="of_one_act"),
        Index("ix_re_entry_decision_person_id", "person_id", "clinic_day"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    clinic_day: Mapped[date]
    order_id: Mapped[int] = mapped_column(ForeignKey("dose_order.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("re_entry_answer.id"))
    days_on_record: Mapped[int]
    days_as_told: Mapped[int | None]
    days: Mapped[int]
    """What counted: the more cautious of both."""
    last_confirmed_mg: Mapped[Mg | None]
    action: Mapped[ReEntryAction]
    suggested_mg: Mapped[Mg | None]
    profile: Mapped[str | None]
    """The profile that decided; None where no approved table covers drug and treatment phase."""
    profile_digest: Mapped[str | None]
    row_number: Mapped[int | None]
    """Which row of its table, counted from 1."""
    dose_id: Mapped[int | None] = mapped_column(ForeignKey("dose.id"), unique=True)
    """The dose given, withheld or refused on it."""
    release_id: Mapped[int | None] = mapped_column(ForeignKey("re_entry_release.id"), unique=True)


class Supplement(Fact):
    """A further part on an induction day, ordered on an assessment some hours after the part before."""

    __tablename__ = "supplement"
    __table_args__ = (
        UniqueConstraint("person_id", "clinic_day", "part"),
        CheckConstraint("amount_mg > 0", name="amount_positive"),
        CheckConstraint("part >= 2", name="part_is_a_further_one"),
        CheckConstraint("cows BETWEEN 0 AND 48", name="cows_in_range"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("dose_order.id"), index=True)
    clinic_day: Mapped[date]
    part: Mapped[int]
    amount_mg: Mapped[Mg]
    not_before: Mapped[datetime]
    assessment: Mapped[str]
    """What was found when the person was seen; the supplement rests on it."""
    cows: Mapped[int | None]
    """Withdrawal score, where one was taken."""
    over_limit_reason: Mapped[str | None]
    signed_at: Mapped[datetime]


class TelephoneOrder(Fact):
    """What a prescriber ordered by telephone for one clinic day, read back in mg by the nurse who recorded it."""

    __tablename__ = "telephone_order"
    __table_args__ = (
        CheckConstraint("amount_mg > 0", name="amount_positive"),
        CheckConstraint("(kind = 'release') = (release_id IS NOT NULL)", name="release_is_written"),
        CheckConstraint("prescriber_id <> recorded_by_id", name="two_people"),
        Index("ix_telephone_order_person_day", "person_id", "clinic_day"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    clinic_day: Mapped[date]
    kind: Mapped[TelephoneOrderKind]
    order_id: Mapped[int] = mapped_column(ForeignKey("dose_order.id"))
    """The order lowered or released; of a continued one the order for this one day."""
    release_id: Mapped[int | None] = mapped_column(ForeignKey("re_entry_release.id"), unique=True)
    amount_mg: Mapped[Mg]
    """The whole day, as read back."""
    prescriber_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str]
    said_at: Mapped[datetime]
    countersign_by: Mapped[datetime]


class Countersignature(Fact):
    """The prescriber confirms, or disowns, what was taken down by telephone in their name."""

    __tablename__ = "countersignature"

    telephone_order_id: Mapped[int] = mapped_column(ForeignKey("telephone_order.id"), unique=True)
    agreed: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime]
