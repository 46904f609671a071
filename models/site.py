"""Where work is done: sites, their dated settings, dispensing windows and the terminals that belong to them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Card, Fact
from models.enums import PackCopyFate, SettingKey


class Site(Card):
    """A clinic at one address. What a derived status depends on is not here but in dated settings."""

    __tablename__ = "site"

    code: Mapped[str] = mapped_column(unique=True)
    """Short and stable, printed on paper: `main`, `north`."""
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    paper: Mapped[str] = mapped_column(default="A4")
    """A4 or Letter."""


class SiteSetting(Fact):
    """One value of one setting from a day on; the newest row in force on a day counts."""

    __tablename__ = "site_setting"
    __table_args__ = (UniqueConstraint("site_id", "key", "effective_on", "version"),)

    key: Mapped[SettingKey]
    effective_on: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)
    """Counts up when the same day is set again; the highest counts."""
    value: Mapped[str]


class Window(Card):
    """A place where doses are handed out; it has its own opened containers."""

    __tablename__ = "dispensing_window"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str]
    closed_at: Mapped[datetime | None]


class Terminal(Card):
    """A computer of the clinic, known by a long-lived signed cookie that carries its code."""

    __tablename__ = "terminal"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    window_id: Mapped[int | None] = mapped_column(ForeignKey("dispensing_window.id"))
    """The window it stands at; none for a desk."""
    name: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)
    retired_at: Mapped[datetime | None]


class OnCallDuty(Fact):
    """Which prescriber is to be called on a clinic day; the highest version of a day counts."""

    __tablename__ = "on_call_duty"
    __table_args__ = (UniqueConstraint("site_id", "clinic_day", "version"),)

    clinic_day: Mapped[date]
    version: Mapped[int]
    prescriber_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    phone: Mapped[str]


class ShiftNote(Fact):
    """What one shift tells the next."""

    __tablename__ = "shift_note"

    clinic_day: Mapped[date] = mapped_column(index=True)
    text: Mapped[str]
    written_at: Mapped[datetime]


class ShiftNoteRead(Fact):
    """Somebody has read a shift note and signed for it."""

    __tablename__ = "shift_note_read"
    __table_args__ = (UniqueConstraint("shift_note_id", "recorded_by_id"),)

    shift_note_id: Mapped[int] = mapped_column(ForeignKey("shift_note.id"))
    read_at: Mapped[datetime]


class ClockConfirmation(Fact):
    """Two people have compared date and time with a clock that they trust; dosing goes on from here."""

    __tablename__ = "clock_confirmation"
    __table_args__ = (CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),)

    clinic_day: Mapped[date]
    confirmed_at: Mapped[datetime]
    after_dose_id: Mapped[int | None] = mapped_column(ForeignKey("dose.id"))
    """The newest dose on record then; doses after it are measured against each other again."""
    witnessed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class DowntimeDay(Fact):
    """On this clinic day some doses went onto paper. Until the paper is signed complete the day is not yet entered."""

    __tablename__ = "downtime_day"
    __table_args__ = (UniqueConstraint("site_id", "clinic_day", "turn"),)

    clinic_day: Mapped[date]
    turn: Mapped[int]
    reason: Mapped[str]
    declared_at: Mapped[datetime]


class DowntimeEntered(Fact):
    """A nurse signs that all paper of a downtime day has been entered."""

    __tablename__ = "downtime_entered"

    downtime_day_id: Mapped[int] = mapped_column(ForeignKey("downtime_day.id"), unique=True)
    sheets: Mapped[int]
    signed_at: Mapped[datetime]


class DowntimePack(Fact):
    """One printing of the downtime pack: how many numbered copies, of which day."""

    __tablename__ = "downtime_pack"
    __table_args__ = (
        UniqueConstraint("site_id", "clinic_day", "printing"),
        CheckConstraint("copies BETWEEN 1 AND 20", name="copies_sensible"),
    )

    clinic_day: Mapped[date]
    printing: Mapped[int]
    copies: Mapped[int]
    printed_at: Mapped[datetime]


class PackCopyTick(Fact):
    """What became of one copy of a downtime pack: every copy is accounted for."""

    __tablename__ = "pack_copy_tick"
    __table_args__ = (UniqueConstraint("pack_id", "copy"),)

    pack_id: Mapped[int] = mapped_column(ForeignKey("downtime_pack.id"))
    copy: Mapped[int]
    fate: Mapped[PackCopyFate]
    ticked_at: Mapped[datetime]
