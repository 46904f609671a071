"""The way in, through and on: first contact, waiting, stages, aims, endings that are contested, and calls afterwards."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Card, Fact
from models.enums import (
    Aim,
    AskedBy,
    AttemptOutcome,
    CallSeries,
    Channel,
    ContestAbout,
    ContestResult,
    EndingReason,
    EndingResult,
    IntakeItem,
    InterventionResult,
    JourneyStage,
    OutreachPlace,
    ReleaseKind,
    Substance,
    TaperWish,
    WaitingEndReason,
)


class OutreachContact(Card):
    """Somebody met before enrolment, under whatever name they gave."""

    __tablename__ = "outreach_contact"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    called: Mapped[str]
    """What they are called there; need not be a name."""
    first_met_on: Mapped[date]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    """Peers and volunteers see their own contacts only."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Who it turned out to be, once enrolled."""


class OutreachMeeting(Fact):
    """One meeting with a contact."""

    __tablename__ = "outreach_meeting"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes_positive"),)

    contact_id: Mapped[int] = mapped_column(ForeignKey("outreach_contact.id"), index=True)
    met_on: Mapped[date]
    place: Mapped[OutreachPlace]
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(default="")


class BriefIntervention(Fact):
    """A short talk about one substance, with a contact or a person, and what came of it."""

    __tablename__ = "brief_intervention"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (contact_id IS NULL)", name="about_one"),
        CheckConstraint("minutes > 0", name="minutes_positive"),
    )

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("outreach_contact.id"), index=True)
    given_on: Mapped[date]
    minutes: Mapped[int]
    about: Mapped[Substance]
    result: Mapped[InterventionResult]
    agreed: Mapped[str] = mapped_column(default="")


class ReferralIn(Fact):
    """Somebody was sent to us, or came by themselves."""

    __tablename__ = "referral_in"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    """None where the person came by themselves, or through a peer."""
    received_on: Mapped[date]
    reason: Mapped[str]


class Waiting(Fact):
    """Somebody waits for treatment from a day on."""

    __tablename__ = "waiting"
    __table_args__ = (
        UniqueConstraint("person_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    turn: Mapped[int]
    since_on: Mapped[date]
    why: Mapped[str]


class WaitingEnd(Fact):
    """The waiting is over."""

    __tablename__ = "waiting_end"

    waiting_id: Mapped[int] = mapped_column(ForeignKey("waiting.id"), unique=True)
    ended_on: Mapped[date]
    reason: Mapped[WaitingEndReason]


class IntakeStep(Fact):
    """Something that is asked at intake was done, or begun; the highest turn counts."""

    __tablename__ = "intake_step"
    __table_args__ = (
        UniqueConstraint("episode_id", "item", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    item: Mapped[IntakeItem]
    turn: Mapped[int]
    complete: Mapped[bool]
    done_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")


class TreatmentConsent(Fact):
    """What somebody agreed to at entry: treatment is voluntary, and to refuse a part of it closes nothing."""

    __tablename__ = "treatment_consent"
    __table_args__ = (
        UniqueConstraint("episode_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    turn: Mapped[int]
    edition: Mapped[str]
    given: Mapped[bool]
    signed_on: Mapped[date]


class StageChange(Fact):
    """From a day on the journey of an episode stands at a stage; the highest turn counts."""

    __tablename__ = "stage_change"
    __table_args__ = (
        UniqueConstraint("episode_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    turn: Mapped[int]
    stage: Mapped[JourneyStage]
    from_on: Mapped[date]
    reason: Mapped[str]


class OwnAim(Fact):
    """What the person wants of treatment, in a word and in their own words; the highest turn counts."""

    __tablename__ = "own_aim"
    __table_args__ = (
        UniqueConstraint("episode_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    turn: Mapped[int]
    aim: Mapped[Aim]
    words: Mapped[str]
    said_on: Mapped[date]


class TaperRequest(Fact):
    """Somebody asked for a taper to begin, pause, stop or go back up; the prescriber hears of it the same day."""

    __tablename__ = "taper_request"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    wish: Mapped[TaperWish]
    asked_by: Mapped[AskedBy]
    said_on: Mapped[date]
    words: Mapped[str]


class TaperAnswer(Fact):
    """What a prescriber answered to a wish about a taper, as it was said to the person."""

    __tablename__ = "taper_answer"

    taper_request_id: Mapped[int] = mapped_column(ForeignKey("taper_request.id"), unique=True)
    followed: Mapped[bool]
    """Whether it is done as the person wishes."""
    words: Mapped[str]


class Ending(Fact):
    """A proposal to end somebody's treatment against their wish: written notice, time to contest, and doses until then."""

    __tablename__ = "ending"
    __table_args__ = (
        UniqueConstraint("episode_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
        CheckConstraint("contest_by > notice_on", name="time_to_contest"),
        CheckConstraint("last_day > contest_by", name="answered_before_the_last_day"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    turn: Mapped[int]
    reason: Mapped[EndingReason]
    account: Mapped[str]
    offered_instead: Mapped[str]
    notice_on: Mapped[date]
    """Until when the notice is in the person's hand, or the ending is proposed anew."""
    contest_by: Mapped[date]
    last_day: Mapped[date]
    """Doses go on until then at the least."""


class EndingAgreement(Fact):
    """The second hand: of prescriber and clinic head, whoever did not propose it agrees."""

    __tablename__ = "ending_agreement"

    ending_id: Mapped[int] = mapped_column(ForeignKey("ending.id"), unique=True)
    agreed_at: Mapped[datetime]


class EndingNotice(Fact):
    """The written notice of an ending is in the person's hand; without it nothing ends."""

    __tablename__ = "ending_notice"

    ending_id: Mapped[int] = mapped_column(ForeignKey("ending.id"), unique=True)
    handed_on: Mapped[date]
    way: Mapped[Channel]


class EndingOutcome(Fact):
    """What became of a proposed ending."""

    __tablename__ = "ending_outcome"

    ending_id: Mapped[int] = mapped_column(ForeignKey("ending.id"), unique=True)
    result: Mapped[EndingResult]
    decided_on: Mapped[date]
    reason: Mapped[str]


class Contest(Fact):
    """Somebody does not accept a stop, a take-home decision or an ending; somebody else decides, by a date, on paper."""

    __tablename__ = "contest"
    __table_args__ = (
        CheckConstraint("(about = 'stop') = (stop_id IS NOT NULL)", name="names_its_stop"),
        CheckConstraint("(about = 'take_home') = (take_home_decision_id IS NOT NULL)", name="names_its_decision"),
        CheckConstraint("(about = 'take_home_declined') = (declined_id IS NOT NULL)", name="names_what_was_declined"),
        CheckConstraint("(about = 'ending') = (ending_id IS NOT NULL)", name="names_its_ending"),
        CheckConstraint("answer_by >= said_on", name="answer_lies_ahead"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    about: Mapped[ContestAbout]
    stop_id: Mapped[int | None] = mapped_column(ForeignKey("stop.id"))
    take_home_decision_id: Mapped[int | None] = mapped_column(ForeignKey("take_home_decision.id"))
    declined_id: Mapped[int | None] = mapped_column(ForeignKey("take_home_request_end.id"))
    """A wish for take-home doses that was declined."""
    ending_id: Mapped[int | None] = mapped_column(ForeignKey("ending.id"))
    said_on: Mapped[date]
    words: Mapped[str]
    answer_by: Mapped[date]


class ContestAnswer(Fact):
    """How a contested decision was decided, by somebody who had not made it."""

    __tablename__ = "contest_answer"

    contest_id: Mapped[int] = mapped_column(ForeignKey("contest.id"), unique=True)
    result: Mapped[ContestResult]
    reason: Mapped[str]
    decided_on: Mapped[date]


class CustodyPlan(Fact):
    """What is known of a custody that a person is in; the highest turn counts."""

    __tablename__ = "custody_plan"
    __table_args__ = (
        UniqueConstraint("absence_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    absence_id: Mapped[int] = mapped_column(ForeignKey("absence.id"))
    turn: Mapped[int]
    release_on: Mapped[date | None]
    release_kind: Mapped[ReleaseKind]
    contact: Mapped[str]
    slot_at: Mapped[datetime | None]
    """When the person is expected at the window on the day of release."""
    last_dose_told: Mapped[bool]
    """Whether the last dose here was told to whoever doses there."""


class PregnancyCare(Fact):
    """Who cares for a pregnancy beside the clinic; the highest turn counts."""

    __tablename__ = "pregnancy_care"
    __table_args__ = (
        UniqueConstraint("health_fact_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    health_fact_id: Mapped[int] = mapped_column(ForeignKey("health_fact.id"))
    turn: Mapped[int]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    contact: Mapped[str]
    born_on: Mapped[date | None]
    newborn_follow_up_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")


class CallPlan(Fact):
    """Somebody is called on a schedule after a discharge, a release, a transfer or a hospital stay."""

    __tablename__ = "call_plan"
    __table_args__ = (
        UniqueConstraint("person_id", "series", "since_on"),
        CheckConstraint("work_until_on > since_on", name="window_lies_ahead"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    series: Mapped[CallSeries]
    since_on: Mapped[date]
    release_kind: Mapped[ReleaseKind | None]
    work_until_on: Mapped[date | None]
    """Until when help with work may be asked for, where the place has such a window."""


class CallMade(Fact):
    """One call of a plan was made, or tried."""

    __tablename__ = "call_made"
    __table_args__ = (Index("ix_call_made_plan", "plan_id", "due_on"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("call_plan.id"))
    due_on: Mapped[date]
    """Which call of the schedule it was."""
    made_on: Mapped[date]
    channel: Mapped[Channel]
    outcome: Mapped[AttemptOutcome]
    in_mutual_aid: Mapped[bool | None]
    wants_back: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")


class CallPlanEnd(Fact):
    """The calls of a plan come to an end before their time."""

    __tablename__ = "call_plan_end"

    plan_id: Mapped[int] = mapped_column(ForeignKey("call_plan.id"), unique=True)
    ended_on: Mapped[date]
    reason: Mapped[str]
