"""Restricted parts of a record that somebody opened without the permission, and that a clinic head saw it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import RestrictedPart


class GlassBroken(Fact):
    """Somebody opened a restricted part of a record without the permission, and said why."""

    __tablename__ = "glass_broken"
    __table_args__ = (CheckConstraint("until_at > opened_at", name="open_for_a_while"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    part: Mapped[RestrictedPart]
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    until_at: Mapped[datetime]


class GlassSeen(Fact):
    """A clinic head has seen that it was broken."""

    __tablename__ = "glass_seen"

    glass_id: Mapped[int] = mapped_column(ForeignKey("glass_broken.id"), unique=True)
    seen_at: Mapped[datetime]
