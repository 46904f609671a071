"""Papers that are kept as they were made: what they hold, who opened or printed them, and who signed them.

A kept paper is never made again and never changed. What is learnt later stands in the books, and the archive shows the
difference beside the paper.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import ArchivedKind, ArchiveUse, Role

BY_ITSELF = text("origin = 'job'")


class ArchivedPaper(Fact):
    """One paper of a period, by the digest of its bytes; what was made by itself is made once for a period."""

    __tablename__ = "archived_paper"
    __table_args__ = (
        UniqueConstraint("site_id", "kind", "first_on", "last_on", "digest"),
        CheckConstraint("first_on <= last_on", name="days_in_order"),
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("digest <> ''", name="digest_there"),
        CheckConstraint("figures_digest <> ''", name="figures_digest_there"),
        Index(
            "uq_archived_paper_by_itself",
            "site_id",
            "kind",
            "first_on",
            "last_on",
            unique=True,
            sqlite_where=BY_ITSELF,
            postgresql_where=BY_ITSELF,
        ),
        Index("ix_archived_paper_last_on", "site_id", "last_on"),
    )

    kind: Mapped[ArchivedKind]
    first_on: Mapped[date]
    last_on: Mapped[date]
    """The period, in clinic days."""
    made_at: Mapped[datetime]
    """The moment as of which it says what it says."""
    digest: Mapped[str]
    """SHA-256 of the bytes, hexadecimal: what a signature is over."""
    size: Mapped[int]
    """Bytes."""
    figures_digest: Mapped[str]
    """SHA-256 of the figures as they are kept."""
    media_type: Mapped[str]
    language: Mapped[str]
    paper: Mapped[str]
    """A4 or Letter."""


class ArchivedPaperContent(Fact):
    """The bytes of a kept paper and its figures, in a table of their own, so that no list ever reads them."""

    __tablename__ = "archived_paper_content"

    archived_paper_id: Mapped[int] = mapped_column(ForeignKey("archived_paper.id"), unique=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    figures: Mapped[str]
    """What the paper says in numbers and short words, as JSON with sorted names."""


class ArchiveOpening(Fact):
    """Somebody opened a kept paper on the screen, or took it to print."""

    __tablename__ = "archive_opening"

    archived_paper_id: Mapped[int] = mapped_column(ForeignKey("archived_paper.id"), index=True)
    use: Mapped[ArchiveUse]
    opened_at: Mapped[datetime]


class PaperSignature(Fact):
    """The clinic head signed a kept paper, as its digest names it; once a person."""

    __tablename__ = "paper_signature"
    __table_args__ = (
        UniqueConstraint("archived_paper_id", "recorded_by_id"),
        CheckConstraint("role = 'clinic_head'", name="by_the_head"),
    )

    archived_paper_id: Mapped[int] = mapped_column(ForeignKey("archived_paper.id"))
    digest: Mapped[str]
    """Of the bytes that were signed."""
    role: Mapped[Role]
    signed_at: Mapped[datetime]
