"""Whatever is done at two windows to three people, in whatever order: no slot twice, no more than ordered, all adds up."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from dispensary.errors import Conflict, DomainError
from dispensary.policy.stack import OrderLimits
from dispensary.queries import orders as order_queries
from dispensary.queries import stock as stock_queries
from dispensary.queries.dosing import facts_for
from dispensary.queries.verification import verify
from dispensary.rules.dosing import SiteRules, reasons_to_withhold, shown_digest
from dispensary.rules.order_drafts import OrderDraft
from dispensary.rules.orders import Step
from dispensary.services import dose_reversals, dosing, orders, re_entry, stock_leaving, stock_moving, stops
from dispensary.services.dosing import Shown
from dispensary.services.orders import Signing
from models import Claim, ClaimRelease, Dose, DoseReversal, Movement, Stop, StopRelease, Window
from models.enums import (
    Form,
    Medication,
    PlaceKind,
    RefusedReason,
    ReversalReason,
    StopKind,
    TreatmentPhase,
    WasteReason,
    WithheldReason,
)
from models.units import mg, plain, quantity
from tests import factories
from tests.durability.recount import recount_within

KEY = Ed25519PrivateKey.generate()
SITE = SiteRules(hours_between_days=8, hold_from_days=3, hold_from_days_induction=2)
VERBS = (
    *("give",) * 6,
    *("press_an_old_page", "part", "withhold", "refuse", "reverse", "reverse_poured", "new_day", "new_day"),
    *("change_order", "stop_order", "set_stop", "release_stop", "release_held", "open_next", "waste"),
)
steps = st.tuples(st.sampled_from(VERBS), st.integers(0, 2), st.integers(0, 1), st.integers(1, 6))


class Clinic:
    """Three people, two windows, and everything that may be done."""

    def __init__(self, session, world):
        self.session, self.world, self.at = session, world, world.at
        self.windows = [world.window.id, factories.save(session, Window(site_id=world.site.id, name="Window 2")).id]
        self.people = [
            factories.patient(session, world, "80"),
            factories.patient(session, world, "65"),
            factories.person(session),
        ]
        split = {world.day: ("50", "30")}
        factories.order(session, world, self.people[2], steps=split, hours_between_parts=1)
        stock_moving.move_to_window(
            session,
            container_ids=[self._sealed("300").id for _ in range(2)],
            window_id=self.windows[1],
            act=world.act(),
        )
        self.pages: list[tuple[int, Shown]] = []
        self.given = 0

    def _sealed(self, size):
        return factories.container(
            self.session, self.world, self.world.products["methadone"], size=size, at_window=False
        )

    def act(self, window=0, by=None):
        self.at += timedelta(minutes=7)
        made = self.world.act(by, at=self.at)
        return replace(made, window_id=self.windows[window])

    def look(self, who, act):
        return facts_for(
            self.session,
            person_id=who,
            site_id=act.site_id,
            window_id=act.window_id,
            clinic_day=act.clinic_day,
            at=act.at,
        )

    def shown(self, who, act):
        page = Shown(who, shown_digest(self.look(who, act), SITE))
        self.pages.append((act.window_id, page))
        return page

    def give(self, who, window, n):
        act = self.act(window)
        page, facts = self.shown(who, act), self.look(who, act)
        may = not reasons_to_withhold(facts, SITE)
        try:
            made = dosing.record_dose(self.session, shown=page, site=SITE, act=act)
        except DomainError:
            assert not may, "the page said yes and the service no"
            raise
        assert may, "the page said no and the service yes"
        assert (made.taken_mg, made.order_id) == (facts.due_mg, facts.order.id)
        self.given += 1

    def press_an_old_page(self, who, window, n):
        if self.pages:
            _, page = self.pages[-min(n, len(self.pages))]
            dosing.record_dose(self.session, shown=page, site=SITE, act=self.act(window))

    def part(self, who, window, n):
        act = self.act(window)
        dosing.record_part_dose(
            self.session,
            shown=self.shown(who, act),
            site=SITE,
            taken_mg=mg(n * 5),
            reason=RefusedReason.FEELS_UNWELL,
            witnessed_by_id=self.world.witness.id,
            act=act,
        )

    def withhold(self, who, window, n):
        reason = WithheldReason.SEDATED if n % 2 else WithheldReason.DAYS_WITHOUT_MEDICINE
        dosing.withhold_dose(self.session, person_id=who, reason=reason, note="", site=SITE, act=self.act(window))

    def refuse(self, who, window, n):
        dosing.refuse_dose(
            self.session, person_id=who, reason=RefusedReason.NOT_WANTED, note="", site=SITE, act=self.act(window)
        )

    def reverse(self, who, window, n, poured=False):
        doses = select(Dose.id).where(Dose.person_id == who).order_by(Dose.id.desc())
        recorded = self.session.scalars(doses).all()
        if recorded:
            dose_reversals.reverse_dose(
                self.session,
                dose_id=recorded[min(n, len(recorded)) - 1],
                reason=ReversalReason.KEYED_BY_MISTAKE,
                note="keyed by mistake",
                poured=poured,
                witnessed_by_id=self.world.witness.id if poured else None,
                act=self.act(window),
            )

    def reverse_poured(self, who, window, n):
        self.reverse(who, window, n, poured=True)

    def new_day(self, who, window, n):
        self.at = self.at.replace(hour=7, minute=0) + timedelta(days=1 + n // 5 * 2)

    def change_order(self, who, window, n):
        act = self.act(window, self.world.prescriber)
        last = order_queries.versions_of(self.session, who)[0]
        starts = act.clinic_day + timedelta(days=n % 2)
        amounts = (mg(n * 15),) if n % 3 else (mg(n * 10), mg(n * 5))
        up = Step(starts + timedelta(days=2), tuple(mg(a + 5) for a in amounts))
        draft = OrderDraft(
            medication=Medication.METHADONE,
            form=Form.LIQUID,
            treatment_phase=TreatmentPhase.MAINTENANCE,
            starts_on=starts,
            ends_on=starts + timedelta(days=60),
            steps=(Step(starts, amounts), up),
            parts=len(amounts),
            hours_between_parts=2 if len(amounts) > 1 else None,
            reason="as discussed",
        )
        again = {i: f"{plain(step.total_mg)} mg" for i, step in enumerate(draft.steps)}
        signing = Signing(draft, OrderLimits(), "seen daily", again)
        orders.change_order(self.session, order_id=last.facts.id, signing=signing, act=act)

    def stop_order(self, who, window, n):
        act = self.act(window, self.world.prescriber)
        last = order_queries.versions_of(self.session, who)[0].facts
        if n > 4:
            on = act.clinic_day + timedelta(days=n % 2)
            orders.stop_order(self.session, order_id=last.id, last_day=on, reason="as discussed", act=act)

    def set_stop(self, who, window, n):
        stops.set_stop(self.session, person_id=who, kind=StopKind.SEDATION, act=self.act(window))

    def release_stop(self, who, window, n):
        standing = select(Stop.id).where(Stop.person_id == who, Stop.id.not_in(select(StopRelease.stop_id)))
        for stop_id in self.session.scalars(standing.order_by(Stop.id)).all():
            act = self.act(window, self.world.prescriber)
            stops.release_stop(self.session, stop_id=stop_id, reason="awake and well", act=act)

    def release_held(self, who, window, n):
        act = self.act(window, self.world.prescriber)
        held = re_entry.held_today(self.session, who, act)
        if held is not None:
            re_entry.release_held_dose(
                self.session,
                person_id=who,
                order_id=held.order.id,
                days_without_medicine=held.days_without_medicine,
                amount_mg=held.amount_mg,
                reason="seen and assessed",
                act=act,
            )

    def open_next(self, who, window, n):
        sealed = [c for c in self._at_window(window) if not c.is_open]
        if sealed:
            stock_moving.open_container(
                self.session,
                container_id=sealed[0].id,
                witnessed_by_id=self.world.witness.id,
                act=self.act(window),
            )

    def waste(self, who, window, n):
        for one in self._at_window(window)[:1]:
            stock_leaving.waste_stock(
                self.session,
                container_id=one.id,
                quantity=quantity(Decimal(n * n * 7)),
                reason=WasteReason.CONTAMINATED,
                witnessed_by_id=self.world.witness.id,
                act=self.act(window),
            )

    def _at_window(self, window):
        return stock_queries.containers_at_window(self.session, self.windows[window], Medication.METHADONE, Form.LIQUID)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(plan=st.lists(steps, min_size=15, max_size=40))
def test_whatever_is_done_the_days_stay_true(session, world, plan):
    clinic = Clinic(session, world)

    for verb, person, window, n in plan:
        attempt = session.begin_nested()
        try:
            getattr(clinic, verb)(clinic.people[person].id, window, n)
        except DomainError as refusal:
            attempt.rollback()
            assert not isinstance(refusal, Conflict) or refusal.code != "uq_claim_slot", "the wall had to stop it"
        else:
            attempt.commit()

    check(session, world)
    session.rollback()


def check(session, world):
    undone = select(DoseReversal.dose_id)
    standing = Claim.id.not_in(select(ClaimRelease.claim_id))
    slots = session.execute(select(Claim.person_id, Claim.clinic_day, Claim.part).where(standing)).all()
    assert len(slots) == len(set(slots)), "two claims that stand in one slot"
    counted = select(Dose.person_id, Dose.clinic_day, Dose.order_id, func.sum(Dose.taken_mg))
    counted = counted.where(Dose.taken_mg > 0, Dose.id.not_in(undone))
    by_day = {}
    for who, day, order_id, taken in session.execute(
        counted.group_by(Dose.person_id, Dose.clinic_day, Dose.order_id).order_by(Dose.order_id)
    ):
        before, _ = by_day.get((who, day), (Decimal(0), None))
        by_day[who, day] = (before + taken, order_id)
    for (who, day), (taken, order_id) in by_day.items():
        facts = order_queries.version(session, order_id).facts
        most = max(step.total_mg for step in facts.steps if step.from_on <= day)
        assert taken <= most, f"person {who} swallowed {taken} mg on {day}, at most {most} ordered"
    sums = stock_queries.balances(session, world.site.id)
    for product in world.products.values():
        here = sum(
            (sums.get((product.id, kind), Decimal(0)) for kind in (PlaceKind.SAFE, PlaceKind.WINDOW)), Decimal(0)
        )
        ends = select(Movement.container_id, func.max(Movement.container_seq).label("seq")).group_by(
            Movement.container_id
        )
        newest = ends.subquery()
        held = session.scalars(
            select(Movement.balance_after)
            .join(newest, (newest.c.container_id == Movement.container_id) & (newest.c.seq == Movement.container_seq))
            .where(Movement.product_id == product.id)
        ).all()
        assert here == sum(held, Decimal(0))
    recount_within(session)
    found = verify(session, world.site.id, KEY.public_key())
    assert found.sound, found.faults
