"""Everyone expected on a day: the same facts as the window's own page works out of each, in a handful of statements."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select

import models
from dispensary.queries import dosing
from dispensary.queries.expected import everyone_expected
from models.enums import DoseOutcome, RefusedReason, StopKind, TreatmentPhase
from models.units import mg
from tests import factories
from tests.factories import dose, no_dose, order, patient, person, reversal, save, stamp

DAY = timedelta(days=1)


def order_of(session, who):
    return session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()


def expected(session, world):
    return everyone_expected(
        session, site_id=world.site.id, window_id=world.window.id, clinic_day=world.day, at=world.at
    )


def alone(session, world, person_id):
    facts = dosing.facts_for(
        session,
        person_id=person_id,
        site_id=world.site.id,
        window_id=world.window.id,
        clinic_day=world.day,
        at=world.at,
    )
    return replace(facts, trusted_at=None)


@pytest.fixture
def morning(session, world):
    """A waiting room of many kinds."""
    before = {"starts_on": world.day - 60 * DAY}
    came = patient(session, world, **before)
    dose(session, world, came, order_of(session, came), at=world.at - DAY)
    away = patient(session, world, **before)
    dose(session, world, away, order_of(session, away), at=world.at - 4 * DAY)
    long_away = patient(session, world, **before)
    dose(session, world, long_away, order_of(session, long_away), at=world.at - 30 * DAY)
    never = patient(session, world, **before)
    part = patient(session, world, **before)
    dose(session, world, part, order_of(session, part), at=world.at - 2 * DAY)
    dose(session, world, part, order_of(session, part), taken="30", at=world.at - DAY)
    stopped = patient(session, world, **before)
    stop = {"kind": StopKind.SEDATION, "decide_by": world.at, "set_at": world.at - DAY}
    save(session, models.Stop(person_id=stopped.id, **stop, **stamp(world)))
    dosed = patient(session, world, **before)
    dose(session, world, dosed, order_of(session, dosed))
    undone = patient(session, world, **before)
    reversal(session, world, dose(session, world, undone, order_of(session, undone)))
    refused = patient(session, world, **before)
    no_dose(
        session, world, refused, order_of(session, refused),
        outcome=DoseOutcome.REFUSED, withheld_reason=None, refused_reason=RefusedReason.NOT_WANTED,
    )  # fmt: skip
    split = person(session)
    order(session, world, split, steps={world.day - DAY: ("50", "30")}, starts_on=world.day - DAY)
    rising = person(session)
    steps = {world.day - 20 * DAY: ("60",), world.day - 2 * DAY: ("80",)}
    order(session, world, rising, steps=steps, starts_on=world.day - 20 * DAY)
    induced = patient(session, world, starts_on=world.day - 3 * DAY, treatment_phase=TreatmentPhase.INDUCTION)
    alternate = patient(session, world, starts_on=world.day - DAY, every_n_days=2)
    gone = patient(session, world, **before)
    stay = session.scalars(select(models.Episode).where(models.Episode.person_id == gone.id)).one()
    save(
        session,
        models.EpisodeEnd(
            episode_id=stay.id, turn=1, ended_on=world.day, reason=models.enums.EpisodeEndReason.DROPPED_OUT,
            **stamp(world),
        ),
    )  # fmt: skip
    linked = patient(session, world, **before)
    linked.root_id = never.id
    dose(session, world, linked, order_of(session, linked), at=world.at - DAY)
    session.commit()
    due = (came, away, long_away, never, part, stopped, dosed, undone, refused, split, rising, induced)
    return {who.id for who in due}, {alternate.id, gone.id, linked.id}


def test_everyone_with_a_dose_due_is_expected_and_nobody_else(session, world, morning):
    due, others = morning

    found = {row.person_id for row in expected(session, world)}

    assert found == due
    assert not found & others


def test_the_facts_are_those_that_the_page_of_each_works_out(session, world, morning):
    rows = expected(session, world)

    assert len(rows) == 12
    for row in rows:
        assert row.facts == alone(session, world, row.person_id)


def test_the_last_dose_is_of_the_surviving_record_and_of_those_linked_into_it(session, world, morning):
    lasts = {row.last.taken_mg for row in expected(session, world) if row.last}

    assert lasts == {mg("80"), mg("30")}


def test_number_of_statements_does_not_grow_with_the_number_of_people(session, world, morning):
    seen = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: seen.append(args[2]))

    expected(session, world)
    few = len(seen)
    for _ in range(30):
        dose(session, world, (who := patient(session, world)), order_of(session, who))
    session.flush()
    seen.clear()
    expected(session, world)

    # of them 17 are the day ledger of those who may lack medicine, near and far back, and one the policy on a part taken
    assert len(seen) <= few <= 33


def test_nobody_is_expected_of_another_site(session, world, morning):
    other = save(session, models.Site(code="north", name="North"))

    assert everyone_expected(session, site_id=other.id, window_id=None, clinic_day=world.day, at=world.at) == []


def test_the_amount_is_shown_as_the_window_would_pour_it(session, world):
    patient(session, world)
    factories.patient(session, world, amount="45")

    lines = [row.facts.lines[0].quantity for row in expected(session, world)]

    assert lines == [Decimal(8), Decimal("4.5")]
