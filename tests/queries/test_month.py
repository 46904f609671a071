"""The monthly summary of February of a small clinic, counted by hand; beside January, and as it may leave the clinic."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

import models
from dispensary.queries import reconciliation
from dispensary.rules.reconciliation import NOTHING, Account, AccountLine, ProductReconciliation, Reconciliation
from dispensary.services import chains
from dispensary.wording import Speaker
from models.enums import BaseUnit, ChainKind, EpisodeEndReason, MovementKind
from models.units import MgPerUnit, quantity
from reports import month, page
from reports.figures import number_of
from reports.month import Change
from tests import factories, february
from tests.february import FIRST

PARTS = [
    "census",
    "treatment",
    "kp-mat-by-sex",
    "kp-mat-by-age",
    "cohorts",
    "commissioner",
    "days",
    "runs",
    "decisions",
    "doses",
    "spread-methadone",
    "spread-buprenorphine",
    "steps",
    "bottles",
    "urine",
    "substances",
    "counselling",
    "tests",
    "scan",
    "safety",
    "stock",
    "seconds",
    "machinery",
]
BY_HAND = {
    "came": 2,
    "left": 1,
    "runs": 1,
    "runs-back": 0,
    "retained-12-weeks": 1,
    "exits-planned": 0,
    "runs-away": 1,
    "dose-methadone-from-60": 1,
    "dose-methadone-from-80": 2,
    "dose-methadone-from-40": 0,
    "dose-buprenorphine-from-12": 1,
    "stops": 3,
    "stops-sedation": 3,
    "decision-median": Decimal(60),
    "decision-ninth": 90,
    "decision-late": 1,
    "stops-standing": 1,
    "bottles-out": 0,
    "calls": 1,
    "calls-did_not_come": 1,
    "calls-open": 0,
    "flags-red": 1,
    "flags-amber": 1,
    "flags-capped": 1,
    "flags-closed": 1,
    "flags-not_needed": 1,
    "flags-ppv": 1,
    "incidents": 0,
    "stock-counted-wrong": 1,
    "stock-differences": 0,
    "closed-differing": 0,
    "jobs-done": 1,
    "jobs-failed": 1,
    "backups-proved": 1,
    "seconds-doses": 2,
    "seconds-median": Decimal(8),
    "seconds-ninth": Decimal("12.5"),
}
DENOMINATORS = {
    "retained-12-weeks": 1,
    "exits-planned": 1,
    "decision-late": 2,
    "flags-closed": 2,
    "flags-ppv": 1,
    "stock-counted-wrong": 2,
    "backups-proved": 2,
}


@pytest.fixture
def clinic(session, world):
    people = february.lay(session, world)
    february.lay_the_rest(session, world, people)
    return people


def summary(session, world, first=FIRST, today=None):
    first, last = month.days_of(first)
    about = page.heading(session, world.site.id, first, last, printed_by="Hanna Lind", printed_at=world.at)
    return month.figures(session, world.site.id, today=today or world.day, about=about)


def test_every_part_of_the_month_as_counted_by_hand(session, world, clinic):
    made = summary(session, world)

    assert [section.key for section in made.sections] == PARTS
    found = {one.key: one for section in made.sections for one in section.figures}
    assert {key: found[key].n for key in BY_HAND} == BY_HAND
    assert {key: found[key].of for key in DENOMINATORS} == DENOMINATORS


def test_every_number_follows_from_the_rows_kept_with_it(session, world, clinic):
    made = summary(session, world)

    for section in made.sections:
        for one in section.figures:
            assert one.n == number_of(one.way, one.behind), one.key
            assert one.of_behind is None or one.of == number_of(one.way, one.of_behind), one.key
    keys = [one.key for section in made.sections for one in section.figures]
    assert len(set(keys)) == len(keys), "each figure has an address of its own"


def test_the_census_balances_with_every_way_of_leaving(session, world, clinic):
    found = {one.key: one.n for one in summary(session, world).sections[0].figures}

    came = sum(found[f"census-{way}"] for way in ("new", "transferred_in", "readmitted"))
    left = [n for key, n in found.items() if key.startswith("census-left-")]
    assert found["census-start"] + came - sum(left) == found["census-end"]
    assert len(left) == len(EpisodeEndReason) - 2, "the end of a guest's stay and of a linked record are no exits"


def test_the_month_before_stands_beside_with_a_mark_for_change(session, world, clinic):
    made = summary(session, world)

    assert len(made.glance) == 12
    beside = {one.now.key: (one.values, one.change) for one in made.glance}
    assert beside["came"] == ((2, 0), Change.UP), "Fay's counselling alone is in none; nobody but Cai and Eva came"
    assert beside["incidents"] == ((0, 0), Change.SAME)
    assert beside["seconds-median"] == ((Decimal(8), None), None)
    assert [past.first for past in made.year][:1] == [date(2025, 2, 1)]
    assert len(made.year) == 13


def numbers(made, *keys):
    return [None if (one := made.figure(key)) is None else one.n for key in keys]


def test_a_run_over_the_turn_of_a_month_is_told_whole_and_in_the_month_in_which_it_became_long(session, world):
    gil, _ = february.stay(session, world, date(2026, 1, 28))
    for day in (date(2026, 1, 28), date(2026, 1, 29), date(2026, 2, 4)):
        factories.imported_dose(session, world, gil, at=world.at.replace(month=day.month, day=day.day), taken="40")

    assert numbers(summary(session, world, date(2026, 1, 1)), "runs", "missed-run") == [0, 0]
    (row,) = summary(session, world).figure("runs-back").behind
    assert (row.person_id, row.amount, row.detail.values["first"]) == (gil.id, 5, date(2026, 1, 30))


def test_who_left_once_the_month_was_over_is_told_to_have_left(session, world, clinic):
    assert numbers(summary(session, world), "runs-away", "runs-left-dropped_out") == [1, None]
    bob = session.scalars(select(models.Episode).where(models.Episode.person_id == clinic["bob"])).one()

    february.ended(session, world, bob, date(2026, 3, 1), EpisodeEndReason.DROPPED_OUT)

    assert numbers(summary(session, world), "runs-away", "runs-left-dropped_out") == [0, 1]


def test_what_was_given_is_told_as_so_much_so_that_more_is_more(session, world, monkeypatch):
    moved = (
        AccountLine(MovementKind.DISPENSE, went_out=quantity("70")),
        AccountLine(MovementKind.RECEIVE, came_in=quantity("50")),
        AccountLine(MovementKind.WASTE, went_out=quantity("4")),
    )
    stock = Account(quantity("100"), moved)
    product = ProductReconciliation(1, "Mixture", BaseUnit.ML, MgPerUnit(Decimal(10)), stock, Account(NOTHING, ()), ())
    monkeypatch.setattr(reconciliation, "reconciliation", lambda *asked: Reconciliation(*asked[2:], (product,)))

    made = summary(session, world)

    keys = [f"stock-1-{key}" for key in ("opening", "received", "given", "other", "closing")]
    assert numbers(made, *keys) == [100, 50, 70, -4, 76]
    given = made.figure("stock-1-given")
    assert given.n == number_of(given.way, given.behind)


def test_how_far_a_month_is_from_the_one_before_is_said_without_a_sign(session, world, clinic):
    made = summary(session, world, date(2026, 3, 1))

    less = made.beside(made.figure("came"))
    assert (less.change, less.by, less.apart) == (Change.DOWN, -2, 2)


def test_what_is_drawn_of_a_month_is_what_its_own_summary_says(session, world, clinic):
    december = summary(session, world, date(2025, 12, 1))
    drawn = {past.first: past for past in summary(session, world).year}

    for key in month.TRENDS:
        one, other = december.figure(key), drawn[date(2025, 12, 1)].figures[key]
        assert (one.n, one.of, one.percent) == (other.n, other.of, other.percent), key


def test_another_site_in_the_same_books_changes_nothing_but_the_backups_which_are_of_all(session, world, clinic):
    before = {one.key: (one.n, one.of) for section in summary(session, world).sections for one in section.figures}
    site = factories.save(session, models.Site(code="hill", name="Hill Clinic"))
    hill = replace(
        world, site=site, window=factories.save(session, models.Window(site_id=site.id, name="Window 1")), containers={}
    )
    hill.places = {
        kind: factories.save(
            session,
            models.Place(site_id=site.id, kind=kind, name=place.name, window_id=place.window_id and hill.window.id),
        )
        for kind, place in world.places.items()
    }
    chains.create_head(session, hill.site.id, ChainKind.AUDIT)
    hill.containers = {
        key: factories.container(session, hill, world.products[key], opened=True) for key in world.containers
    }
    people = february.lay(session, hill)
    february.lay_the_rest(session, hill, people)

    decided = {"attends_on": "1", "every_weeks": 1, "most_days": 6, "days_in_treatment": 200, "criteria": "[]"}
    when = {"effective_on": FIRST, "review_on": date(2026, 4, 1), "decided_at": world.at, "rationale": "stable"}
    stay = session.scalars(select(models.Episode).where(models.Episode.person_id == clinic["ann"])).one()
    factories.save(
        session,
        models.TakeHomeDecision(
            person_id=clinic["ann"], episode_id=stay.id, **decided, **when, **factories.stamp(hill)
        ),
    )

    after = {one.key: (one.n, one.of) for section in summary(session, world).sections for one in section.figures}

    assert {key for key, numbers in after.items() if numbers != before.get(key)} == {"backups-proved"}
    there = {one.key: (one.n, one.of) for section in summary(session, hill).sections for one in section.figures}
    assert {key: there[key][0] for key in BY_HAND if key != "backups-proved"} == {
        key: n for key, n in BY_HAND.items() if key != "backups-proved"
    }


def test_a_month_that_is_not_over_says_so(session, world, clinic):
    made = summary(session, world, date(2026, 3, 1))

    assert not made.over
    assert summary(session, world).over


def test_what_is_handed_on_names_no_few(session, world, clinic):
    told = summary(session, world).outside
    speak = Speaker(str, world.zone)

    told_of_few = [
        one.key
        for some in (told.sections, *(past.figures.sections for past in told.year))
        for section in some
        for one in section.figures
        if 0 < len(one.people) < told.hide_below and one.n is not None
    ]
    assert told_of_few == []
    first, second = month.as_sheets(told, speak)
    row = next(row for row in first.rows if row[0] == "census-end")
    assert row[3] == "under 5"
    assert {cell for row in second.rows for cell in row[1:]} <= {None, 0, Decimal(0)}


def test_the_same_figures_make_the_same_paper(session, world, clinic):
    speak = Speaker(str, world.zone)

    once, again = (month.render(summary(session, world), speak=speak) for _ in range(2))

    assert once == again
