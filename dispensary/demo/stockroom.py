"""Counting, ordering and destroying in the made-up clinic, as two nurses and its head do it through the year."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from dispensary.demo.setting import Clinic, Ware
from dispensary.queries import stock_counts as shelves
from dispensary.queries import suppliers as records
from dispensary.rules import deliveries
from dispensary.rules.deliveries import OrderedLine
from dispensary.rules.stock_counts import Looked
from dispensary.services import stock_counts, stock_orders, suppliers
from dispensary.services.stock_counts import Counting
from dispensary.services.stock_orders import Source
from dispensary.services.suppliers import SupplierEntry
from models.enums import CountFound, CountKind
from models.units import Quantity, mg, quantity

COUNTED_DAILY = 14
"""Of so many days before today the opening and closing counts are on record; before them the weekly ones alone."""
A_WEEK = 7
SHORT_BY = quantity("0.5")
SHORT_EVERY = 4
"""Weeks between two counts that find a little less than the books say."""
SUPPLIER = SupplierEntry(
    "Northern Pharmacy Supply", "4 Dock Road, Harbour Town", phone="555-0188", licence_no="W-2210-NPS"
)
DELIVERY_DAYS = 3


class Stockroom:
    """What is ordered, and what is counted."""

    def __init__(self, session: Session, clinic: Clinic) -> None:
        """Keep the stockroom of this clinic."""
        self.session, self.clinic = session, clinic
        self.supplier_id = 0
        self.ordered: dict[int, int] = {}
        """The open order of each product."""
        self.weeks = 0

    def found(self, day: date, at: datetime) -> None:
        """List the supplier, and say from what amount on each product is ordered again."""
        act = self.clinic.act("head", at, day)
        self.supplier_id = suppliers.list_supplier(self.session, entry=SUPPLIER, act=act).id
        for product_id, ware in self.clinic.products.items():
            suppliers.set_level(
                self.session,
                product_id=product_id,
                reorder_at=Quantity(quantity(ware.size) * 8),
                order_up_to=Quantity(quantity(ware.size) * 20),
                delivery_days=DELIVERY_DAYS,
                act=act,
            )

    def order(self, product_id: int, ware: Ware, count: int, number: str, act_at: tuple[date, datetime]) -> None:
        """Order containers of a product, unless an order of it is open."""
        day, at = act_at
        if product_id not in self.ordered:
            placed = stock_orders.place_order(
                self.session,
                supplier_id=self.supplier_id,
                form_number=number,
                ordered_on=day,
                lines=(OrderedLine(product_id, quantity(ware.size), count),),
                act=self.clinic.act("head", at, day),
            )
            self.ordered[product_id] = placed.id

    def source(self, product_id: int) -> Source:
        """Return from whom a product comes now, and on which order; the order is no longer waited for."""
        order_id = self.ordered.pop(product_id, None)
        if order_id is None:
            return Source(self.supplier_id)
        lines = [line.ordered for line in records.lines_of(self.session, order_id)]
        shown = deliveries.shown_order(lines, records.came_on(self.session, order_id))
        return Source(self.supplier_id, order_id, shown)

    def count(self, kind: CountKind, day: date, at: datetime, days_left: int) -> None:
        """Count every place, if a count of this kind is on record for the day."""
        weekly = kind is CountKind.WEEKLY
        if (weekly and days_left % A_WEEK) or (not weekly and days_left > COUNTED_DAILY):
            return
        self.weeks += weekly
        short = weekly and self.weeks % SHORT_EVERY == 0
        self._count(kind, None, day, at, short=False)
        for window_id in self.clinic.windows:
            self._count(kind, window_id, day, at, short=short and window_id == self.clinic.windows[0])

    def _count(self, kind: CountKind, window_id: int | None, day: date, at: datetime, *, short: bool) -> None:
        shelf = shelves.shelf_of(self.session, self.clinic.site_id, window_id)
        looked = {}
        for one in shelf:
            books = one.expected
            if books.sealed:
                looked[one.id] = Looked(books.seq, CountFound.WHOLE)
                continue
            lacks = short and books.books > SHORT_BY and books.books % SHORT_BY == 0 and books.smallest_part < SHORT_BY
            measured = quantity(books.books - SHORT_BY) if lacks else books.books
            looked[one.id] = Looked(books.seq, CountFound.MEASURED, measured)
            short = short and not lacks
        differs = any(looked[one.id].measured not in (None, one.expected.books) for one in shelf)
        stock_counts.count_place(
            self.session,
            counting=Counting(
                kind, window_id, looked, note="measured twice, drops on the cap of the pump" if differs else ""
            ),
            witness_above=mg(1000),
            witnessed_by_id=self.clinic.staff["nurse2"],
            act=self.clinic.act("nurse", at, day, window_id),
        )
