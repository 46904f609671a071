"""What an empty container weighs, how heavy a liquid is, and what the scale showed at a count.

Each is a fact, the newest counts, and a count keeps the figures that it was worked out with: nothing that is found out later
changes what was weighed before.
"""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.units import Grams, GramsPerML, Quantity


class Tare(Fact):
    """What a container weighs empty, with whatever is on the scale with it; of one container, or of all of one kind."""

    __tablename__ = "tare"
    chained = True
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams_positive"),
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
        Index("ix_tare_product_size", "product_id", "size"),
    )

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    size: Mapped[Quantity]
    """With the product: the kind of container."""
    container_id: Mapped[int | None] = mapped_column(ForeignKey("container.id"), index=True)
    """The one container; none where every container of the kind weighs the same."""
    grams: Mapped[Grams]
    note: Mapped[str] = mapped_column(default="")
    witnessed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class Density(Fact):
    """How many grams a millilitre of a product weighs; of one lot, or of all."""

    __tablename__ = "density"
    chained = True
    __table_args__ = (
        ForeignKeyConstraint(["lot_id", "product_id"], ["lot.id", "lot.product_id"], name="fk_density_lot"),
        CheckConstraint("grams_per_ml > 0", name="grams_per_ml_positive"),
        CheckConstraint("source <> ''", name="source_named"),
        CheckConstraint("witnessed_by_id <> recorded_by_id", name="witness_is_another"),
    )

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    lot_id: Mapped[int | None]
    grams_per_ml: Mapped[GramsPerML]
    source: Mapped[str]
    """Where the figure comes from: the maker's certificate, weighed here."""
    witnessed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class CountWeighing(Fact):
    """What the scale showed for one line of a count, and all that its quantity was worked out with."""

    __tablename__ = "count_weighing"
    chained = True
    __table_args__ = (
        CheckConstraint("gross >= tare", name="not_lighter_than_empty"),
        CheckConstraint("tare > 0", name="tare_positive"),
        CheckConstraint("grams_per_ml > 0", name="grams_per_ml_positive"),
        CheckConstraint("readability > 0", name="readability_positive"),
    )

    count_line_id: Mapped[int] = mapped_column(ForeignKey("stock_count_line.id"), unique=True)
    gross: Mapped[Grams]
    tare_id: Mapped[int] = mapped_column(ForeignKey("tare.id"))
    tare: Mapped[Grams]
    density_id: Mapped[int] = mapped_column(ForeignKey("density.id"))
    grams_per_ml: Mapped[GramsPerML]
    readability: Mapped[Grams]
    """One step of the scale, as the site had it then."""
