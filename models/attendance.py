"""What decides the status of a day beside orders and doses: the clinic's calendar, stays elsewhere, and what was found out."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import AbsenceKind, ClosureKind, MissedReason


class ClosedDay(Fact):
    """On this clinic day the clinic gives no doses. Taken back, it may be announced again as the next turn."""

    __tablename__ = "closed_day"
    __table_args__ = (
        UniqueConstraint("site_id", "clinic_day", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    clinic_day: Mapped[date]
    turn: Mapped[int]
    kind: Mapped[ClosureKind]
    reason: Mapped[str]
    announced_at: Mapped[datetime]


class ClosedDayTakenBack(Fact):
    """The clinic is open on that day after all."""

    __tablename__ = "closed_day_taken_back"

    closed_day_id: Mapped[int] = mapped_column(ForeignKey("closed_day.id"), unique=True)
    reason: Mapped[str]


class Absence(Fact):
    """Somebody is in hospital or custody, and whether they are dosed there is not known."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("expected_until >= from_on", name="dates_in_order"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[AbsenceKind]
    from_on: Mapped[date]
    """The first clinic day away."""
    expected_until: Mapped[date | None]
    place: Mapped[str]
    told_by: Mapped[str]


class AbsenceEnd(Fact):
    """The stay is over, or never was: then its last day is the one before its first."""

    __tablename__ = "absence_end"

    absence_id: Mapped[int] = mapped_column(ForeignKey("absence.id"), unique=True)
    last_day: Mapped[date]
    told_by: Mapped[str]


class MissedDayReason(Fact):
    """Why somebody missed a day, as found out; the highest turn counts."""

    __tablename__ = "missed_day_reason"
    __table_args__ = (
        UniqueConstraint("person_id", "clinic_day", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    clinic_day: Mapped[date]
    turn: Mapped[int]
    reason: Mapped[MissedReason]
    note: Mapped[str] = mapped_column(default="")


class FollowUpKept(Fact):
    """The rule proposed an episode as lost to follow-up, and somebody decided to go on looking for the person."""

    __tablename__ = "follow_up_kept"
    __table_args__ = (
        CheckConstraint("no_shows >= 1", name="no_shows_positive"),
        CheckConstraint("look_again_on > clinic_day", name="looks_ahead"),
        Index("ix_follow_up_kept_episode_id", "episode_id"),
    )

    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    clinic_day: Mapped[date]
    no_shows: Mapped[int]
    """No-shows in a row, as counted when it was decided."""
    reason: Mapped[str]
    look_again_on: Mapped[date]
    """Until then it is not proposed again."""
