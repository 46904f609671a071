"""A kit packed by two, passed on from hand to hand, and counted blind by whoever takes it when it is back (capabilities 41)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import kits as queries
from dispensary.queries.kits import Kit, Trip
from dispensary.queries.stock import holds
from dispensary.rules import kits as rule
from dispensary.rules import stock_counts as count_rule
from dispensary.services import audit, people, stock, stock_counts, stock_moving
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.stock import Standing
from dispensary.services.stock_counts import Counting
from dispensary.wording import N_, say
from models import Container, KitHandOver, KitReturn, KitTrip, KitTripLine, Movement, Place, StockCountLine
from models.enums import AuditKind, CountFound, CountKind, MovementKind, PlaceKind
from models.units import Mg, Quantity

NOTHING = Quantity(Decimal(0))


@dataclass(frozen=True)
class Packing:
    """Where a kit goes, under which seal and until when."""

    turn: int
    """As the page was shown: 1 the first time."""
    destination: str
    seal_no: str
    expected_back_at: datetime


@dataclass(frozen=True)
class Closed:
    """How a kit is closed when it changes hands."""

    turn: int
    """As the page was shown: one more than the hand-overs on it."""
    sealed: bool
    seal_no: str = ""
    note: str = ""


def pack(
    session: Session,
    *,
    kit_id: int,
    packing: Packing,
    container_ids: Iterable[int],
    witnessed_by_id: int | None,
    act: Act,
) -> KitTrip:
    """Put sealed containers of the safe into a kit and close it, two together; what stands in it already goes along.

    Raises:
        NotFound: no such kit or container here.
        Refused: not sealed and in the safe, expired, of an unsigned delivery, nothing to pack, no witness, or something
            of the trip before is still missing.
        Conflict: the kit is out, or was packed since the page was shown.
    """
    kit = _locked(session, kit_id, act)
    packing = _checked(packing, act)
    if witnessed_by_id is None:
        raise Refused(say(N_("A second person must sign here.")), code="witness_needed", field="witness_username")
    stock.check_witness(MovementKind.TRANSFER, witnessed_by_id, act)
    _check_is_in(session, kit, packing.turn, act)
    chosen, inside = _to_pack(session, kit, container_ids, act)
    trip = write(
        session,
        KitTrip(
            place_id=kit.id,
            turn=packing.turn,
            destination=packing.destination,
            seal_no=packing.seal_no,
            expected_back_at=packing.expected_back_at,
            packed_at=act.at,
            clinic_day=act.clinic_day,
            witnessed_by_id=witnessed_by_id,
            **act.stamp,
        ),
    )
    movements = [_put(session, one, None, kit, act, witnessed_by_id) for one in chosen]
    packed = [*zip(chosen, [moved.id for moved in movements], strict=True), *((one, None) for one in inside)]
    for one, movement_id in packed:
        said = {"trip_id": trip.id, "container_id": one.id, "movement_id": movement_id, "books": one.holds}
        write(session, KitTripLine(**said, **act.stamp))
    audit.record(
        session, AuditKind.KIT_PACKED, trip, act, containers=len(packed), window=kit.window_id, witness=witnessed_by_id
    )
    stock.enter_register(session, movements, act)
    return trip


def hand_over(session: Session, *, trip_id: int, closed: Closed, taken_by_id: int | None, act: Act) -> KitHandOver:
    """Pass a kit on to somebody who signs for it; only whoever holds it can.

    Raises:
        NotFound: no such trip here.
        Refused: somebody else holds it, nobody signed, the taker is the giver, or nothing is said of the seal.
        Conflict: it changed hands, or came back, since the page was shown.
    """
    trip = _on_the_way(session, trip_id, closed.turn, act)
    if trip.holder_id != act.by_id:
        words = say(N_("%(name)s holds this kit: only they can hand it on."), name=trip.holder)
        raise Refused(words, code="not_the_holder")
    if taken_by_id is None:
        raise Refused(say(N_("Whoever takes it must sign.")), code="witness_needed", field="witness_username")
    if taken_by_id == act.by_id:
        words = say(N_("You hold it already: another person takes it."))
        raise Refused(words, code="taker_is_giver", field="witness_username")
    closed = _checked_seal(closed, trip)
    made = write(
        session,
        KitHandOver(
            trip_id=trip.id,
            turn=closed.turn,
            taken_by_id=taken_by_id,
            sealed=closed.sealed,
            seal_no=closed.seal_no,
            note=closed.note,
            handed_at=act.at,
            clinic_day=act.clinic_day,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.KIT_HANDED_OVER, made, act, trip=trip.id, taken_by=taken_by_id, turn=closed.turn)
    return made


def take_back(
    session: Session,
    *,
    trip_id: int,
    closed: Closed,
    counting: Counting,
    witness_above: Mg,
    witnessed_by_id: int | None,
    act: Act,
) -> KitReturn:
    """Open a kit that is back and count it blind, by whoever took it from another and a second; what is whole goes to the safe.

    What differs stays in the kit by the books, until its doses are entered, somebody else adjusts it, or it is found.

    Raises:
        NotFound: no such trip here.
        Refused: somebody else holds it, nobody has handed it to the counter, the seal or a difference is not spoken of,
            or no second person signs.
        Conflict: it changed hands, or something in it moved, since the page was shown.
    """
    trip = _on_the_way(session, trip_id, closed.turn, act)
    check_may_count(trip, act)
    closed = _checked_seal(closed, trip)
    counted = stock_counts.count_place(
        session,
        counting=replace(counting, kind=CountKind.KIT_RETURN, window_id=trip.window_id, business=None),
        witness_above=witness_above,
        witnessed_by_id=witnessed_by_id,
        act=act,
    )
    lines = session.scalars(select(StockCountLine).where(StockCountLine.count_id == counted.id)).all()
    kit = Kit(trip.kit_id, trip.kit, trip.window_id)
    whole = sorted(line.container_id for line in lines if line.found is CountFound.WHOLE)
    standing = stock.standing(session, whole)
    movements = [_put(session, standing[container_id], kit, None, act, witnessed_by_id) for container_id in whole]
    made = write(
        session,
        KitReturn(
            trip_id=trip.id,
            count_id=counted.id,
            sealed=closed.sealed,
            seal_no=closed.seal_no,
            note=closed.note,
            returned_at=act.at,
            clinic_day=act.clinic_day,
            **act.stamp,
        ),
    )
    differ = sum(count_rule.differs(line.books, line.found, line.measured) for line in lines)
    audit.record(
        session, AuditKind.KIT_RETURNED, made, act, trip=trip.id, count=counted.id, differ=differ, moved=len(movements)
    )
    stock.enter_register(session, movements, act)
    return made


def check_may_count(trip: Trip, act: Act) -> None:
    """Refuse to count a kit that one does not hold, or that nobody has handed over: nobody counts what they packed alone.

    Raises:
        Refused: see above.
    """
    if trip.holder_id != act.by_id:
        held = say(N_("%(name)s holds this kit. They hand it to you first, and you sign for it."), name=trip.holder)
        raise Refused(held, code="not_the_holder")
    if not trip.passed:
        words = N_("You packed it and it is still with you. Hand it to another person, who counts it.")
        raise Refused(say(words), code="not_handed_over")


def _locked(session: Session, kit_id: int, act: Act) -> Kit:
    """Let one at a time pack a kit, pass it on or take it back."""
    session.execute(
        select(Place.id).where(Place.id == kit_id, Place.site_id == act.site_id).with_for_update(key_share=True)
    )
    kit = queries.kit(session, act.site_id, kit_id)
    if kit is None:
        raise NotFound(say(N_("There is no such kit here.")), code="no_kit")
    return kit


def _on_the_way(session: Session, trip_id: int, turn: int, act: Act) -> Trip:
    """Return a trip behind the lock of its kit, as the page showed it."""
    kit_id = session.scalar(select(KitTrip.place_id).where(KitTrip.id == trip_id, KitTrip.site_id == act.site_id))
    if kit_id is None:
        raise NotFound(say(N_("There is no such trip of a kit here.")), code="no_trip")
    _locked(session, kit_id, act)
    trip = queries.trip(session, act.site_id, trip_id)
    assert trip is not None
    if trip.back is not None:
        raise Conflict(say(N_("This kit is back already.")), code="uq_kit_return_trip_id")
    if turn != len(trip.passed) + 1:
        changed = N_("This kit has changed hands since the page was opened. Look again.")
        raise Conflict(say(changed), code="changed_since_shown")
    return trip


def _checked(packing: Packing, act: Act) -> Packing:
    if fault := rule.fault_of_expected(packing.expected_back_at, act.at):
        raise Refused(fault, code="expected_back", field="back_at")
    return replace(
        packing,
        destination=people.line(packing.destination, "destination", needed=True),
        seal_no=people.line(packing.seal_no, "seal_no", needed=True),
    )


def _checked_seal(closed: Closed, trip: Trip) -> Closed:
    whole = replace(
        closed,
        seal_no=people.line(closed.seal_no, "seal_no") if closed.sealed else "",
        note=people.line(closed.note, "seal_note"),
    )
    fault = rule.fault_of_seal(trip.last_seal, whole.seal_no, whole.note, sealed=whole.sealed)
    if fault is not None:
        field = "seal_no" if whole.sealed and not whole.seal_no else "seal_note"
        raise Refused(fault, code="seal_not_spoken_of", field=field)
    return whole


def _check_is_in(session: Session, kit: Kit, turn: int, act: Act) -> None:
    if kit.window_id in queries.windows_out(session, act.site_id):
        raise Conflict(say(N_("This kit is out.")), code="kit_is_out")
    if queries.next_turn(session, kit.id) != turn:
        words = N_("This kit was packed since the page was opened. Look again.")
        raise Conflict(say(words), code="changed_since_shown")
    if missing := queries.not_found_in(session, kit.window_id):
        words = N_("Not found when it came back last, and not settled: %(labels)s. Adjust it, or count the kit again.")
        raise Refused(say(words, labels=", ".join(missing)), code="still_missing")


def _to_pack(
    session: Session, kit: Kit, container_ids: Iterable[int], act: Act
) -> tuple[list[Standing], list[Standing]]:
    """Lock what is chosen and what stands in the kit already, by id, and return both."""
    wanted = set(container_ids)
    query = select(Container.id).where(
        Container.window_id == kit.window_id, or_(Container.emptied_at.is_(None), holds() > NOTHING)
    )
    there = set(session.scalars(query))
    every = stock_moving.lock_all(session, wanted | there, act)
    for one in every:
        if one.id in there:
            stock_moving.check_at(one, kit.window_id)
            continue
        stock_moving.check_sealed(one)
        stock_moving.check_at(one, None)
        stock.check_not_expired(session, one, act)
        stock_moving.check_countersigned(session, one)
    return [one for one in every if one.id not in there], [one for one in every if one.id in there]


def _put(
    session: Session, container: Standing, out_of: Kit | None, into: Kit | None, act: Act, witnessed_by_id: int | None
) -> Movement:
    """Move a whole container between the safe and a kit; where none is named, it is the safe."""
    safe = stock.place_id(session, act, PlaceKind.SAFE)
    moved = stock.move(
        session,
        container,
        kind=MovementKind.TRANSFER,
        quantity=container.holds,
        from_place_id=out_of.id if out_of else safe,
        to_place_id=into.id if into else safe,
        holds_after=container.holds,
        witnessed_by_id=witnessed_by_id,
        act=act,
    )
    card = session.get_one(Container, container.id, populate_existing=True)
    card.window_id = into.window_id if into else None
    session.flush()
    return moved
