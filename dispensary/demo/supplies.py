"""Keeping the made-up clinic in stock: first inventory, deliveries with two signatures, bottles brought to the windows."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count

from sqlalchemy.orm import Session

from dispensary.demo.pumping import Pumping
from dispensary.demo.rounds import Rounds
from dispensary.demo.setting import Clinic, Ware
from dispensary.demo.stockroom import SUPPLIER, Stockroom
from dispensary.queries import stock as shelves
from dispensary.rules.stock import ContainerFacts
from dispensary.services import stock_leaving, stock_moving, stock_receiving
from dispensary.services.act import Act
from dispensary.services.stock_receiving import Batch
from models.enums import Form, Medication, WasteReason
from models.units import quantity

SEALED_AT_WINDOW = 2
ORDERED_BELOW = 9
LOWEST_IN_SAFE = 6
DELIVERED = 12
SHELF_LIFE = timedelta(days=540)
SPILL_EVERY_DAYS = 45


class Supplies:
    """The stock of the clinic, kept by two nurses every morning before it opens."""

    def __init__(self, session: Session, clinic: Clinic) -> None:
        """Keep this clinic in stock."""
        self.session, self.clinic = session, clinic
        self.stockroom = Stockroom(session, clinic)
        self.pumping = Pumping(session, clinic)
        self.rounds = Rounds(session, clinic)
        self.safe: dict[int, list[int]] = {product_id: [] for product_id in clinic.products}
        self.documents, self.forms = count(1), count(1)
        self.seals = count(20401)
        self.first_day: date | None = None

    def fill(self, day: date, at: datetime) -> None:
        """See that no window runs out today."""
        if self.first_day is None:
            self.first_day = day
            self.stockroom.found(day, at)
            self.pumping.found(day, at)
            self.rounds.found(day, at)
            self._first_inventory(day, at)
        for product_id, ware in self.clinic.products.items():
            if len(self.safe[product_id]) < ORDERED_BELOW:
                self.stockroom.order(product_id, ware, DELIVERED, f"N-{next(self.forms):05}", (day, at))
            if len(self.safe[product_id]) < LOWEST_IN_SAFE:
                self._delivery(product_id, ware, day, at)
            for number, window_id in enumerate(self.clinic.windows[: 1 if ware.form is Form.INJECTION else None]):
                self._bring(product_id, ware, window_id, number, day, at)
        if (day - self.first_day).days % SPILL_EVERY_DAYS == SPILL_EVERY_DAYS - 1:
            self._spill(day, at)

    def _batch(self, product_id: int, ware: Ware, day: date) -> Batch:
        return Batch(
            product_id=product_id,
            lot_number=f"{product_id}{day:%y%m%d}",
            expires_on=day + SHELF_LIFE,
            size=quantity(ware.size),
            count=DELIVERED,
            seals=self._seals() if ware.form is Form.LIQUID else (),
        )

    def _seals(self) -> tuple[str, ...]:
        """Return the numbers on the seals of one delivery of bottles, as they come off the maker's roll."""
        return tuple(f"HK {next(self.seals):06}" for _ in range(DELIVERED))

    def _first_inventory(self, day: date, at: datetime) -> None:
        act = self.clinic.act("head", at, day)
        for product_id, ware in self.clinic.products.items():
            made = stock_receiving.take_initial_inventory(
                self.session,
                batch=self._batch(product_id, ware, day),
                witnessed_by_id=self.clinic.staff["nurse"],
                act=act,
            )
            self.safe[product_id] += [container.id for container in made]
            self.stockroom.weigh(product_id, self.safe[product_id], day, at)

    def _delivery(self, product_id: int, ware: Ware, day: date, at: datetime) -> None:
        receipt = stock_receiving.receive_delivery(
            self.session,
            supplier=SUPPLIER.name,
            source=self.stockroom.source(product_id),
            document_no=f"D-{next(self.documents):05}",
            batch=self._batch(product_id, ware, day),
            act=self.clinic.act("nurse", at, day),
        )
        stock_receiving.countersign_receipt(self.session, receipt_id=receipt.id, act=self.clinic.act("nurse2", at, day))
        known = set(self.safe[product_id])
        self.safe[product_id] += [
            c.id for c in shelves.on_shelf(self.session, self.clinic.site_id)
            if c.product_id == product_id and c.window_id is None and c.is_sealed and c.id not in known
        ]  # fmt: skip

    def _bring(self, product_id: int, ware: Ware, window_id: int, number: int, day: date, at: datetime) -> None:
        """See that sealed containers stand ready at a window, and that one is open."""
        act = self.clinic.act(("nurse", "nurse2")[number], at, day, window_id)
        sealed = self._sealed_here(product_id, ware, window_id)
        if len(sealed) < SEALED_AT_WINDOW:
            sealed += self._fetch(product_id, SEALED_AT_WINDOW - len(sealed), act)
            self._change_empty(product_id, ware, window_id, sealed[0], act)

    def pack_kit(self, day: date, at: datetime) -> None:
        """Pack a box of films for the round, the one that the windows would be brought last."""
        films = next(key for key, ware in self.clinic.products.items() if ware.form is Form.FILM)
        self.rounds.pack(self.safe[films][-1], day, at)

    def refill(self, window_id: int, medication: Medication, form: Form, act: Act) -> None:
        """Bring what a window lacks, end what holds nothing more there, and open the next in its place."""
        for product_id, ware in self.clinic.products.items():
            if (ware.medication, ware.form) == (medication, form):
                sealed = self._sealed_here(product_id, ware, window_id) or self._fetch(product_id, 1, act)
                self._change_empty(product_id, ware, window_id, sealed[0], act)

    def _change_empty(self, product_id: int, ware: Ware, window_id: int, following: int, act: Act) -> None:
        opened = [c for c in self._here(product_id, ware, window_id) if c.is_open]
        if opened and opened[0].holds > 0:
            return
        if opened:
            stock_leaving.mark_emptied(self.session, container_id=opened[0].id, act=act)
        witness = self.clinic.staff["nurse3"]
        stock_moving.open_container(self.session, container_id=following, witnessed_by_id=witness, act=act)

    def _here(self, product_id: int, ware: Ware, window_id: int) -> list[ContainerFacts]:
        here = shelves.containers_at_window(self.session, window_id, ware.medication, ware.form)
        return [c for c in here if c.product_id == product_id]

    def _sealed_here(self, product_id: int, ware: Ware, window_id: int) -> list[int]:
        return [c.id for c in self._here(product_id, ware, window_id) if not c.is_open]

    def _fetch(self, product_id: int, wanted: int, act: Act) -> list[int]:
        """Bring sealed containers from the safe to the window of an act."""
        assert act.window_id is not None
        chosen, self.safe[product_id] = self.safe[product_id][:wanted], self.safe[product_id][wanted:]
        stock_moving.move_to_window(self.session, container_ids=chosen, window_id=act.window_id, act=act)
        return chosen

    def _spill(self, day: date, at: datetime) -> None:
        """Lose a little methadone before a witness."""
        product_id, ware = next(iter(self.clinic.products.items()))
        window_id = self.clinic.windows[0]
        here = shelves.containers_at_window(self.session, window_id, ware.medication, ware.form)
        opened = next((c for c in here if c.is_open and c.holds > Decimal(10)), None)
        if opened is not None and opened.product_id == product_id:
            stock_leaving.waste_stock(
                self.session,
                container_id=opened.id,
                quantity=quantity("2.5"),
                reason=WasteReason.SPILT,
                note="cup knocked over",
                witnessed_by_id=self.clinic.staff["nurse2"],
                act=self.clinic.act("nurse", at, day, window_id),
            )
