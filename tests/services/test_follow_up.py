"""Somebody whom the rule proposes as lost to follow-up: confirmed, or looked for further, by a person."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import models
from dispensary.errors import Conflict, Refused
from dispensary.queries.follow_up import proposals
from dispensary.services import follow_up
from dispensary.services.episodes import end_episode
from models.enums import AuditKind, EpisodeEndReason, EpisodeKind
from tests import factories
from tests.rows import audited_kinds

DAY = timedelta(days=1)
AFTER = 30


def absent(session, world, days=AFTER, **values):
    """Somebody who was dosed once and then missed so many days."""
    who = factories.person(session, **values)
    stay = factories.episode(session, world, who, admitted_on=world.day - (days + 1) * DAY)
    of = factories.order(session, world, who, in_episode=stay, starts_on=world.day - (days + 1) * DAY)
    factories.dose(session, world, who, of, at=world.at - (days + 1) * DAY)
    return who


@pytest.fixture
def who(session, world):
    return absent(session, world)


def episode_of(session, who):
    return session.scalar(select(models.Episode.id).where(models.Episode.person_id == who.id))


def proposed(session, world, on=None):
    found = proposals(session, world.site.id, on or world.day, after_no_shows=AFTER)
    return [one.row.person_id for one in found if not one.waits_on(on or world.day)]


def keep(session, world, who, look_again=14, reason="seen at the market"):
    return follow_up.keep_looking(
        session,
        episode_id=episode_of(session, who),
        reason=reason,
        look_again_on=world.day + look_again * DAY,
        act=world.act(world.prescriber),
    )


def confirm(session, world, who, note="called three times"):
    return follow_up.confirm_lost(
        session, episode_id=episode_of(session, who), note=note, act=world.act(world.prescriber)
    )


def test_rule_proposes_from_the_sites_number_on(session, world, who):
    absent(session, world, days=AFTER - 1, family_name="Almost")

    assert proposed(session, world) == [who.id]


def test_rule_proposes_no_guest(session, world):
    who = factories.person(session)
    stay = factories.episode(session, world, who, admitted_on=world.day - 40 * DAY, kind=EpisodeKind.GUEST)
    factories.order(session, world, who, in_episode=stay, starts_on=world.day - 40 * DAY)

    assert proposed(session, world) == []


def test_confirmed_ends_the_episode_as_dropped_out_today_with_its_order(session, world, who):
    end = confirm(session, world, who)

    assert (end.reason, end.ended_on, end.note) == (EpisodeEndReason.DROPPED_OUT, world.day, "called three times")
    assert session.scalars(select(models.OrderEnd.last_day)).all() == [world.day]
    assert AuditKind.EPISODE_ENDED in audited_kinds(session)
    assert proposed(session, world) == []


def test_looked_for_further_is_not_proposed_until_that_day(session, world, who):
    kept = keep(session, world, who)

    assert kept.no_shows == AFTER
    assert audited_kinds(session)[-1] == AuditKind.FOLLOW_UP_KEPT
    assert proposed(session, world) == []
    assert proposed(session, world, world.day + 13 * DAY) == []
    assert proposed(session, world, world.day + 14 * DAY) == [who.id]


@pytest.mark.parametrize("look_again", [0, -1, 367])
def test_day_to_look_again_lies_ahead_within_a_year(session, world, who, look_again):
    with pytest.raises(Refused) as refused:
        keep(session, world, who, look_again)

    assert refused.value.field == "look_again_on"


def test_neither_is_decided_without_words(session, world, who):
    with pytest.raises(Refused):
        keep(session, world, who, reason=" ")
    with pytest.raises(Refused):
        confirm(session, world, who, note="")


def test_nothing_is_decided_of_somebody_who_came_meanwhile(session, world):
    who = absent(session, world, days=AFTER - 1)

    with pytest.raises(Conflict) as conflict:
        confirm(session, world, who)

    assert conflict.value.code == "not_lost"


def test_nothing_is_decided_of_an_episode_that_is_over(session, world, who):
    end_episode(
        session,
        person_id=who.id,
        ended_on=world.day,
        reason=EpisodeEndReason.LEFT_BY_OWN_WISH,
        note="by telephone",
        act=world.act(),
    )

    with pytest.raises(Conflict) as conflict:
        keep(session, world, who)

    assert conflict.value.code == "episode_over"
