"""Whatever is done on whatever days: every period reconciles, and one row changed past the services shows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dispensary.errors import DomainError
from dispensary.queries.reconciliation import reconciliation
from dispensary.services import stock_leaving
from models.enums import WasteReason
from models.units import Quantity
from tests import factories

A_DAY = timedelta(days=1)
DAYS = 4
amounts = st.integers(min_value=2, max_value=40_000).map(lambda n: Quantity(Decimal(n) / 1000))
steps = st.tuples(
    st.sampled_from(["dose", "dose", "dose", "part", "incident", "reverse", "reverse_poured", "waste", "spill", "end"]),
    amounts,
    st.integers(min_value=0, max_value=DAYS - 1),  # clinic day
)
ROWS = {
    "movement.quantity": "UPDATE movement SET quantity = quantity + 1 WHERE id = :id",
    "movement.balance_after": "UPDATE movement SET balance_after = balance_after + 1 WHERE id = :id",
    "movement": "DELETE FROM movement WHERE id = :id",
    "register_entry": "DELETE FROM register_entry WHERE id = :id",
    "register_entry.body": "UPDATE register_entry SET body = replace(body, 'quantity', 'Quantity') WHERE id = :id",
    "dose_line.taken": "UPDATE dose_line SET taken = taken - 1 WHERE id = :id",
    "dose_line": "DELETE FROM dose_line WHERE id = :id",
}


class Window:
    """One window over some days, and the doses that may still be reversed."""

    def __init__(self, session, world):
        self.session, self.world, self.doses = session, world, []
        self.methadone = world.products["methadone"].id
        first = world.day
        self.orders = {}
        for n in range(DAYS):
            who = factories.person(session)
            self.orders[n] = (who, factories.order(session, world, who, starts_on=first))

    def at(self, day):
        return self.world.at + day * A_DAY

    def someone(self):
        who = factories.person(self.session)
        return who, factories.order(self.session, self.world, who, starts_on=self.world.day)

    def dose(self, amount, day, **how):
        made = factories.dose(
            self.session, self.world, *self.someone(), lines={"methadone": str(amount)}, at=self.at(day), **how
        )
        self.doses.append(made)

    def part(self, amount, day):
        self.dose(amount, day, taken=str((amount - Decimal("0.001")) * 10))

    def incident(self, amount, day):
        self.dose(amount, day, recorded_at=self.at(DAYS))

    def reverse(self, amount, day, poured=False):
        if self.doses:
            wrong = self.doses.pop(0)
            at = max(self.at(day), wrong.taken_at)
            factories.reversal(self.session, self.world, wrong, at=at, poured=poured)

    def reverse_poured(self, amount, day):
        self.reverse(amount, day, poured=True)

    def spill(self, amount, day):
        factories.spill(self.session, self.world, *self.someone(), amount=str(amount), at=self.at(day))

    def waste(self, amount, day):
        self._lose(stock_leaving.waste_stock, day, quantity=amount, reason=WasteReason.CONTAMINATED)

    def end(self, amount, day):
        self._lose(stock_leaving.mark_emptied, day, measured=amount)

    def _lose(self, verb, day, **what):
        verb(
            self.session,
            container_id=self.world.containers["methadone"].id,
            witnessed_by_id=self.world.witness.id,
            act=self.world.act(at=self.at(day)),
            **what,
        )


def done(session, world, plan):
    window = Window(session, world)
    for verb, amount, day in plan:
        with session.begin_nested() as step:
            try:
                getattr(window, verb)(amount, day)
                session.flush()
            except DomainError:
                step.rollback()
    session.flush()
    session.expire_all()
    return window


def methadone(session, world, first, last):
    found = reconciliation(session, world.site.id, world.day + first * A_DAY, world.day + last * A_DAY)
    return next(one for one in found.products if one.product_id == world.products["methadone"].id)


anywhen = settings(
    max_examples=12, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@anywhen
@given(plan=st.lists(steps, max_size=10))
def test_every_period_reconciles_whatever_is_done(session, world, plan):
    done(session, world, plan)

    for first in range(DAYS):
        for last in range(first, DAYS):
            found = methadone(session, world, first, last)
            assert found.differences == ()
            days = [methadone(session, world, day, day) for day in range(first, last + 1)]
            assert found.stock.opening == days[0].stock.opening
            assert found.stock.closing == days[-1].stock.closing
            assert found.stock.went_out == sum(day.stock.went_out for day in days)
    session.rollback()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@anywhen
@given(plan=st.lists(steps, min_size=1, max_size=8), row=st.sampled_from(sorted(ROWS)), pick=st.integers(0, 99))
def test_one_row_changed_past_the_services_shows(session, world, plan, row, pick):
    done(session, world, [("dose", Quantity(Decimal(8)), 0), *plan])
    for name, _ in session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all():
        session.execute(text(f'DROP TRIGGER "{name}"'))
    of = "product_id = :product" if "dose_line" not in row else "product_id = :product AND taken > 0"
    ids = session.scalars(
        text(f"SELECT id FROM {row.split('.')[0]} WHERE {of} ORDER BY id"),
        {"product": world.products["methadone"].id},
    ).all()
    session.execute(text("PRAGMA defer_foreign_keys = ON"))
    session.execute(text(ROWS[row]), {"id": ids[pick % len(ids)]})
    session.expire_all()

    found = methadone(session, world, 0, DAYS)

    assert found.differences
    assert all(one.by_movements != one.otherwise or one.row for one in found.differences)
    session.rollback()
