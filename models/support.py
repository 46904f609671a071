"""Family and friends: supporters, and the community support programme of a pair over twelve weeks."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Card, Fact
from models.enums import ActivityKind, DeclineReason, OfferAnswer, ProgrammeEndReason, Relation


class SupportOffer(Fact):
    """The programme was offered to a person; declining closes nothing."""

    __tablename__ = "support_offer"
    __table_args__ = (CheckConstraint("(answer = 'declined') = (why IS NOT NULL)", name="declined_says_why"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    offered_on: Mapped[date]
    answer: Mapped[OfferAnswer]
    why: Mapped[DeclineReason | None]


class Supporter(Card):
    """A drug-free relative or friend, with both consents; nothing else about them is kept, and no number after the end."""

    __tablename__ = "supporter"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str]
    relation: Mapped[Relation]
    phone: Mapped[str]
    contact_rules: Mapped[str]
    person_agreed_on: Mapped[date]
    supporter_agreed_on: Mapped[date]
    ended_on: Mapped[date | None]


class SupporterConsent(Fact):
    """What a person lets their supporter see beside the plan of the two; the highest turn counts."""

    __tablename__ = "supporter_consent"
    __table_args__ = (
        UniqueConstraint("supporter_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    supporter_id: Mapped[int] = mapped_column(ForeignKey("supporter.id"))
    turn: Mapped[int]
    agreed_on: Mapped[date]
    about_doses: Mapped[bool]
    """On how many days the dose was had; never how much."""
    about_urine: Mapped[bool]
    """The share of urine tests before and during the programme."""


class Programme(Fact):
    """A pair begins the programme: a weekly group, and two activities a week planned together."""

    __tablename__ = "programme"
    __table_args__ = (CheckConstraint("weeks > 0", name="weeks_positive"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    supporter_id: Mapped[int] = mapped_column(ForeignKey("supporter.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("care_group.id"))
    starts_on: Mapped[date]
    weeks: Mapped[int]


class ProgrammeEnd(Fact):
    """How the programme ended for a pair."""

    __tablename__ = "programme_end"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), unique=True)
    ended_on: Mapped[date]
    reason: Mapped[ProgrammeEndReason]
    next_step: Mapped[str]


class PairWeek(Fact):
    """One week of a pair: who came, conflict, self-help; the highest turn counts."""

    __tablename__ = "pair_week"
    __table_args__ = (
        UniqueConstraint("programme_id", "week", "turn"),
        CheckConstraint("week >= 1", name="week_positive"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    week: Mapped[int]
    turn: Mapped[int]
    person_came: Mapped[bool]
    supporter_came: Mapped[bool]
    conflict: Mapped[bool]
    self_help_contact: Mapped[bool]


class Activity(Fact):
    """Something that a pair plans to do in a week, and which drug-free people or place they meet."""

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("programme_id", "week", "number"),
        CheckConstraint("week >= 1", name="week_positive"),
        CheckConstraint("number >= 1", name="number_positive"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    week: Mapped[int]
    number: Mapped[int]
    kind: Mapped[ActivityKind]
    what: Mapped[str]
    meets: Mapped[str]


class ActivityResult(Fact):
    """Whether a planned activity was done; the highest turn counts."""

    __tablename__ = "activity_result"
    __table_args__ = (
        UniqueConstraint("activity_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    turn: Mapped[int]
    done: Mapped[bool]
    told_on: Mapped[date]
