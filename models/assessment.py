"""What is found out about a life, and what is planned: assessment, instruments, plan, motives and barriers."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import (
    AssessmentDomain,
    Barrier,
    Education,
    FamilyTies,
    Housing,
    Instrument,
    Motive,
    Need,
    PlanReviewResult,
    SafetyAction,
    SaidOccasion,
    SignedOn,
    Signer,
    Work,
)


class Assessment(Fact):
    """What was found in one part of a life; half done it may be saved, and the highest turn counts."""

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("episode_id", "domain", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    domain: Mapped[AssessmentDomain]
    turn: Mapped[int]
    need: Mapped[Need]
    findings: Mapped[str]
    complete: Mapped[bool]
    family_took_part: Mapped[bool]
    assessed_on: Mapped[date]


class LifeSituation(Fact):
    """Housing, work, education and family on a day; over time it shows the way back into life."""

    __tablename__ = "life_situation"
    __table_args__ = (Index("ix_life_situation_person_day", "person_id", "seen_on"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    seen_on: Mapped[date]
    housing: Mapped[Housing]
    work: Mapped[Work]
    education: Mapped[Education]
    family: Mapped[FamilyTies]
    children_under_6: Mapped[int | None]


class InstrumentScore(Fact):
    """One questionnaire on one day, of a person or of somebody met in outreach; its values stand in its items."""

    __tablename__ = "instrument_score"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (outreach_contact_id IS NULL)", name="about_one"),
        CheckConstraint("total >= 0", name="total_counted"),
        Index("ix_instrument_score_person", "person_id", "instrument", "taken_on"),
    )

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outreach_contact_id: Mapped[int | None] = mapped_column(ForeignKey("outreach_contact.id"), index=True)
    instrument: Mapped[Instrument]
    edition: Mapped[str]
    """As the definition names it, so that later editions do not mix."""
    taken_on: Mapped[date]
    total: Mapped[int | None]
    """None for an instrument without a total."""


class InstrumentItem(Fact):
    """One value of one item, or of one substance's item."""

    __tablename__ = "instrument_item"
    __table_args__ = (
        UniqueConstraint("score_id", "item"),
        CheckConstraint("value >= 0", name="value_counted"),
    )

    score_id: Mapped[int] = mapped_column(ForeignKey("instrument_score.id"))
    item: Mapped[str]
    value: Mapped[int]


class InstrumentCorrection(Fact):
    """A questionnaire was entered by mistake: it stays to be read, and counts nowhere."""

    __tablename__ = "instrument_correction"

    score_id: Mapped[int] = mapped_column(ForeignKey("instrument_score.id"), unique=True)
    reason: Mapped[str]


class SafetyStep(Fact):
    """What was done at once after an answer that speaks of self-harm."""

    __tablename__ = "safety_step"

    score_id: Mapped[int] = mapped_column(ForeignKey("instrument_score.id"), unique=True)
    action: Mapped[SafetyAction]
    note: Mapped[str] = mapped_column(default="")


class CarePlan(Fact):
    """A person's plan as agreed on a day; the highest turn in an episode counts."""

    __tablename__ = "care_plan"
    __table_args__ = (
        UniqueConstraint("episode_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
        CheckConstraint("review_on > agreed_on", name="review_lies_ahead"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    turn: Mapped[int]
    agreed_on: Mapped[date]
    review_on: Mapped[date]
    reasons_to_stay: Mapped[str]
    """In the person's own words."""
    worries: Mapped[str]
    if_a_lapse: Mapped[str]
    """The response that was agreed for a lapse; never a sanction."""


class PlanGoal(Fact):
    """What a plan is to reach."""

    __tablename__ = "plan_goal"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id"))
    number: Mapped[int]
    domain: Mapped[AssessmentDomain]
    text: Mapped[str]


class PlanStep(Fact):
    """Who does what by when for a goal."""

    __tablename__ = "plan_step"
    __table_args__ = (UniqueConstraint("goal_id", "number"),)

    goal_id: Mapped[int] = mapped_column(ForeignKey("plan_goal.id"))
    number: Mapped[int]
    text: Mapped[str]
    owner: Mapped[str]
    """The person, a member of staff, a supporter or an agency, by name or word."""
    due_on: Mapped[date]


class PlanStepResult(Fact):
    """What became of a step; the highest turn counts."""

    __tablename__ = "plan_step_result"
    __table_args__ = (
        UniqueConstraint("step_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    step_id: Mapped[int] = mapped_column(ForeignKey("plan_step.id"))
    turn: Mapped[int]
    result: Mapped[PlanReviewResult]
    seen_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")


class PlanSignature(Fact):
    """Somebody put their name to a plan, on the screen or on its printed sheet."""

    __tablename__ = "plan_signature"
    __table_args__ = (
        UniqueConstraint("plan_id", "signer"),
        CheckConstraint("signed_how = 'screen' OR drawn IS NULL", name="drawn_on_the_screen"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id"))
    signer: Mapped[Signer]
    signed_how: Mapped[SignedOn]
    signed_on: Mapped[date]
    drawn: Mapped[str | None]
    """The strokes of the pen, as points."""


class Lapse(Fact):
    """Somebody used again, and what was done, as agreed. Nothing follows from it by itself."""

    __tablename__ = "lapse"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    happened_on: Mapped[date]
    told_by_person: Mapped[bool]
    response: Mapped[str]


class SaidMotive(Fact):
    """Something that keeps a person in treatment, as they said it."""

    __tablename__ = "said_motive"
    __table_args__ = (UniqueConstraint("person_id", "said_on", "occasion", "motive"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    said_on: Mapped[date]
    occasion: Mapped[SaidOccasion]
    motive: Mapped[Motive]
    words: Mapped[str] = mapped_column(default="")


class SaidBarrier(Fact):
    """Something that makes staying hard, as the person said it; at the exit, why they leave."""

    __tablename__ = "said_barrier"
    __table_args__ = (UniqueConstraint("person_id", "said_on", "occasion", "barrier"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    said_on: Mapped[date]
    occasion: Mapped[SaidOccasion]
    barrier: Mapped[Barrier]
    words: Mapped[str] = mapped_column(default="")


class PrivateRating(Fact):
    """A slip from the box: how somebody found staff and waiting. It names nobody, and no day, only a month."""

    __tablename__ = "private_rating"
    __table_args__ = (
        CheckConstraint("relation BETWEEN 1 AND 5", name="relation_in_range"),
        CheckConstraint("waiting BETWEEN 1 AND 5", name="waiting_in_range"),
    )

    month: Mapped[date]
    """The first day of the month."""
    relation: Mapped[int]
    waiting: Mapped[int]
    words: Mapped[str] = mapped_column(default="")
