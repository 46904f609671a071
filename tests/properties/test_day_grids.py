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
from dispensary.queries.day_facts import EVER, clinic_days, days_of
from dispensary.queries.day_grids import grids
from dispensary.queries.day_statements import THAT_NIGHT
from dispensary.queries.risk_features import features_of, features_of_tonight
from dispensary.queries.written_later import close_of
from dispensary.rules.ledger import ledger, runs
from dispensary.services.risk import scored
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
            closes = close_of(session, site_id, night)
            clinic_s = clinic_days(session, site_id, night, closes)
            records = {record: root for root, records in days.records.items() for record in records}
            asked = {"since": EVER, "until": night, "as_of": closes, "read": THAT_NIGHT}
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
    urine(made, who, night - 5 * A_DAY)
    urine(made, who, night - 3 * A_DAY)
    made._unverified(who, [], night - 3 * A_DAY, 1, 0)
    try:
        known = features_of(session, site_id, [night]), features_of_tonight(session, site_id, night)
        raised = in_a_lane(session, site_id, night)
        signed = [made.order(who, made_episodes(session, who), **o) for o in orders if o["ago"] < before]
        signed = [*session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)), *signed]
        for kind, ago, part, after, _ in happened:
            if ago < before:
                getattr(made, "_" + kind)(who, signed, made.day(ago), part, after)
        write_later(session, made, night)
        end_later(session, made, night)

        again = features_of(session, site_id, [night]), features_of_tonight(session, site_id, night)
        many = features_of(session, site_id, [night - A_DAY, night, world.day])

        for one, other in zip(known, again, strict=True):
            assert one.people.tolist() == other.people.tolist()
            np.testing.assert_equal(one.urine_scheduled, other.urine_scheduled)
            for field in fields(Features):
                np.testing.assert_equal(getattr(one.counted, field.name), getattr(other.counted, field.name))
        assert in_a_lane(session, site_id, night) == raised
        here = known[0].people[known[0].counted.active[0]].tolist()
        assert many.people[many.counted.active[1]].tolist() == here
        places = [many.people.tolist().index(p) for p in here]
        same(many.counted, known[0].counted, 1, places, [known[0].people.tolist().index(p) for p in here])
    finally:
        session.rollback()


def in_a_lane(session, site_id, night):
    return [(one.person_id, one.of, one.risk) for one in scored(session, site_id, night)[1]]


def urine(made, who, taken_on):
    """A urine without opioids, read on the day it was taken."""
    test = made.add(models.UrineTest, of_day=taken_on, person_id=who.id, collected_on=taken_on)
    made.add(models.UrineResult, of_day=taken_on, urine_test_id=test.id, substance="opiates", result="negative")
    return test


def made_episodes(session, who):
    return list(session.scalars(select(models.Episode).where(models.Episode.person_id == who.id)))


def write_later(session, made, night):
    """Let all that can be told late of the days before a night be told the day after it: each of these days is another."""
    after, signed = night + A_DAY, session.scalars(select(models.DoseOrder)).all()
    for test in session.scalars(select(models.UrineTest)).all():
        values = {"urine_test_id": test.id, "substance": "heroin", "result": "positive"}
        made.add(models.UrineResult, of_day=after, **values)
    for stay in session.scalars(select(models.Episode)).all():
        who = session.get_one(models.Person, stay.person_id)
        for kind, back in (("away", 6), ("unverified", 1), ("elsewhere", 2)):
            day = max(night - back * A_DAY, stay.admitted_on)
            getattr(made, "_" + kind)(who, signed, day, 2, (after - day).days)
    for back in (1, 2):
        day = night - back * A_DAY
        turn = {"clinic_day": day, "turn": 9, "reason": "told late"}
        kind = {"kind": enums.ClosureKind.SUDDEN, "announced_at": made.world.at}
        made.add(models.ClosedDay, of_day=after, **turn, **kind)
        made.add(models.DowntimeDay, of_day=after, declared_at=made.world.at, **(turn | {"clinic_day": day - A_DAY}))


def end_later(session, made, night):
    """Let all that stands be ended, reversed, corrected, decided or taken back on the day after a night."""
    after, at = night + A_DAY, made.world.at
    for dose in standing(session, models.Dose, models.DoseReversal.dose_id):
        if dose.clinic_day == night and dose.claim_id is not None:
            came_up(session, made, dose, after)
        else:
            reverse(made, dose, max(after, dose.clinic_day))
    for fact, column, values in ends(night, at):
        for one in standing(session, fact, column):
            made.add(column.class_, of_day=after, **{column.key: one.id}, **values(one))
    for person_id in session.scalars(select(models.Episode.person_id).distinct()).all():
        urine(made, session.get_one(models.Person, person_id), after)


def ends(night, at):
    """Return for each fact what ends it: the column that names it, and what else is written down then."""
    never = {"reason": enums.OrderEndReason.STOPPED}
    return [
        (models.Bottle, models.BottleEnd.bottle_id, lambda bottle: {
            "clinic_day": night + A_DAY, "ended_at": at, "fate": enums.BottleFate.LOST}),
        (models.ElsewhereDose, models.ElsewhereVerdict.elsewhere_dose_id, lambda told: {
            "verified": False, "verifier": "ward", "decided_at": at}),
        (models.Absence, models.AbsenceEnd.absence_id, lambda stay: {
            "last_day": stay.from_on - A_DAY, "told_by": "family"}),
        (models.DoseOrder, models.OrderEnd.order_id, lambda order: {"last_day": order.starts_on - A_DAY, **never}),
        (models.EpisodeEnd, models.EpisodeEndCorrection.episode_end_id, lambda end: {"reason": "still here"}),
        (models.Episode, models.EpisodeEnd.episode_id, lambda stay: {
            "ended_on": stay.admitted_on, "reason": enums.EpisodeEndReason.DROPPED_OUT}),
        (models.ClosedDay, models.ClosedDayTakenBack.closed_day_id, lambda shut: {"reason": "dry again"}),
        (models.DowntimeDay, models.DowntimeEntered.downtime_day_id, lambda dark: {"sheets": 1, "signed_at": at}),
        (models.UrineTest, models.UrineCorrection.urine_test_id, lambda test: {"reason": "another one's"}),
    ]  # fmt: skip


def reverse(made, dose, on):
    mistake = {"reason": enums.ReversalReason.KEYED_BY_MISTAKE, "note": "", "poured": False}
    made.add(models.DoseReversal, of_day=on, dose_id=dose.id, clinic_day=on, reversed_at=made.world.at, **mistake)


def came_up(session, made, dose, told_on):
    """Let it be told of a dose, if it was not before, that it came up."""
    if session.scalar(select(models.Vomiting.id).where(models.Vomiting.dose_id == dose.id)) is not None:
        return
    of = {"dose_id": dose.id, "person_id": dose.person_id, "clinic_day": dose.clinic_day, "vomited_at": made.world.at}
    seen = {"minutes_after": 3, "witnessed": True, "profile": "any", "band": 1}
    made.add(models.Vomiting, of_day=told_on, **of, **seen)


def standing(session, fact, ended):
    """Return what is not ended yet."""
    return session.scalars(select(fact).where(fact.id.not_in(select(ended))).order_by(fact.id)).all()


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
