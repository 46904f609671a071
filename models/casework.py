"""A counsellor's day: whose people are whose, sessions, groups, notes, and the calls that a desk makes."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Card, Fact
from models.enums import (
    AttemptOutcome,
    Attendance,
    Channel,
    Discipline,
    GroupKind,
    SessionKind,
    Topic,
)


class Caseload(Fact):
    """From this day on somebody is on a counsellor's caseload, or on nobody's; the highest turn counts."""

    __tablename__ = "caseload"
    __table_args__ = (
        UniqueConstraint("person_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
        Index("ix_caseload_counsellor_id", "counsellor_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    turn: Mapped[int]
    counsellor_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    from_on: Mapped[date]
    reason: Mapped[str]


class ContactRule(Fact):
    """How somebody may be reached, as agreed with them; the highest turn counts."""

    __tablename__ = "contact_rule"
    __table_args__ = (
        UniqueConstraint("person_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
        CheckConstraint("leave_message OR message_from = ''", name="name_only_for_messages"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    turn: Mapped[int]
    by_telephone: Mapped[bool]
    by_text: Mapped[bool]
    by_letter: Mapped[bool]
    by_visit: Mapped[bool]
    hours: Mapped[str]
    """When, in words."""
    who_may_pick_up: Mapped[str]
    leave_message: Mapped[bool]
    message_from: Mapped[str]
    """In what name a message may be left."""


class TaskAttempt(Fact):
    """Somebody tried to reach a person about an open task."""

    __tablename__ = "task_attempt"

    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[Channel]
    outcome: Mapped[AttemptOutcome]
    note: Mapped[str] = mapped_column(default="")
    tried_at: Mapped[datetime]
    clinic_day: Mapped[date]


class TaskHandOver(Fact):
    """An open task went from one member of staff to another, or was taken by its first owner."""

    __tablename__ = "task_hand_over"
    __table_args__ = (
        UniqueConstraint("task_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    turn: Mapped[int]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Nobody where it was put back for whoever comes first."""
    reason: Mapped[str]
    handed_at: Mapped[datetime]


class CareSession(Fact):
    """A meeting that was arranged with a person: for a discipline, with somebody, at a time."""

    __tablename__ = "care_session"
    __table_args__ = (
        CheckConstraint("planned_minutes > 0", name="minutes_positive"),
        Index("ix_care_session_with_day", "with_id", "clinic_day"),
        Index("ix_care_session_person_day", "person_id", "clinic_day"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[SessionKind]
    discipline: Mapped[Discipline]
    with_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    starts_at: Mapped[datetime]
    clinic_day: Mapped[date]
    planned_minutes: Mapped[int]
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("care_session.id"), unique=True)
    """The session that this one stands for, after it was put off."""


class SessionOutcome(Fact):
    """What became of a session; the highest turn counts."""

    __tablename__ = "session_outcome"
    __table_args__ = (
        UniqueConstraint("care_session_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
        CheckConstraint("(attendance = 'came') = (minutes IS NOT NULL)", name="minutes_if_came"),
        CheckConstraint("minutes > 0", name="minutes_positive"),
    )

    care_session_id: Mapped[int] = mapped_column(ForeignKey("care_session.id"))
    turn: Mapped[int]
    attendance: Mapped[Attendance]
    minutes: Mapped[int | None]
    family_came: Mapped[bool] = mapped_column(default=False)


class SessionTopic(Fact):
    """What a session was about."""

    __tablename__ = "session_topic"
    __table_args__ = (UniqueConstraint("outcome_id", "topic"),)

    outcome_id: Mapped[int] = mapped_column(ForeignKey("session_outcome.id"))
    topic: Mapped[Topic]


class CaseNote(Fact):
    """What a counsellor wrote, behind its own permission. A mistaken one is answered by another that names it."""

    __tablename__ = "case_note"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    care_session_id: Mapped[int | None] = mapped_column(ForeignKey("care_session.id"), index=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("case_note.id"), unique=True)
    text: Mapped[str]
    about_on: Mapped[date]


class Group(Card):
    """A group that meets again and again."""

    __tablename__ = "care_group"
    __table_args__ = (
        UniqueConstraint("site_id", "name"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday_possible"),
        CheckConstraint("minutes > 0", name="minutes_positive"),
        CheckConstraint("closed_on >= opened_on", name="dates_in_order"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str]
    kind: Mapped[GroupKind]
    weekday: Mapped[int | None]
    """Monday is 1; none where it meets by arrangement."""
    starts_at: Mapped[str]
    """Local time, HH:MM."""
    minutes: Mapped[int]
    led_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    open_to_relatives: Mapped[bool]
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]


class GroupMember(Fact):
    """Somebody belongs to a group from a day on."""

    __tablename__ = "group_member"
    __table_args__ = (
        UniqueConstraint("group_id", "person_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("care_group.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    turn: Mapped[int]
    from_on: Mapped[date]


class GroupMemberEnd(Fact):
    """Somebody left a group."""

    __tablename__ = "group_member_end"

    member_id: Mapped[int] = mapped_column(ForeignKey("group_member.id"), unique=True)
    last_day: Mapped[date]
    reason: Mapped[str]


class GroupMeeting(Fact):
    """A meeting of a group on a day; whether it was held stands in its outcomes."""

    __tablename__ = "group_meeting"
    __table_args__ = (UniqueConstraint("group_id", "clinic_day"),)

    group_id: Mapped[int] = mapped_column(ForeignKey("care_group.id"))
    clinic_day: Mapped[date]


class MeetingOutcome(Fact):
    """What became of a meeting: held, or called off; the highest turn counts, and every one after the first says why."""

    __tablename__ = "meeting_outcome"
    __table_args__ = (
        UniqueConstraint("meeting_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
        CheckConstraint("(turn = 1) = (reason = '')", name="reason_if_again"),
        CheckConstraint("held = (minutes IS NOT NULL)", name="minutes_if_held"),
        CheckConstraint("minutes > 0", name="minutes_positive"),
        CheckConstraint("relatives >= 0", name="relatives_counted"),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("group_meeting.id"))
    turn: Mapped[int]
    held: Mapped[bool]
    topic: Mapped[Topic]
    minutes: Mapped[int | None]
    led_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    relatives: Mapped[int] = mapped_column(default=0)
    """Relatives who came without being on record: counted, not named."""
    asked_next_step: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str]
    """What was wrong with the turn before."""


class GroupAttendance(Fact):
    """Whether a member came to a meeting; the highest turn counts."""

    __tablename__ = "group_attendance"
    __table_args__ = (
        UniqueConstraint("meeting_id", "person_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("group_meeting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    turn: Mapped[int]
    attendance: Mapped[Attendance]


class Relative(Card):
    """A relative who comes to the family programme in their own right, with or without the person."""

    __tablename__ = "relative"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")


class RelativeLink(Fact):
    """A relative's record belongs to a person's, with that person's consent."""

    __tablename__ = "relative_link"
    __table_args__ = (
        UniqueConstraint("relative_id", "person_id", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    relative_id: Mapped[int] = mapped_column(ForeignKey("relative.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    turn: Mapped[int]
    consent_on: Mapped[date]


class RelativeLinkEnd(Fact):
    """The person took that consent back."""

    __tablename__ = "relative_link_end"

    link_id: Mapped[int] = mapped_column(ForeignKey("relative_link.id"), unique=True)
    ended_on: Mapped[date]


class RelativeAttendance(Fact):
    """A relative on record came to a meeting of a group, as this outcome of it has it."""

    __tablename__ = "relative_attendance"
    __table_args__ = (UniqueConstraint("outcome_id", "relative_id"),)

    outcome_id: Mapped[int] = mapped_column(ForeignKey("meeting_outcome.id"))
    relative_id: Mapped[int] = mapped_column(ForeignKey("relative.id"))
