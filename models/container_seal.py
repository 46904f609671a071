"""The numbers of the seals on containers, and what was read on them at a count.

The newest number of a container is the one on record, as long as nothing was done to the container that breaks a seal:
its opening, and once it is open every drop that is drawn from it.
"""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import ContainerSealing


class ContainerSeal(Fact):
    """A seal with a number was on a container, or was put on it."""

    __tablename__ = "container_seal"
    chained = True
    __table_args__ = (
        CheckConstraint("number <> ''", name="number_given"),
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
        CheckConstraint(
            "occasion <> 'resealed' OR (witnessed_by_id IS NOT NULL AND note <> '')", name="resealed_before_a_witness"
        ),
        CheckConstraint("(occasion = 'counted') = (count_line_id IS NOT NULL)", name="counted_at_a_count"),
    )

    container_id: Mapped[int] = mapped_column(ForeignKey("container.id"), index=True)
    container_seq: Mapped[int]
    """The last movement of the container then."""
    was_open: Mapped[bool]
    """Whether the container was open by then, so that the seal is one for the night."""
    number: Mapped[str]
    occasion: Mapped[ContainerSealing]
    count_line_id: Mapped[int | None] = mapped_column(ForeignKey("stock_count_line.id"), unique=True)
    note: Mapped[str] = mapped_column(default="")
    witnessed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class CountedSeal(Fact):
    """The number that was read on a container's seal at a count, beside the one that was on record."""

    __tablename__ = "counted_seal"
    chained = True
    __table_args__ = (
        CheckConstraint("number <> ''", name="number_read"),
        CheckConstraint("NOT another OR on_record_id IS NOT NULL", name="another_than_one_on_record"),
    )

    count_line_id: Mapped[int] = mapped_column(ForeignKey("stock_count_line.id"), unique=True)
    number: Mapped[str]
    on_record_id: Mapped[int | None] = mapped_column(ForeignKey("container_seal.id"))
    another: Mapped[bool]
    """Whether it is not the number on record."""
