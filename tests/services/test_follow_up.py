"""Somebody whom the rule proposes as lost to follow-up: confirmed, or looked for further, by a person."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import models
from dispensary.errors import Conflict, Refused
from dispensary.queries.follow_up import proposals
from dispensary.services import follow_up, prescriber_desk
from dispensary.services.episodes import end_episode
from models.enums import AuditKind, EpisodeEndReason, EpisodeKind, TaskReasonKind
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


def nightly(session, world, days=0):
    """What the job does in the night after a day: everybody who is to be told about, then those who came again."""
    at = world.at + days * DAY
    day, act = world.day + (days - 1) * DAY, world.act(at=at)
    for episode_id in follow_up.to_propose(session, world.site.id, day):
        follow_up.propose(session, episode_id, act)
    for person_id in follow_up.came_again(session, world.site.id, day):
        follow_up.withdraw(session, person_id, act)


def told(session, open_only=False):
    query = select(models.TaskReason.noted_at).join(models.Task).where(models.TaskReason.kind == TaskReasonKind.LOST)
    return len(session.scalars(query.where(models.Task.resolved_at.is_(None)) if open_only else query).all())


def test_night_puts_whoever_is_proposed_on_the_desk_once_and_ends_nothing(session, world, who):
    nightly(session, world)
    nightly(session, world)
    nightly(session, world, days=1)

    assert told(session) == told(session, open_only=True) == 1
    assert session.scalars(select(models.EpisodeEnd)).all() == []


def test_task_closed_by_hand_is_not_opened_again_for_the_same_absence(session, world, who):
    nightly(session, world)
    task = session.scalars(select(models.Task)).one()
    prescriber_desk.close_task(session, task_id=task.id, resolution="the outreach team goes", act=world.act())

    nightly(session, world, days=3)

    assert told(session) == 1


@pytest.mark.parametrize("decide", [confirm, keep], ids=["lost", "go on looking"])
def test_decision_takes_the_task_off_the_desk(session, world, who, decide):
    nightly(session, world)

    decide(session, world, who)

    assert told(session, open_only=True) == 0


def test_somebody_still_looked_for_is_told_about_again_on_the_day_to_look_again(session, world, who):
    nightly(session, world)
    keep(session, world, who, look_again=14)

    nightly(session, world, days=13)
    before = told(session)
    nightly(session, world, days=14)

    assert (before, told(session)) == (1, 2)


def test_whoever_comes_again_leaves_the_desk_and_is_told_about_anew_after_a_new_absence(session, world, who):
    nightly(session, world)
    of = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()
    factories.dose(session, world, who, of)
    nightly(session, world, days=1)
    assert told(session, open_only=True) == 0

    nightly(session, world, days=AFTER + 1)

    assert told(session, open_only=True) == 1


def test_whoever_came_between_the_look_and_the_task_is_not_put_on_the_desk(session, world, who):
    (episode_id,) = follow_up.to_propose(session, world.site.id, world.day - DAY)
    of = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()
    factories.dose(session, world, who, of, at=world.at - DAY)

    follow_up.propose(session, episode_id, world.act())

    assert told(session) == 0
