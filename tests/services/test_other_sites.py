"""Verbs on a record of another site: refused as not there, before anything else is said about it."""

from collections.abc import Callable
from typing import Any

import pytest

import models
from dispensary.errors import NotFound
from dispensary.queries import contests as contested
from dispensary.queries import here
from dispensary.services import (
    case_notes,
    contests,
    discharges,
    endings,
    groups,
    health_tests,
    instruments,
    one_off_take_homes,
    overdoses,
    plans,
    sessions,
    take_home_requests,
    take_homes,
    tapers,
    urines,
)
from models.enums import ContestAbout
from tests import factories
from tests.migrations.least_rows import Rows

VERBS: dict[Callable[..., Any], tuple[str, str]] = {
    case_notes.correct_note: ("note_id", "case_note"),
    contests.answer: ("contest_id", "contest"),
    discharges.carry_out: ("ending_id", "ending"),
    endings.agree: ("ending_id", "ending"),
    endings.hand_notice: ("ending_id", "ending"),
    endings.take_back: ("ending_id", "ending"),
    groups.leave: ("member_id", "group_member"),
    health_tests.find: ("offer_id", "health_test_offer"),
    instruments.take_back: ("score_id", "instrument_score"),
    instruments.take_safety_step: ("score_id", "instrument_score"),
    one_off_take_homes.end_once: ("one_off_id", "one_off_take_home"),
    overdoses.follow_up: ("overdose_id", "overdose"),
    overdoses.take_back: ("overdose_id", "overdose"),
    plans.look_at_step: ("plan_step_id", "plan_step"),
    plans.sign_plan: ("plan_id", "care_plan"),
    sessions.put_off: ("session_id", "care_session"),
    sessions.record: ("session_id", "care_session"),
    take_home_requests.decline: ("asked_id", "take_home_request"),
    take_homes.end: ("decision_id", "take_home_decision"),
    tapers.answer: ("taper_request_id", "taper_request"),
    urines.read: ("test_id", "urine_test"),
    urines.review: ("test_id", "urine_test"),
    urines.take_back: ("test_id", "urine_test"),
}
"""What is done to a record named by its id: under which name, and of which table."""


@pytest.fixture
def hill(session, world) -> Rows:
    """Records that another site of the clinic made."""
    rows = Rows(session)
    rows.first["staff"] = {"id": world.nurse.id}
    rows.first["site"] = {"id": factories.save(session, models.Site(code="other", name="Hill Clinic")).id}
    return rows


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: f"{verb.__module__.rpartition('.')[2]}.{verb.__name__}")
def test_nothing_is_done_here_to_a_record_of_another_site(session, world, hill, verb):
    name, table = VERBS[verb]
    theirs = {name: hill.one(table)["id"]}
    typed = dict.fromkeys(verb.__annotations__.keys() - {"session", "act", "return", name})

    with pytest.raises(NotFound) as refusal:
        verb(session, **theirs, **typed, act=world.act())

    assert refusal.value.code == "of_another_site"


def test_what_stands_about_a_person_is_not_refused_anywhere(session, world, hill):
    stop = hill.one("stop")

    here.refuse_elsewhere(session, models.Stop, stop["id"], world.site.id)

    assert stop["site_id"] != world.site.id


def test_a_record_that_nobody_made_is_left_to_its_own_reader(session, world):
    here.refuse_elsewhere(session, models.CarePlan, 4711, world.site.id)


def test_a_note_does_not_belong_to_a_session_of_another_site(session, world, hill):
    theirs = hill.one("care_session")

    with pytest.raises(NotFound):
        case_notes.write_note(
            session,
            person_id=theirs["person_id"],
            text="came by",
            about_on=world.day,
            session_id=theirs["id"],
            act=world.act(),
        )


@pytest.mark.parametrize(
    ("about", "table"),
    [
        (ContestAbout.ENDING, "ending"),
        (ContestAbout.TAKE_HOME, "take_home_decision"),
        (ContestAbout.TAKE_HOME_DECLINED, "take_home_request_end"),
    ],
)
def test_a_decision_of_another_site_is_contested_there(session, world, hill, about, table):
    theirs = hill.one(table)
    who = hill.first["person"]["id"]

    listed = [one.about for one in contested.contestable(session, who, world.site.id)]

    assert about in [one.about for one in contested.contestable(session, who, theirs["site_id"])]
    assert about not in listed
    with pytest.raises(NotFound):
        contests.contest(
            session,
            person_id=who,
            about=about,
            subject_id=theirs["id"],
            words="not right",
            said_on=world.day,
            act=world.act(),
        )


def test_a_stop_set_elsewhere_is_contested_where_the_person_comes(session, world, hill):
    stop = hill.one("stop")
    who = hill.first["person"]["id"]

    assert [one.subject_id for one in contested.contestable(session, who, world.site.id)] == [stop["id"]]
