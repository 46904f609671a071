"""Taking from a container and putting back: the one door through which its balance changes.

A caller locks its containers by id, draws each line, records the audit, and then enters the movements in the register.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.services import facts, register
from dispensary.services.act import Act
from dispensary.wording import N_, Words, in_unit, say
from models import Container, Lot, Movement, Place, Product
from models.enums import MovementKind, PlaceKind
from models.units import Quantity

WITNESSED = frozenset(
    {
        MovementKind.WASTE,
        MovementKind.SPILL,
        MovementKind.INITIAL,
        MovementKind.BOTTLE_END,
        MovementKind.DESTROY,
    }
)
"""What only two people together may do to a container's content."""


@dataclass(frozen=True)
class Standing:
    """A container under lock: where it stands and what it holds."""

    id: int
    product_id: int
    lot_id: int
    label: str
    window_id: int | None
    opened_at: datetime | None
    emptied_at: datetime | None
    seq: int
    holds: Quantity


def lock_container(session: Session, container_id: int, act: Act) -> Standing:
    """Lock a container of this site and return where it stands, as of now and not as of any earlier read.

    Raises:
        NotFound: no such container at this site.
    """
    table = Container.__table__.c
    row = session.execute(
        select(
            table.id,
            table.product_id,
            table.lot_id,
            table.label,
            table.window_id,
            table.opened_at,
            table.emptied_at,
        )
        .where(table.id == container_id, table.site_id == act.site_id)
        .with_for_update(key_share=True)
    ).one_or_none()
    if row is None:
        raise NotFound(say(N_("There is no such container here.")), code="no_container")
    last = session.execute(
        select(Movement.container_seq, Movement.balance_after)
        .where(Movement.container_id == container_id)
        .order_by(Movement.container_seq.desc())
        .limit(1)
    ).one_or_none()
    seq, holds = (last.container_seq, last.balance_after) if last else (0, Quantity(Decimal(0)))
    return Standing(*row, seq=seq, holds=holds)


def standing(session: Session, container_ids: Iterable[int]) -> dict[int, Standing]:
    """Return where containers stand that are locked already, by id; one read."""
    rows = session.execute(_STANDING, {"ids": list(container_ids)})
    return {row.id: Standing(*row) for row in rows}


_C, _M = Container.__table__.c, Movement.__table__.c
_LAST = select(_M.id).where(_M.container_id == _C.id).order_by(_M.container_seq.desc()).limit(1).scalar_subquery()
_STANDING = (
    select(
        _C.id,
        _C.product_id,
        _C.lot_id,
        _C.label,
        _C.window_id,
        _C.opened_at,
        _C.emptied_at,
        _M.container_seq,
        _M.balance_after,
    )
    .join(Movement.__table__, _M.id == _LAST.correlate(Container.__table__))
    .where(_C.id.in_(bindparam("ids", expanding=True)))
)


def places(session: Session, act: Act, *kinds: PlaceKind) -> dict[PlaceKind, int]:
    """Return the ids of the site's places of these kinds; the window's is the one of this act. One read."""
    rows = session.execute(_PLACES, {"site_id": act.site_id, "window_id": act.window_id})
    found = {}
    for row in rows:
        if row.window_id is not None:
            found[PlaceKind.WINDOW] = row.id
        found[row.kind] = row.id  # of a kit after its window: whoever asks what kind a place is hears the kit's
    kinds = (*kinds, PlaceKind.OFF_SITE_KIT) if PlaceKind.OFF_SITE_KIT in found else kinds
    return {
        kind: found[kind]
        if kind in found
        else place_id(session, act, kind, act.window_id if kind is PlaceKind.WINDOW else None)
        for kind in kinds
    }


_P = Place.__table__.c
_PLACES = select(_P.id, _P.kind, _P.window_id).where(
    _P.site_id == bindparam("site_id"),
    (_P.window_id == bindparam("window_id")) | ((_P.window_id.is_(None)) & (_P.name == "")),
)


def place_id(session: Session, act: Act, kind: PlaceKind, window_id: int | None = None) -> int:
    """Return the site's place of a kind, made on first use; a window, and a kit, which has one, has one of its own."""
    query = select(Place.id).where(Place.site_id == act.site_id, Place.window_id == window_id)
    if window_id is None:
        query = select(Place.id).where(Place.site_id == act.site_id, Place.kind == kind, Place.name == "")
    known = session.scalar(query)
    if known is not None:
        return known
    name = "" if window_id is None else str(window_id)
    made = Place(site_id=act.site_id, kind=kind, name=name, window_id=window_id)
    session.add(made)
    session.flush()
    return made.id


def stands_at(session: Session, container: Standing, act: Act) -> int:
    """Return the place where a container stands: its window or kit, or the safe."""
    kind = PlaceKind.SAFE if container.window_id is None else PlaceKind.WINDOW
    return place_id(session, act, kind, container.window_id)


def move(
    session: Session,
    container: Standing,
    *,
    kind: MovementKind,
    quantity: Quantity,
    from_place_id: int,
    to_place_id: int,
    holds_after: Quantity,
    act: Act,
    **values: Any,
) -> Movement:
    """Write one movement of a locked container; neither audited nor entered in the register yet."""
    movement = Movement(
        kind=kind,
        product_id=container.product_id,
        lot_id=container.lot_id,
        container_id=container.id,
        container_seq=container.seq + 1,
        from_place_id=from_place_id,
        to_place_id=to_place_id,
        quantity=quantity,
        balance_after=holds_after,
        moved_at=act.at,
        clinic_day=act.clinic_day,
        **values,
        **act.stamp,
    )
    return facts.write(session, movement)


def draw(
    session: Session,
    *,
    container_id: int,
    quantity: Quantity,
    kind: MovementKind,
    to_place: PlaceKind,
    act: Act,
    **values: Any,
) -> Movement:
    """Take a quantity out of a container, which is locked here if the caller has not.

    The movement is neither audited nor entered in the register: do both afterwards, the register last.

    Args:
        values: of the movement: the dose it belongs to, its witness, why it was wasted, a note.

    Raises:
        Refused: more than it holds, an emptied container, or no witness where one is needed.
    """
    container = lock_container(session, container_id, act)
    return take(
        session,
        container,
        quantity=quantity,
        kind=kind,
        from_place_id=stands_at(session, container, act),
        to_place_id=place_id(session, act, to_place),
        act=act,
        **values,
    )


def take(
    session: Session,
    container: Standing,
    *,
    quantity: Quantity,
    kind: MovementKind,
    from_place_id: int,
    to_place_id: int,
    act: Act,
    **values: Any,
) -> Movement:
    """Take a quantity out of a container that stands as told, behind its lock, from one place to another.

    Raises:
        Refused: more than it holds, an emptied container, or no witness where one is needed.
    """
    check_witness(kind, values.get("witnessed_by_id"), act)
    _check_draw(session, container, quantity, kind)
    return move(
        session,
        container,
        kind=kind,
        quantity=quantity,
        from_place_id=from_place_id,
        to_place_id=to_place_id,
        holds_after=Quantity(container.holds - quantity),
        act=act,
        **values,
    )


def check_witness(kind: MovementKind, witnessed_by_id: int | None, act: Act) -> None:
    """Refuse an act of one person where two are needed, and a witness who is the same person.

    Raises:
        Refused: see above.
    """
    if kind in WITNESSED and witnessed_by_id is None:
        raise Refused(say(N_("A second person must sign here.")), code="witness_needed", field="witness_username")
    if witnessed_by_id == act.by_id:
        raise Refused(say(N_("You cannot witness your own act.")), code="witness_is_self", field="witness_username")


def _check_draw(session: Session, container: Standing, quantity: Quantity, kind: MovementKind) -> None:
    if quantity <= 0:
        raise Refused(say(N_("This must be more than zero.")), code="not_positive", field="quantity")
    if kind in (MovementKind.DISPENSE, MovementKind.TAKE_HOME) and container.emptied_at is not None:
        raise Refused(
            say(N_("Container %(label)s was already emptied."), label=container.label), code="container_emptied"
        )
    if quantity > container.holds:
        raise Refused(
            say(
                N_("Container %(label)s holds %(holds)s; %(quantity)s cannot be taken from it."),
                label=container.label,
                holds=with_unit(session, container.holds, container.product_id),
                quantity=with_unit(session, quantity, container.product_id),
            ),
            code="below_zero",
            field="quantity",
        )


def with_unit(session: Session, quantity: Quantity, product_id: int) -> Words:
    """Return a quantity with its product's unit, for a sentence."""
    return in_unit(quantity, session.scalars(select(Product.unit).where(Product.id == product_id)).one())


def put_back(session: Session, *, movement: Movement, act: Act, witnessed_by_id: int | None = None) -> Movement:
    """Take back a movement that took something out: the same places the other way round, the balance up again.

    Neither audited nor entered in the register: do both afterwards, the register last.

    Raises:
        Refused: the movement is a reversal itself, so it took nothing out.
    """
    if movement.kind is MovementKind.REVERSAL:
        raise Refused(say(N_("A reversal is not reversed: record what is true now anew.")), code="not_taken_out")
    container = lock_container(session, movement.container_id, act)
    return move(
        session,
        container,
        kind=MovementKind.REVERSAL,
        quantity=movement.quantity,
        from_place_id=movement.to_place_id,
        to_place_id=movement.from_place_id,
        holds_after=Quantity(container.holds + movement.quantity),
        act=act,
        dose_id=movement.dose_id,
        reverses_id=movement.id,
        witnessed_by_id=witnessed_by_id,
    )


def set_emptied(session: Session, container_id: int, act: Act) -> Container:
    """Mark a locked container as emptied, once; the caller audits it."""
    card = session.get_one(Container, container_id, populate_existing=True)
    card.emptied_at, card.emptied_by_id = act.at, act.by_id
    session.flush()
    return card


def enter_register(
    session: Session, movements: Iterable[Movement], act: Act, known: Mapping[PlaceKind, int] | None = None
) -> None:
    """Enter movements in the registers of their products, by product and then as they were made.

    Call after the audit row: chain heads are locked last of all, the audit's first.

    Args:
        known: the places concerned, if the caller has read them.
    """
    ordered = sorted(movements, key=lambda m: (m.product_id, m.id))
    kinds = {place: kind for kind, place in known.items()} if known else _kinds(session, ordered)
    for movement in ordered:
        register.enter(
            session,
            movement,
            act,
            came_from=kinds[movement.from_place_id],
            went_to=kinds[movement.to_place_id],
        )


def _kinds(session: Session, movements: Iterable[Movement]) -> dict[int, PlaceKind]:
    ids = {place for m in movements for place in (m.from_place_id, m.to_place_id)}
    return {row.id: row.kind for row in session.execute(select(Place.id, Place.kind).where(Place.id.in_(ids)))}


def check_not_expired(session: Session, container: Standing, act: Act) -> None:
    """Refuse to use a container after its day.

    Raises:
        Refused: expired.
    """
    expires_on = session.scalars(select(Lot.expires_on).where(Lot.id == container.lot_id)).one()
    if expires_on < act.clinic_day:
        raise Refused(
            say(N_("Container %(label)s expired on %(day)s."), label=container.label, day=expires_on), code="expired"
        )
