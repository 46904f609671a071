"""Both counts beside those who wait: the same as each one's own, read only of those who were not dosed yesterday."""

from datetime import timedelta

import pytest

import models
from dispensary.queries.ledger import runs_of
from dispensary.queries.waiting_runs import runs_of_waiting
from tests import factories

DAY = timedelta(days=1)


@pytest.fixture
def waiting(session, world):
    """By name: dosed yesterday; not for two days; reversed yesterday; yesterday's came up; only one of two parts; long ago."""
    made = {}
    for name, days in {
        "yesterday": (2, 1),
        "two": (3,),
        "reversed": (2, 1),
        "came_up": (2, 1),
        "a_part": (2, 1),
        "long_ago": (60,),
    }.items():
        made[name] = factories.person(session, name)
        first = world.day - 61 * DAY
        steps = {first: ("40", "40")} if name == "a_part" else {first: ("80",)}
        of = factories.order(session, world, made[name], starts_on=first, steps=steps)
        for before in days:
            lines = {"methadone": "4"} if name == "a_part" else None
            last = factories.dose(session, world, made[name], of, at=world.at - before * DAY, lines=lines)
        if name == "reversed":
            factories.reversal(session, world, last)
        if name == "came_up":
            factories.vomiting(session, world, last)
    return made


def test_counts_are_each_ones_own(session, world, waiting):
    everyone = [who.id for who in waiting.values()]

    found = runs_of_waiting(session, everyone, world.site.id, world.day)

    assert found == {
        who.id: runs_of(session, who.id, world.site.id, world.day)
        for name, who in waiting.items()
        if name != "yesterday"
    }
    assert found[waiting["two"].id].days_without_medicine == 2
    assert found[waiting["reversed"].id].no_shows_in_a_row == 1
    assert found[waiting["long_ago"].id].days_without_medicine == 59


def test_whoever_was_dosed_yesterday_has_no_count(session, world, waiting):
    who = waiting["yesterday"]

    counts = runs_of(session, who.id, world.site.id, world.day)

    assert runs_of_waiting(session, [who.id], world.site.id, world.day) == {}
    assert (counts.days_without_medicine, counts.no_shows_in_a_row) == (0, 0)


def test_dose_under_a_linked_record_counts(session, world, waiting):
    who = waiting["two"]
    other = factories.person(session, "other")
    other.root_id = who.id
    of = session.query(models.DoseOrder).filter_by(person_id=who.id).one()
    session.flush()
    factories.dose(session, world, other, of, at=world.at - DAY)

    assert runs_of_waiting(session, [who.id], world.site.id, world.day) == {}
