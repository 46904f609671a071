"""The network around the clinic: agencies, referrals, what may be told to whom, and what was told."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Card, Fact
from models.enums import (
    AgencyKind,
    ConsentScope,
    DisclosureBasis,
    DisclosureWay,
    ReferralResult,
    ReplyKind,
    SignedOn,
)


class Agency(Card):
    """A service around the clinic, as the directory knows it."""

    __tablename__ = "agency"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str]
    kind: Mapped[AgencyKind]
    contact: Mapped[str]
    """Who there knows us."""
    phone: Mapped[str]
    address: Mapped[str]
    hours: Mapped[str]
    offers: Mapped[str]
    retired_on: Mapped[date | None]


class Referral(Fact):
    """Somebody was sent to an agency, warmly: with a joint first meeting, an answer, and a way back."""

    __tablename__ = "referral"
    __table_args__ = (CheckConstraint("answer_by >= made_on", name="answer_lies_ahead"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    made_on: Mapped[date]
    reason: Mapped[str]
    answer_by: Mapped[date]
    way_back: Mapped[str] = mapped_column(default="")
    """How the person comes back to us, written down; where treatment itself goes elsewhere there must be one."""


class ReferralMeeting(Fact):
    """The joint first meeting: planned, and held with somebody who has a name; the highest turn counts."""

    __tablename__ = "referral_meeting"
    __table_args__ = (
        UniqueConstraint("referral_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
        CheckConstraint("NOT held OR met_with <> ''", name="names_who_was_met"),
    )

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    turn: Mapped[int]
    meets_at: Mapped[datetime]
    held: Mapped[bool]
    met_with: Mapped[str]
    we_were_there: Mapped[bool]


class ReferralReply(Fact):
    """What the agency answered."""

    __tablename__ = "referral_reply"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    reply: Mapped[ReplyKind]
    replied_on: Mapped[date]
    from_whom: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class ReferralClose(Fact):
    """The loop is closed."""

    __tablename__ = "referral_close"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), unique=True)
    result: Mapped[ReferralResult]
    closed_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")


class AgencyConsent(Fact):
    """What a person allows us to tell an agency, for what purpose, and until when."""

    __tablename__ = "agency_consent"
    __table_args__ = (
        CheckConstraint("expires_on > signed_on", name="expiry_lies_ahead"),
        CheckConstraint("signed_how = 'screen' OR drawn IS NULL", name="drawn_on_the_screen"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    purpose: Mapped[str]
    signed_on: Mapped[date]
    signed_how: Mapped[SignedOn]
    drawn: Mapped[str | None]
    """The strokes of the pen, as points."""
    expires_on: Mapped[date]


class AgencyConsentScope(Fact):
    """One kind of thing that a consent covers."""

    __tablename__ = "agency_consent_scope"
    __table_args__ = (UniqueConstraint("consent_id", "scope"),)

    consent_id: Mapped[int] = mapped_column(ForeignKey("agency_consent.id"))
    scope: Mapped[ConsentScope]


class AgencyConsentEnd(Fact):
    """The person took a consent back."""

    __tablename__ = "agency_consent_end"

    consent_id: Mapped[int] = mapped_column(ForeignKey("agency_consent.id"), unique=True)
    ended_at: Mapped[datetime]
    how: Mapped[str]


class PrivacyStatement(Fact):
    """The site's own statement of confidentiality with the exceptions of the place, as approved; the highest turn counts."""

    __tablename__ = "privacy_statement"
    __table_args__ = (
        UniqueConstraint("site_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    turn: Mapped[int]
    text: Mapped[str]
    notice: Mapped[str]
    """What stands on every sheet that goes out on a consent."""
    approved_on: Mapped[date]


class Disclosure(Fact):
    """Something about a person was told to somebody: what, to whom, on what ground."""

    __tablename__ = "disclosure"
    __table_args__ = (
        CheckConstraint("(basis = 'consent') = (consent_id IS NOT NULL)", name="names_its_consent"),
        CheckConstraint("basis <> 'emergency' OR purpose <> ''", name="names_the_emergency"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    recipient: Mapped[str]
    call_back: Mapped[str] = mapped_column(default="")
    """The number that was called back before anything was said on the telephone."""
    basis: Mapped[DisclosureBasis]
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("agency_consent.id"))
    purpose: Mapped[str]
    told: Mapped[str]
    """What was said, or which sheet went out, in words."""
    way: Mapped[DisclosureWay]
    told_at: Mapped[datetime]


class DisclosureScope(Fact):
    """One kind of thing that was told."""

    __tablename__ = "disclosure_scope"
    __table_args__ = (UniqueConstraint("disclosure_id", "scope"),)

    disclosure_id: Mapped[int] = mapped_column(ForeignKey("disclosure.id"))
    scope: Mapped[ConsentScope]


class CaseConference(Fact):
    """Agencies met about a person, under consent."""

    __tablename__ = "case_conference"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    held_on: Mapped[date]
    person_was_there: Mapped[bool]
    about: Mapped[str]


class ConferenceParty(Fact):
    """An agency at the table, and what was disclosed to it there."""

    __tablename__ = "conference_party"
    __table_args__ = (UniqueConstraint("conference_id", "agency_id"),)

    conference_id: Mapped[int] = mapped_column(ForeignKey("case_conference.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    who: Mapped[str]
    disclosure_id: Mapped[int] = mapped_column(ForeignKey("disclosure.id"))


class ConferenceAction(Fact):
    """Who does what by when."""

    __tablename__ = "conference_action"

    conference_id: Mapped[int] = mapped_column(ForeignKey("case_conference.id"), index=True)
    what: Mapped[str]
    who: Mapped[str]
    due_on: Mapped[date]


class ConferenceActionDone(Fact):
    """It was done."""

    __tablename__ = "conference_action_done"

    action_id: Mapped[int] = mapped_column(ForeignKey("conference_action.id"), unique=True)
    done_on: Mapped[date]


class OutsideVisit(Fact):
    """A visit or prescription elsewhere that we know of, and from whom: what the early factual letter is made of."""

    __tablename__ = "outside_visit"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    seen_on: Mapped[date]
    where: Mapped[str]
    prescriber: Mapped[str]
    medicine: Mapped[str]
    source: Mapped[str]
