"""What somebody swallowed on one day, read for the window and read for the order rules: the same facts, two ways.

Each day of the table is put on record; both readings must see the same parts, and the window the same whole or part.
"""

from datetime import timedelta

import pytest

from dispensary.queries import doses_taken, dosing, orders
from dispensary.queries.ledger import person_days
from dispensary.rules.ledger import status_of
from dispensary.rules.order_drafts import LastTaken
from models.enums import DayStatus, Medication
from models.units import mg
from tests import factories

WHOLE, PART = "whole", "part"
HALVES = {"lines": {"methadone": "4"}}


def nothing(session, world, who, of):
    pass


def given(session, world, who, of):
    return factories.dose(session, world, who, of)


def part_given(session, world, who, of):
    return factories.dose(session, world, who, of, taken="50")


def came_up(session, world, who, of):
    factories.vomiting(session, world, given(session, world, who, of))


def came_up_late(session, world, who, of):
    factories.vomiting(session, world, given(session, world, who, of), minutes=45, band=3)


def came_up_unseen(session, world, who, of):
    factories.vomiting(session, world, given(session, world, who, of), witnessed=False, profile=None, band=None)


def came_up_and_replaced(session, world, who, of):
    dose = given(session, world, who, of)
    factories.vomiting(session, world, dose)
    factories.replacement(session, world, dose)


def replacement_came_up_too(session, world, who, of):
    dose = given(session, world, who, of)
    factories.vomiting(session, world, dose)
    factories.vomiting(session, world, factories.replacement(session, world, dose), minutes=5)


def given_twice(session, world, who, of):
    given(session, world, who, of)
    factories.incident(session, world, who, of)


def too_little(session, world, who, of):
    factories.incident(session, world, who, of, claimed=True, lines={"methadone": "4"}, ordered_mg=mg(80))


def too_much(session, world, who, of):
    factories.incident(session, world, who, of, claimed=True, lines={"methadone": "16"}, ordered_mg=mg(80))


def too_much_that_came_up(session, world, who, of):
    made = factories.incident(session, world, who, of, claimed=True, lines={"methadone": "16"}, ordered_mg=mg(80))
    factories.vomiting(session, world, session.get_one(factories.models.Dose, made.dose_id))


def nothing_was_due(session, world, who, of):
    factories.incident(session, world, who, of)


def elsewhere(session, world, who, of):
    factories.elsewhere(session, world, who)


def here_and_elsewhere(session, world, who, of):
    given(session, world, who, of)
    factories.elsewhere(session, world, who, claimed=False)


def reversed_again(session, world, who, of):
    factories.reversal(session, world, given(session, world, who, of))


def withheld(session, world, who, of):
    factories.no_dose(session, world, who, of)


def first_half(session, world, who, of):
    return factories.dose(session, world, who, of, **HALVES)


def both_halves(session, world, who, of):
    first_half(session, world, who, of)
    return factories.dose(session, world, who, of, part=2, **HALVES)


def second_half_came_up(session, world, who, of):
    factories.vomiting(session, world, both_halves(session, world, who, of))


DAYS = [
    (nothing, {}, None, None),
    (given, {1: 80}, WHOLE, 80),
    (part_given, {1: 50}, PART, 50),
    (came_up, {}, PART, 80),
    (came_up_late, {1: 80}, WHOLE, 80),
    (came_up_unseen, {1: 80}, WHOLE, 80),
    (came_up_and_replaced, {1: 80}, WHOLE, 80),
    (replacement_came_up_too, {}, PART, 80),
    (given_twice, {1: 80}, WHOLE, 80),
    (too_little, {1: 40}, PART, None),
    (too_much, {1: 160}, WHOLE, None),
    (too_much_that_came_up, {}, PART, None),
    (nothing_was_due, {}, PART, None),
    (elsewhere, {1: 60}, WHOLE, 60),
    (here_and_elsewhere, {1: 80}, WHOLE, 140),
    (reversed_again, {}, None, None),
    (withheld, {}, None, None),
    (first_half, {1: 40}, PART, 40),
    (both_halves, {1: 40, 2: 40}, WHOLE, 80),
    (second_half_came_up, {1: 40}, PART, 80),
]
"""What happened, the parts that count as taken, whether the day is whole, and the day's total as ordered."""


@pytest.fixture
def people(session, world):
    """One person a day of the table."""
    made = {}
    for happened, *_ in DAYS:
        who, halves = factories.person(session), "half" in happened.__name__ or "halves" in happened.__name__
        amounts = ("40", "40") if halves else ("80",)
        of = factories.order(session, world, who, steps={world.day: amounts})
        happened(session, world, who, of)
        made[happened] = who
    session.commit()
    return made


def test_the_window_and_the_order_rules_see_the_same_parts_of_every_day(session, world, people):
    since, until = world.day - timedelta(days=40), world.day

    for happened, parts, *_ in DAYS:
        who = people[happened].id
        window = dosing._taken_days(dosing._doses(session, who, since, until))
        rules = doses_taken.taken_days(session, who, since)

        assert [d for d in rules if d.parts_mg] == [d for d in window if d.parts_mg], happened.__name__
        assert (rules[0].parts_mg if rules else {}) == parts, happened.__name__


def test_a_day_is_whole_only_if_every_part_of_it_stayed_and_was_as_much_as_ordered(session, world, people):
    since, until = world.day - timedelta(days=40), world.day
    called = {WHOLE: {DayStatus.OBSERVED, DayStatus.ELSEWHERE}, PART: {DayStatus.PART}}
    neither = {DayStatus.AWAITED, DayStatus.WITHHELD}

    for happened, _, how, _ in DAYS:
        past = dosing._doses(session, people[happened].id, since, until)
        days = person_days(session, people[happened].id, world.site.id, until=until)

        assert (world.day in dosing.days_taken_whole(past)) is (how is WHOLE), happened.__name__
        assert status_of(days, world.day, world.day) in called.get(how, neither), happened.__name__


def test_what_was_last_taken_is_never_an_incident_or_a_replacement(session, people):
    for happened, _, _, total in DAYS:
        last = doses_taken.last_taken(session, people[happened].id)

        assert (last and last.total_mg) == (None if total is None else mg(total)), happened.__name__


def test_an_order_does_not_rise_from_what_was_swallowed_by_mistake(session, world, people):
    who = people[given_twice]
    episode_id = session.scalars(factories.select(factories.models.Episode.id).filter_by(person_id=who.id)).one()

    versions = orders.versions_of(session, who.id)
    history = doses_taken.history(session, who.id, episode_id, world.day, versions)

    assert [day.total_mg for day in history.days] == [mg(80)]


def test_doses_on_a_record_that_was_linked_in_are_the_same_persons(session, world, people):
    root, linked = people[nothing], people[given]
    linked.root_id = root.id
    session.commit()

    taken = doses_taken.taken_days(session, root.id, world.day)

    assert [day.parts_mg for day in taken] == [{1: mg(80)}]
    assert doses_taken.last_taken(session, root.id) == LastTaken(Medication.METHADONE, mg(80), world.day)
