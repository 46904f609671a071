"""What was found on the shelf when somebody counted it, and what somebody else authorised because of it.

A count says what was there; it moves nothing. Each line keeps what the books said of its container at that moment, so that
its variance is worked out and stays true whatever moves later.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import BusinessMoment, CountFound, CountKind
from models.units import Mg, Quantity


class StockCount(Fact):
    """One place counted as a whole: the safe, or a window."""

    __tablename__ = "stock_count"
    __table_args__ = (
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
        CheckConstraint("(kind = 'biennial') = (business IS NOT NULL)", name="inventory_says_when"),
        CheckConstraint("kind <> 'biennial' OR witnessed_by_id IS NOT NULL", name="inventory_is_signed_twice"),
        CheckConstraint("against_id IS NULL OR kind = 'opening'", name="only_opening_against_closing"),
        CheckConstraint("witness_above >= 0", name="figure_not_negative"),
        Index("ix_stock_count_place", "site_id", "window_id", "kind"),
    )

    kind: Mapped[CountKind]
    window_id: Mapped[int | None] = mapped_column(ForeignKey("dispensing_window.id"))
    """The window that was counted; none for the safe."""
    clinic_day: Mapped[date]
    counted_at: Mapped[datetime]
    business: Mapped[BusinessMoment | None]
    """Of a biennial inventory: at opening or at close of business."""
    against_id: Mapped[int | None] = mapped_column(ForeignKey("stock_count.id"))
    """Of an opening check: the closing count that it was held against."""
    witness_above: Mapped[Mg]
    """The site's figure on that day."""
    note: Mapped[str] = mapped_column(default="")
    witnessed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class StockCountLine(Fact):
    """One container that the books put there: what was found of it, and what the books said then."""

    __tablename__ = "stock_count_line"
    chained = True
    __table_args__ = (
        UniqueConstraint("count_id", "container_id"),
        CheckConstraint("(found IN ('whole', 'not_found')) = (measured IS NULL)", name="measured_unless_whole_or_gone"),
        CheckConstraint("measured >= 0", name="measured_not_negative"),
        CheckConstraint("books >= 0", name="books_not_negative"),
        CheckConstraint("sealed = (found <> 'measured') OR found = 'not_found'", name="seal_only_where_one_is"),
    )

    count_id: Mapped[int] = mapped_column(ForeignKey("stock_count.id"), index=True)
    container_id: Mapped[int] = mapped_column(ForeignKey("container.id"), index=True)
    container_seq: Mapped[int]
    """The last movement of the container that the books knew."""
    books: Mapped[Quantity]
    sealed: Mapped[bool]
    """Whether it was to be sealed and full, by the books."""
    found: Mapped[CountFound]
    measured: Mapped[Quantity | None]


class StockFind(Fact):
    """A container on the shelf that no book of this place knows, in the words of whoever found it."""

    __tablename__ = "stock_find"
    chained = True
    __table_args__ = (
        UniqueConstraint("count_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("said <> ''", name="said_something"),
    )

    count_id: Mapped[int] = mapped_column(ForeignKey("stock_count.id"))
    number: Mapped[int]
    said: Mapped[str]


class StockAdjustment(Fact):
    """Somebody who did not count brought a balance to what was counted, once for a line, and said why."""

    __tablename__ = "stock_adjustment"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason_given"),)

    count_line_id: Mapped[int] = mapped_column(ForeignKey("stock_count_line.id"), unique=True)
    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"), unique=True)
    reason: Mapped[str]
