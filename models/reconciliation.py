"""Days that were closed although their books did not agree: what differed, why it was closed all the same, before whom."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact


class DayCloseDifference(Fact):
    """A clinic day was closed with differences between its books, with a reason and before a second person."""

    __tablename__ = "day_close_difference"
    __table_args__ = (
        CheckConstraint("note <> ''", name="reason_given"),
        CheckConstraint("differences <> '[]'", name="something_differs"),
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
    )

    day_close_id: Mapped[int] = mapped_column(ForeignKey("day_close.id"), unique=True)
    differences: Mapped[str]
    """Every difference as it stood then, as JSON: product, what, either side in thousandths, the first row."""
    note: Mapped[str]
    """Why the day was closed all the same, typed by hand."""
    witnessed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
