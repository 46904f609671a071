"""Life over time over HTTP: whole on the screen, without small numbers on paper and in files."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from dispensary.queries.life_counts import life_counts
from dispensary.rules.life_over_time import Part
from dispensary.services import assessments
from models import EpisodeEnd
from models.enums import AuditKind, Education, EpisodeEndReason, EpisodeKind, FamilyTies, Housing, Role, Work
from tests import factories
from tests.rows import audited_kinds

DAY = timedelta(days=1)


def living(session, world, who, days_ago, housing):
    assessments.record_life_situation(
        session,
        person_id=who.id,
        seen_on=world.day - days_ago * DAY,
        housing=housing,
        work=Work.SEEKING,
        education=Education.NOT_NOW,
        family=FamilyTies.SOME,
        children_under_6=None,
        act=world.act(),
    )


@pytest.fixture
def six(session, world):
    """Six people who had no home at the beginning; one of them has one now."""
    for n in range(6):
        who = factories.person(session, f"P{n}")
        factories.episode(session, world, who, admitted_on=world.day - 90 * DAY)
        living(session, world, who, 89, Housing.NO_HOME)
        living(session, world, who, 1, Housing.OWN_HOME if n == 0 else Housing.NO_HOME)
    session.commit()


@pytest.fixture
def head(client, session, world):
    return client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)


def test_the_screen_tells_all_and_what_leaves_the_clinic_hides_small_counts(head, session, six):
    screen = head.get("/journey/life").text
    listed = head.get("/journey/life.csv").text
    answer = head.send("/journey/life.pdf", {"paper": "A4"}, page="/journey/life")
    printed = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.data)).pages)

    assert "6 looked at twice or more, 0 once, 0 not yet" in screen
    own_home = next(row for row in screen.split("<tr>") if "own home" in row.lower())
    assert '<td class="num count">0</td><td class="num count">1</td>' in own_home
    lines = [line.split(",") for line in listed.splitlines()]
    (told,) = [line[2:4] for line in lines if line[1].lower() == "own home"]
    (homeless,) = [line[2:4] for line in lines if line[1].lower() == "no home"]
    assert (told, homeless) == (["0", "not shown"], ["6", "not shown"])
    assert "not shown" in printed and "Both columns are the same people." in printed
    session.rollback()
    assert audited_kinds(session)[-1] is AuditKind.REPORT_PRINTED


def test_guests_and_whoever_left_are_not_counted(session, world, six):
    guest, left = factories.person(session, "Guest"), factories.person(session, "Left")
    factories.episode(session, world, guest, kind=EpisodeKind.GUEST)
    stay = factories.episode(session, world, left, admitted_on=world.day - 90 * DAY)
    values = {"turn": 1, "ended_on": world.day, "reason": EpisodeEndReason.COMPLETED, "note": "done"}
    factories.save(session, EpisodeEnd(episode_id=stay.id, **values, **factories.stamp(world)))

    life = life_counts(session, world.site.id, world.day)

    assert (life.in_treatment, life.twice) == (6, 6)
    assert sum(one.now for one in life.counted if one.part is Part.WORK) == 6


def test_a_clinic_that_has_looked_at_nobody_twice_says_where_it_is_done(head):
    assert "Nobody in treatment was looked at twice yet." in head.get("/journey/life").text
