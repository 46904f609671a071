"""What every table shares: column types, constraint names, and the two kinds of table.

A *fact* is something that happened: it is append-only, and a database trigger refuses to change or delete it.
A *card* describes something that lives on, such as a person or a bottle: it may change, and each change is audited.
"""

import enum
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, ForeignKey, MetaData, Text, types
from sqlalchemy import Enum as WordType
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql import operators

from models.enums import Origin
from models.units import Grams, GramsPerML, Mg, MgPerUnit, Percent, Quantity, exact

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Thousandths(types.TypeDecorator[Decimal]):
    """An exact decimal stored as a whole number of thousandths, since SQLite keeps decimals as binary floats.

    Sums, comparisons and orderings come back exact; multiplying, dividing or averaging in SQL raises,
    because the database would silently answer in the wrong scale.
    """

    impl = BigInteger
    cache_ok = True

    class comparator_factory(types.TypeDecorator.Comparator[Decimal]):  # noqa: N801 - SQLAlchemy's own name
        """Adds, subtracts and compares; nothing else."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            """Refuse arithmetic that would lose the scale."""
            if op in (operators.mul, operators.truediv, operators.floordiv, operators.mod):
                raise TypeError("multiply and divide quantities in Python, not in SQL")
            return super().operate(op, *other, **kwargs)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """Keep the scale on both sides of + and - and of every comparison."""
        return self

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Return the whole number of thousandths; a binary float is refused."""
        if value is None:
            return None
        if isinstance(value, float):
            raise TypeError("a quantity is never a binary float")
        return int(exact(value) * 1000)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Return the decimal; a sum of large integers is a Decimal already on PostgreSQL."""
        return None if value is None else Decimal(value) / 1000


class Instant(types.TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment needs its time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _words(kind: type[enum.Enum]) -> list[str]:
    return [str(word.value) for word in kind]


class Base(DeclarativeBase):
    """Every table of ours."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        Mg: Thousandths,
        Quantity: Thousandths,
        MgPerUnit: Thousandths,
        Percent: Thousandths,
        Grams: Thousandths,
        GramsPerML: Thousandths,
        datetime: Instant,
        str: Text,
        enum.Enum: WordType(enum.Enum, native_enum=False, create_constraint=False, length=40, values_callable=_words),
    }

    chained: ClassVar[bool] = False
    """Whether each row stands, as a digest, in the next audit row of whoever writes or changes it."""

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-10)


class Card(Base):
    """Something that lives on; it may change, and each change is audited."""

    __abstract__ = True


class Fact(Base):
    """Something that happened. Append-only: a correction is a new row that points at the wrong one."""

    __abstract__ = True

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), sort_order=900)
    recorded_at: Mapped[datetime] = mapped_column(sort_order=901)
    """When it was written down; *as of t* means rows recorded at or before t."""
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), sort_order=902)
    origin: Mapped[Origin] = mapped_column(sort_order=903)
    request_id: Mapped[str | None] = mapped_column(sort_order=904)


def fact_tables() -> list[str]:
    """Return the names of all append-only tables, sorted."""
    return sorted(m.class_.__tablename__ for m in Base.registry.mappers if issubclass(m.class_, Fact))


def chained_tables() -> list[str]:
    """Return the names of all tables whose rows stand in the audit as digests, sorted."""
    return sorted(m.class_.__tablename__ for m in Base.registry.mappers if m.class_.chained)


def card_tables() -> list[str]:
    """Return the names of all tables that may change, sorted."""
    return sorted(m.class_.__tablename__ for m in Base.registry.mappers if issubclass(m.class_, Card))
