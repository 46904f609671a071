"""Counting a place blind, and the authorised adjustment that may follow. A count moves nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import kits
from dispensary.queries import stock_counts as queries
from dispensary.queries.stock_counts import OnShelf
from dispensary.rules import container_seals
from dispensary.rules import stock_counts as rule
from dispensary.rules.names import is_blank
from dispensary.rules.stock_counts import Judged, Looked
from dispensary.services import audit, stock
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.stock import Standing
from dispensary.wording import N_, say
from models import (
    Container,
    ContainerSeal,
    CountedSeal,
    CountWeighing,
    Movement,
    Site,
    StockAdjustment,
    StockCount,
    StockCountLine,
    StockFind,
    Window,
)
from models.enums import AuditKind, BusinessMoment, ContainerSealing, CountFound, CountKind, MovementKind, PlaceKind
from models.units import Mg, Quantity

MOST_FINDS = 50


TOGETHER = frozenset({CountKind.BIENNIAL, CountKind.KIT_RETURN})
"""Counts that are always signed by two: a kit was packed by two, and one person alone may have had it all the way."""


@dataclass(frozen=True)
class Counting:
    """What somebody says of a place as a whole."""

    kind: CountKind
    window_id: int | None
    """The window; none for the safe."""
    looked: Mapping[int, Looked]
    """What was found of each container that the page named."""
    finds: tuple[str, ...] = ()
    """What stands there and no book of this place knows, each in words."""
    note: str = ""
    business: BusinessMoment | None = None
    """Of a biennial inventory: at opening or at close of business."""


def check_place(session: Session, window_id: int | None, act: Act) -> None:
    """Refuse a window of another site.

    Raises:
        NotFound: no such window here.
    """
    query = select(Window.id).where(Window.id == window_id, Window.site_id == act.site_id)
    if window_id is not None and session.scalar(query) is None:
        raise NotFound(say(N_("There is no such window here.")), code="no_window")


def check_not_out(session: Session, window_id: int | None, act: Act) -> None:
    """Refuse to count a kit that is out: whoever takes it back counts it then.

    Raises:
        NotFound: it is out, and not here.
    """
    if window_id in kits.windows_out(session, act.site_id):
        raise NotFound(say(N_("This kit is out. It is counted when it comes back.")), code="kit_is_out")


def judged(session: Session, counting: Counting, shelf: Iterable[OnShelf], act: Act) -> Judged:
    """Return what a count comes to beside the books, and for an opening check beside the closing count before it."""
    closing = queries.last_closing(session, act.site_id, counting.window_id) if _is_opening(counting) else None
    return rule.judge(
        [(one.expected, counting.looked[one.id]) for one in shelf],
        queries.at_closing(session, closing.id) if closing else (),
        len(counting.finds),
        counting.kind,
    )


def _is_opening(counting: Counting) -> bool:
    return counting.kind is CountKind.OPENING


def count_place(
    session: Session, *, counting: Counting, witness_above: Mg, witnessed_by_id: int | None, act: Act
) -> StockCount:
    """Record what was found at a place, container by container, beside what the books said at that moment.

    Nothing moves. The refusals say which lines differ, never by how much, so that it can be counted again blind.

    Args:
        witness_above: the site's figure; beyond it a second person signs.

    Raises:
        NotFound: no such window here.
        Conflict: a container came, left or changed since the page was opened.
        Refused: something was not looked at or cannot be; a note or a witness is missing.
    """
    check_place(session, counting.window_id, act)
    if counting.kind is not CountKind.KIT_RETURN:
        check_not_out(session, counting.window_id, act)
    shelf = _behind_locks(session, counting, act)
    for one in shelf:
        _refuse_impossible(one, counting.looked[one.id], counting.kind)
    if len(counting.finds) > MOST_FINDS:
        raise Refused(say(N_("This is too long.")), code="too_many_finds", field="finds")
    found = judged(session, counting, shelf, act)
    _check_explained(found, counting, witness_above, witnessed_by_id, act)
    closing = queries.last_closing(session, act.site_id, counting.window_id) if _is_opening(counting) else None
    made = write(
        session,
        StockCount(
            kind=counting.kind,
            window_id=counting.window_id,
            clinic_day=act.clinic_day,
            counted_at=act.at,
            business=counting.business,
            against_id=closing.id if closing else None,
            witness_above=witness_above,
            note=counting.note,
            witnessed_by_id=witnessed_by_id,
            **act.stamp,
        ),
    )
    _write_lines(session, made, counting, shelf, act)
    audit.record(
        session,
        AuditKind.STOCK_COUNTED,
        made,
        act,
        count_kind=counting.kind,
        differ=len(found.differing),
        contents=rule.contents_of(
            [(o.id, o.seq, o.expected.books, o.sealed, *_seen(counting.looked[o.id])) for o in shelf], counting.finds
        ),
    )
    return made


def _refuse_impossible(one: OnShelf, looked: Looked, kind: CountKind) -> None:
    if looked.gross is not None:
        fault = rule.fault_of_weight(one.expected, looked.gross)
        if fault is not None or rule.by_weight(one.expected, looked.gross) != looked.measured:
            words = fault or say(N_("So much it does not make. Weigh it again."))
            raise Refused(words, code="impossible_weight", field=f"gross_{one.id}")
    fault = rule.fault_of(one.expected, looked)
    if fault is not None:
        raise Refused(fault, code="impossible_count", field=f"measured_{one.id}")
    fault = rule.fault_of_seal(one.expected, looked, kind)
    if fault is not None:
        raise Refused(fault, code="impossible_seal", field=f"seal_{one.id}")


def _seen(looked: Looked) -> tuple[CountFound, Quantity | None]:
    return looked.found, looked.measured


def _behind_locks(session: Session, counting: Counting, act: Act) -> list[OnShelf]:
    """Lock every container of the place and return what the books say of them now.

    Raises:
        Conflict: it is not what the page named.
    """
    there = {one.id for one in queries.shelf_of(session, act.site_id, counting.window_id, act.clinic_day)}
    for container_id in sorted(there):
        stock.lock_container(session, container_id, act)
    shelf = queries.shelf_of(session, act.site_id, counting.window_id, act.clinic_day)
    same = {one.id: one.seq for one in shelf} == {key: looked.seq for key, looked in counting.looked.items()}
    if not same or {one.id for one in shelf} != there or not all(_same_basis(o, counting) for o in shelf):
        changed = N_(
            "Something moved since this page was opened. Nothing was recorded; look at the marked lines again."
        )
        raise Conflict(say(changed), code="changed_since_shown")
    return shelf


def _same_basis(one: OnShelf, counting: Counting) -> bool:
    """Return whether what was weighed or read was so against what is on record now."""
    looked, basis = counting.looked[one.id], one.expected.basis
    weighed_so = looked.gross is None or looked.basis[:2] == basis[:2]
    return weighed_so and (not looked.seal or looked.basis[2] == basis[2])


def _check_explained(
    found: Judged, counting: Counting, witness_above: Mg, witnessed_by_id: int | None, act: Act
) -> None:
    if counting.kind is CountKind.BIENNIAL and counting.business is None:
        words = N_("Say whether it is taken at opening or at close of business.")
        raise Refused(say(words), code="business_needed", field="business")
    if found.needs_note and is_blank(counting.note):
        words = N_("This does not agree with the books. Count the marked lines again, or say what is known about it.")
        raise Refused(say(words), code="note_needed", field="note")
    needed = needs_two(found, counting.kind, witness_above)
    if needed and witnessed_by_id is None:
        raise Refused(say(N_("A second person must sign here.")), code="witness_needed", field="witness_username")
    stock.check_witness(MovementKind.ADJUSTMENT, witnessed_by_id, act)


def needs_two(found: Judged, kind: CountKind, witness_above: Mg) -> bool:
    """Return whether a second person signs a count: an inventory, a kit that is back, or beyond the site's figure."""
    return kind in TOGETHER or found.needs_witness(witness_above)


def _write_lines(session: Session, made: StockCount, counting: Counting, shelf: list[OnShelf], act: Act) -> None:
    for one in shelf:
        found, measured = _seen(counting.looked[one.id])
        line = write(
            session,
            StockCountLine(
                count_id=made.id,
                container_id=one.id,
                container_seq=one.seq,
                books=one.expected.books,
                sealed=one.sealed,
                found=found,
                measured=measured,
                **act.stamp,
            ),
        )
        _write_weighing(session, line, one, counting.looked[one.id], act)
        _write_seal(session, line, one, counting, act)
    for number, said in enumerate(counting.finds, start=1):
        write(session, StockFind(count_id=made.id, number=number, said=said, **act.stamp))


def _write_weighing(session: Session, line: StockCountLine, one: OnShelf, looked: Looked, act: Act) -> None:
    """Keep what the scale showed and all that the quantity was worked out with, so that it can be worked out again."""
    scale = one.scale
    if looked.gross is None or scale is None:
        return
    write(
        session,
        CountWeighing(
            count_line_id=line.id,
            gross=looked.gross,
            tare_id=scale.tare_id,
            tare=scale.tare,
            density_id=scale.density_id,
            grams_per_ml=scale.grams_per_ml,
            readability=scale.readability,
            **act.stamp,
        ),
    )


def _write_seal(session: Session, line: StockCountLine, one: OnShelf, counting: Counting, act: Act) -> None:
    """Keep the number that was read on a seal; it goes on record where none was."""
    looked = counting.looked[one.id]
    if not looked.seal:
        return
    read = rule.seal_read(one.expected, looked)
    write(
        session,
        CountedSeal(
            count_line_id=line.id,
            number=looked.seal,
            on_record_id=one.expected.seal.id if one.expected.seal else None,
            another=container_seals.is_another(read, counting.kind),
            **act.stamp,
        ),
    )
    if container_seals.is_new(read, counting.kind):
        write(
            session,
            ContainerSeal(
                container_id=one.id,
                container_seq=one.seq,
                was_open=one.expected.opened,
                number=looked.seal,
                occasion=ContainerSealing.COUNTED,
                count_line_id=line.id,
                **act.stamp,
            ),
        )


def note_looked_again(session: Session, *, counting: Counting, differ: int, act: Act) -> None:
    """Note that a count did not agree with the books and went back to be looked at again, so that no one tries unseen."""
    site = session.get_one(Site, act.site_id)
    audit.record(
        session,
        AuditKind.COUNT_LOOKED_AT_AGAIN,
        site,
        act,
        count_kind=counting.kind,
        window=counting.window_id,
        differ=differ,
        looked=rule.tried(counting.looked),
    )


def adjust(session: Session, *, count_line_id: int, reason: str, act: Act) -> StockAdjustment:
    """Bring the books of a container to what was counted, as somebody who did not count it; once for a line.

    Raises:
        NotFound: no such line here.
        Refused: whoever counted, no reason, or nothing to adjust.
        Conflict: adjusted already, or the container moved since it was counted.
    """
    line, counted_by_id = _line(session, count_line_id, act)
    if counted_by_id == act.by_id:
        words = N_("Whoever counted cannot adjust. Ask another person who may.")
        raise Refused(say(words), code="counted_by_self")
    if is_blank(reason):
        raise Refused(say(N_("Say why.")), code="reason_needed", field="reason")
    container = stock.lock_container(session, line.container_id, act)
    off = rule.variance(line.books, line.found, line.measured)
    if off == 0:
        raise Refused(say(N_("This line agrees with the books: there is nothing to adjust.")), code="no_variance")
    _check_as_counted(session, line, container)
    movement = _move(session, container, off, reason, act)
    gone = line.found is CountFound.NOT_FOUND and container.emptied_at is None
    if gone:
        card = session.get_one(Container, container.id, populate_existing=True)
        card.emptied_at, card.emptied_by_id = act.at, act.by_id
        session.flush()
    made = write(
        session,
        StockAdjustment(count_line_id=line.id, movement_id=movement.id, reason=reason, **act.stamp),
    )
    audit.record(
        session,
        AuditKind.STOCK_ADJUSTED,
        made,
        act,
        container=container.id,
        count=line.count_id,
        movement=movement.id,
        off=off,
        emptied=int(gone),
    )
    stock.enter_register(session, [movement], act)
    return made


def _line(session: Session, count_line_id: int, act: Act) -> tuple[StockCountLine, int]:
    query = (
        select(StockCountLine, StockCount.recorded_by_id)
        .join(StockCount, StockCount.id == StockCountLine.count_id)
        .where(StockCountLine.id == count_line_id, StockCountLine.site_id == act.site_id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(say(N_("There is no such line of a count here.")), code="no_count_line")
    return row[0], row[1]


def _check_as_counted(session: Session, line: StockCountLine, container: Standing) -> None:
    done = select(StockAdjustment.id).where(StockAdjustment.count_line_id == line.id)
    if session.scalar(done) is not None:
        raise Conflict(say(N_("This line was adjusted already.")), code="uq_stock_adjustment_count_line_id")
    if container.seq != line.container_seq:
        words = N_("Container %(label)s has moved since it was counted. Count it again first.")
        raise Conflict(say(words, label=container.label), code="moved_since_counted")


def _move(session: Session, container: Standing, off: Quantity, reason: str, act: Act) -> Movement:
    here = stock.stands_at(session, container, act)
    outside = stock.place_id(session, act, PlaceKind.ADJUSTMENT)
    return stock.move(
        session,
        container,
        kind=MovementKind.ADJUSTMENT,
        quantity=Quantity(abs(off)),
        from_place_id=here if off < 0 else outside,
        to_place_id=outside if off < 0 else here,
        holds_after=Quantity(container.holds + off),
        act=act,
        note=reason,
    )
