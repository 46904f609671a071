"""Who stands on the missed-dose list, in which order, and what is said of each."""

from datetime import timedelta

import pytest

import models
from dispensary.queries.ledger import runs_of
from dispensary.queries.missed_doses import OpenTask, missed_doses
from dispensary.services import absences
from models import enums
from models.enums import AbsenceKind, Desk, EpisodeKind, MissedReason
from models.units import mg
from tests import factories, take_homes

DAY = timedelta(days=1)


def somebody(session, world, name, *dosed, **values):
    """Somebody with an order for twenty days, dosed so many days ago."""
    who = factories.person(session, name, phone=values.pop("phone", ""))
    of = factories.order(
        session,
        world,
        who,
        in_episode=factories.episode(
            session, world, who, admitted_on=world.day - 20 * DAY, kind=values.pop("kind", EpisodeKind.MAINTENANCE)
        ),
        starts_on=world.day - 20 * DAY,
        **values,
    )
    for before in dosed:
        factories.dose(session, world, who, of, at=world.at - before * DAY)
    return who


@pytest.fixture
def three(session, world):
    """One who came yesterday, one who missed two days, one who missed five."""
    return (
        somebody(session, world, "Daily", *range(20, 0, -1)),
        somebody(session, world, "Two", *range(20, 2, -1)),
        somebody(session, world, "Five", *range(20, 5, -1), phone="0912 000 111"),
    )


def listed(session, world, **asked):
    return missed_doses(session, world.site.id, world.day, **asked)


def test_longest_run_stands_first_and_whoever_came_yesterday_is_not_listed(session, world, three):
    _, two, five = three

    rows = listed(session, world)

    assert [row.person_id for row in rows] == [five.id, two.id]
    assert [row.runs.days_without_medicine for row in rows] == [5, 2]
    assert [row.runs.no_shows_in_a_row for row in rows] == [5, 2]
    assert rows[0].phone == "0912 000 111"


def test_counts_are_each_ones_own(session, world, three):
    assert {row.person_id: row.runs for row in listed(session, world)} == {
        who.id: runs_of(session, who.id, world.site.id, world.day) for who in three[1:]
    }


def test_least_days_leave_the_shorter_runs_out(session, world, three):
    assert [row.person_id for row in listed(session, world, at_least=3)] == [three[2].id]
    assert listed(session, world, at_least=6) == ()


def test_last_dose_is_named_with_its_day_and_amount(session, world, three):
    row = listed(session, world)[0]

    assert (row.runs.last_taken_on, row.last_mg, row.presumed) == (world.day - 6 * DAY, mg("80"), False)
    assert (row.runs.last_confirmed_on, row.runs.last_confirmed_mg) == (world.day - 6 * DAY, mg("80"))


def test_take_home_dose_is_named_as_presumed(session, world):
    who = somebody(session, world, "Home", *range(20, 3, -1))
    session.commit()
    of = session.query(models.DoseOrder).filter_by(person_id=who.id).one()
    bottle(session, world, who, of, world.day - 3 * DAY)

    (row,) = listed(session, world)

    assert (row.runs.last_taken_on, row.last_mg, row.presumed) == (world.day - 3 * DAY, mg("80"), True)
    assert row.runs.last_confirmed_on == world.day - 4 * DAY


def test_open_tasks_away_and_reasons_of_the_run_are_shown(session, world, three):
    _, two, five = three
    absences.explain_missed_day(
        session, person_id=two.id, clinic_day=world.day - 10 * DAY, reason=MissedReason.ILL, act=world.act()
    )
    absences.explain_missed_day(
        session, person_id=five.id, clinic_day=world.day - 2 * DAY, reason=MissedReason.WORK, act=world.act()
    )
    absences.record_absence(
        session,
        person_id=five.id,
        kind=AbsenceKind.HOSPITAL,
        from_on=world.day - DAY,
        expected_until=None,
        place="Ward 3",
        told_by="ward",
        act=world.act(),
    )

    first, second = listed(session, world)

    assert first.why.reason is MissedReason.WORK
    assert first.away is AbsenceKind.HOSPITAL
    assert first.tasks == (OpenTask(Desk.PRESCRIBER, world.at + DAY),)
    assert (first.runs.days_without_medicine, first.runs.no_shows_in_a_row) == (5, 4)
    assert (second.why, second.away, second.tasks) == (None, None, ())


def test_whoever_has_no_order_yet_or_only_counselling_or_an_ended_episode_is_not_listed(session, world):
    factories.episode(session, world, factories.person(session, "New"), admitted_on=world.day - 9 * DAY)
    talks = factories.person(session, "Talks")
    factories.episode(session, world, talks, admitted_on=world.day - 9 * DAY, kind=EpisodeKind.COUNSELLING_ONLY)
    gone = somebody(session, world, "Gone", 20)
    factories.save(
        session,
        models.EpisodeEnd(
            episode_id=session.query(models.Episode.id).filter_by(person_id=gone.id).scalar(),
            turn=1,
            ended_on=world.day - DAY,
            reason=enums.EpisodeEndReason.LEFT_BY_OWN_WISH,
            note="wished it",
            **factories.stamp(world),
        ),
    )

    assert listed(session, world) == ()


def bottle(session, world, who, of, day):
    """A take-home dose of 80 mg for one day, handed over four days ago."""
    at = world.at - 4 * DAY
    stamp = factories.stamp(world, recorded_at=at)
    slot = factories.claim(session, world, who, clinic_day=day, at=at, kind=enums.ClaimKind.TAKE_HOME)
    issue = factories.save(
        session,
        models.TakeHomeIssue(
            person_id=who.id,
            clinic_day=world.day - 4 * DAY,
            one_off_id=take_homes.one_off(session, world, who, day, day).id,
            window_id=world.window.id,
            issued_at=at,
            **stamp,
        ),
    )
    return factories.save(
        session,
        models.Bottle(
            issue_id=issue.id,
            person_id=who.id,
            number=1,
            of_number=1,
            covers_on=day,
            part=1,
            claim_id=slot.id,
            order_id=of.id,
            medication=of.medication,
            form=of.form,
            amount_mg=mg("80"),
            **stamp,
        ),
    )
