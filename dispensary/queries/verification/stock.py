"""Each movement against its line in the register, and each container's balance against the sum of its movements."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.verification.results import Fault, Progress
from dispensary.rules import chain
from dispensary.rules.stock import HERE
from dispensary.wording import N_, Words, say
from models import (
    ConsignmentEnd,
    ConsignmentLine,
    Container,
    KitHandOver,
    KitReturn,
    KitTrip,
    KitTripLine,
    Movement,
    Place,
    RegisterEntry,
)
from models.enums import MovementKind, PlaceKind
from models.units import Quantity

AT_ONCE = 2000

NOTHING = Quantity(Decimal(0))

COLUMN_OF = {
    "movement": "id",
    "kind": "kind",
    "product": "product_id",
    "lot": "lot_id",
    "container": "container_id",
    "container_seq": "container_seq",
    "from": "from_place_id",
    "to": "to_place_id",
    "quantity": "quantity",
    "held_after": "balance_after",
    "at": "moved_at",
    "day": "clinic_day",
    "dose": "dose_id",
    "receipt": "receipt_id",
    "reverses": "reverses_id",
    "by": "recorded_by_id",
    "witness": "witnessed_by_id",
    "waste_reason": "waste_reason",
}
"""Which column of a movement each field of its register line, in layout 1, was written from."""


FROM_LAYOUT_2 = ("note", "recorded_at", "origin")
"""Columns of a movement that its register line says since layout 2, each as `row.…`."""


@dataclass
class RunningBalance:
    """What stands here after each movement so far; knows which places are here."""

    here: frozenset[int]
    kinds: Mapping[int, PlaceKind]
    balance: Quantity = NOTHING

    @classmethod
    def of_site(cls, session: Session, site_id: int) -> "RunningBalance":
        """Return a balance of nothing, before the first movement."""
        rows = session.execute(select(Place.id, Place.kind).where(Place.site_id == site_id))
        kinds = {row.id: row.kind for row in rows}
        return cls(frozenset(place for place, kind in kinds.items() if kind in HERE), kinds)

    def after(self, from_place_id: int, to_place_id: int, quantity: Quantity) -> Quantity:
        """Move a quantity and return the balance then."""
        change = int(to_place_id in self.here) - int(from_place_id in self.here)
        self.balance = Quantity(self.balance + quantity * change)
        return self.balance


def entry_misfit(row: Any, body: Mapping[str, Any], running: RunningBalance) -> Words | None:
    """Return what is wrong between a register line, its movement and the balance so far; None if all agree.

    Args:
        row: the line's own columns, and those of its movement as `moved_…`, NULL where there is none.
        body: the line's fields.
        running: the balance after the line before; moved on.
    """
    if row.moved_id is None:
        return say(N_("its movement is not on record"))
    balance = running.after(row.moved_from_place_id, row.moved_to_place_id, row.moved_quantity)
    if (field := _unlike_movement(row, body, running)) is not None:
        return say(N_("its movement says something else (%(field)s)"), field=field)
    if body.get("balance") != chain.written(balance):
        return say(N_("its balance is not the sum of the movements"))
    if not _says_its_columns(row, body):
        return say(N_("its columns do not say what its text says"))
    return None


def _says_its_columns(row: Any, body: Mapping[str, Any]) -> bool:
    own = {
        "number": row.number,
        "product": row.product_id,
        "movement": row.movement_id,
        "day": row.clinic_day.isoformat(),
        "by": row.recorded_by_id,
    }
    if body.get("layout") != 1:
        own |= chain.said({"recorded_at": row.recorded_at, "origin": row.origin})
    return all(body.get(key) == value for key, value in own.items())


def _unlike_movement(row: Any, body: Mapping[str, Any], running: RunningBalance) -> str | None:
    said = {key: chain.written(getattr(row, f"moved_{column}")) for key, column in COLUMN_OF.items()}
    if body.get("layout") != 1:
        said |= chain.said({column: getattr(row, f"moved_{column}") for column in FROM_LAYOUT_2})
        places = {"from_kind": row.moved_from_place_id, "to_kind": row.moved_to_place_id}
        said |= {key: chain.written(running.kinds.get(place)) for key, place in places.items()}
    return next((key for key, value in said.items() if body.get(key) != value), None)


def unregistered_movement(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first movement that is in no register."""
    entered = exists().where(RegisterEntry.movement_id == Movement.id, RegisterEntry.site_id == site_id)
    query = select(func.min(Movement.id)).where(Movement.site_id == site_id, ~entered)
    first = session.scalar(query)
    if first is None:
        return None
    return Fault(say(N_("stock movement no. %(id)s"), id=first), say(N_("it stands in no register")))


def wrong_container(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first movement whose count or balance in its container does not follow from those before."""
    table = Movement.__table__.c
    query = (
        select(
            table.id,
            table.container_id,
            table.container_seq,
            table.from_place_id,
            table.to_place_id,
            table.quantity,
            table.balance_after,
        )
        .where(table.site_id == site_id)
        .order_by(table.container_id, table.container_seq, table.id)
    )
    running, container_id, seq = RunningBalance.of_site(session, site_id), 0, 0
    with session.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        for row in rows:
            if row.container_id != container_id:
                container_id, seq, running.balance = row.container_id, 0, NOTHING
            seq += 1
            balance = running.after(row.from_place_id, row.to_place_id, row.quantity)
            if row.container_seq != seq:
                return _in_container(session, row, say(N_("a movement before it is missing")))
            if row.balance_after != balance:
                return _in_container(session, row, say(N_("its balance is not the sum of the container's movements")))
    return None


def wrong_card(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first container that nothing brought in, or whose drug, lot or size is not what was brought in."""
    first = Movement.__table__.alias("first_movement").c
    came_in = exists().where(
        first.container_id == Container.id,
        first.container_seq == 1,
        first.product_id == Container.product_id,
        first.lot_id == Container.lot_id,
        or_(first.kind.not_in((MovementKind.INITIAL, MovementKind.RECEIVE)), first.quantity == Container.size),
    )
    query = select(Container.label).where(Container.site_id == site_id, ~came_in).order_by(Container.id)
    label = session.scalar(query.limit(1))
    if label is None:
        return None
    what = say(N_("no movement brought in a container of this drug, lot and size"))
    return Fault(say(N_("container %(label)s"), label=label), what)


def wrong_consignment(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first movement onto or off the way that no consignment knows, or a line whose movement is another's."""
    come, gone = aliased(Place), aliased(Place)
    sent = exists().where(
        ConsignmentLine.movement_id == Movement.id, ConsignmentLine.container_id == Movement.container_id
    )
    ended = exists().where(
        ConsignmentEnd.movement_id == Movement.id,
        ConsignmentEnd.line_id == ConsignmentLine.id,
        ConsignmentLine.container_id == Movement.container_id,
    )
    way = PlaceKind.IN_TRANSIT
    query = (
        select(func.min(Movement.id))
        .join(come, come.id == Movement.from_place_id)
        .join(gone, gone.id == Movement.to_place_id)
        .where(Movement.site_id == site_id, or_(and_(gone.kind == way, ~sent), and_(come.kind == way, ~ended)))
    )
    if (first := session.scalar(query)) is not None:
        return Fault(say(N_("stock movement no. %(id)s"), id=first), say(N_("no consignment knows of it")))
    return _line_without_its_movement(session, site_id)


def _line_without_its_movement(session: Session, site_id: int) -> Fault | None:
    onto, off = aliased(Place), aliased(Place)
    left = exists().where(
        Movement.id == ConsignmentLine.movement_id,
        Movement.container_id == ConsignmentLine.container_id,
        Movement.to_place_id == onto.id,
        onto.kind == PlaceKind.IN_TRANSIT,
    )
    line = session.scalar(select(func.min(ConsignmentLine.id)).where(ConsignmentLine.site_id == site_id, ~left))
    if line is not None:
        return Fault(say(N_("line no. %(id)s of a consignment"), id=line), say(N_("its movement is another one")))
    ended = exists().where(
        Movement.id == ConsignmentEnd.movement_id,
        ConsignmentLine.id == ConsignmentEnd.line_id,
        Movement.container_id == ConsignmentLine.container_id,
        Movement.from_place_id == off.id,
        off.kind == PlaceKind.IN_TRANSIT,
    )
    end = session.scalar(select(func.min(ConsignmentEnd.id)).where(ConsignmentEnd.site_id == site_id, ~ended))
    if end is None:
        return None
    return Fault(say(N_("end no. %(id)s of a consignment"), id=end), say(N_("its movement is another one")))


def wrong_kit(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first movement into a kit that no trip knows, or a line of a trip whose movement is another's."""
    gone, packed = aliased(Place), Movement.__table__.alias("packed").c
    known = exists().where(KitTripLine.movement_id == Movement.id, KitTripLine.container_id == Movement.container_id)
    query = (
        select(func.min(Movement.id))
        .join(gone, gone.id == Movement.to_place_id)
        .where(
            Movement.site_id == site_id,
            Movement.kind == MovementKind.TRANSFER,
            gone.kind == PlaceKind.OFF_SITE_KIT,
            ~known,
        )
    )
    if (first := session.scalar(query)) is not None:
        return Fault(say(N_("stock movement no. %(id)s"), id=first), say(N_("no trip of a kit knows of it")))
    put_in = exists().where(
        packed.id == KitTripLine.movement_id,
        packed.container_id == KitTripLine.container_id,
        packed.quantity == KitTripLine.books,
        packed.to_place_id == KitTrip.place_id,
        KitTrip.id == KitTripLine.trip_id,
    )
    line = session.scalar(
        select(func.min(KitTripLine.id)).where(
            KitTripLine.site_id == site_id, KitTripLine.movement_id.is_not(None), ~put_in
        )
    )
    if line is None:
        return _wrong_hands(session, site_id)
    return Fault(say(N_("line no. %(id)s of a kit's trip"), id=line), say(N_("its movement is another one")))


def _wrong_hands(session: Session, site_id: int) -> Fault | None:
    """Return the first hand-over, or return, by somebody who did not hold the kit."""
    held = {
        row.id: row.recorded_by_id
        for row in session.execute(select(KitTrip.id, KitTrip.recorded_by_id).where(KitTrip.site_id == site_id))
    }
    passed = select(KitHandOver).where(KitHandOver.site_id == site_id).order_by(KitHandOver.trip_id, KitHandOver.turn)
    what, turns = say(N_("whoever gave the kit did not hold it")), dict.fromkeys(held, 0)
    for one in session.scalars(passed):
        in_turn = one.turn == turns.get(one.trip_id, -1) + 1
        if not in_turn or held.get(one.trip_id) != one.recorded_by_id:
            return Fault(say(N_("hand-over no. %(id)s of a kit"), id=one.id), what)
        held[one.trip_id], turns[one.trip_id] = one.taken_by_id, one.turn
    for back in session.scalars(select(KitReturn).where(KitReturn.site_id == site_id).order_by(KitReturn.id)):
        if held.get(back.trip_id) != back.recorded_by_id:
            return Fault(say(N_("return no. %(id)s of a kit"), id=back.id), what)
    return None


def _in_container(session: Session, row: Any, what: Words) -> Fault:
    label = session.scalar(select(Container.label).where(Container.id == row.container_id)) or "?"
    where = say(N_("container %(label)s, movement %(seq)s"), label=label, seq=row.container_seq)
    return Fault(where, what)
