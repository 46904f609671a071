"""Stock coming in: the first inventory, deliveries, and the second signature on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count as counting
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import suppliers as orders_on_record
from dispensary.rules.deliveries import shown_delivery
from dispensary.rules.products import is_whole_parts
from dispensary.services import audit, container_seals, stock, stock_orders, weighing
from dispensary.services.act import Act
from dispensary.services.stock import Standing
from dispensary.services.stock_orders import Source
from dispensary.wording import N_, say
from models import Container, Lot, Movement, Product, Receipt, ReceiptMatch, ReceiptSignature, Site
from models.enums import AuditKind, MovementKind, PlaceKind
from models.units import Grams, Quantity

MOST_AT_ONCE = 200
EARLIEST_EXPIRY, LATEST_EXPIRY = date(1990, 1, 1), date(2200, 12, 31)
"""No label names a day beyond them."""


@dataclass(frozen=True)
class Batch:
    """Containers of one lot and one size that come in together; labels are made up where none were typed."""

    product_id: int
    lot_number: str
    expires_on: date
    size: Quantity
    count: int
    labels: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    """The numbers on their seals, in the order of the labels; none where nobody keeps them."""
    tares: tuple[Grams, ...] = ()
    """What each weighs empty, in the same order, or one figure for all; a second person signs for them."""


def take_initial_inventory(session: Session, *, batch: Batch, witnessed_by_id: int | None, act: Act) -> list[Container]:
    """Put stock that was here before this register began into the safe, counted by two people.

    Raises:
        Refused: the product is already in use here, or the batch does not fit it.
    """
    stock.check_witness(MovementKind.INITIAL, witnessed_by_id, act)
    product = _product_to_stock(session, batch)
    _lock_site(session, act)
    _refuse_after_first_use(session, batch.product_id, act)
    lot = _lot(session, batch, act)
    made = _take_in(session, product, batch, lot, act)
    movements = [_came(session, c, MovementKind.INITIAL, act, witnessed_by_id=witnessed_by_id) for c in made]
    _note_of_each(session, made, batch, witnessed_by_id, act)
    audit.record(
        session,
        AuditKind.STOCK_INVENTORIED,
        lot,
        act,
        containers=len(made),
        quantity=Quantity(batch.size * batch.count),
        witness=witnessed_by_id,
    )
    stock.enter_register(session, movements, act)
    return made


def receive_delivery(
    session: Session,
    *,
    supplier: str,
    document_no: str,
    batch: Batch,
    act: Act,
    source: Source | None = None,
    witnessed_by_id: int | None = None,
) -> Receipt:
    """Take a delivery into the safe. None of its containers may be opened until a second person has signed.

    A further batch under the same document, from the same source, entered by the same person and not signed yet, joins
    the same delivery.

    Args:
        supplier: as the document names it; where that is empty, as the list does.
        source: the supplier on the list and the order it comes on; None where no list is kept.
        witnessed_by_id: who signs with them for what the containers weigh empty; needed where that is typed.

    Raises:
        NotFound: there is no such supplier or order here.
        Refused: expired, the batch does not fit the product, or the order is another supplier's.
        Conflict: the order was ended, or something came on it since the page was opened.
    """
    product = _product_to_stock(session, batch)
    if batch.expires_on < act.clinic_day:
        raise Refused(say(N_("This lot has expired. Do not take it in.")), code="expired", field="expires_on")
    _lock_site(session, act)
    receipt = _receipt(session, supplier, document_no, source, act)
    lot = _lot(session, batch, act)
    made = _take_in(session, product, batch, lot, act)
    movements = [_came(session, c, MovementKind.RECEIVE, act, receipt_id=receipt.id) for c in made]
    _note_of_each(session, made, batch, witnessed_by_id, act)
    audit.record(
        session,
        AuditKind.STOCK_RECEIVED,
        receipt,
        act,
        lot=lot.id,
        containers=len(made),
        quantity=Quantity(batch.size * batch.count),
    )
    stock.enter_register(session, movements, act)
    return receipt


def countersign_receipt(
    session: Session, *, receipt_id: int, act: Act, shown: str | None = None, note: str = ""
) -> ReceiptSignature:
    """Sign a delivery as the second person, who has checked it against its document, and seen how it differs from its order.

    Args:
        shown: the digest of what the page showed of it; None where no page did.
        note: what was done about the differences; needed where there are some.

    Raises:
        NotFound: no such delivery here.
        Refused: by whoever took it in, or it differs from its order and nobody says what was done about it.
        Conflict: it is signed already, or another lot was taken in since the page was opened.
    """
    receipt = session.scalar(select(Receipt).where(Receipt.id == receipt_id, Receipt.site_id == act.site_id))
    if receipt is None:
        raise NotFound(say(N_("There is no such delivery here.")), code="no_receipt")
    if receipt.recorded_by_id == act.by_id:
        raise Refused(
            say(N_("Whoever took a delivery in cannot countersign it.")),
            code="witness_is_self",
            field="witness_username",
        )
    _lock_site(session, act)
    if _is_signed(session, receipt_id):
        raise Conflict(say(N_("This delivery was already countersigned.")), code="uq_receipt_signature_receipt_id")
    found = orders_on_record.differences_now(session, receipt.id)
    if shown is not None and shown != shown_delivery(orders_on_record.batches_of(session, [receipt.id]), found):
        words = N_("Another lot of this delivery was taken in since this page was opened. Look again, then sign.")
        raise Conflict(say(words), code="changed_since_shown")
    signature = ReceiptSignature(receipt_id=receipt_id, signed_at=act.at, **act.stamp)
    session.add(signature)
    session.flush()
    audit.record(session, AuditKind.RECEIPT_COUNTERSIGNED, receipt, act)
    stock_orders.sign_differences(session, receipt, found, note, act)
    return signature


def _is_signed(session: Session, receipt_id: int) -> bool:
    query = select(ReceiptSignature.id).where(ReceiptSignature.receipt_id == receipt_id)
    return session.scalar(query) is not None


def _receipt(session: Session, supplier: str, document_no: str, source: Source | None, act: Act) -> Receipt:
    """Return the delivery that a batch belongs to: the one being entered, or a new one with its source."""
    sender = stock_orders.supplier_of(session, source, act) if source else None
    named = supplier or (sender.name if sender else "")
    known = _unsigned_receipt(session, named, document_no, source, act)
    if known is not None:
        return known
    receipt = Receipt(supplier=named, document_no=document_no, received_at=act.at, **act.stamp)
    session.add(receipt)
    session.flush()
    if source is not None and sender is not None:
        stock_orders.match_receipt(session, receipt, source, sender, act)
    return receipt


def _unsigned_receipt(
    session: Session, supplier: str, document_no: str, source: Source | None, act: Act
) -> Receipt | None:
    query = (
        select(Receipt)
        .outerjoin(ReceiptMatch, ReceiptMatch.receipt_id == Receipt.id)
        .where(
            Receipt.site_id == act.site_id,
            Receipt.supplier == supplier,
            Receipt.document_no == document_no,
            Receipt.recorded_by_id == act.by_id,
            Receipt.id.not_in(select(ReceiptSignature.receipt_id)),
            ReceiptMatch.supplier_id == source.supplier_id if source else ReceiptMatch.id.is_(None),
        )
    )
    if source is not None:
        query = query.where(ReceiptMatch.stock_order_id == source.stock_order_id)  # NULL where it came on no order
    return session.scalars(query.order_by(Receipt.id.desc()).limit(1)).one_or_none()


def _product_to_stock(session: Session, batch: Batch) -> Product:
    product = session.get(Product, batch.product_id)
    if product is None or product.retired_at is not None:
        raise Refused(say(N_("Choose a product.")), code="no_product", field="product")
    if batch.size <= 0 or not is_whole_parts(batch.size, product.smallest_part):
        raise Refused(
            say(N_("A container holds whole parts of %(part)s."), part=product.smallest_part),
            code="size_does_not_fit",
            field="size",
        )
    if not EARLIEST_EXPIRY <= batch.expires_on <= LATEST_EXPIRY:
        words = N_("No lot expires on this day. Type it as it stands on the label.")
        raise Refused(say(words), code="no_such_expiry", field="expires_on")
    if not 1 <= batch.count <= MOST_AT_ONCE:
        raise Refused(
            say(N_("Between 1 and %(most)s containers at once."), most=MOST_AT_ONCE), code="count", field="count"
        )
    if batch.labels and len(set(batch.labels)) != batch.count:
        raise Refused(
            say(N_("Give one label for each of the %(count)s containers, each different."), count=batch.count),
            code="labels_do_not_match",
            field="labels",
        )
    return product


def _lock_site(session: Session, act: Act) -> None:
    """Let one batch come in at a time, so that labels can be counted on."""
    session.execute(select(Site.id).where(Site.id == act.site_id).with_for_update(key_share=True))


def _refuse_after_first_use(session: Session, product_id: int, act: Act) -> None:
    used = select(Movement.id).where(
        Movement.site_id == act.site_id, Movement.product_id == product_id, Movement.kind != MovementKind.INITIAL
    )
    if session.scalars(used.limit(1)).first() is not None:
        raise Refused(
            say(N_("This product is already in use here. Take in a delivery instead.")),
            code="already_in_use",
            field="product",
        )


def _lot(session: Session, batch: Batch, act: Act) -> Lot:
    query = select(Lot).where(
        Lot.product_id == batch.product_id, Lot.number == batch.lot_number, Lot.expires_on == batch.expires_on
    )
    lot = session.scalar(query)
    if lot is None:
        lot = Lot(product_id=batch.product_id, number=batch.lot_number, expires_on=batch.expires_on, **act.stamp)
        session.add(lot)
        session.flush()
    return lot


def _take_in(session: Session, product: Product, batch: Batch, lot: Lot, act: Act) -> list[Container]:
    taken = set(session.scalars(select(Container.label).where(Container.site_id == act.site_id)))
    clashes = taken & set(batch.labels)
    if clashes:
        raise Refused(
            say(N_("A container with the label %(label)s is already on record."), label=min(clashes)),
            code="label_taken",
            field="labels",
        )
    labels = batch.labels or new_labels(taken, batch.count)
    made = [
        Container(site_id=act.site_id, product_id=product.id, lot_id=lot.id, label=label, size=batch.size)
        for label in labels
    ]
    session.add_all(made)
    session.flush()
    return made


def _note_of_each(session: Session, made: list[Container], batch: Batch, witnessed_by_id: int | None, act: Act) -> None:
    """Keep the seal numbers of containers that came, and what each weighs empty, where somebody typed them."""
    if batch.seals:
        container_seals.seals_as_they_came(session, made, batch.seals, act)
    if not batch.tares:
        return
    if len(batch.tares) not in (1, len(made)):
        words = N_("Give one weight for all %(count)s containers, or one for each.")
        raise Refused(say(words, count=len(made)), code="tares_do_not_match", field="tares")
    each = batch.tares if len(batch.tares) == len(made) else batch.tares * len(made)
    for container, tare in zip(made, each, strict=True):
        weighing.set_tare_as_it_came(session, container, tare, witnessed_by_id, act)


def new_labels(taken: set[str], count: int) -> Sequence[str]:
    """Return the next labels that no container of the site carries: `B-00001` and on."""
    free = (label for n in counting(len(taken) + 1) if (label := f"B-{n:05}") not in taken)
    return list(islice(free, count))


def _came(
    session: Session,
    container: Container,
    kind: MovementKind,
    act: Act,
    *,
    receipt_id: int | None = None,
    witnessed_by_id: int | None = None,
) -> Movement:
    source = PlaceKind.INVENTORY if kind is MovementKind.INITIAL else PlaceKind.SUPPLIER
    return stock.move(
        session,
        Standing(
            container.id,
            container.product_id,
            container.lot_id,
            container.label,
            None,
            None,
            None,
            0,
            Quantity(Decimal(0)),
        ),
        kind=kind,
        quantity=container.size,
        from_place_id=stock.place_id(session, act, source),
        to_place_id=stock.place_id(session, act, PlaceKind.SAFE),
        holds_after=container.size,
        act=act,
        receipt_id=receipt_id,
        witnessed_by_id=witnessed_by_id,
    )
