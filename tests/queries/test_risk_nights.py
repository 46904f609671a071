"""Nights that are looked back on: who is in them, what came of them, and until when that is known."""

from datetime import timedelta

import numpy as np
import pytest

from dispensary.analytics.judged import NOT_LOST, Definition
from dispensary.policy.evaluation import looking_back
from dispensary.policy.risk import risk_card
from dispensary.queries.risk_groups import GroupedBy, groups_of
from dispensary.queries.risk_nights import Period, nights_of
from models import EpisodeEnd
from models.enums import EpisodeEndReason, EpisodeKind, Sex
from models.units import mg
from reports.risk_evaluation_figures import Question, figures
from tests import factories

DAY = timedelta(days=1)
RULES, MOST = looking_back().evaluation, risk_card().most_no_shows
BEGAN = 80
"""Days before today."""


def course(session, world, came, ended=None, reason=None, **person):
    """Somebody dosed for so many days from the first; the end, if one is recorded, is so many days after it."""
    first = world.day - BEGAN * DAY
    who = factories.person(session, **person)
    stay = factories.episode(session, world, who, admitted_on=first)
    of = factories.order(session, world, who, in_episode=stay, starts_on=first)
    for n in range(came):
        at = world.at - (BEGAN - n) * DAY
        factories.dose(session, world, who, of, at=at, ordered_mg=mg("10"), taken_mg=mg("10"))
    if ended is not None:
        end = EpisodeEnd(episode_id=stay.id, ended_on=first + ended * DAY, reason=reason, **factories.stamp(world))
        factories.save(session, end)
    return who


def looked_back(session, world, **values):
    period = Period(world.day - 90 * DAY, world.day - DAY, world.day - DAY, **values)
    return nights_of(session, world.site.id, period)


def days_of(world, nights, which):
    """Return the judged nights as days of treatment."""
    return (nights.day[which] - (world.day - BEGAN * DAY).toordinal()).tolist()


def test_who_stops_coming_is_lost_from_the_day_after_the_last_dose(session, world):
    course(session, world, came=20)

    nights = looked_back(session, world)

    assert set(nights.onset.tolist()) == {(world.day - (BEGAN - 20) * DAY).toordinal()}
    c = nights.judged(Definition.C, RULES, MOST)
    assert days_of(world, nights, c) == list(range(23))
    assert days_of(world, nights, c & nights.events(RULES)) == list(range(6, 23))
    assert days_of(world, nights, nights.judged(Definition.B, RULES, MOST)) == list(range(20))


def test_who_was_written_off_after_a_week_is_lost_too(session, world):
    course(session, world, came=20, ended=26, reason=EpisodeEndReason.DROPPED_OUT)

    nights = looked_back(session, world)

    assert set(nights.onset.tolist()) == {(world.day - (BEGAN - 20) * DAY).toordinal()}
    assert days_of(world, nights, nights.judged(Definition.C, RULES, MOST)) == list(range(23))


@pytest.mark.parametrize("reason", [EpisodeEndReason.TRANSFERRED_OUT, EpisodeEndReason.DIED, EpisodeEndReason.CUSTODY])
def test_other_ways_out_are_no_loss_and_nights_close_before_them_are_not_judged(session, world, reason):
    course(session, world, came=40, ended=39, reason=reason)

    nights = looked_back(session, world)

    assert set(nights.onset.tolist()) == {NOT_LOST}
    assert days_of(world, nights, nights.judged(Definition.C, RULES, MOST)) == list(range(39 - RULES.behind + 1))


def test_who_comes_still_is_judged_until_it_is_known_what_came_of_it(session, world):
    course(session, world, came=BEGAN)

    nights = looked_back(session, world)

    judged = days_of(world, nights, nights.judged(Definition.C, RULES, MOST))
    assert judged == list(range(BEGAN - 1 - RULES.behind + 1))


def test_nobody_is_followed_for_longer_than_asked(session, world):
    course(session, world, came=BEGAN)

    nights = looked_back(session, world, follow_up=40)

    judged = days_of(world, nights, nights.judged(Definition.C, RULES, MOST))
    assert judged == list(range(39 - RULES.behind + 1))


def test_a_later_dose_changes_nothing_of_what_was_counted_before(session, world):
    who = course(session, world, came=20)
    before = looked_back(session, world)
    of = factories.order(session, world, who)
    factories.dose(session, world, who, of, at=world.at - DAY)

    after = looked_back(session, world)

    early = before.day < (world.day - DAY).toordinal()
    late = after.day < (world.day - DAY).toordinal()
    assert (before.columns[early] == after.columns[late]).all()
    assert (before.points[early] == after.points[late]).all()


def test_guests_and_those_never_dosed_are_in_none_of_it(session, world):
    course(session, world, came=0)
    guest = factories.person(session)
    factories.episode(session, world, guest, admitted_on=world.day - 50 * DAY, kind=EpisodeKind.GUEST)

    assert len(looked_back(session, world)) == 0


def test_groups_go_by_drug_sex_and_age_and_leave_out_who_is_of_none(session, world):
    woman = course(session, world, came=3, sex=Sex.FEMALE, birth_date=world.day - 25 * 365 * DAY)
    course(session, world, came=3, sex=Sex.UNKNOWN, birth_date=None)
    nights = looked_back(session, world)

    groups = groups_of(session, nights)

    assert list(groups[GroupedBy.DRUG]) == ["methadone"]
    assert list(groups[GroupedBy.SEX]) == ["female"]
    assert list(groups[GroupedBy.AGE]) == ["<30"]
    assert set(nights.person[groups[GroupedBy.AGE]["<30"]].tolist()) == {woman.id}


def test_small_groups_are_not_told_of_nor_what_would_give_them_away(session, world):
    for n in range(6):
        course(session, world, came=5, sex=Sex.MALE if n else Sex.FEMALE)
    period = Period(world.day - 90 * DAY, world.day - DAY, world.day - DAY)

    found = figures(session, Question((world.site,), period))

    assert [(one.name, one.section) for one in found.groups["sex"]] == [("female", None), ("male", None)]
    assert found.groups["drug"][0].section is not None
    assert found.everybody.lost == 6
    assert np.isfinite(found.everybody.alerts["red"].per_100_days.value)
