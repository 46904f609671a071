"""What keeps people alive meanwhile: supplies, naloxone, overdoses and what followed; groups whose needs are counted."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import MarkerKind, OverdoseHelp, SupplyKind


class SupplyIssue(Fact):
    """Supplies were handed out: to a person, to somebody met in outreach, or to somebody unknown."""

    __tablename__ = "supply_issue"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("person_id IS NULL OR contact_id IS NULL", name="to_one"),
    )

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("outreach_contact.id"), index=True)
    kind: Mapped[SupplyKind]
    quantity: Mapped[int]
    given_on: Mapped[date]
    taught: Mapped[bool]
    """Whether its use was shown, as for naloxone."""


class Overdose(Fact):
    """An overdose that somebody survived or did not, whoever told of it: a person, or somebody met in outreach."""

    __tablename__ = "overdose"
    __table_args__ = (CheckConstraint("person_id IS NOT NULL OR contact_id IS NOT NULL", name="of_somebody"),)

    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("outreach_contact.id"), index=True)
    """Beside a person only where the contact had been recognised as them when it was told."""
    happened_on: Mapped[date]
    place: Mapped[str]
    helped_by: Mapped[OverdoseHelp]
    naloxone_given: Mapped[bool]
    hospital: Mapped[bool]
    survived: Mapped[bool]
    told_by: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class OverdoseFollowUp(Fact):
    """What was done after an overdose."""

    __tablename__ = "overdose_follow_up"

    overdose_id: Mapped[int] = mapped_column(ForeignKey("overdose.id"), index=True)
    done_on: Mapped[date]
    what: Mapped[str]
    naloxone_again: Mapped[bool]


class OverdoseCorrection(Fact):
    """An overdose was recorded by mistake: it stays to be read, and counts nowhere."""

    __tablename__ = "overdose_correction"

    overdose_id: Mapped[int] = mapped_column(ForeignKey("overdose.id"), unique=True)
    reason: Mapped[str]


class Marker(Fact):
    """A person belongs to a group whose needs are counted; few may see it of whom."""

    __tablename__ = "marker"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "turn"),
        CheckConstraint("turn >= 1", name="turn_positive"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[MarkerKind]
    turn: Mapped[int]
    from_on: Mapped[date]


class MarkerEnd(Fact):
    """It holds no more, or never did."""

    __tablename__ = "marker_end"

    marker_id: Mapped[int] = mapped_column(ForeignKey("marker.id"), unique=True)
    ended_on: Mapped[date]
