"""Stock at a safe and two windows, in any order of events: every path to a balance tells the same, and none below zero."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

import models
from dispensary.errors import DomainError
from dispensary.queries import kits as kit_queries
from dispensary.queries import stock as stock_queries
from dispensary.queries import stock_counts as count_queries
from dispensary.queries.verification import verify
from dispensary.rules.stock import HERE
from dispensary.rules.stock_counts import Looked
from dispensary.services import audit, kits, sites, stock, stock_leaving, stock_moving, stock_receiving
from dispensary.services.kits import Closed, Packing
from dispensary.services.stock_counts import Counting
from dispensary.services.stock_receiving import Batch
from models import ChainHead, Container, Movement, Place, RegisterEntry
from models.enums import AuditKind, ChainKind, CountFound, CountKind, MovementKind, PlaceKind, WasteReason
from models.units import Quantity, mg, quantity
from tests import factories
from tests.services.test_verify import KEY, said

VERBS = ["receive", "sign", "to_window", "to_window", "to_safe", "open", "open", *["dispense"] * 4, "reverse", "reverse",
         "reverse_again", "waste", "spill", "end", "pack", "pack", "pass_on", "pass_on", "unpack", "unpack"]  # fmt: skip
happenings = st.lists(
    st.tuples(
        st.sampled_from(VERBS),
        st.integers(min_value=0, max_value=20),
        st.integers(min_value=0, max_value=1),
        st.integers(min_value=1, max_value=120).map(lambda n: Quantity(Decimal(n) / 2)),
    ),
    max_size=25,
)


class Clinic:
    """Two windows and a safe of one product, and whatever hypothesis lets happen there."""

    def __init__(self, session, world):
        self.session, self.world = session, world
        self.product = factories.product(session, name="For two windows", strength="5")
        second = factories.save(session, models.Window(site_id=world.site.id, name="Window 2"))
        self.windows = [world.window.id, second.id]
        self.kit = sites.add_kit(session, name="Kit A", act=world.act())
        self.receipts, self.drawn, self.reversals = [], [], []
        self.receive(0, 0, quantity("60"))
        self.sign(0, 0, None)
        self.receive(1, 0, quantity("30"))
        self.sign(1, 0, None)
        for which in range(2):
            self.to_window(which, which, None)
            self.open(which, which, None)

    def act(self, window=0):
        return replace(self.world.act(), window_id=self.windows[window])

    def container(self, which):
        query = select(Container).where(Container.product_id == self.product.id).order_by(Container.id)
        every = self.session.scalars(query).all()
        return every[which % len(every)].id

    def receive(self, which, window, amount):
        batch = Batch(self.product.id, f"L{which % 3}", date(2030, 1, 1), amount, 2)
        made = stock_receiving.receive_delivery(
            self.session, supplier="Mallow", document_no=str(which), batch=batch, act=self.act()
        )
        self.receipts.append(made.id)

    def sign(self, which, window, amount):
        receipt_id = self.receipts[which % len(self.receipts)]
        act = self.world.act(self.world.witness)
        stock_receiving.countersign_receipt(self.session, receipt_id=receipt_id, act=act)

    def to_window(self, which, window, amount):
        stock_moving.move_to_window(
            self.session, container_ids=[self.container(which)], window_id=self.windows[window], act=self.act(window)
        )

    def to_safe(self, which, window, amount):
        stock_moving.move_to_safe(self.session, container_ids=[self.container(which)], act=self.act(window))

    def open(self, which, window, amount):
        by = self.world.witness.id
        stock_moving.open_container(
            self.session, container_id=self.container(which), witnessed_by_id=by, act=self.act(window)
        )

    def dispense(self, which, window, amount):
        made = stock.draw(
            self.session,
            container_id=self.container(which),
            quantity=amount,
            kind=MovementKind.DISPENSE,
            to_place=PlaceKind.PERSON,
            act=self.act(window),
        )
        self.write(made, AuditKind.DOSE_RECORDED)
        self.drawn.append(made)

    def reverse(self, which, window, amount):
        if self.drawn:
            made = stock.put_back(self.session, movement=self.drawn.pop(which % len(self.drawn)), act=self.act(window))
            self.write(made, AuditKind.DOSE_REVERSED)
            self.reversals.append(made)

    def reverse_again(self, which, window, amount):
        if self.reversals:
            stock.put_back(self.session, movement=self.reversals[which % len(self.reversals)], act=self.act(window))
            raise AssertionError("a reversal was reversed")

    def waste(self, which, window, amount, reason=WasteReason.CONTAMINATED):
        stock_leaving.waste_stock(
            self.session,
            container_id=self.container(which),
            quantity=amount,
            reason=reason,
            witnessed_by_id=self.world.witness.id,
            note="cloudy",
            act=self.act(window),
        )

    def spill(self, which, window, amount):
        self.waste(which, window, amount, WasteReason.SPILT)

    def end(self, which, window, amount):
        stock_leaving.mark_emptied(
            self.session,
            container_id=self.container(which),
            measured=amount,
            witnessed_by_id=self.world.witness.id,
            act=self.act(window),
        )

    def trip(self):
        trips = kit_queries.newest(self.session, self.world.site.id)
        return trips[0] if trips else None

    def pack(self, which, window, amount):
        trip = self.trip()
        kits.pack(
            self.session,
            kit_id=self.kit.id,
            packing=Packing(trip.turn + 1 if trip else 1, "Ward 3", "S-1", self.world.at + timedelta(hours=1)),
            container_ids=[self.container(which), self.container(which + 3)],
            witnessed_by_id=self.world.witness.id,
            act=self.act(),
        )

    def pass_on(self, which, window, amount):
        trip = self.trip()
        if trip:
            by, to = [(self.world.nurse, self.world.witness), (self.world.witness, self.world.nurse)][which % 2]
            closed = Closed(len(trip.passed) + 1, sealed=bool(window), seal_no="S-2", note="opened")
            kits.hand_over(self.session, trip_id=trip.id, closed=closed, taken_by_id=to.id, act=self.world.act(by))

    def unpack(self, which, window, amount):
        trip = self.trip()
        if trip:
            by, other = [(self.world.nurse, self.world.witness), (self.world.witness, self.world.nurse)][which % 2]
            shelf = count_queries.shelf_of(self.session, self.world.site.id, self.kit.window_id)
            seen = [CountFound.WHOLE, CountFound.WHOLE, CountFound.NOT_FOUND]
            looked = {
                one.id: Looked(one.seq, seen[(which + turn) % 3])
                if one.sealed
                else Looked(one.seq, CountFound.MEASURED, one.expected.books)
                for turn, one in enumerate(shelf)
            }
            kits.take_back(
                self.session,
                trip_id=trip.id,
                closed=Closed(len(trip.passed) + 1, sealed=False, note="open"),
                counting=Counting(CountKind.KIT_RETURN, self.kit.window_id, looked, note="looked twice"),
                witness_above=mg(20),
                witnessed_by_id=other.id,
                act=self.world.act(by),
            )

    def write(self, movement, kind):
        audit.record(self.session, kind, movement, self.act())
        stock.enter_register(self.session, [movement], self.act())


@settings(max_examples=12, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=happenings)
def test_every_path_to_a_balance_tells_the_same(session, world, history):
    clinic = Clinic(session, world)

    for verb, *how in history:
        try:
            getattr(clinic, verb)(*how)
        except DomainError:
            continue  # refused, and nothing of it counts: the sums below say so

    _check(session, world, clinic.product.id)
    assert said(session, world) == []
    session.rollback()


def _check(session, world, product_id):
    movements = session.scalars(select(Movement).where(Movement.product_id == product_id).order_by(Movement.id)).all()
    kinds = {place.id: place.kind for place in session.scalars(select(Place))}
    at_place, held, last = defaultdict(Decimal), defaultdict(Decimal), {}
    for one in movements:
        at_place[one.lot_id, one.to_place_id] += one.quantity
        at_place[one.lot_id, one.from_place_id] -= one.quantity
        change = (kinds[one.to_place_id] in HERE) - (kinds[one.from_place_id] in HERE)
        held[one.container_id] += change * one.quantity
        assert one.balance_after == held[one.container_id] >= 0
        last[one.container_id] = one.balance_after
    for lot in {lot for lot, _ in at_place}:
        assert sum(much for (of, _), much in at_place.items() if of == lot) == 0
    assert all(much >= 0 for (_, place), much in at_place.items() if kinds[place] in HERE)
    here = sum(last.values())
    sums = stock_queries.balances(session, world.site.id)
    overview = next(p for p in stock_queries.overview(session, world.site.id) if p.id == product_id)
    head = select(ChainHead.last_balance).where(
        ChainHead.kind == ChainKind.REGISTER, ChainHead.product_id == product_id
    )
    line = select(RegisterEntry.body).where(RegisterEntry.product_id == product_id)
    body = session.scalars(line.order_by(RegisterEntry.number.desc()).limit(1)).one()
    ways = {
        "containers": here,
        "places": sum(sums.get((product_id, kind), Decimal(0)) for kind in HERE),
        "stock page": overview.total,
        "register's head": session.scalar(head),
        "register's last line": Decimal(json.loads(body)["balance"]) / 1000,
    }
    assert set(ways.values()) == {here}, ways
    open_at = [c.window_id for c in _open(session, product_id)]
    assert len(open_at) == len(set(open_at))


def _open(session, product_id):
    return session.scalars(
        select(Container).where(
            Container.product_id == product_id, Container.opened_at.is_not(None), Container.emptied_at.is_(None)
        )
    )


def test_a_reversal_is_not_reversed_but_the_dose_is_given_anew(session, world):
    clinic = Clinic(session, world)
    for _ in range(3):
        clinic.dispense(0, 0, quantity("8"))
        clinic.reverse(0, 0, None)

    with pytest.raises(DomainError) as refused:
        clinic.reverse_again(0, 0, None)

    assert refused.value.code == "not_taken_out"
    _check(session, world, clinic.product.id)
    assert verify(session, world.site.id, KEY.public_key()).sound
