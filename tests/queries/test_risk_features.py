"""The scan reads a few weeks of everyone, and further back only of those of whom it must: it says what a year back says."""

from dataclasses import fields
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select

import models
from dispensary.analytics.day_grid import STATUSES
from dispensary.queries.day_grids import grids
from dispensary.queries.risk_features import LOOKS_BACK, SCAN_DAYS, features_of, features_of_tonight
from models.enums import DayStatus, Medication, Origin
from models.units import mg
from tests import factories

DAY = timedelta(days=1)


@pytest.fixture
def came(session, world):
    """Make somebody in treatment for 300 days with 80 mg on some days, so many days ago."""

    def make(*agos, **order):
        first = world.day - 300 * DAY
        who = factories.person(session)
        stay = factories.episode(session, world, who, admitted_on=first)
        of = factories.order(session, world, who, in_episode=stay, starts_on=first, **order)
        for ago in sorted(agos, reverse=True):
            factories.dose(session, world, who, of, at=world.at - ago * DAY)
        return who

    return make


def urine(session, world, who, ago, substance="opiates", result="positive"):
    at = world.at - ago * DAY
    stamp = factories.stamp(world, recorded_at=at)
    test = factories.save(session, models.UrineTest(person_id=who.id, collected_on=at.date(), **stamp))
    found = models.UrineResult(urine_test_id=test.id, substance=substance, result=result, **stamp)
    factories.save(session, found)


def tonight(session, world):
    """Return what the scan counts of the one person there is, which is what a year back counts."""
    found = features_of_tonight(session, world.site.id, world.day)
    year = features_of(session, world.site.id, [world.day])
    assert len(found.people) == 1
    assert found.of(0, 0) == year.of(0, 0)
    for one in fields(found.counted):
        if one.name not in ("missed_share", "below_own_most"):
            one_night, a_year = (getattr(of.counted, one.name)[0, 0] for of in (found, year))
            np.testing.assert_equal(one_night, a_year, err_msg=one.name)
    return found.of(0, 0)


@pytest.mark.parametrize("ago", [3, 30, SCAN_DAYS - 1, SCAN_DAYS + 1, 100, 4 * SCAN_DAYS + 1, 290])
def test_a_row_of_missed_days_is_counted_to_its_end_however_long_it_is(session, world, came, ago):
    came(ago, ago + 1)

    counted = tonight(session, world)

    assert (counted.no_shows, counted.amount_mg) == (ago, mg("80"))


def test_an_amount_of_long_ago_is_compared_with_todays(session, world, came):
    who = came(60)
    stay = session.scalars(select(models.Episode)).one()
    of = factories.order(session, world, who, amount="60", in_episode=stay, starts_on=world.day - 5 * DAY)
    factories.dose(session, world, who, of, at=world.at, ordered_mg=mg("60"), taken_mg=mg("60"))

    counted = tonight(session, world)

    assert (counted.amount_mg, counted.amount_before_mg) == (mg("60"), mg("80"))


@pytest.mark.parametrize("ago", [1, SCAN_DAYS, SCAN_DAYS + 1, 4 * SCAN_DAYS + 1, 250])
def test_the_last_urine_is_found_however_old_it_is(session, world, came, ago):
    who = came(0, 50, 280)
    urine(session, world, who, ago)
    urine(session, world, who, ago + 20, result="negative")

    counted = tonight(session, world)

    assert (counted.opioid_positive, counted.opioid_age, counted.urine_age) == (True, ago, ago)


def test_who_has_no_dose_and_no_urine_is_looked_for_a_year_back_and_no_further(session, world, came):
    came()

    counted = tonight(session, world)

    assert (counted.no_shows, counted.amount_mg, counted.urine_age) == (300 + 1, None, None)
    assert max(LOOKS_BACK) == LOOKS_BACK[-1] == 365


def test_of_an_imported_history_the_first_dose_counts_where_the_ledger_is_asked(session, world):
    who = factories.person(session)
    factories.episode(session, world, who, admitted_on=world.day - 310 * DAY)
    for ago in (300, 299, 41, 40):
        factories.imported_dose(session, world, who, at=world.at - ago * DAY)
    brought_up = factories.imported_dose(session, world, who, at=world.at)
    factories.vomiting(session, world, brought_up)
    imported(session, world, who)

    counted = tonight(session, world)

    assert (counted.days_in_treatment, counted.no_shows) == (300, 0)


def imported(session, world, who):
    stamp = factories.stamp(world, origin=Origin.IMPORT)
    values = {"source": "x", "digest": "x"}
    run = factories.save(session, models.ImportRun(**values, rows=1, finished_at=world.at, **stamp))
    values |= {"run_id": run.id, "subject": "person", "external_id": "1", "subject_id": who.id}
    factories.save(session, models.ImportedRecord(**values, **stamp))


def test_an_injection_of_before_the_days_that_are_read_covers_them(session, world):
    who = factories.person(session)
    stay = factories.episode(session, world, who, admitted_on=world.day - 100 * DAY)
    factories.syringes(session, world)
    of = factories.depot_order(session, world, who, in_episode=stay, starts_on=world.day - 100 * DAY)
    depot = {"medication": Medication.BUPRENORPHINE, "form": of.form, "ordered_mg": mg("64"), "taken_mg": mg("64")}
    factories.dose(session, world, who, of, at=world.at - 40 * DAY, lines={}, **depot)

    (days,) = grids(session, world.site.id, world.day - 9 * DAY, [world.day])

    said = [STATUSES[code] for code in days.grid.status[0]]
    assert said == [DayStatus.INJECTION_COVERS] * 4 + [DayStatus.NO_SHOW] * 6
