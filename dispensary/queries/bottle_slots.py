"""The slots of the days that go home: free, taken and by whom, or held by a bottle that is gone and may be replaced."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from dispensary.queries.signs import same_person
from dispensary.rules.bottles import BottleDose
from dispensary.rules.dosing import Slot
from models import Bottle, BottleEnd, Claim, ClaimRelease, Staff
from models.enums import BottleFate, BottleState, ClaimKind

GONE = frozenset({BottleFate.LOST, BottleFate.STOLEN, BottleFate.SPILT})


@dataclass(frozen=True)
class BottleSlot:
    """The slot that a bottle would take."""

    slot: Slot
    instead_of: int | None = None
    """The claim of a bottle that is gone, which makes way for it."""


_CLAIM, _RELEASE, _BOTTLE, _END = (table.__table__.c for table in (Claim, ClaimRelease, Bottle, BottleEnd))
_SLOTS = (
    select(
        _CLAIM.clinic_day,
        _CLAIM.part,
        _CLAIM.turn,
        _CLAIM.id.label("claim_id"),
        _CLAIM.kind,
        _CLAIM.recorded_at,
        Staff.__table__.c.name,
        _RELEASE.id.label("release_id"),
        _END.fate,
        _END.state,
        _END.recorded_at.label("ended_at"),
    )
    .join(Staff.__table__, Staff.__table__.c.id == _CLAIM.recorded_by_id)
    .outerjoin(ClaimRelease.__table__, _RELEASE.claim_id == _CLAIM.id)
    .outerjoin(Bottle.__table__, _BOTTLE.claim_id == _CLAIM.id)
    .outerjoin(BottleEnd.__table__, _END.bottle_id == _BOTTLE.id)
    .where(
        _CLAIM.person_id == bindparam("person_id"),
        _CLAIM.clinic_day.between(bindparam("first"), bindparam("last")),
    )
    .order_by(_CLAIM.turn)
)
_OF_LINKED = (
    select(_CLAIM.id.label("claim_id"), _END.fate, _END.state, _END.recorded_at.label("ended_at"))
    .join(Bottle.__table__, _BOTTLE.claim_id == _CLAIM.id)
    .join(BottleEnd.__table__, _END.bottle_id == _BOTTLE.id)
    .where(
        same_person(_CLAIM.person_id),
        _CLAIM.clinic_day == bindparam("day"),
        _CLAIM.part == bindparam("part"),
        _CLAIM.id.not_in(select(_RELEASE.claim_id)),
    )
    .order_by(_CLAIM.id.desc())
    .limit(1)
)


def slots_of(
    session: Session, person_id: int, doses: Sequence[BottleDose], allowed_at: datetime | None
) -> list[BottleSlot]:
    """Return the slot of each of these doses, in their order.

    A bottle that is gone makes way only for one-off doses that were allowed after that was known. Source: product.md §7.

    Args:
        allowed_at: when the one-off doses that these are were allowed; None on the standing decision.
    """
    taken = _taken(session, person_id, doses)
    return [
        _slot(session, person_id, dose, turns[-1] if (turns := taken.get((dose.day, dose.part))) else None, allowed_at)
        for dose in doses
    ]


def _taken(
    session: Session, person_id: int, doses: Sequence[BottleDose]
) -> dict[tuple[date, int], list[Row[*tuple[Any, ...]]]]:
    if not doses:
        return {}
    span = {"first": min(d.day for d in doses), "last": max(d.day for d in doses)}
    found: dict[tuple[date, int], list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in session.execute(_SLOTS, {"person_id": person_id, **span}):
        found[row.clinic_day, row.part].append(row)
    return dict(found)


def _slot(
    session: Session,
    person_id: int,
    dose: BottleDose,
    last: Row[*tuple[Any, ...]] | None,
    allowed_at: datetime | None,
) -> BottleSlot:
    if last is None:
        return BottleSlot(Slot(dose.part, 1, None))
    if last.release_id is not None:
        return BottleSlot(Slot(dose.part, last.turn + 1, last.release_id))
    bottle = _bottle_of_linked(session, person_id, dose) if last.kind is ClaimKind.LINK else last
    if bottle is not None and allowed_at is not None and _is_gone(bottle) and allowed_at > bottle.ended_at:
        return BottleSlot(Slot(dose.part, last.turn + 1, None), bottle.claim_id)
    return BottleSlot(Slot(dose.part, last.turn, None, last.recorded_at, last.name, last.kind))


def _bottle_of_linked(session: Session, person_id: int, dose: BottleDose) -> Row[*tuple[Any, ...]] | None:
    """Return the bottle under a linked record for which this record holds the slot, if something became of it."""
    return session.execute(_OF_LINKED, {"person_id": person_id, "day": dose.day, "part": dose.part}).one_or_none()


def _is_gone(bottle: Row[*tuple[Any, ...]]) -> bool:
    return bottle.fate in GONE or bottle.state in (BottleState.FULL, BottleState.PART)
