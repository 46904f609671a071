"""Chains of digests over the audit and the register, and the seals put on their heads."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Card, Fact
from models.enums import AuditKind, ChainKind, SealOccasion
from models.units import Quantity


class ChainHead(Card):
    """The last number and digest of a chain; locked last by whoever writes, so that the chain cannot fork."""

    __tablename__ = "chain_head"
    __table_args__ = (UniqueConstraint("site_id", "kind", "product_id"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[ChainKind]
    product_id: Mapped[int] = mapped_column(default=0)
    """The register has one chain a product; 0 for the audit."""
    last_number: Mapped[int] = mapped_column(default=0)
    last_digest: Mapped[str] = mapped_column(default="")
    last_balance: Mapped[Quantity] = mapped_column(default=Quantity(Decimal(0)))
    """Register only: what the site holds of the product after the last entry, in its base unit."""


class AuditEvent(Fact):
    """Who did what to which record; holds ids and numbers, never a name."""

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("site_id", "number"),
        Index("ix_audit_event_subject_id", "subject", "subject_id"),
    )

    number: Mapped[int]
    kind: Mapped[AuditKind]
    subject: Mapped[str]
    """The table of the record it is about."""
    subject_id: Mapped[int | None]
    body: Mapped[str]
    previous_digest: Mapped[str]
    digest: Mapped[str]


class RegisterEntry(Fact):
    """One line of the controlled-drug register: one a movement, numbered without gaps for each product and site."""

    __tablename__ = "register_entry"
    __table_args__ = (UniqueConstraint("site_id", "product_id", "number"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    number: Mapped[int]
    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"), unique=True)
    clinic_day: Mapped[date] = mapped_column(index=True)
    body: Mapped[str]
    previous_digest: Mapped[str]
    digest: Mapped[str]


class RegisterFootnote(Fact):
    """A dated, signed note on one line of the register, as when something on it is wrong; the line itself never changes."""

    __tablename__ = "register_footnote"

    register_entry_id: Mapped[int] = mapped_column(ForeignKey("register_entry.id"), index=True)
    clinic_day: Mapped[date]
    written_at: Mapped[datetime]
    text: Mapped[str]


class Seal(Fact):
    """The head of a chain at a moment, signed with the site's key: what came before can no longer change unseen."""

    __tablename__ = "seal"

    kind: Mapped[ChainKind]
    product_id: Mapped[int]
    """As in the chain's head; 0 for the audit."""
    number: Mapped[int]
    digest: Mapped[str]
    occasion: Mapped[SealOccasion]
    sealed_at: Mapped[datetime]
    key_id: Mapped[str]
    """First characters of the public key's digest, printed beside the seal."""
    signature: Mapped[str]


class DayClose(Fact):
    """The clinic day was closed: its heads are sealed."""

    __tablename__ = "day_close"
    __table_args__ = (UniqueConstraint("site_id", "clinic_day", "turn"),)

    clinic_day: Mapped[date]
    turn: Mapped[int]
    """1, or more when late entries made it necessary to close again."""
    closed_at: Mapped[datetime]


class AccessLog(Fact):
    """Who opened which person's record; not chained, kept for the site's years."""

    __tablename__ = "access_log"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    page: Mapped[str]
    """The name of the page, never its address."""
    at: Mapped[datetime]
