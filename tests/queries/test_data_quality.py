"""The data-quality list against a clinic on record: each fault is found with its day, and what is right is not."""

from datetime import date, timedelta

import pytest

import models
from dispensary.queries.data_quality import everything_wrong
from dispensary.rules.data_quality import Fault
from dispensary.services import likeness
from dispensary.wording import Speaker
from models.enums import ClosureKind, DoseOutcome, EpisodeEndReason
from models.units import mg
from reports import data_quality
from tests import factories
from tests.agencies import another_site

DAY = timedelta(days=1)


def wrong(session, world, since=date.min):
    return everything_wrong(session, world.site.id, world.day, since)


def of(session, world, fault):
    return [row for row in wrong(session, world) if row.fault is fault]


def treated(session, world, ago=30, **values):
    """Somebody with an order and without an impossible day, admitted so many days ago."""
    who = factories.person(session, **values)
    stay = factories.episode(session, world, who, admitted_on=world.day - ago * DAY)
    return who, stay


def ended(session, world, stay, on):
    values = {"episode_id": stay.id, "ended_on": on, "reason": EpisodeEndReason.DROPPED_OUT}
    return factories.save(session, models.EpisodeEnd(**values, **factories.stamp(world)))


def test_a_clinic_where_all_is_right_has_an_empty_list(session, world):
    who = factories.person(session)
    order = factories.order(session, world, who)
    factories.dose(session, world, who, order)

    assert wrong(session, world) == []


def test_dose_before_birth_of_a_history_is_told_apart(session, world):
    who, _ = treated(session, world, birth_date=world.day - 3 * DAY)
    factories.imported_dose(session, world, who, at=world.at - 10 * DAY)

    (row,) = of(session, world, Fault.DOSE_BEFORE_BIRTH)

    assert (row.on, row.beside, row.imported) == (world.day - 10 * DAY, who.birth_date, True)
    assert (row.person_id, row.number) == (who.id, who.number)
    assert len(of(session, world, Fault.ADMITTED_BEFORE_BIRTH)) == 1


@pytest.mark.parametrize(
    ("values", "n"),
    [({"birth_date": date(2026, 3, 3)}, 1), ({"birth_date": date(1899, 1, 1)}, 1), ({"birth_date": None}, 0)],
)
def test_impossible_date_of_birth(session, world, values, n):
    treated(session, world, **values)

    assert len(of(session, world, Fault.BORN_IMPOSSIBLE)) == n


def test_admission_to_come_and_end_before_admission(session, world):
    _, ahead = treated(session, world, ago=-3)
    _, stay = treated(session, world, ago=5)
    ended(session, world, stay, world.day - 9 * DAY)

    assert [row.on for row in of(session, world, Fault.ADMITTED_AHEAD)] == [ahead.admitted_on]
    assert [row.beside for row in of(session, world, Fault.ENDED_BEFORE_ADMITTED)] == [world.day - 9 * DAY]


def test_doses_before_the_admission_and_after_the_end(session, world):
    who, stay = treated(session, world, ago=10)
    ended(session, world, stay, world.day - 5 * DAY)
    for ago in (11, 10, 5, 4):
        factories.imported_dose(session, world, who, at=world.at - ago * DAY)

    before, after = of(session, world, Fault.DOSE_BEFORE_ADMISSION), of(session, world, Fault.DOSE_AFTER_EXIT)

    assert [(row.on, row.beside) for row in before] == [(world.day - 11 * DAY, stay.admitted_on)]
    assert [(row.on, row.beside) for row in after] == [(world.day - 4 * DAY, world.day - 5 * DAY)]


def test_a_dose_under_a_linked_record_lies_in_the_treatment_of_the_other(session, world):
    who, _ = treated(session, world, ago=10)
    other = factories.person(session, "Same", root_id=who.id)
    factories.imported_dose(session, world, other, at=world.at - 3 * DAY)

    assert of(session, world, Fault.DOSE_BEFORE_ADMISSION) == []


def test_a_dose_that_was_reversed_is_no_fault(session, world):
    who = factories.person(session)
    order = factories.order(session, world, who, starts_on=world.day)
    early = factories.dose(session, world, who, order, at=world.at - 2 * DAY, episode_id=None)
    assert of(session, world, Fault.DOSE_OUTSIDE_ORDER)

    factories.reversal(session, world, early)

    assert of(session, world, Fault.DOSE_OUTSIDE_ORDER) == []


def test_a_dose_on_a_day_on_which_its_order_does_not_hold(session, world):
    who = factories.person(session)
    order = factories.order(session, world, who, starts_on=world.day - DAY, ends_on=world.day - DAY)
    factories.dose(session, world, who, order)

    (row,) = of(session, world, Fault.DOSE_OUTSIDE_ORDER)

    assert (row.on, row.beside, row.imported) == (world.day, world.day - DAY, False)


def test_more_taken_than_ordered(session, world):
    who, _ = treated(session, world)
    values = {"ordered_mg": mg("40"), "taken": "60", "outcome": DoseOutcome.GIVEN}
    factories.imported_dose(session, world, who, at=world.at - DAY, **values)

    (row,) = of(session, world, Fault.MORE_THAN_ORDERED)

    assert (row.on, row.imported) == (world.day - DAY, True)


def test_a_dose_of_a_time_to_come(session, world):
    who, _ = treated(session, world)
    factories.imported_dose(session, world, who, at=world.at + 2 * DAY)

    assert [row.on for row in of(session, world, Fault.DOSE_AHEAD)] == [world.day + 2 * DAY]


def test_doses_on_a_closed_day_and_open_days_without_any(session, world):
    who, _ = treated(session, world)
    values = {"clinic_day": world.day - 3 * DAY, "turn": 1, "kind": ClosureKind.HOLIDAY, "reason": "feast"}
    factories.save(session, models.ClosedDay(announced_at=world.at, **values, **factories.stamp(world)))
    for ago in (5, 3):
        factories.imported_dose(session, world, who, at=world.at - ago * DAY)
    factories.downtime_day(session, world, clinic_day=world.day - 2 * DAY)

    closed, gaps = of(session, world, Fault.DOSE_WHEN_CLOSED), of(session, world, Fault.NO_DOSE_AT_ALL)

    assert [(row.on, row.n, row.imported) for row in closed] == [(world.day - 3 * DAY, 1, True)]
    assert [row.on for row in gaps] == [world.day - DAY, world.day - 4 * DAY], "today is not over, one day is on paper"
    assert [row.on for row in of(session, world, Fault.PAPER_WAITS)] == [world.day - 2 * DAY]


def test_a_day_with_nobody_in_treatment_is_no_gap(session, world):
    who, stay = treated(session, world, ago=9)
    ended(session, world, stay, world.day - 8 * DAY)
    for ago in (9, 8):
        factories.imported_dose(session, world, who, at=world.at - ago * DAY)

    assert of(session, world, Fault.NO_DOSE_AT_ALL) == []


def test_one_day_of_one_person_twice(session, world):
    who, _ = treated(session, world)
    other = factories.person(session, "Same", root_id=who.id)
    for record in (who, other):
        factories.imported_dose(session, world, record, at=world.at - DAY)
    factories.imported_dose(session, world, who, at=world.at - 2 * DAY)

    (row,) = of(session, world, Fault.TWICE)

    assert (row.person_id, row.on, row.n, row.imported) == (who.id, world.day - DAY, 2, True)


def test_two_records_that_are_perhaps_of_one_person(session, world):
    one, _ = treated(session, world, family_name="Nguyễn", given_name="Hường")
    two, _ = treated(session, world, family_name="Nguyen", given_name="Huong")
    apart, _ = treated(session, world, family_name="Nguyen", given_name="Huong", birth_date=date(1990, 1, 1))
    paper, _ = treated(session, world, family_name="Berg", identity_number="X-1", birth_date=date(1991, 1, 1))
    same, _ = treated(session, world, family_name="Berg-Holm", identity_number="X-1", birth_date=date(1992, 1, 1))
    for who in (one, two, apart, paper, same):
        likeness.write_name_keys(session, who)

    rows = of(session, world, Fault.LIKELY_SAME)

    assert {(row.person_id, row.other_id, row.same_paper) for row in rows} == {
        (one.id, two.id, False),
        (paper.id, same.id, True),
    }


def test_a_list_is_of_one_site_and_of_the_days_asked_for(session, world):
    who, _ = treated(session, world)
    elsewhere = another_site(session, world)
    for ago in (40, 50):
        factories.imported_dose(session, world, who, at=world.at - ago * DAY)

    assert len(of(session, world, Fault.DOSE_BEFORE_ADMISSION)) == 2
    assert len([r for r in wrong(session, world, world.day - 45 * DAY) if r.fault is Fault.DOSE_BEFORE_ADMISSION]) == 1
    assert everything_wrong(session, elsewhere.site.id, world.day, date.min) == []


def test_the_newest_on_record_comes_first_and_every_reason_can_be_said(session, world):
    who, _ = treated(session, world, birth_date=world.day + 5 * DAY)
    factories.imported_dose(session, world, who, at=world.at - 40 * DAY)

    rows = wrong(session, world)

    assert [row.since for row in rows] == sorted((row.since for row in rows), reverse=True)
    speak = Speaker(str, world.zone)
    assert all(
        "%" not in speak(data_quality.reason(row)) and "None" not in speak(data_quality.reason(row)) for row in rows
    )
    assert len(data_quality.as_sheet(rows, speak).rows) == len(rows)
