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
from dispensary.rules.products import is_whole_parts
from dispensary.services import audit, stock
from dispensary.services.act import Act
from dispensary.services.stock import Standing
from dispensary.wording import N_, say
from models import Container, Lot, Movement, Product, Receipt, ReceiptSignature, Site
from models.enums import AuditKind, MovementKind, PlaceKind
from models.units import Quantity

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Batch:
    """Containers of one lot and one size that come in together; labels are made up where none were typed."""

    product_id: int
    lot_number: str
    expires_on: date
    size: Quantity
    count: int
    labels: tuple[str, ...] = ()


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


def receive_delivery(session: Session, *, supplier: str, document_no: str, batch: Batch, act: Act) -> Receipt:
    """Take a delivery into the safe. None of its containers may be opened until a second person has signed.

    A further batch under the same document, entered by the same person and not signed yet, joins the same delivery.

    Raises:
        Refused: expired, or the batch does not fit the product.
    """
    product = _product_to_stock(session, batch)
    if batch.expires_on < act.clinic_day:
        raise Refused(say(N_("This lot has expired. Do not take it in.")), code="expired", field="expires_on")
    _lock_site(session, act)
    receipt = _unsigned_receipt(session, supplier, document_no, act)
    lot = _lot(session, batch, act)
    made = _take_in(session, product, batch, lot, act)
    movements = [_came(session, c, MovementKind.RECEIVE, act, receipt_id=receipt.id) for c in made]
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


def countersign_receipt(session: Session, *, receipt_id: int, act: Act) -> ReceiptSignature:
    """Sign a delivery as the second person, who has checked it against its document.

    Raises:
        NotFound: no such delivery here.
        Refused: by whoever took it in.
        Conflict: it is signed already.
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
    signature = ReceiptSignature(receipt_id=receipt_id, signed_at=act.at, **act.stamp)
    session.add(signature)
    session.flush()
    audit.record(session, AuditKind.RECEIPT_COUNTERSIGNED, receipt, act)
    return signature


def _is_signed(session: Session, receipt_id: int) -> bool:
    query = select(ReceiptSignature.id).where(ReceiptSignature.receipt_id == receipt_id)
    return session.scalar(query) is not None


def _unsigned_receipt(session: Session, supplier: str, document_no: str, act: Act) -> Receipt:
    query = select(Receipt).where(
        Receipt.site_id == act.site_id,
        Receipt.supplier == supplier,
        Receipt.document_no == document_no,
        Receipt.recorded_by_id == act.by_id,
        Receipt.id.not_in(select(ReceiptSignature.receipt_id)),
    )
    known = session.scalars(query.order_by(Receipt.id.desc()).limit(1)).one_or_none()
    if known is not None:
        return known
    receipt = Receipt(supplier=supplier, document_no=document_no, received_at=act.at, **act.stamp)
    session.add(receipt)
    session.flush()
    return receipt


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
