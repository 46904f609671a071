"""Each count against what its audit row says was found, and each adjustment against the line that it follows, both ways."""

from collections import defaultdict

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.verification.chains import AT_ONCE
from dispensary.queries.verification.results import Fault, Progress
from dispensary.rules import chain
from dispensary.rules.stock_counts import LineSaid, contents_of, variance
from dispensary.rules.weighing import makes
from dispensary.wording import N_, Words, say
from models import (
    AuditEvent,
    ConsignmentEnd,
    Container,
    CountWeighing,
    Density,
    Movement,
    Place,
    Product,
    StockAdjustment,
    StockCount,
    StockCountLine,
    StockFind,
    Tare,
)
from models.enums import AuditKind, MovementKind, PlaceKind


def wrong_count(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first count whose lines and finds are not those that its audit row was written over."""
    lines, finds = _lines(session, site_id), _finds(session, site_id)
    audit = AuditEvent.__table__.c
    query = select(audit.subject_id, audit.body).where(
        audit.site_id == site_id, audit.kind == AuditKind.STOCK_COUNTED, audit.subject == StockCount.__tablename__
    )
    with session.execute(query.order_by(audit.number).execution_options(yield_per=AT_ONCE)) as rows:
        for count_id, body in rows:
            said = chain.fields(body).get("contents")
            if said != contents_of(lines.get(count_id, []), finds.get(count_id, [])):
                return _count(count_id, say(N_("its lines are not those that were counted")))
    return _wrong_books(session, site_id) or _wrong_weight(session, site_id)


def _lines(session: Session, site_id: int) -> dict[int, list[LineSaid]]:
    line = StockCountLine
    query = (
        select(line.count_id, line.container_id, line.container_seq, line.books, line.sealed, line.found, line.measured)
        .where(line.count_id.in_(select(StockCount.id).where(StockCount.site_id == site_id)))
        .order_by(line.count_id, line.id)
    )
    found: dict[int, list[LineSaid]] = defaultdict(list)
    for count_id, container_id, seq, books, sealed, seen, measured in session.execute(query):
        found[count_id].append((container_id, seq, books, sealed, seen, measured))
    return found


def _finds(session: Session, site_id: int) -> dict[int, list[str]]:
    query = (
        select(StockFind.count_id, StockFind.said)
        .where(StockFind.count_id.in_(select(StockCount.id).where(StockCount.site_id == site_id)))
        .order_by(StockFind.count_id, StockFind.number)
    )
    found = defaultdict(list)
    for count_id, said in session.execute(query):
        found[count_id].append(said)
    return found


def _wrong_books(session: Session, site_id: int) -> Fault | None:
    """Return the first count that says of a container what its last movement then did not say."""
    same = and_(
        Movement.container_id == StockCountLine.container_id,
        Movement.container_seq == StockCountLine.container_seq,
        Movement.balance_after == StockCountLine.books,
    )
    query = select(func.min(StockCountLine.count_id)).where(StockCountLine.site_id == site_id, ~exists().where(same))
    first = session.scalar(query)
    return None if first is None else _count(first, say(N_("the books did not say what it says they did")))


def _wrong_weight(session: Session, site_id: int) -> Fault | None:
    """Return the first count whose weight, tare and density do not make the quantity that it says."""
    query = (
        select(StockCountLine.count_id, StockCountLine.measured, CountWeighing, Tare, Density, Product.smallest_part)
        .join(StockCountLine, StockCountLine.id == CountWeighing.count_line_id)
        .join(Container, Container.id == StockCountLine.container_id)
        .join(Product, Product.id == Container.product_id)
        .join(Tare, Tare.id == CountWeighing.tare_id)
        .join(Density, Density.id == CountWeighing.density_id)
        .where(CountWeighing.site_id == site_id)
        .order_by(CountWeighing.id)
    )
    for count_id, measured, weighed, tare, density, part in session.execute(query):
        same = weighed.tare == tare.grams and weighed.grams_per_ml == density.grams_per_ml
        figures = (weighed.gross, weighed.tare, weighed.grams_per_ml, part)
        if measured is None or not same or not makes(measured, *figures):
            return _count(count_id, say(N_("what was weighed does not make what it says was there")))
    return None


def wrong_adjustment(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first adjustment that did not move what its line was off by, or that no count stands behind."""
    come, gone = aliased(Place), aliased(Place)
    query = (
        select(
            StockAdjustment.id,
            StockCountLine.books,
            StockCountLine.found,
            StockCountLine.measured,
            StockCountLine.container_id,
            StockCountLine.container_seq,
            Movement.kind,
            Movement.container_id.label("moved_id"),
            Movement.container_seq.label("moved_seq"),
            Movement.quantity,
            come.kind.label("from_kind"),
            gone.kind.label("to_kind"),
            or_(
                StockCount.recorded_by_id == StockAdjustment.recorded_by_id,
                StockCount.recorded_by_id == Movement.recorded_by_id,
            ).label("own"),
        )
        .outerjoin(StockCountLine, StockCountLine.id == StockAdjustment.count_line_id)
        .outerjoin(StockCount, StockCount.id == StockCountLine.count_id)
        .outerjoin(Movement, Movement.id == StockAdjustment.movement_id)
        .outerjoin(come, come.id == Movement.from_place_id)
        .outerjoin(gone, gone.id == Movement.to_place_id)
        .where(StockAdjustment.site_id == site_id)
        .order_by(StockAdjustment.id)
    )
    for row in session.execute(query):
        where = say(N_("adjustment no. %(id)s"), id=row.id)
        if row.found is None or row.kind is not MovementKind.ADJUSTMENT:
            return Fault(where, say(N_("its count or its movement is not on record")))
        off = variance(row.books, row.found, row.measured)
        outside = row.to_kind if off < 0 else row.from_kind
        same = (row.moved_id, row.moved_seq, row.quantity) == (row.container_id, row.container_seq + 1, abs(off))
        if not same or outside is not PlaceKind.ADJUSTMENT:
            return Fault(where, say(N_("it did not move what the count was off by")))
        if row.own:
            return Fault(where, say(N_("whoever counted made it")))
    named = exists().where(StockAdjustment.movement_id == Movement.id)
    lost = exists().where(ConsignmentEnd.movement_id == Movement.id)
    unnamed = select(func.min(Movement.id)).where(
        Movement.site_id == site_id, Movement.kind == MovementKind.ADJUSTMENT, ~named, ~lost
    )
    if (first := session.scalar(unnamed)) is not None:
        return Fault(say(N_("movement no. %(id)s"), id=first), say(N_("no count stands behind it")))
    return None


def _count(count_id: int, what: Words) -> Fault:
    return Fault(say(N_("count no. %(id)s"), id=count_id), what)
