"""Whatever is done with the stock, in whatever order: nothing appears, nothing vanishes, every line follows the last."""

import json
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dispensary.errors import Refused
from dispensary.queries import stock as stock_queries
from dispensary.rules.chain import Link, breaks
from dispensary.rules.stock import HERE
from dispensary.services import audit, stock, stock_leaving, stock_moving, stock_receiving
from dispensary.services.stock_receiving import Batch
from models import Movement, Place, RegisterEntry
from models.enums import AuditKind, MovementKind, PlaceKind, WasteReason
from models.units import Quantity
from tests import factories

amounts = st.integers(min_value=1, max_value=60_000).map(lambda n: Quantity(Decimal(n) / 1000))
steps = st.one_of(
    st.tuples(st.just("dispense"), amounts),
    st.tuples(st.just("waste"), amounts),
    st.tuples(st.just("end"), amounts),
    st.tuples(st.just("reverse"), amounts),
    st.tuples(st.just("next"), amounts),
    st.tuples(st.just("receive"), amounts),
)


class Shelf:
    """One product's stock at one window, and the last dispensed line that may still be reversed."""

    def __init__(self, session, world):
        self.session, self.world = session, world
        self.product = factories.product(session, name="For the ledger", strength="5", smallest_part="0.001")
        self.open = factories.container(session, world, self.product, size="50", opened=True)
        self.dispensed: list[Movement] = []

    def dispense(self, amount):
        act = self.world.act()
        made = stock.draw(
            self.session,
            container_id=self.open.id,
            quantity=amount,
            kind=MovementKind.DISPENSE,
            to_place=PlaceKind.PERSON,
            act=act,
        )
        self._write(made, AuditKind.DOSE_RECORDED)
        self.dispensed.append(made)

    def reverse(self, amount):
        if self.dispensed:
            made = stock.put_back(self.session, movement=self.dispensed.pop(), act=self.world.act())
            self._write(made, AuditKind.DOSE_REVERSED)

    def waste(self, amount):
        stock_leaving.waste_stock(
            self.session,
            container_id=self.open.id,
            quantity=amount,
            reason=WasteReason.CONTAMINATED,
            witnessed_by_id=self.world.witness.id,
            act=self.world.act(),
        )

    def end(self, amount):
        stock_leaving.mark_emptied(
            self.session,
            container_id=self.open.id,
            measured=amount,
            witnessed_by_id=self.world.witness.id,
            act=self.world.act(),
        )

    def next(self, amount):
        made = factories.container(self.session, self.world, self.product, size="50")
        stock_moving.open_container(self.session, container_id=made.id, act=self.world.act())
        self.open = made

    def receive(self, amount):
        batch = Batch(self.product.id, "L9", date(2030, 1, 1), amount, 2)
        stock_receiving.receive_delivery(
            self.session, supplier="Mallow", document_no="1", batch=batch, act=self.world.act()
        )

    def _write(self, movement, kind):
        audit.record(self.session, kind, movement, self.world.act())
        stock.enter_register(self.session, [movement], self.world.act())


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@settings(max_examples=30, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(steps, max_size=14))
def test_the_ledger_stays_true_whatever_is_done(session, world, plan):
    shelf = Shelf(session, world)

    for verb, amount in plan:
        try:
            getattr(shelf, verb)(amount)
        except Refused:
            continue  # a refusal wrote nothing that counts: the sums below say so

    check(session, world, shelf.product.id)
    session.rollback()


def check(session, world, product_id):
    movements = session.scalars(select(Movement).where(Movement.product_id == product_id).order_by(Movement.id)).all()
    kinds = {place.id: place.kind for place in session.scalars(select(Place))}
    by_lot, by_container, last = defaultdict(Decimal), defaultdict(Decimal), {}
    for movement in movements:
        by_lot[movement.lot_id, kinds[movement.to_place_id]] += movement.quantity
        by_lot[movement.lot_id, kinds[movement.from_place_id]] -= movement.quantity
        change = (kinds[movement.to_place_id] in HERE) - (kinds[movement.from_place_id] in HERE)
        by_container[movement.container_id] += change * movement.quantity
        last[movement.container_id] = movement.balance_after
        assert movement.balance_after == by_container[movement.container_id] >= 0
    for lot in {lot for lot, _ in by_lot}:
        assert sum(amount for (of, _), amount in by_lot.items() if of == lot) == 0
    sums = stock_queries.balances(session, world.site.id)
    here = sum((sums.get((product_id, kind), Decimal(0)) for kind in HERE), Decimal(0))
    assert here == sum(last.values())
    check_register(session, product_id, {m.id for m in movements}, here)


def check_register(session, product_id, movement_ids, here):
    entries = session.scalars(
        select(RegisterEntry).where(RegisterEntry.product_id == product_id).order_by(RegisterEntry.number)
    ).all()
    assert [e.number for e in entries] == list(range(1, len(entries) + 1))
    assert {e.movement_id for e in entries} == movement_ids
    assert list(breaks(Link(e.number, e.body, e.previous_digest, e.digest) for e in entries)) == []
    assert Decimal(json.loads(entries[-1].body)["balance"]) / 1000 == here
