"""Counting, ordering and destroying in the made-up clinic, as two nurses and its head do it through the year."""

from datetime import date, datetime
from decimal import Decimal
from itertools import count as counting

from sqlalchemy.orm import Session

from dispensary.demo.setting import Clinic, Ware
from dispensary.queries import stock_counts as shelves
from dispensary.queries import suppliers as records
from dispensary.queries.stock_counts import OnShelf
from dispensary.rules import deliveries
from dispensary.rules.deliveries import OrderedLine
from dispensary.rules.stock_counts import Looked
from dispensary.rules.weighing import Scale
from dispensary.services import stock_counts, stock_orders, suppliers, weighing
from dispensary.services.stock_counts import Counting
from dispensary.services.stock_orders import Source
from dispensary.services.suppliers import SupplierEntry
from models.enums import CountFound, CountKind, Form
from models.units import Grams, Quantity, grams, grams_per_ml, mg, quantity

TARE, DENSITY = grams("148.6"), grams_per_ml("1.052")
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
        self.night_seals = counting(1)
        self.to_weigh = {key for key, ware in clinic.products.items() if ware.form is Form.LIQUID}
        """Liquids of which nobody has weighed an empty bottle yet."""

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

    def weigh(self, product_id: int, container_ids: list[int], day: date, at: datetime) -> None:
        """Weigh one empty bottle of a liquid together, the first time that it comes."""
        if product_id not in self.to_weigh or not container_ids:
            return
        self.to_weigh.remove(product_id)
        container_id, witness = container_ids[0], self.clinic.staff["nurse"]
        act = self.clinic.act("head", at, day)
        weighing.set_tare(
            self.session,
            container_id=container_id,
            grams=TARE,
            of_kind=True,
            note="an empty bottle of the kind, dry, with its pump",
            witnessed_by_id=witness,
            act=act,
        )
        weighing.set_density(
            self.session,
            container_id=container_id,
            density=DENSITY,
            source="certificate of analysis of the maker",
            witnessed_by_id=witness,
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
        shelf = shelves.shelf_of(self.session, self.clinic.site_id, window_id, day)
        looked = {}
        for one in shelf:
            books = one.expected
            if books.sealed:
                looked[one.id] = Looked(books.seq, CountFound.WHOLE, basis=books.basis, seal=_number(one))
                continue
            lacks = short and books.books > SHORT_BY and books.books % SHORT_BY == 0 and books.smallest_part < SHORT_BY
            measured = quantity(books.books - SHORT_BY) if lacks else books.books
            looked[one.id] = self._measured(one, measured, kind)
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

    def _measured(self, one: OnShelf, measured: Quantity, kind: CountKind) -> Looked:
        """Return what is in an open container: weighed at the end of a day, when it is sealed for the night too."""
        seal, gross = _number(one) if kind is CountKind.OPENING else "", None
        if one.scale is not None and kind is CountKind.CLOSING:
            gross, seal = _on_scale(one.scale, measured), f"N-{next(self.night_seals):05}"
        return Looked(one.seq, CountFound.MEASURED, measured, gross, one.expected.basis, seal)


def _number(one: OnShelf) -> str:
    return one.expected.seal.number if one.expected.seal else ""


def _on_scale(scale: Scale, measured: Quantity) -> Grams:
    """Return what the scale shows of a bottle that holds so much: the step that is nearest."""
    steps = (scale.tare + measured * scale.grams_per_ml) / scale.readability
    return Grams(steps.quantize(Decimal(1)) * scale.readability)
