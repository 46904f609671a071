"""What every sheet prints around its figures, and what the register says about the same days."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models import BottleLine, BottleRest, Movement, PersonCard, RegisterEntry, Seal, Spill
from models.enums import ChainKind, MovementKind
from models.units import Quantity

NOTHING = Quantity(Decimal(0))


@dataclass(frozen=True)
class RegisterDoses:
    """What the register entered for doses of one product over some days, in its base unit."""

    dispensed: Quantity = NOTHING
    reversed: Quantity = NOTHING
    wasted: Quantity = NOTHING
    spilt: Quantity = NOTHING
    """Poured for somebody and spilt before it was swallowed."""
    taken_home: Quantity = NOTHING
    brought_back: Quantity = NOTHING
    """Left in bottles that were brought back; kept apart, no stock of the site."""


def register_of_doses(session: Session, site_id: int, first: date, last: date) -> dict[int, RegisterDoses]:
    """Return, for each product, what the register's lines for doses and bottles of these clinic days add up to."""
    undone = aliased(Movement)
    query = (
        select(Movement.product_id, Movement.kind, undone.kind.label("of"), func.sum(Movement.quantity))
        .join(RegisterEntry, RegisterEntry.movement_id == Movement.id)
        .outerjoin(undone, undone.id == Movement.reverses_id)
        .where(
            RegisterEntry.site_id == site_id,
            RegisterEntry.clinic_day.between(first, last),
            or_(
                Movement.dose_id.is_not(None),
                exists().where(Spill.movement_id == Movement.id),
                exists().where(BottleLine.movement_id == Movement.id),
                exists().where(BottleRest.movement_id == Movement.id),
            ),
        )
        .group_by(Movement.product_id, Movement.kind, undone.kind)
    )
    sums: defaultdict[int, dict[tuple[MovementKind, MovementKind | None], Quantity]] = defaultdict(dict)
    for product_id, kind, of, total in session.execute(query):
        sums[product_id][kind, of] = total
    return {
        product_id: RegisterDoses(
            by_kind.get((MovementKind.DISPENSE, None), NOTHING),
            by_kind.get((MovementKind.REVERSAL, MovementKind.DISPENSE), NOTHING),
            Quantity(
                by_kind.get((MovementKind.WASTE, None), NOTHING)
                - by_kind.get((MovementKind.REVERSAL, MovementKind.WASTE), NOTHING)
            ),
            by_kind.get((MovementKind.SPILL, None), NOTHING),
            by_kind.get((MovementKind.TAKE_HOME, None), NOTHING),
            by_kind.get((MovementKind.RETURN, None), NOTHING),
        )
        for product_id, by_kind in sums.items()
    }


@dataclass(frozen=True)
class SealOnPaper:
    """The newest seal of a chain, as it is printed at the foot of a sheet."""

    product_id: int
    """The register's product."""
    number: int
    digest: str
    sealed_at: datetime
    key_id: str


def register_seals(session: Session, site_id: int) -> dict[int, SealOnPaper]:
    """Return the newest seal of each of a site's registers, by product."""
    newest = (
        select(func.max(Seal.id))
        .where(Seal.site_id == site_id, Seal.kind == ChainKind.REGISTER)
        .group_by(Seal.product_id)
    )
    query = select(Seal.product_id, Seal.number, Seal.digest, Seal.sealed_at, Seal.key_id).where(Seal.id.in_(newest))
    return {row.product_id: SealOnPaper(*row) for row in session.execute(query)}


def current_card_code(session: Session, person_id: int) -> str | None:
    """Return the code on a person's card in use, if there is one."""
    return session.scalar(
        select(PersonCard.code).where(PersonCard.person_id == person_id, PersonCard.revoked_at.is_(None))
    )
