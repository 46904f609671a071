"""The commissioner's counts against a clinic on record, beside the targets that the site has set; the board of who is where."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispensary.errors import Refused
from dispensary.queries import journey, people
from dispensary.queries.course import course_of
from dispensary.queries.intake import intake_of
from dispensary.queries.journey_counts import journey_counts
from dispensary.rules.commissioners_counts import Retained, Share, planned
from dispensary.rules.journey import Where
from dispensary.services import call_plans, caseload, episodes, sites, waiting
from dispensary.services import journey as journeys
from dispensary.wording import Speaker
from models.enums import (
    Admission,
    CallSeries,
    EpisodeEndReason,
    EpisodeKind,
    IntakeItem,
    JourneyStage,
    Role,
    SettingKey,
)
from reports import commissioners_counts, page
from tests import factories
from tests.station import give

DAY = timedelta(days=1)
A_YEAR = 365 * DAY


def target(session, world, key, value):
    sites.change_setting(session, key=key, value=value, effective_on=world.day, act=world.act())


def ended(session, world, who, reason=EpisodeEndReason.COMPLETED):
    episodes.end_episode(session, person_id=who.id, ended_on=world.day, reason=reason, note="said so", act=world.act())


def counted(session, world):
    return journey_counts(session, world.site.id, world.day - A_YEAR, world.day, world.day)


def test_counts_of_a_year_beside_their_targets(session, world):
    kept, left, new, guest = (factories.person(session) for _ in range(4))
    factories.episode(session, world, kept, admitted_on=world.day - 100 * DAY)
    factories.episode(session, world, left, admitted_on=world.day - 90 * DAY)
    factories.episode(session, world, guest, admitted_on=world.day - 90 * DAY, kind=EpisodeKind.GUEST)
    ended(session, world, left)
    waiting.wait(session, person_id=new.id, since_on=world.day - 8 * DAY, why="a place", act=world.act())
    episodes.admit_patient(
        session,
        person_id=new.id,
        kind=EpisodeKind.MAINTENANCE,
        admission=Admission.NEW,
        admitted_on=world.day,
        transfer=None,
        act=world.act(),
    )
    target(session, world, SettingKey.TARGET_IN_TREATMENT, "3")
    target(session, world, SettingKey.TARGET_RETAINED_PERCENT, "80")
    target(session, world, SettingKey.TARGET_WAITING_DAYS, "7")

    found = counted(session, world)

    assert (found.in_treatment, found.admitted) == (3, 3), "the last day is one of treatment; a guest is not ours"
    assert (found.retained.share.n, found.retained.share.of, found.retained.too_early) == (2, 2, 1)
    assert found.exits == {EpisodeEndReason.COMPLETED: 1}
    assert (found.waited.n, found.waited.longest, found.waited.in_time) == (1, 8, 0)
    assert found.targets.planned_percent is None
    lines = {line.what.msgid: line for line in figures(session, world).lines}
    assert lines["in treatment on %(day)s"].reached is True
    assert lines["retained for 12 weeks"].reached is True
    assert lines["waited no longer than the target"].reached is False
    assert lines["planned exits"].reached is None


def figures(session, world):
    about = page.heading(
        session, world.site.id, world.day - A_YEAR, world.day, printed_by="Hanna Lind", printed_at=world.at
    )
    return commissioners_counts.figures(session, world.site.id, today=world.day, about=about)


def test_nothing_small_leaves_the_clinic(session, world):
    for n in range(7):
        who = factories.person(session)
        factories.episode(session, world, who, admitted_on=world.day - 100 * DAY)
        if n < 2:
            ended(session, world, who, EpisodeEndReason.DROPPED_OUT)

    made = figures(session, world)
    outside = {line.what.msgid: line for line in made.outside}

    assert outside["in treatment on %(day)s"].n == 7
    assert outside["– %(reason)s"].n is None and outside["– %(reason)s"].few
    assert outside["planned exits"].n is None
    assert outside["retained for 12 weeks"].n == 7
    said = commissioners_counts.as_sheet(made, Speaker(str, world.zone))
    assert ["– dropped out", "under 5"] in [list(row[:2]) for row in said.rows]


@pytest.mark.parametrize(
    ("too_early", "left"),
    [
        pytest.param(3, {}, id="those admitted, less those known long enough"),
        pytest.param(0, {"died": 1, "transferred_out": 6, "dropped_out": 8}, id="all who left, less those alive"),
        pytest.param(0, {"died": 1, "transferred_out": 6, "dropped_out": 8, "custody": 2}, id="two of a few"),
    ],
)
def test_no_small_count_is_what_others_leave_between_them(session, world, too_early, left):
    made = figures(session, world)
    exits = {EpisodeEndReason(reason): n for reason, n in left.items()}
    retained = Retained(Share(10, 20 - too_early), too_early)
    counts = replace(made.counts, admitted=20, retained=retained, exits=exits, planned=planned(exits))

    told = {line.key: line for line in replace(made, counts=counts).outside}

    if too_early:
        assert told["too-late"].n is None and None in (told["admitted"].n, told["retained"].of)
    if left:
        alive = [told[reason].n for reason in left if reason != "died"]
        assert told["died"].n is None
        assert None in (told["ended"].n, told["planned"].of)
        assert told["ended"].n is None or alive.count(None) > 0


def test_a_count_left_out_for_the_sake_of_another_is_not_called_small(session, world):
    for n in range(12):
        who = factories.person(session)
        factories.episode(session, world, who, admitted_on=world.day - 100 * DAY)
        ended(session, world, who, EpisodeEndReason.DROPPED_OUT if n < 2 else EpisodeEndReason.TRANSFERRED_OUT)

    said = commissioners_counts.as_sheet(figures(session, world), Speaker(str, world.zone))

    shown = {row[0]: row[1] for row in said.rows}
    assert shown["– dropped out"] == "under 5"
    assert shown["– transferred out"] == shown["planned exits"] == "not shown"


def test_the_longest_of_few_waits_is_not_shown_and_not_called_a_few_people(session, world):
    who = factories.person(session)
    waiting.wait(session, person_id=who.id, since_on=world.day - 9 * DAY, why="a place", act=world.act())
    episodes.admit_patient(
        session,
        person_id=who.id,
        kind=EpisodeKind.MAINTENANCE,
        admission=Admission.NEW,
        admitted_on=world.day,
        transfer=None,
        act=world.act(),
    )

    said = commissioners_counts.as_sheet(figures(session, world), Speaker(str, world.zone))

    (longest,) = [row for row in said.rows if row[0] == "the longest of these waits"]
    assert longest[1:5] == ["not shown", None, None, None]


def test_target_is_a_whole_number_or_none(session, world):
    target(session, world, SettingKey.TARGET_RETAINED_PERCENT, "none")

    for value in ("0", "101", "many", "-1"):
        with pytest.raises(Refused, match="setting_value"):
            target(session, world, SettingKey.TARGET_RETAINED_PERCENT, value)


def test_board_shows_everybody_at_one_place(session, world):
    waits, entered, dosed, settled, after = (factories.person(session, name) for name in "ABCDE")
    waiting.wait(session, person_id=waits.id, since_on=world.day, why="a place", act=world.act())
    for who in (entered, dosed, settled):
        factories.order(session, world, who)
    give(session, world, dosed)
    journeys.set_stage(
        session, person_id=settled.id, stage=JourneyStage.DELIVERY, from_on=world.day, reason="yes", act=world.act()
    )
    factories.episode(session, world, after, admitted_on=world.day - 90 * DAY)
    ended(session, world, after)
    call_plans.begin(session, person_id=after.id, series=CallSeries.AFTERCARE, since_on=world.day, act=world.act())

    board = journey.board(session, world.site.id, world.day)

    assert [one.who.person_id for one in board.waiting] == [waits.id]
    assert {where: [line.who.person_id for line in board.at(where)] for where in Where if board.at(where)} == {
        Where.BEFORE_FIRST_DOSE: [entered.id],
        Where.ENGAGEMENT: [dosed.id],
        Where.DELIVERY: [settled.id],
    }
    assert [one.person_id for one in board.aftercare] == [after.id]
    assert [board.count(where) for where in Where] == [1, 1, 1, 1, 0, 0, 1]


def test_board_of_a_caseload_holds_its_people_alone(session, world):
    mine, other = factories.patient(session, world), factories.patient(session, world)
    counsellor = world.staff[Role.COUNSELLOR]
    caseload.hand_over(
        session,
        person_ids=[mine.id],
        counsellor_id=counsellor.id,
        from_on=world.day,
        reason="new",
        act=world.act(),
    )

    board = journey.board(session, world.site.id, world.day, counsellor.id)

    assert [line.who.person_id for line in board.lines] == [mine.id]
    assert other.id in {line.who.person_id for line in journey.board(session, world.site.id, world.day).lines}


def test_course_keeps_the_treatment_before_when_somebody_comes_back(session, world):
    who = factories.person(session)
    factories.episode(session, world, who, admitted_on=world.day - 90 * DAY)
    ended(session, world, who)
    waiting.wait(session, person_id=who.id, since_on=world.day, why="a place", act=world.act())
    episodes.admit_patient(
        session,
        person_id=who.id,
        kind=EpisodeKind.MAINTENANCE,
        admission=Admission.READMITTED,
        admitted_on=world.day,
        transfer=None,
        act=world.act(),
    )

    steps = course_of(session, who.id, world.site.id)

    speak = Speaker(str, world.zone)
    said = [(speak(step.what), step.on) for step in steps]
    assert said == [
        ("waiting", world.day),
        ("treatment before", world.day - 90 * DAY),
        ("admission", world.day),
        ("consent to treatment", None),
        ("medical assessment", None),
        ("first dose", None),
        ("assessment by parts of life", None),
        ("first plan", None),
    ]


@pytest.mark.parametrize(
    ("kind", "status", "admission", "dosed", "ordered"),
    [
        (EpisodeKind.MAINTENANCE, "in treatment since", "maintenance", True, True),
        (EpisodeKind.WITHDRAWAL_MANAGEMENT, "in withdrawal management since", "withdrawal management", True, True),
        (EpisodeKind.COUNSELLING_ONLY, "in treatment by counselling only since", "counselling only", False, False),
    ],
)
def test_withdrawal_management_and_counselling_alone_are_told_apart_from_maintenance(
    session, world, kind, status, admission, dosed, ordered
):
    who = factories.person(session)
    factories.episode(session, world, who, kind=kind)
    speak = Speaker(str, world.zone)

    steps = {speak(step.what): step.detail for step in course_of(session, who.id, world.site.id)}
    asked = {line.item for line in intake_of(session, who.id, world.site.id).lines}

    spans = people.episodes_of(session, [who.id])[who.id]
    assert speak(people.status(spans)) == f"{status} {world.day.isoformat()}"
    assert speak(steps["admission"]).endswith(f"; {admission}")
    assert ("first dose" in steps) is dosed
    assert (IntakeItem.ORDER in asked) is ordered
