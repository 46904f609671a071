"""Stock within the site: from the safe to a window and back while sealed, and the breaking of a seal."""

from collections.abc import Iterable

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.queries import kits
from dispensary.queries import stock as stock_queries
from dispensary.services import audit, stock
from dispensary.services.act import Act
from dispensary.services.stock import Standing
from dispensary.wording import N_, say
from models import Container, Movement, ReceiptSignature, Window
from models.enums import AuditKind, MovementKind, PlaceKind
from models.units import Quantity


def move_to_window(session: Session, *, container_ids: Iterable[int], window_id: int, act: Act) -> list[Movement]:
    """Bring sealed containers from the safe to a window.

    Raises:
        NotFound: no such window or container here.
        Refused: opened, emptied, expired, or not in the safe.
    """
    window = session.scalar(select(Window.id).where(Window.id == window_id, Window.site_id == act.site_id))
    if window is None:
        raise NotFound(say(N_("There is no such window here.")), code="no_window")
    if window_id in {kit.window_id for kit in kits.kits_of(session, act.site_id)}:
        raise Refused(say(N_("This is a kit: it is packed by two on its own page.")), code="is_a_kit", field="to")
    containers = lock_all(session, container_ids, act)
    for container in containers:
        check_sealed(container)
        check_at(container, None)
        stock.check_not_expired(session, container, act)
    return _transfer(session, containers, window_id, act)


def move_to_safe(session: Session, *, container_ids: Iterable[int], act: Act) -> list[Movement]:
    """Bring sealed containers from their windows back to the safe; an opened one stays where it was opened.

    Raises:
        NotFound: no such container here.
        Refused: opened, emptied, or in the safe already.
    """
    containers = lock_all(session, container_ids, act)
    for container in containers:
        check_sealed(container)
        if container.window_id is None:
            _refuse_place(container)
        check_not_out(session, container, act)
    return _transfer(session, containers, None, act)


def open_container(session: Session, *, container_id: int, act: Act, witnessed_by_id: int | None = None) -> Container:
    """Break the seal of a container at the window where it stands; one of a product may be open there.

    Call with the container locked if more than one is touched. A strength new to the window needs a witness.

    Raises:
        NotFound: no such container here.
        Refused: opened, emptied, expired, at another place, not countersigned, or no witness where one is needed.
        Conflict: another container of the product is open here, by way of the unique rule.
    """
    container = stock.lock_container(session, container_id, act)
    check_sealed(container)
    if act.window_id is None or container.window_id != act.window_id:
        raise Refused(
            say(N_("Container %(label)s does not stand at your window."), label=container.label), code="not_here"
        )
    stock.check_not_expired(session, container, act)
    check_countersigned(session, container)
    _check_none_open(session, container)
    if stock_queries.is_new_strength(session, product_id=container.product_id, window_id=act.window_id, at=act.at):
        _check_second_person(witnessed_by_id, act)
    card = session.get_one(Container, container_id, populate_existing=True)
    card.opened_at, card.opened_by_id = act.at, act.by_id
    session.flush()
    audit.record(session, AuditKind.CONTAINER_OPENED, card, act, window=act.window_id, witness=witnessed_by_id)
    return card


def _check_second_person(witnessed_by_id: int | None, act: Act) -> None:
    if witnessed_by_id is None:
        raise Refused(
            say(N_("This is another strength than the one open here before. A second person must sign.")),
            code="witness_needed",
            field="witness_username",
        )
    stock.check_witness(MovementKind.TRANSFER, witnessed_by_id, act)


def check_countersigned(session: Session, container: Standing) -> None:
    """Refuse a container whose delivery lacks its second signature.

    Raises:
        Refused: it does.
    """
    signed = exists().where(ReceiptSignature.receipt_id == Movement.receipt_id)
    waiting = select(Movement.id).where(
        Movement.container_id == container.id, Movement.receipt_id.is_not(None), ~signed
    )
    if session.scalars(waiting.limit(1)).first() is not None:
        raise Refused(
            say(
                N_("The delivery of container %(label)s has one signature. A second person must sign it first."),
                label=container.label,
            ),
            code="not_countersigned",
        )


def _check_none_open(session: Session, container: Standing) -> None:
    other = session.scalar(
        select(Container.label).where(
            Container.window_id == container.window_id,
            Container.product_id == container.product_id,
            Container.opened_at.is_not(None),
            Container.emptied_at.is_(None),
        )
    )
    if other is not None:
        raise Refused(
            say(N_("Container %(label)s of this product is open here. End it first."), label=other),
            code="another_is_open",
        )


def lock_all(session: Session, container_ids: Iterable[int], act: Act) -> list[Standing]:
    """Lock containers of this site in the order of their ids, each once.

    Raises:
        NotFound: no such container here.
        Refused: none was chosen.
    """
    chosen = sorted(set(container_ids))
    if not chosen:
        raise Refused(say(N_("Choose at least one container.")), code="none_chosen", field="containers")
    return [stock.lock_container(session, container_id, act) for container_id in chosen]


def check_sealed(container: Standing) -> None:
    """Refuse a container that is not sealed and here.

    Raises:
        Refused: opened, emptied, or sent away.
    """
    if container.emptied_at is not None:
        words = say(N_("Container %(label)s was already emptied."), label=container.label)
        raise Refused(words, code="container_emptied")
    if container.opened_at is not None:
        words = say(N_("Container %(label)s is open; only sealed ones are moved."), label=container.label)
        raise Refused(words, code="container_open")
    if container.holds <= 0:
        words = say(N_("Container %(label)s is not here: it was sent away."), label=container.label)
        raise Refused(words, code="container_away")


def check_not_out(session: Session, container: Standing, act: Act) -> None:
    """Refuse a container of a kit that is out; behind its lock, which packing takes too.

    Raises:
        Refused: it is.
    """
    if container.window_id in kits.windows_out(session, act.site_id):
        words = say(N_("Container %(label)s is in a kit that is out."), label=container.label)
        raise Refused(words, code="kit_is_out")


def check_at(container: Standing, window_id: int | None) -> None:
    """Refuse a container that stands elsewhere than at this window; in the safe where none is named.

    Raises:
        Refused: it does.
    """
    if container.window_id != window_id:
        _refuse_place(container)


def _refuse_place(container: Standing) -> None:
    words = (
        say(N_("Container %(label)s is in the safe already."), label=container.label)
        if container.window_id is None
        else say(N_("Container %(label)s is not in the safe."), label=container.label)
    )
    raise Refused(words, code="wrong_place")


def _transfer(session: Session, containers: list[Standing], window_id: int | None, act: Act) -> list[Movement]:
    kind = PlaceKind.SAFE if window_id is None else PlaceKind.WINDOW
    to_place_id = stock.place_id(session, act, kind, window_id)
    movements = []
    for container in containers:
        movements.append(
            stock.move(
                session,
                container,
                kind=MovementKind.TRANSFER,
                quantity=Quantity(container.holds),
                from_place_id=stock.stands_at(session, container, act),
                to_place_id=to_place_id,
                holds_after=container.holds,
                act=act,
            )
        )
        card = session.get_one(Container, container.id, populate_existing=True)
        card.window_id = window_id
        session.flush()
    for movement, container in zip(movements, containers, strict=True):
        audit.record(session, AuditKind.STOCK_TRANSFERRED, movement, act, container=container.id, window=window_id)
    stock.enter_register(session, movements, act)
    return movements
