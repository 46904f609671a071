"""Who gets doses for days on which the clinic is closed, as a prescriber signed it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact


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
