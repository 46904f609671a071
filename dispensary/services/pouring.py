"""Pouring from this window's containers: the lines of a dose, what of it is waste, and what goes home in bottles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.rules.stock import ContainerFacts, Line
from dispensary.services import stock, stock_leaving, stock_moving
from dispensary.services.act import Act
from dispensary.services.facts import write
from models import Container, Dose, DoseLine, Movement
from models.enums import MovementKind, PlaceKind, WasteReason
from models.units import Quantity


@dataclass(frozen=True)
class Poured:
    """What was taken from one container, and how much of it was swallowed."""

    line: Line
    taken: Quantity


def pour(
    session: Session,
    dose: Dose,
    poured: Sequence[Poured],
    witnessed_by_id: int | None,
    places: Mapping[PlaceKind, int],
    act: Act,
) -> list[Movement]:
    """Write the lines of a dose and move their stock; the containers are locked already.

    Returns:
        The movements, in order, for the register; entered by the caller, last of all.
    """
    standing = stock.standing(session, [p.line.container.id for p in poured])
    movements: list[Movement] = []
    for number, p in enumerate(poured, start=1):
        if p.line.opens:
            _open_next(session, p.line.container, act)
        write(session, _line(dose, number, p, act))
        movements += _one(session, dose, standing[p.line.container.id], p, witnessed_by_id, places, act)
    return movements


def _line(dose: Dose, number: int, poured: Poured, act: Act) -> DoseLine:
    container = poured.line.container
    return DoseLine(
        dose_id=dose.id,
        line=number,
        product_id=container.product_id,
        container_id=container.id,
        poured=poured.line.quantity,
        taken=poured.taken,
        **act.stamp,
    )


def _one(
    session: Session,
    dose: Dose,
    container: stock.Standing,
    poured: Poured,
    witnessed_by_id: int | None,
    places: Mapping[PlaceKind, int],
    act: Act,
) -> list[Movement]:
    """Move the stock of one line: what was swallowed to the person, the rest to waste."""
    wasted = Quantity(poured.line.quantity - poured.taken)
    made = []
    if poured.taken > 0:
        given = stock.take(
            session,
            container,
            quantity=poured.taken,
            kind=MovementKind.DISPENSE,
            from_place_id=places[PlaceKind.WINDOW],
            to_place_id=places[PlaceKind.PERSON],
            dose_id=dose.id,
            act=act,
        )
        container = replace(container, seq=given.container_seq, holds=given.balance_after)
        made.append(given)
    if wasted > 0:
        left_over = stock.take(
            session,
            container,
            quantity=wasted,
            kind=MovementKind.WASTE,
            from_place_id=places[PlaceKind.WINDOW],
            to_place_id=places[PlaceKind.WASTE],
            dose_id=dose.id,
            witnessed_by_id=witnessed_by_id,
            waste_reason=WasteReason.LEFT_OVER,
            act=act,
        )
        made.append(left_over)
    return made


def spill(session: Session, lines: Sequence[Line], witnessed_by_id: int | None, note: str, act: Act) -> list[Movement]:
    """Move what was poured for a dose and then spilt to waste, before a witness; the containers are locked already.

    Returns:
        The movements, in order, for the register; entered by the caller, last of all.
    """
    places = stock.places(session, act, PlaceKind.WINDOW, PlaceKind.WASTE)
    standing = stock.standing(session, [line.container.id for line in lines])
    movements = []
    for line in lines:
        if line.opens:
            _open_next(session, line.container, act)
        spilt = stock.take(
            session,
            standing[line.container.id],
            quantity=line.quantity,
            kind=MovementKind.SPILL,
            from_place_id=places[PlaceKind.WINDOW],
            to_place_id=places[PlaceKind.WASTE],
            witnessed_by_id=witnessed_by_id,
            waste_reason=WasteReason.SPILT,
            note=note,
            act=act,
        )
        movements.append(spilt)
    return movements


def fill(session: Session, bottles: Sequence[Sequence[Line]], act: Act) -> list[list[Movement]]:
    """Move what goes into each bottle from this window to the person; the containers are locked already.

    Returns:
        The movements of each bottle, in order, for the register; entered by the caller, last of all.
    """
    places = stock.places(session, act, PlaceKind.WINDOW, PlaceKind.PERSON)
    standing = stock.standing(session, {line.container.id for lines in bottles for line in lines})
    filled = []
    for lines in bottles:
        movements = []
        for line in lines:
            if line.opens:
                _open_next(session, line.container, act)
            container = standing[line.container.id]
            movement = stock.take(
                session,
                container,
                quantity=line.quantity,
                kind=MovementKind.TAKE_HOME,
                from_place_id=places[PlaceKind.WINDOW],
                to_place_id=places[PlaceKind.PERSON],
                act=act,
            )
            seq, holds = movement.container_seq, movement.balance_after
            standing[container.id] = replace(container, seq=seq, holds=holds)
            movements.append(movement)
        filled.append(movements)
    return filled


def _open_next(session: Session, sealed: ContainerFacts, act: Act) -> None:
    """End the container that this dose has emptied, and open the next of the same product."""
    query = select(Container.id).where(
        Container.window_id == act.window_id,
        Container.product_id == sealed.product_id,
        Container.opened_at.is_not(None),
        Container.emptied_at.is_(None),
    )
    emptied = session.scalar(query)
    if emptied is not None:
        stock_leaving.mark_emptied(session, container_id=emptied, act=act)
    stock_moving.open_container(session, container_id=sealed.id, act=act)
