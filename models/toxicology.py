"""Urine tests and what was found in them."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact


class UrineTest(Fact):
    """One urine taken on one day; what was positive stands in its results, a substance looked for and absent does not."""

    __tablename__ = "urine_test"
    __table_args__ = (Index("ix_urine_test_person_day", "person_id", "collected_on"),)

    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    collected_on: Mapped[date]


class UrineResult(Fact):
    """A substance found, or expected and not found."""

    __tablename__ = "urine_result"
    __table_args__ = (UniqueConstraint("urine_test_id", "substance"),)

    urine_test_id: Mapped[int] = mapped_column(ForeignKey("urine_test.id"))
    substance: Mapped[str]
    result: Mapped[str]
