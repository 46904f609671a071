"""Whatever happened to whom: the grid of everyone's days says what the ledger says of each, and the counts follow."""

from dataclasses import fields, replace
from datetime import timedelta

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

import models
from dispensary.analytics.day_grid import NEVER, STATUSES
from dispensary.analytics.features import Features
from dispensary.queries.day_facts import EVER, NOW, THAT_NIGHT, clinic_days, days_of
from dispensary.queries.day_grids import grids
from dispensary.queries.risk_features import features_of, features_of_tonight
from dispensary.rules.ledger import ledger, runs
from models import enums
from models.enums import DayStatus
from tests.properties.histories import LONGEST, Clinic, clinics, lives

A_DAY = timedelta(days=1)
HYPOTHESIS = {
    "derandomize": True,
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}


@settings(max_examples=20, **HYPOTHESIS)
@given(
    clinic=clinics,
    people=st.lists(lives, min_size=1, max_size=3),
    before=st.sampled_from([0, 1, 4, 9]),
    history=st.sampled_from([LONGEST + 10, LONGEST + 10, 6]),
)
def test_the_grid_is_the_ledger(session, world, clinic, people, before, history):
    made = Clinic(session, world)
    made.furnish(**clinic)
    for life in people:
        imported_record(session, made, made.live(**life))
    night, site_id = world.day - before * A_DAY, world.site.id
    first = night - (history - 1) * A_DAY
    try:
        for days in grids(session, site_id, first, [night]):
            clinic_s = clinic_days(session, site_id, night, NOW)
            records = {record: root for root, records in days.records.items() for record in records}
            asked = {"since": EVER, "until": night, "as_of": NOW, "read": THAT_NIGHT}
            alone = days_of(session, records, site_id, clinic_s, **asked)
            found = features_of(session, site_id, [night], history)
            for row, root in enumerate(days.records):
                said = [STATUSES[code] for code in days.grid.status[row]]
                ledgers = [one.status for one in ledger(alone[root], first, night, night + A_DAY)]
                assert said == ledgers, (root, first, said, ledgers)
                place = list(found.people).index(root)
                holds = [
                    s
                    for s in alone[root].stays
                    if s.first_due is not None and s.first_due <= night and (s.last_day is None or s.last_day > night)
                ]
                assert found.counted.active[0, place] <= bool(holds)
                assert (days.grid.since[row, -1] != NEVER) == bool(holds)
                if holds and history > LONGEST:
                    upto = runs(known_by(alone[root], night), night + A_DAY)
                    assert found.counted.no_shows[0, place] == upto.no_shows_in_a_row
                    missed = [one is DayStatus.NO_SHOW for one in ledgers]
                    since = max(days.grid.since[row, -1], 0)
                    assert found.counted.missed_14[0, place] == sum(missed[max(since, len(missed) - 14) :])
    finally:
        session.rollback()


def known_by(days, night):
    """Return a person's days without orders and stays that begin after a night."""
    return replace(
        days,
        orders=[o for o in days.orders if o.starts_on <= night],
        stays=[s for s in days.stays if s.first_due is None or s.first_due <= night],
    )


def imported_record(session, made, who):
    """Let a person be one of an imported history, since no other has imported doses."""
    run = made.add(models.ImportRun, source="x", digest="x", rows=1, finished_at=made.world.at)
    values = {"run_id": run.id, "source": "x", "subject": "person", "digest": "x"}
    made.add(models.ImportedRecord, external_id=str(who.id), subject_id=who.id, **values)


def same(one, other, night, rows, others):
    for field in fields(Features):
        a, b = getattr(one, field.name)[night], getattr(other, field.name)[0]
        for row, other_row in zip(rows, others, strict=True):
            np.testing.assert_equal(a[row], b[other_row], err_msg=field.name)


@settings(max_examples=12, **HYPOTHESIS)
@given(clinic=clinics, people=st.lists(lives, min_size=1, max_size=3))
def test_many_nights_at_once_are_each_night_alone(session, world, clinic, people):
    made = Clinic(session, world)
    made.furnish(**clinic)
    for life in people:
        imported_record(session, made, made.live(**life))
    nights = [world.day - n * A_DAY for n in (11, 7, 4, 3, 1, 0)]
    try:
        together = features_of(session, world.site.id, nights, 20)
        for n, night in enumerate(nights):
            alone = features_of(session, world.site.id, [night], 20 + (night - nights[0]).days)
            here = [p for p in together.people.tolist() if together.counted.active[n, list(together.people).index(p)]]
            alone_here = alone.people[alone.counted.active[0]].tolist()
            assert here == alone_here
            places = [together.people.tolist().index(p) for p in here]
            same(together.counted, alone.counted, n, places, [alone.people.tolist().index(p) for p in here])
    finally:
        session.rollback()


@settings(max_examples=12, **HYPOTHESIS)
@given(clinic=clinics, life=lives, before=st.integers(min_value=1, max_value=9))
def test_what_happens_after_a_night_changes_nothing_of_it(session, world, clinic, life, before):
    made = Clinic(session, world)
    made.furnish(**clinic)
    happened = life.pop("happened")
    orders = life.pop("orders")
    left = None if life["left"] is not None and life["left"] < before else life["left"]
    earlier = {
        "orders": [o for o in orders if o["ago"] >= before],
        "happened": [h for h in happened if h[1] >= before],
    }
    who = made.live(**{**life, "left": left, "admitted": max(life["admitted"], before)}, **earlier)
    imported_record(session, made, who)
    night, site_id = world.day - before * A_DAY, world.site.id
    try:
        known = features_of(session, site_id, [night]), features_of_tonight(session, site_id, night)
        signed = [made.order(who, made_episodes(session, who), **o) for o in orders if o["ago"] < before]
        signed = [*session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)), *signed]
        for kind, ago, part, after, _ in happened:
            if ago < before:
                getattr(made, "_" + kind)(who, signed, made.day(ago), part, after)
        end_later(session, made, night)

        again = features_of(session, site_id, [night]), features_of_tonight(session, site_id, night)

        for one, other in zip(known, again, strict=True):
            assert one.people.tolist() == other.people.tolist()
            np.testing.assert_equal(one.urine_scheduled, other.urine_scheduled)
            for field in fields(Features):
                np.testing.assert_equal(getattr(one.counted, field.name), getattr(other.counted, field.name))
    finally:
        session.rollback()


def made_episodes(session, who):
    return list(session.scalars(select(models.Episode).where(models.Episode.person_id == who.id)))


def end_later(session, made, night):
    """Let every dose of before the night be reversed, and every bottle be lost, on the day after it; a urine be taken."""
    after = night + A_DAY
    done = select(models.DoseReversal.dose_id)
    for dose in session.scalars(select(models.Dose).where(models.Dose.id.not_in(done))).all():
        made.add(
            models.DoseReversal,
            of_day=max(after, dose.clinic_day),
            dose_id=dose.id,
            reason=enums.ReversalReason.KEYED_BY_MISTAKE,
            note="",
            poured=False,
            reversed_at=made.world.at,
            clinic_day=max(after, dose.clinic_day),
        )
    gone = select(models.BottleEnd.bottle_id)
    for bottle in session.scalars(select(models.Bottle).where(models.Bottle.id.not_in(gone))).all():
        lost = {"bottle_id": bottle.id, "ended_at": made.world.at, "fate": enums.BottleFate.LOST}
        made.add(models.BottleEnd, of_day=after, clinic_day=after, **lost)
    for person_id in session.scalars(select(models.Episode.person_id).distinct()).all():
        test = made.add(models.UrineTest, of_day=night, person_id=person_id, collected_on=night)
        made.add(models.UrineResult, of_day=after, urine_test_id=test.id, substance="opiates", result="positive")


@settings(max_examples=12, **HYPOTHESIS)
@given(people=st.lists(lives, min_size=1, max_size=3))
def test_the_scan_counts_what_a_year_back_counts(session, world, people):
    made = Clinic(session, world)
    for life in people:
        imported_record(session, made, made.live(**life))
    try:
        tonight = features_of_tonight(session, world.site.id, world.day)
        year = features_of(session, world.site.id, [world.day])
        assert tonight.people.tolist() == year.people.tolist()
        for place in range(len(year.people)):
            if year.counted.active[0, place]:
                assert tonight.of(0, place) == year.of(0, place)
    finally:
        session.rollback()
