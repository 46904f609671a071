"""Stock that is lost for use: waste and spills before a witness, and the end of a bottle."""

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.services import audit, people, stock
from dispensary.services.act import Act
from dispensary.services.stock import Standing
from dispensary.wording import N_, say
from models import Container, Movement
from models.enums import AuditKind, MovementKind, PlaceKind, WasteReason
from models.units import Quantity

SPILLS = frozenset({WasteReason.SPILT, WasteReason.BROKEN})
NOTHING = Quantity(Decimal(0))


def waste_stock(
    session: Session,
    *,
    container_id: int,
    quantity: Quantity,
    reason: WasteReason,
    witnessed_by_id: int | None,
    act: Act,
    note: str = "",
) -> Movement:
    """Waste some or all of a container's content before a witness; one with nothing left counts as emptied.

    Raises:
        NotFound: no such container here.
        Refused: more than it holds, no witness, or a spill without its circumstances.
    """
    note = people.line(note, "note", longest=500)
    if reason in SPILLS and not note:
        raise Refused(say(N_("Say how it happened.")), code="note_needed", field="note")
    container = stock.lock_container(session, container_id, act)
    movement = stock.draw(
        session,
        container_id=container_id,
        quantity=quantity,
        kind=MovementKind.SPILL if reason in SPILLS else MovementKind.WASTE,
        to_place=PlaceKind.WASTE,
        waste_reason=reason,
        witnessed_by_id=witnessed_by_id,
        note=note,
        act=act,
    )
    emptied = movement.balance_after == 0 and container.emptied_at is None
    if emptied:
        stock.set_emptied(session, container_id, act)
    audit.record(
        session,
        AuditKind.STOCK_WASTED,
        movement,
        act,
        container=container_id,
        quantity=quantity,
        reason=reason,
        witness=witnessed_by_id,
        emptied=int(emptied),
    )
    stock.enter_register(session, [movement], act)
    return movement


def mark_emptied(
    session: Session,
    *,
    container_id: int,
    act: Act,
    measured: Quantity = NOTHING,
    witnessed_by_id: int | None = None,
    note: str = "",
) -> Container:
    """End an open container, so that the next can be opened.

    What the books say beyond what was measured goes to the bottle end, an overage comes from there; what was measured
    is wasted. Either needs a witness; a container whose books and content are both nothing needs none.

    Args:
        measured: what is really left in it.

    Raises:
        NotFound: no such container here.
        Refused: sealed, emptied before, or no witness where one is needed.
    """
    container = stock.lock_container(session, container_id, act)
    _check_open(container)
    _check_measured(session, container, measured)
    if container.holds or measured:
        stock.check_witness(MovementKind.BOTTLE_END, witnessed_by_id, act)
    movements = _even_out(session, container, measured, witnessed_by_id, act, note)
    if measured:
        left_over = stock.draw(
            session,
            container_id=container_id,
            quantity=measured,
            kind=MovementKind.WASTE,
            to_place=PlaceKind.WASTE,
            waste_reason=WasteReason.LEFT_OVER,
            witnessed_by_id=witnessed_by_id,
            act=act,
        )
        movements.append(left_over)
    card = stock.set_emptied(session, container_id, act)
    audit.record(
        session,
        AuditKind.CONTAINER_EMPTIED,
        card,
        act,
        books=container.holds,
        measured=measured,
        witness=witnessed_by_id,
    )
    stock.enter_register(session, movements, act)
    return card


def _even_out(
    session: Session,
    container: Standing,
    measured: Quantity,
    witnessed_by_id: int | None,
    act: Act,
    note: str,
) -> list[Movement]:
    """Bring the books to what was measured, by way of the bottle end."""
    difference = Quantity(measured - container.holds)
    if difference == 0:
        return []
    here = stock.stands_at(session, container, act)
    beyond = stock.place_id(session, act, PlaceKind.BOTTLE_END)
    return [
        stock.move(
            session,
            container,
            kind=MovementKind.BOTTLE_END,
            quantity=Quantity(abs(difference)),
            from_place_id=beyond if difference > 0 else here,
            to_place_id=here if difference > 0 else beyond,
            holds_after=measured,
            witnessed_by_id=witnessed_by_id,
            note=note,
            act=act,
        )
    ]


def _check_open(container: Standing) -> None:
    if container.emptied_at is not None:
        words = say(N_("Container %(label)s was already emptied."), label=container.label)
        raise Refused(words, code="container_emptied")
    if container.opened_at is None:
        words = say(N_("Container %(label)s is sealed. Waste it, or open it first."), label=container.label)
        raise Refused(words, code="container_sealed")


def _check_measured(session: Session, container: Standing, measured: Quantity) -> None:
    size = session.scalars(select(Container.size).where(Container.id == container.id)).one()
    if not 0 <= measured <= size:
        raise Refused(
            say(N_("It cannot hold more than %(size)s."), size=stock.with_unit(session, size, container.product_id)),
            code="measured_too_much",
            field="measured",
        )
