"""An open review holds bottles until a prescriber answers it; what is at home and what nobody can take here goes on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispensary.errors import Conflict, Refused
from dispensary.queries import prescriber_desk, take_home_reviews
from dispensary.services import calendar, stops, tasks
from dispensary.services import prescriber_desk as desk
from dispensary.services import take_home_reviews as reviews
from dispensary.wording import Moment
from models.enums import AuditKind, ClosureKind, Desk, Origin, StopKind, TaskReasonKind
from tests import factories
from tests.rows import audited
from tests.station import give
from tests.take_homes import decide, dosed_until_yesterday, hand_over, one_off, plan, safe

LATER = timedelta(minutes=5)


@pytest.fixture
def who(session, world):
    """Somebody who takes two doses home today, has been dosed, and was stopped and released since the decision."""
    made = factories.patient(session, world, starts_on=world.day - timedelta(days=7))
    dosed_until_yesterday(session, world, made)
    decide(session, world, made, decided_at=world.at - timedelta(days=30))
    safe(session, world, made)
    give(session, world, made)
    return made


def reviewed(session, world, who):
    stop = stops.set_stop(session, person_id=who.id, kind=StopKind.SEDATION, act=world.act())
    stops.release_stop(session, stop_id=stop.id, reason="fit", act=world.act(world.prescriber))


def keep(session, world, who, rationale="one late morning", **changes):
    act = world.act(world.prescriber, **({"at": world.at + LATER} | changes))
    return reviews.keep(session, person_id=who.id, rationale=rationale, act=act)


def close_tomorrow(session, world):
    calendar.announce_closed(
        session,
        first=world.day + timedelta(days=1),
        last=world.day + timedelta(days=1),
        kind=ClosureKind.HOLIDAY,
        reason="New Year",
        act=world.act(world.prescriber),
    )


def test_open_review_is_said_at_the_window_with_who_decides_and_by_when(session, world, who):
    reviewed(session, world, who)

    shown = plan(session, world, who)

    [reason] = shown.left_out
    assert (reason.code, shown.may_go, shown.against) == ("review_open", False, ())
    assert reason.message.values["n"] == 2
    assert reason.message.values["due"] == Moment(world.at + timedelta(hours=2))
    assert shown.next_visit == world.day + timedelta(days=1)


def test_nothing_is_handed_over_against_an_open_review(session, world, who):
    before = plan(session, world, who).digest
    reviewed(session, world, who)

    with pytest.raises(Conflict):
        hand_over(session, world, who, digest=before)
    with pytest.raises(Refused):
        hand_over(session, world, who)


def test_doses_of_closed_days_go_home_in_spite_of_an_open_review(session, world, who):
    close_tomorrow(session, world)
    reviewed(session, world, who)

    shown = plan(session, world, who)

    assert shown.days == [world.day + timedelta(days=1)]
    assert shown.may_go
    assert shown.next_visit == world.day + timedelta(days=2)


def test_what_is_at_home_stays_and_its_days_are_not_given_at_the_window(session, world, who):
    hand_over(session, world, who)

    reviewed(session, world, who)

    assert plan(session, world, who).left_out == ()


def test_prescriber_lets_it_go_on_as_decided(session, world, who):
    reviewed(session, world, who)

    made = keep(session, world, who)

    assert plan(session, world, who, at=world.at + LATER).may_go
    assert len(audited(session, AuditKind.TAKE_HOME_REVIEWED)) == 1
    assert made.rationale == "one late morning"
    assert prescriber_desk.desk_rows(session, world.site.id, world.at + LATER) == []


def test_review_closed_by_hand_on_the_desk_lets_it_go_on_too(session, world, who):
    reviewed(session, world, who)
    [row] = prescriber_desk.desk_rows(session, world.site.id, world.at)

    desk.close_task(session, task_id=row.task_id, resolution="goes on", act=world.act(world.prescriber))

    assert plan(session, world, who).may_go


def test_review_is_answered_once_and_with_a_reason(session, world, who):
    reviewed(session, world, who)

    with pytest.raises(Refused) as unsaid:
        keep(session, world, who, rationale=" ")
    keep(session, world, who)
    with pytest.raises(Conflict) as again:
        keep(session, world, who)

    assert (unsaid.value.field, again.value.code) == ("rationale", "nothing_to_review")


def test_answer_counts_while_another_reason_keeps_the_task_open_and_a_new_miss_opens_a_new_review(session, world, who):
    reviewed(session, world, who)
    tasks.note(
        session,
        person_id=who.id,
        desk=Desk.PRESCRIBER,
        kind=TaskReasonKind.HEALTH,
        due_at=world.at + timedelta(days=1),
        act=world.act(),
    )

    keep(session, world, who)
    answered = take_home_reviews.open_review(session, who.id)
    act = world.act(at=world.at + 2 * LATER)
    stops.set_stop(session, person_id=who.id, kind=StopKind.INCIDENT, act=act)

    assert answered is None
    assert take_home_reviews.open_review(session, who.id).since == world.at + 2 * LATER


@pytest.fixture
def absent(session, world):
    """Somebody who comes every day, was dosed until yesterday, and does not come any more."""
    made = factories.patient(session, world, starts_on=world.day - timedelta(days=7))
    dosed_until_yesterday(session, world, made)
    decide(session, world, made, attends_on="1234567", most_days=0, decided_at=world.at - timedelta(days=30))
    return made


def close_night(session, world, n):
    """Open the reviews of the n-th day from today in the early hours of the day after, as the nightly job does."""
    after_midnight = world.at + timedelta(days=n + 1) - timedelta(hours=3)
    act = replace(world.act(at=after_midnight), origin=Origin.JOB)
    return reviews.open_reviews(session, world.site.id, world.day + timedelta(days=n), act)


def test_day_missed_after_the_review_of_the_day_before_was_answered_opens_another(session, world, absent):
    first = close_night(session, world, 0)
    keep(session, world, absent, at=world.at + timedelta(days=1))

    assert (first, close_night(session, world, 1)) == ([absent.id], [absent.id])
    assert take_home_reviews.open_review(session, absent.id) is not None


def test_night_that_is_run_again_opens_no_review_that_was_answered(session, world, absent):
    close_night(session, world, 0)
    keep(session, world, absent, at=world.at + timedelta(days=1))

    assert close_night(session, world, 0) == []


def test_stop_that_stands_is_not_reviewed_again_once_the_prescriber_has_answered(session, world, who):
    stops.set_stop(session, person_id=who.id, kind=StopKind.INCIDENT, act=world.act())
    keep(session, world, who)

    assert close_night(session, world, 0) == []


def test_days_allowed_after_the_review_was_opened_go_home(session, world, who):
    reviewed(session, world, who)
    day = world.day
    older = one_off(session, world, who, day + timedelta(days=1), day + timedelta(days=2), at=world.at - LATER)
    newer = one_off(session, world, who, day + timedelta(days=1), day + timedelta(days=2), at=world.at + LATER)

    held = plan(session, world, who, one_off_id=older.id)
    goes = plan(session, world, who, one_off_id=newer.id)

    assert ([r.code for r in held.left_out], held.may_go) == (["review_open"], False)
    assert goes.may_go


def test_review_of_a_linked_record_stands_for_the_person(session, world, who):
    from tests.services.test_links import link

    reviewed(session, world, who)
    survivor = factories.patient(session, world, family_name="Trần", number="P00011")

    link(session, world, survivor, who)

    assert take_home_reviews.open_review(session, survivor.id) is not None
