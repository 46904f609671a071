"""Destroying controlled stock, and what people brought back, before a witness: one act for several things.

There is no taking it back: what was destroyed is gone, and a slip of the pen is put right beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries import destructions as records
from dispensary.queries.destructions import HeldContainer, WaitingReturn
from dispensary.rules import destruction as rules
from dispensary.rules.destruction import Destroyed
from dispensary.services import audit, people, stock, stock_moving
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.stock import Standing
from dispensary.wording import N_, Words, say
from models import Destruction, DestructionLine, Movement
from models.enums import AuditKind, DestructionMethod, DestructionReason, MovementKind, PlaceKind
from models.units import Quantity

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class ChosenContainer:
    """A container all of whose content is to be destroyed."""

    container_id: int
    reason: DestructionReason
    shown: str
    """The digest of what the page showed of it."""
    measured: Quantity | None = None
    """What two people measured in it; needed of one that is not sealed."""


@dataclass(frozen=True)
class ChosenReturn:
    """What is left of a bottle that was brought back, to be destroyed."""

    bottle_rest_id: int
    shown: str


def destroy(
    session: Session,
    *,
    containers: Sequence[ChosenContainer] = (),
    returns: Sequence[ChosenReturn] = (),
    method: DestructionMethod,
    document_no: str,
    witnessed_by_id: int | None,
    act: Act,
    how: str = "",
) -> Destruction:
    """Destroy all that some containers hold, and what waits of bottles that were brought back, before a witness.

    Args:
        document_no: of the form that goes to the authority: a DEA Form 41, or the country's.
        how: the method in more words; needed where it is another one than those named.
        witnessed_by_id: who watched it and signed in for it; somebody else than who records it.

    Raises:
        Refused: no witness, nothing chosen, no document number, a container of another site or with nothing in it, or
            what was measured is not what the books say.
        Conflict: something of it changed since the page was opened, or was destroyed before.
    """
    stock.check_witness(MovementKind.DESTROY, witnessed_by_id, act)
    document_no = people.line(document_no, "document_no", needed=True)
    how = people.line(how, "how", needed=method is DestructionMethod.OTHER, longest=500)
    _check_choice(containers, returns)
    waiting = {
        one.id: one for one in records.returns_waiting(session, act.site_id, [r.bottle_rest_id for r in returns])
    }
    ids = {one.container_id for one in containers} | {one.container_id for one in waiting.values()}
    standing = {i: stock.lock_container(session, i, act) for i in sorted(ids)}
    for one in (standing[c.container_id] for c in containers):
        stock_moving.check_not_out(session, one, act)
    held = _as_shown(records.held(session, [c.container_id for c in containers], act.site_id), containers)
    rests = _still_waiting(session, returns, act)
    destruction = write(
        session,
        Destruction(
            clinic_day=act.clinic_day,
            destroyed_at=act.at,
            method=method,
            how=how,
            document_no=document_no,
            witnessed_by_id=witnessed_by_id,
            **act.stamp,
        ),
    )
    moved: list[tuple[Movement, DestructionReason, int | None]] = [
        (_destroy_content(session, standing[c.container_id], destruction, act), c.reason, None) for c in containers
    ]
    after = stock.standing(session, ids)
    for rest in rests:
        movement = _destroy_return(session, after[rest.container_id], rest, destruction, act)
        after = stock.standing(session, ids)  # the next one of the same container comes after it
        moved.append((movement, DestructionReason.RETURNED, rest.id))
    lines = [_line(session, destruction, n, *one, act) for n, one in enumerate(moved, start=1)]
    emptied = [stock.set_emptied(session, i, act).id for i, c in held.items() if c.emptied_at is None]
    audit.record(
        session,
        AuditKind.STOCK_DESTROYED,
        destruction,
        act,
        things=len(lines),
        witness=witnessed_by_id,
        emptied=len(emptied),
        contents=rules.contents_of(lines),
    )
    stock.enter_register(session, [movement for movement, _, _ in moved], act)
    return destruction


def _check_choice(containers: Sequence[ChosenContainer], returns: Sequence[ChosenReturn]) -> None:
    if not containers and not returns:
        raise Refused(say(N_("Tick what is destroyed.")), code="none_chosen")
    if len(containers) + len(returns) > MOST_AT_ONCE:
        raise Refused(say(N_("At most %(most)s things at once."), most=MOST_AT_ONCE), code="too_many")
    if any(one.reason is DestructionReason.RETURNED for one in containers):
        words = N_("Only what somebody brought back is destroyed as returned.")
        raise Refused(say(words), code="not_returned")
    keys = [one.container_id for one in containers], [one.bottle_rest_id for one in returns]
    if any(len(set(key)) != len(key) for key in keys):
        raise Refused(say(N_("Something was chosen twice. Open the page again.")), code="chosen_twice")


def _as_shown(held: dict[int, HeldContainer], containers: Sequence[ChosenContainer]) -> dict[int, HeldContainer]:
    """Return the chosen containers, behind their locks, once each is as the page showed it and as it was measured."""
    for one in containers:
        container = held[one.container_id]  # locked, and so of this site
        if one.shown != container.shown:
            raise _changed(say(N_("Container %(label)s"), label=container.label))
        if container.holds <= 0:
            words = say(N_("Container %(label)s holds nothing by the books."), label=container.label)
            raise Refused(words, code="holds_nothing")
        if not container.is_sealed:
            _check_measured(container, one.measured)
    return held


def _check_measured(container: HeldContainer, measured: Quantity | None) -> None:
    if measured is None:
        words = N_("Container %(label)s is not sealed: measure together what is in it, and type that.")
        raise Refused(say(words, label=container.label), code="measure_first")
    if measured != container.holds:
        words = N_(
            "What you measured in container %(label)s is not what the books say. Count it first, so that the difference"
            " is noted and put right; then destroy it."
        )
        raise Refused(say(words, label=container.label), code="measured_otherwise")


def _still_waiting(session: Session, returns: Sequence[ChosenReturn], act: Act) -> list[WaitingReturn]:
    """Return the chosen returns, behind the locks of their containers, once each still waits as the page showed it."""
    waiting = {r.id: r for r in records.returns_waiting(session, act.site_id, [r.bottle_rest_id for r in returns])}
    for one in returns:
        rest = waiting.get(one.bottle_rest_id)
        if rest is None or rest.shown != one.shown:
            raise _changed(say(N_("A bottle that was brought back")))
    return [waiting[one.bottle_rest_id] for one in returns]


def _changed(what: Words) -> Conflict:
    words = N_("%(what)s is not as this page showed it any more. Nothing was recorded: look again, then destroy it.")
    return Conflict(say(words, what=what), code="changed_since_shown")


def _destroy_content(session: Session, container: Standing, destruction: Destruction, act: Act) -> Movement:
    return stock.take(
        session,
        container,
        quantity=container.holds,
        kind=MovementKind.DESTROY,
        from_place_id=stock.stands_at(session, container, act),
        to_place_id=stock.place_id(session, act, PlaceKind.DESTROYED),
        act=act,
        witnessed_by_id=destruction.witnessed_by_id,
        note=destruction.document_no,
    )


def _destroy_return(
    session: Session, container: Standing, rest: WaitingReturn, destruction: Destruction, act: Act
) -> Movement:
    """Move what waited of a bottle to what is destroyed; the container it once came from holds neither more nor less."""
    return stock.move(
        session,
        container,
        kind=MovementKind.DESTROY,
        quantity=rest.quantity,
        from_place_id=stock.place_id(session, act, PlaceKind.RETURNED),
        to_place_id=stock.place_id(session, act, PlaceKind.DESTROYED),
        holds_after=container.holds,
        act=act,
        witnessed_by_id=destruction.witnessed_by_id,
        note=destruction.document_no,
    )


def _line(
    session: Session,
    destruction: Destruction,
    number: int,
    movement: Movement,
    reason: DestructionReason,
    bottle_rest_id: int | None,
    act: Act,
) -> Destroyed:
    write(
        session,
        DestructionLine(
            destruction_id=destruction.id,
            line=number,
            reason=reason,
            quantity=movement.quantity,
            movement_id=movement.id,
            bottle_rest_id=bottle_rest_id,
            **act.stamp,
        ),
    )
    return Destroyed(movement.id, movement.quantity, reason, bottle_rest_id)
