"""What was found out about a life: saved half done, taken up again, and kept as it was."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import NotFound, Refused
from dispensary.queries import assessments as records
from dispensary.queries.people import episode_on
from dispensary.services import assessments
from models import Assessment, LifeSituation, Task
from models.enums import AssessmentDomain, AuditKind, Education, FamilyTies, Housing, Need, Work
from tests import factories
from tests.rows import audited_kinds, count_stored


@pytest.fixture
def person(session, world):
    made = factories.person(session)
    factories.episode(session, world, made)
    return made


def finds(session, world, person, **values):
    values = {
        "domain": AssessmentDomain.HOUSING,
        "need": Need.SOME,
        "findings": "Sleeps at a friend's.",
        "complete": False,
        "family_took_part": False,
        "assessed_on": world.day,
    } | values
    return assessments.assess(session, person_id=person.id, act=world.act(), **values)


def lives(session, world, person, **values):
    values = {
        "seen_on": world.day,
        "housing": Housing.HOSTEL,
        "work": Work.SEEKING,
        "education": Education.NOT_NOW,
        "family": FamilyTies.SOME,
        "children_under_6": None,
    } | values
    return assessments.record_life_situation(session, person_id=person.id, act=world.act(), **values)


def test_a_part_may_be_saved_half_done_with_nothing_asked_yet(session, world, person):
    found = finds(session, world, person, need=Need.NOT_ASKED, findings="")

    assert (found.turn, found.complete) == (1, False)
    assert audited_kinds(session)[-1] == AuditKind.ASSESSMENT_RECORDED
    assert count_stored(session, Task) == 0


def test_a_later_entry_counts_and_the_earlier_stays(session, world, person):
    finds(session, world, person)
    finds(session, world, person, need=Need.MUCH, findings="Lost the place.", complete=True, family_took_part=True)

    every = records.findings_of(session, person.id)
    now = records.standing(every, episode_on(session, person.id, world.site.id))
    assert [one.turn for one in every] == [2, 1]
    assert now[AssessmentDomain.HOUSING].need is Need.MUCH
    assert now[AssessmentDomain.HOUSING].family_took_part


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"complete": True, "need": Need.NOT_ASKED}, "need_not_asked"),
        ({"complete": True, "findings": " "}, "blank"),
        ({"findings": "x" * 2001}, "long"),
        ({"findings": "a\x07"}, "control"),
    ],
)
def test_what_is_not_whole_is_not_called_complete(session, world, person, values, code):
    with pytest.raises(Refused, match=code):
        finds(session, world, person, **values)

    assert count_stored(session, Assessment) == 0


@pytest.mark.parametrize(("days", "code"), [(1, "in_the_future"), (-367, "too_long_ago")])
def test_nothing_was_found_tomorrow_or_years_ago(session, world, person, days, code):
    with pytest.raises(Refused, match=code):
        finds(session, world, person, assessed_on=world.day + timedelta(days=days))


def test_who_is_not_in_treatment_is_admitted_first(session, world):
    with pytest.raises(Refused, match="not_in_treatment"):
        finds(session, world, factories.person(session))


def test_nobody_is_nobody(session, world):
    with pytest.raises(NotFound):
        assessments.assess(
            session,
            person_id=999,
            domain=AssessmentDomain.LEGAL,
            need=Need.NONE,
            findings="",
            complete=False,
            family_took_part=False,
            assessed_on=world.day,
            act=world.act(),
        )


def test_a_life_is_seen_over_time_the_newest_first(session, world, person):
    lives(session, world, person, seen_on=world.day - timedelta(days=90), work=Work.SEEKING)
    lives(session, world, person, work=Work.PART_TIME, children_under_6=1)

    assert [one.work for one in records.situations_of(session, person.id)] == [Work.PART_TIME, Work.SEEKING]
    assert audited_kinds(session)[-2:] == [AuditKind.LIFE_SITUATION_RECORDED] * 2


@pytest.mark.parametrize("children", [-1, 21])
def test_so_many_children_are_a_slip_of_the_keys(session, world, person, children):
    with pytest.raises(Refused, match="children"):
        lives(session, world, person, children_under_6=children)

    assert session.scalars(select(LifeSituation)).all() == []
