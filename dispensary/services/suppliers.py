"""The list of suppliers, and the levels at which each product is ordered again."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.rules.products import is_whole_parts
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import Product, Site, StockLevel, Supplier
from models.enums import AuditKind
from models.units import Quantity

LONGEST_ADDRESS = 300
LONGEST_DELIVERY = 365


@dataclass(frozen=True)
class SupplierEntry:
    """What the list says of a supplier."""

    name: str
    address: str
    phone: str = ""
    licence_no: str = ""


def list_supplier(session: Session, *, entry: SupplierEntry, act: Act) -> Supplier:
    """Put a supplier on the list of this site.

    Raises:
        Refused: name or address is missing, or the name is on the list already.
    """
    values = _checked(entry)
    _lock_site(session, act)
    _refuse_name_taken(session, values["name"], act)
    supplier = Supplier(site_id=act.site_id, retired_on=None, **values)
    session.add(supplier)
    session.flush()
    audit.record(session, AuditKind.SUPPLIER_LISTED, supplier, act, **audit.said_of_card(supplier))
    return supplier


def change_supplier(
    session: Session, *, supplier_id: int, entry: SupplierEntry, retired: bool = False, act: Act
) -> Supplier:
    """Change what the list says of a supplier, or retire it: nothing new comes from there; what came keeps its own words.

    Raises:
        NotFound: there is no such supplier here.
        Refused: as for a new one, or nothing differs.
    """
    values: dict[str, Any] = _checked(entry)
    supplier = here(session, supplier_id, act)
    _lock_site(session, act)
    session.refresh(supplier, with_for_update={"key_share": True})
    _refuse_name_taken(session, values["name"], act, but=supplier_id)
    values["retired_on"] = (supplier.retired_on or act.clinic_day) if retired else None
    if all(getattr(supplier, name) == value for name, value in values.items()):
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
    for name, value in values.items():
        setattr(supplier, name, value)
    session.flush()
    audit.record(
        session, AuditKind.SUPPLIER_CHANGED, supplier, act, retired=int(retired), **audit.said_of_card(supplier)
    )
    return supplier


def here(session: Session, supplier_id: int, act: Act) -> Supplier:
    """Return a supplier of this site's list.

    Raises:
        NotFound: there is none such.
    """
    supplier = session.get(Supplier, supplier_id)
    if supplier is None or supplier.site_id != act.site_id:
        raise NotFound(say(N_("There is no such supplier on the list here.")), code="no_such_supplier")
    return supplier


def refuse_retired(supplier: Supplier) -> None:
    """Refuse something new with a supplier that the list has retired.

    Raises:
        Refused: it was retired.
    """
    if supplier.retired_on is not None:
        words = N_("%(supplier)s is on the list no more since %(day)s. Choose another.")
        raise Refused(
            say(words, supplier=supplier.name, day=supplier.retired_on), code="supplier_retired", field="supplier_id"
        )


def set_level(
    session: Session, *, product_id: int, reorder_at: Quantity, order_up_to: Quantity, delivery_days: int, act: Act
) -> StockLevel:
    """Set when a product is ordered again, up to how much, and how many days a delivery takes.

    Args:
        reorder_at: order when what is usable and on its way is this much or less; in the product's unit.
        order_up_to: order as much as brings it to this; in the product's unit.

    Raises:
        NotFound: there is no such product in use.
        Refused: the amounts are no whole parts of the product or in the wrong order, or nothing differs.
    """
    product = session.get(Product, product_id)
    if product is None or product.retired_at is not None:
        raise NotFound(say(N_("There is no such product in use.")), code="no_product")
    _check_level(product, reorder_at, order_up_to, delivery_days)
    _lock_site(session, act)
    level = session.scalar(
        select(StockLevel).where(StockLevel.site_id == act.site_id, StockLevel.product_id == product_id)
    )
    values = {"reorder_at": reorder_at, "order_up_to": order_up_to, "delivery_days": delivery_days}
    if level is None:
        level = StockLevel(site_id=act.site_id, product_id=product_id, **values)
        session.add(level)
    else:
        session.refresh(level, with_for_update={"key_share": True})
        if all(getattr(level, name) == value for name, value in values.items()):
            raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
        for name, value in values.items():
            setattr(level, name, value)
    session.flush()
    audit.record(session, AuditKind.STOCK_LEVEL_SET, level, act, product=product_id, **audit.said_of_card(level))
    return level


def _check_level(product: Product, reorder_at: Quantity, order_up_to: Quantity, delivery_days: int) -> None:
    for name, value in (("reorder_at", reorder_at), ("order_up_to", order_up_to)):
        if value < 0 or not is_whole_parts(value, product.smallest_part):
            words = say(
                N_("This is in whole parts of %(part)s, and not less than nothing."), part=product.smallest_part
            )
            raise Refused(words, code="part_does_not_fit", field=name)
    if order_up_to <= reorder_at:
        words = say(N_("Order up to more than the amount at which it is ordered again."))
        raise Refused(words, code="orders_nothing", field="order_up_to")
    if not 0 <= delivery_days <= LONGEST_DELIVERY:
        words = say(N_("A delivery takes between 0 and %(most)s days."), most=LONGEST_DELIVERY)
        raise Refused(words, code="delivery_days", field="delivery_days")


def _checked(entry: SupplierEntry) -> dict[str, str]:
    needed, longest = ("name", "address"), {"address": LONGEST_ADDRESS}
    return {
        field: people.line(text, field, needed=field in needed, longest=longest.get(field, people.LONGEST))
        for field, text in asdict(entry).items()
    }


def _lock_site(session: Session, act: Act) -> None:
    session.execute(select(Site.id).where(Site.id == act.site_id).with_for_update(key_share=True))


def _refuse_name_taken(session: Session, name: str, act: Act, but: int | None = None) -> None:
    query = select(Supplier.id).where(Supplier.site_id == act.site_id, Supplier.name == name, Supplier.id != (but or 0))
    if session.scalar(query) is not None:
        words = say(N_("A supplier of this name is on the list already. Open that one."))
        raise Refused(words, code="name_taken", field="name")
