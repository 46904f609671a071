"""Where work is done: sites, their dated settings, dispensing windows and the terminals that belong to them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Card, Fact
from models.enums import SettingKey


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
