"""What keeps people here and what makes it hard, as they say it; and slips from the box, which name nobody."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dispensary.errors import Refused
from dispensary.queries import motives as records
from dispensary.queries.ratings import months_rated
from dispensary.services import motives, ratings
from models import PrivateRating, SaidBarrier, SaidMotive
from models.enums import AuditKind, Barrier, Motive, SaidOccasion
from tests import factories
from tests.rows import audited_kinds, count


@pytest.fixture
def person(session, world):
    return factories.person(session)


def says(session, world, person, stays=None, hard=None, **values):
    values = {"occasion": SaidOccasion.ENTRY, "said_on": world.day} | values
    motives.write_down_reasons(
        session, person_id=person.id, motives=stays or {}, barriers=hard or {}, act=world.act(), **values
    )


NEXT_MONTH = date(2026, 4, 1)


def rate(session, world, relation=4, waiting=2, **values):
    given = {"month": world.day, "act": world.act()} | values
    return ratings.enter_rating(session, relation=relation, waiting=waiting, **given)


def test_what_is_said_is_kept_with_its_words_each_a_row_of_the_audit(session, world, person):
    says(session, world, person, {Motive.FAMILY: "for my mother", Motive.WORK: ""}, {Barrier.TIED_BY_DAILY_VISITS: ""})

    (asking,) = records.askings_of(session, person.id)
    assert [(one.reason, one.words) for one in asking.motives] == [(Motive.FAMILY, "for my mother"), (Motive.WORK, "")]
    assert [one.reason for one in asking.barriers] == [Barrier.TIED_BY_DAILY_VISITS]
    assert audited_kinds(session) == [AuditKind.MOTIVE_SAID, AuditKind.MOTIVE_SAID, AuditKind.BARRIER_SAID]


def test_another_motive_and_another_barrier_are_two_things(session, world, person):
    says(session, world, person, {Motive.OTHER: "the garden"}, {Barrier.OTHER: "the stairs"})

    (asking,) = records.askings_of(session, person.id)
    assert [one.words for one in (*asking.motives, *asking.barriers)] == ["the garden", "the stairs"]


@pytest.mark.parametrize(
    ("stays", "hard", "code"),
    [
        ({}, {}, "nothing_said"),
        ({Motive.OTHER: " "}, {}, "other_in_words"),
        ({}, {Barrier.OTHER: ""}, "other_in_words"),
        ({Motive.WORK: "x" * 301}, {}, "long"),
    ],
)
def test_what_was_not_said_is_not_kept(session, world, person, stays, hard, code):
    with pytest.raises(Refused, match=code):
        says(session, world, person, stays, hard)

    assert count(session, SaidMotive) + count(session, SaidBarrier) == 0


def test_the_same_reason_on_the_same_day_is_on_record_already(session, world, person):
    says(session, world, person, {Motive.WORK: ""})

    with pytest.raises(Refused, match="said_already"):
        says(session, world, person, {Motive.WORK: "", Motive.MONEY: ""})
    says(session, world, person, {Motive.MONEY: ""})
    says(session, world, person, {Motive.WORK: ""}, occasion=SaidOccasion.REVIEW)

    assert count(session, SaidMotive) == 3


def test_nothing_was_said_tomorrow(session, world, person):
    with pytest.raises(Refused, match="in_the_future"):
        says(session, world, person, {Motive.WORK: ""}, said_on=world.day + timedelta(days=1))


def test_figures_count_people_not_entries_and_each_occasion_apart(session, world, person):
    other = factories.person(session)
    says(session, world, person, {Motive.FAMILY: ""}, {Barrier.WAITING: ""})
    says(session, world, person, {Motive.FAMILY: ""}, said_on=world.day - timedelta(days=1))
    says(session, world, other, {Motive.FAMILY: "", Motive.WORK: ""})
    says(session, world, other, hard={Barrier.WAITING: ""}, occasion=SaidOccasion.EXIT)

    found = records.figures_by_reason(session, world.site.id, world.day - timedelta(days=30), world.day)

    assert found[SaidOccasion.ENTRY].asked == 2
    assert found[SaidOccasion.ENTRY].motives == [(Motive.FAMILY, 2), (Motive.WORK, 1)]
    assert found[SaidOccasion.ENTRY].barriers == [(Barrier.WAITING, 1)]
    assert (found[SaidOccasion.EXIT].asked, found[SaidOccasion.EXIT].motives) == (1, [])
    assert found[SaidOccasion.REVIEW].asked == 0


def test_a_slip_keeps_its_month_and_nobody(session, world):
    rated = rate(session, world, words="Friendly, but slow in the morning.")

    assert rated.month == world.day.replace(day=1)
    assert not {column.key for column in PrivateRating.__table__.columns} & {"person_id", "staff_id", "clinic_day"}
    assert audited_kinds(session) == [AuditKind.RATING_ENTERED]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"relation": 0}, "rating"),
        ({"relation": 6}, "rating"),
        ({"waiting": 6}, "rating"),
        ({"month": date(2026, 4, 1)}, "in_the_future"),
        ({"words": "x" * 501}, "long"),
    ],
)
def test_a_slip_that_cannot_be_is_refused(session, world, values, code):
    with pytest.raises(Refused, match=code):
        rate(session, world, **values)


def test_a_month_with_few_slips_says_only_how_many(session, world):
    for n in range(4):
        rate(session, world, words=f"slip {n}")

    few = months_rated(session, world.site.id, 5, NEXT_MONTH)
    rate(session, world, relation=1)

    assert [(one.slips, one.relation, one.words, one.held_back) for one in few] == [(4, (), (), 4)]
    (enough,) = months_rated(session, world.site.id, 5, NEXT_MONTH)
    assert (enough.relation, enough.waiting) == ((1, 0, 0, 4, 0), (0, 5, 0, 0, 0))
    assert enough.words == ("slip 0", "slip 1", "slip 2", "slip 3")
    assert enough.held_back == 0


def entered(session, world, day, slips, relation=4):
    for _ in range(slips):
        rate(session, world, relation, month=date(2026, 3, 1), act=world.act(at=datetime(2026, 4, day, 9, tzinfo=UTC)))


def shown(session, world, day):
    (month,) = months_rated(session, world.site.id, 5, date(2026, 4, day))
    return month.relation, month.held_back


def test_a_slip_of_a_past_month_that_comes_late_is_held_back_until_there_are_enough(session, world):
    entered(session, world, 2, 6)
    entered(session, world, 3, 1, relation=1)

    late = shown(session, world, 9)
    entered(session, world, 10, 4, relation=2)

    assert late == ((0, 0, 0, 6, 0), 1)
    assert shown(session, world, 11) == ((1, 4, 0, 6, 0), 0)


def test_slips_show_from_the_day_after_so_that_nobody_reads_each_as_it_is_entered(session, world):
    entered(session, world, 2, 7)

    assert shown(session, world, 2) == ((), 7)
    assert shown(session, world, 3) == ((0, 0, 0, 7, 0), 0)


def test_slips_entered_while_the_month_ran_show_together_once_it_is_over(session, world):
    for days_on, slips in ((0, 3), (10, 3), (20, 1)):
        for _ in range(slips):
            rate(session, world, act=world.act(at=world.at + timedelta(days=days_on)))

    assert shown(session, world, 1) == ((0, 0, 0, 7, 0), 0)


def test_a_month_that_is_not_over_shows_no_slip_so_that_the_next_one_cannot_be_told_apart(session, world):
    for _ in range(6):
        rate(session, world)

    (growing,) = months_rated(session, world.site.id, 5, date(2026, 3, 31))
    (over,) = months_rated(session, world.site.id, 5, NEXT_MONTH)

    assert (growing.slips, growing.relation, growing.words) == (6, (), ())
    assert over.relation == (0, 0, 0, 6, 0)
