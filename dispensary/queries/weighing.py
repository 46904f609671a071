"""Tares and densities on record: the newest counts, of a container before its kind, of a lot before its product."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.sites import settings
from dispensary.rules.weighing import Scale
from models import Container, Density, Lot, Product, Staff, Tare
from models.enums import BaseUnit
from models.units import Grams, GramsPerML


@dataclass(frozen=True)
class TareOnRecord:
    """What an empty container weighs, as two people wrote it down."""

    id: int
    of_kind: bool
    """Whether it is the tare of every container of the kind."""
    grams: Grams
    note: str
    at: datetime
    by: str
    witness: str


@dataclass(frozen=True)
class DensityOnRecord:
    """What a millilitre weighs, as two people wrote it down."""

    id: int
    lot: str
    """The lot it is of; empty if it is of the product."""
    grams_per_ml: GramsPerML
    source: str
    at: datetime
    by: str
    witness: str


def scales(session: Session, site_id: int, on: date, containers: Iterable[Any]) -> dict[int, Scale]:
    """Return what containers can be weighed against, by id; none of a container without tare or density, or not a liquid.

    Args:
        on: the day, whose scale counts.
        containers: rows with id, product_id, lot_id, size and unit.
    """
    liquids = [one for one in containers if one.unit is BaseUnit.ML]
    readability = settings(session, site_id, on).scale_readability if liquids else None
    if not readability:
        return {}
    tares, densities = _tares(session, site_id, liquids), _densities(session, site_id, liquids)
    found = {}
    for one in liquids:
        tare = tares.get((one.id, None, None)) or tares.get((None, one.product_id, one.size))
        density = densities.get((one.product_id, one.lot_id)) or densities.get((one.product_id, None))
        if tare and density:
            found[one.id] = Scale(tare.id, tare.grams, density.id, density.grams_per_ml, readability)
    return found


def _tares(session: Session, site_id: int, liquids: list[Any]) -> dict[tuple[int | None, int | None, Any], Any]:
    query = select(Tare.id, Tare.container_id, Tare.product_id, Tare.size, Tare.grams).where(
        Tare.product_id.in_({one.product_id for one in liquids}),
        or_(
            Tare.container_id.in_([one.id for one in liquids]),
            Tare.container_id.is_(None) & (Tare.site_id == site_id),
        ),
    )
    return {
        (row.container_id, None, None) if row.container_id else (None, row.product_id, row.size): row
        for row in session.execute(query.order_by(Tare.id))
    }


def _densities(session: Session, site_id: int, liquids: list[Any]) -> dict[tuple[int, int | None], Any]:
    query = select(Density.id, Density.product_id, Density.lot_id, Density.grams_per_ml).where(
        Density.site_id == site_id, Density.product_id.in_({one.product_id for one in liquids})
    )
    return {(row.product_id, row.lot_id): row for row in session.execute(query.order_by(Density.id))}


def scale_of(session: Session, site_id: int, on: date, container_id: int) -> Scale | None:
    """Return what one container is weighed against."""
    query = (
        select(Container.id, Container.product_id, Container.lot_id, Container.size, Product.unit)
        .join(Product, Product.id == Container.product_id)
        .where(Container.id == container_id)
    )
    return scales(session, site_id, on, session.execute(query).all()).get(container_id)


def tares_of(session: Session, site_id: int, container_id: int) -> list[TareOnRecord]:
    """Return every tare that was ever written down for a container or its kind here, newest first."""
    by, witness = aliased(Staff), aliased(Staff)
    query = (
        select(
            Tare.id,
            Tare.container_id.is_(None).label("of_kind"),
            Tare.grams,
            Tare.note,
            Tare.recorded_at.label("at"),
            by.name.label("by"),
            witness.name.label("witness"),
        )
        .select_from(Tare)
        .join(Container, Container.id == container_id)
        .join(by, by.id == Tare.recorded_by_id)
        .join(witness, witness.id == Tare.witnessed_by_id)
        .where(
            or_(
                Tare.container_id == container_id,
                Tare.container_id.is_(None)
                & (Tare.product_id == Container.product_id)
                & (Tare.size == Container.size)
                & (Tare.site_id == site_id),
            )
        )
        .order_by(Tare.id.desc())
    )
    return [TareOnRecord(**row) for row in session.execute(query).mappings()]


def densities_of(session: Session, site_id: int, container_id: int) -> list[DensityOnRecord]:
    """Return every density that was ever written down here for what is in a container, newest first."""
    by, witness = aliased(Staff), aliased(Staff)
    query: Select[*tuple[Any, ...]] = (
        select(
            Density.id,
            func.coalesce(Lot.number, "").label("lot"),
            Density.grams_per_ml,
            Density.source,
            Density.recorded_at.label("at"),
            by.name.label("by"),
            witness.name.label("witness"),
        )
        .select_from(Density)
        .join(Container, Container.product_id == Density.product_id)
        .outerjoin(Lot, Lot.id == Density.lot_id)
        .join(by, by.id == Density.recorded_by_id)
        .join(witness, witness.id == Density.witnessed_by_id)
        .where(
            Container.id == container_id,
            Density.site_id == site_id,
            or_(Density.lot_id.is_(None), Density.lot_id == Container.lot_id),
        )
        .order_by(Density.id.desc())
    )
    return [DensityOnRecord(**row) for row in session.execute(query).mappings()]
