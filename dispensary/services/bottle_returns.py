"""What becomes of bottles that went home: brought back and looked at, or lost, stolen or spilt as the person says.

An unopened bottle whose day is not over frees the slot of that day, so that the person can be dosed at the window. One whose
day is over says that its dose was not taken: dosing waits for the prescriber, as after a urine without the medicine. What is
left in a bottle goes to no container again: it waits, apart, for its destruction. (product.md §7)
"""

from collections.abc import Collection, Mapping
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import people as records
from dispensary.rules.bottle_returns import NOTHING, LineHeld, Looked, rest_by_line
from dispensary.services import audit, bottles, linked_slots, people, stock, tasks, urine_follow_up
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Bottle, BottleEnd, BottleLine, BottleRest, Movement, Staff
from models.enums import (
    AuditKind,
    BottleFate,
    BottleState,
    Desk,
    MovementKind,
    PlaceKind,
    Residue,
    SealState,
    TaskReasonKind,
)
from models.units import Quantity

AS_USUAL = Looked(BottleState.EMPTY, SealState.BROKEN, Residue.EXPECTED)
"""What most bottles are when they come back."""


def take_back(
    session: Session,
    *,
    bottle_id: int,
    looked: Looked,
    rest: Mapping[int, Quantity],
    witnessed_by_id: int | None,
    act: Act,
) -> BottleEnd:
    """Take a bottle back that the person brings, as it is found.

    Args:
        looked: what is in it, its seal, and what its residue looks like.
        rest: what is left of each product, measured, in its unit; asked for only where it is partly full.
        witnessed_by_id: who saw what is left; needed for anything that is not empty.

    Raises:
        NotFound: there is no such bottle here.
        Conflict: something became of it before.
        Refused: what was found cannot be, or nobody witnessed what is left.
    """
    bottle = _at_home(session, bottle_id, act)
    if fault := looked.fault:
        raise Refused(fault, code="cannot_be", field="seal")
    held = _lines(session, bottle.id)
    left = _left(held, looked, rest)
    _check_witness(left, witnessed_by_id, act)
    standing = {i: stock.lock_container(session, i, act) for i in sorted({line.container_id for line in held})}
    early = looked.unopened and bottle.covers_on >= act.clinic_day
    end = write(
        session,
        BottleEnd(
            bottle_id=bottle.id,
            fate=BottleFate.RETURNED,
            clinic_day=act.clinic_day,
            ended_at=act.at,
            state=looked.state,
            seal=looked.seal,
            residue=looked.residue,
            quantity=Quantity(sum((quantity for _, quantity in left), Decimal(0))) if left else None,
            early=early,
            witnessed_by_id=witnessed_by_id if left else None,
            **act.stamp,
        ),
    )
    if early:
        bottles.release(session, bottle.claim_id, act)
        day, part = bottle.covers_on, bottle.part
        linked_slots.settle(session, person_id=bottle.person_id, clinic_day=day, part=part, act=act)
    moved = [
        _set_apart(session, end, line, quantity, standing[line.container_id], act)
        for number, quantity in left
        for line in held
        if line.line == number
    ]
    audit.record(
        session,
        AuditKind.BOTTLE_RETURNED,
        end,
        act,
        bottle=bottle.id,
        person=bottle.person_id,
        state=looked.state,
        witness=end.witnessed_by_id,
    )
    if looked.altered:
        _tell_prescriber(session, bottle, act)
    if looked.unopened and not early:
        urine_follow_up.let_dosing_wait(session, records.surviving(session, bottle.person_id), act)
    stock.enter_register(session, moved, act)
    return end


def take_back_empties(session: Session, *, bottle_ids: Collection[int], act: Act) -> list[BottleEnd]:
    """Take back several bottles at once that are empty, opened, and show nothing unlike the medicine.

    Raises:
        NotFound: one of them is no bottle of this site.
        Conflict: something became of one of them before.
        Refused: none was chosen.
    """
    if not bottle_ids:
        raise Refused(say(N_("Tick the bottles that came back empty.")), code="none_chosen", field="bottles")
    return [
        take_back(session, bottle_id=one, looked=AS_USUAL, rest={}, witnessed_by_id=None, act=act)
        for one in sorted(bottle_ids)
    ]


def note_gone(session: Session, *, bottle_id: int, fate: BottleFate, told: str, act: Act) -> BottleEnd:
    """Note that a bottle was lost, stolen or spilt, as the person tells it; a prescriber hears of it.

    Its day stays taken: another dose for it is a prescriber's one-off, never a matter of course.

    Args:
        told: what the person said, with the number of the police report if there is one.

    Raises:
        NotFound: there is no such bottle here.
        Conflict: something became of it before.
        Refused: nothing was told.
    """
    told = people.line(told, "told", needed=True, longest=500)
    bottle = _at_home(session, bottle_id, act)
    if fate is BottleFate.RETURNED:
        words = N_("A bottle that is here is looked at. Take it back on its own page.")
        raise Refused(say(words), code="not_gone", field="fate")
    end = write(
        session,
        BottleEnd(
            bottle_id=bottle.id,
            fate=fate,
            clinic_day=act.clinic_day,
            ended_at=act.at,
            told=told,
            early=False,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.BOTTLE_GONE, end, act, bottle=bottle.id, person=bottle.person_id, gone=fate)
    _tell_prescriber(session, bottle, act)
    return end


def _at_home(session: Session, bottle_id: int, act: Act) -> Bottle:
    """Return a bottle of which nothing became yet, behind the locks of its person's records."""
    bottle = session.get(Bottle, bottle_id)
    if bottle is None or bottle.site_id != act.site_id:
        raise NotFound(say(N_("There is no such bottle here.")), code="no_such_bottle")
    linked_slots.lock_records(session, {bottle.person_id})
    before = session.execute(
        select(BottleEnd.fate, BottleEnd.ended_at, Staff.name)
        .join(Staff, Staff.id == BottleEnd.recorded_by_id)
        .where(BottleEnd.bottle_id == bottle_id)
    ).one_or_none()
    if before is not None:
        words = N_("This bottle was noted as “%(fate)s” at %(at)s by %(by)s.")
        raise Conflict(say(words, fate=before.fate, at=before.ended_at, by=before.name), code="ended_before")
    return bottle


def _lines(session: Session, bottle_id: int) -> list[BottleLine]:
    return list(session.scalars(select(BottleLine).where(BottleLine.bottle_id == bottle_id).order_by(BottleLine.line)))


def _left(held: list[BottleLine], looked: Looked, rest: Mapping[int, Quantity]) -> list[tuple[int, Quantity]]:
    """Return what is left in a bottle, line by line: nothing, all of it, or what was measured."""
    if looked.state is BottleState.EMPTY:
        return []
    lines = [LineHeld(line.line, line.product_id, line.quantity) for line in held]
    if looked.state is BottleState.FULL:
        return [(line.line, line.quantity) for line in lines]
    put_in: dict[int, Quantity] = {}
    for line in lines:
        put_in[line.product_id] = Quantity(put_in.get(line.product_id, NOTHING) + line.quantity)
    if any(quantity < 0 or quantity > put_in.get(product_id, NOTHING) for product_id, quantity in rest.items()):
        words = N_("No more can be left than was put into it. Measure again.")
        raise Refused(say(words), code="more_than_put_in", field="rest")
    left = sum(rest.values(), Decimal(0))
    if not 0 < left < sum(put_in.values(), Decimal(0)):
        words = N_("Partly full is more than nothing and less than all. Measure what is left, or choose empty or full.")
        raise Refused(say(words), code="not_part", field="rest")
    return rest_by_line(lines, dict(rest))


def _check_witness(left: list[tuple[int, Quantity]], witnessed_by_id: int | None, act: Act) -> None:
    if left and witnessed_by_id is None:
        words = N_("It is not empty: a second person signs for what is left.")
        raise Refused(say(words), code="witness_needed", field="witness_username")
    if witnessed_by_id == act.by_id:
        raise Refused(say(N_("You cannot witness your own act.")), code="witness_is_self", field="witness_username")


def _set_apart(
    session: Session, end: BottleEnd, line: BottleLine, quantity: Quantity, container: stock.Standing, act: Act
) -> Movement:
    """Move what is left of one line from the person to what waits for destruction; no container holds more by it."""
    places = stock.places(session, act, PlaceKind.PERSON, PlaceKind.RETURNED)
    movement = stock.move(
        session,
        container,
        kind=MovementKind.RETURN,
        quantity=quantity,
        from_place_id=places[PlaceKind.PERSON],
        to_place_id=places[PlaceKind.RETURNED],
        holds_after=container.holds,
        witnessed_by_id=end.witnessed_by_id,
        act=act,
    )
    rest = BottleRest(bottle_end_id=end.id, line=line.line, quantity=quantity, movement_id=movement.id, **act.stamp)
    write(session, rest)
    return movement


def _tell_prescriber(session: Session, bottle: Bottle, act: Act) -> None:
    tasks.note(
        session,
        person_id=records.surviving(session, bottle.person_id),
        desk=Desk.PRESCRIBER,
        kind=TaskReasonKind.BOTTLES,
        act=act,
    )
