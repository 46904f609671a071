"""The attendance sheet of a group: with room to sign before the meeting, with crosses after it."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from dispensary.queries import groups as records
from dispensary.services import group_meetings, groups
from dispensary.services.group_meetings import Meeting
from dispensary.services.groups import Terms
from models.enums import Attendance, GroupKind, Role, Topic
from reports import group_sheet, page
from tests import factories
from tests.reports.made_up import NAMES, SPEAK

DAY = timedelta(days=1)


@pytest.fixture
def act(world):
    return world.act(world.staff[Role.COUNSELLOR])


@pytest.fixture
def group(session, world, act):
    """A group of people whose names are hard to print."""
    terms = Terms("Monday group", GroupKind.LIFE_SKILLS, 1, "14:00", 90, act.by_id, open_to_relatives=True)
    made = groups.make_group(session, terms=terms, opened_on=world.day - 7 * DAY, act=act)
    for name in NAMES:
        who = factories.person(session, name, "")
        groups.join(session, group_id=made.id, person_id=who.id, from_on=world.day, act=act)
    return made


def sheet(session, world, group):
    about = page.heading(session, world.site.id, world.day, world.day, printed_by="Carl", printed_at=world.at)
    line = records.group(session, group.id, world.site.id, world.day)
    figures = group_sheet.figures(session, line, world.day, about=about)
    reader = PdfReader(io.BytesIO(group_sheet.render(figures, speak=SPEAK)))
    return reader.metadata.title, "\n".join(one.extract_text() for one in reader.pages)


def test_sheet_before_the_meeting_names_everybody_and_has_room_to_sign(session, world, group):
    title, text = sheet(session, world, group)

    assert title == "Attendance sheet"
    on_one_line = " ".join(text.split())
    assert [one.number for one in records.members(session, group.id, world.day) if one.number not in text] == []
    assert [name for name in NAMES[:8] if name not in on_one_line] == []
    assert f"Members: {len(NAMES)}." in text
    assert "Signature" in text


def test_sheet_after_the_meeting_says_who_came_and_what_it_was_about(session, world, group, act):
    members = [one.person_id for one in records.members(session, group.id, world.day)]
    attendance = dict.fromkeys(members, Attendance.NO_SHOW) | {members[0]: Attendance.CAME}
    meeting = Meeting(True, Topic.WORK, act.by_id, 80, attendance, relatives=2)
    group_meetings.record_meeting(session, group_id=group.id, day=world.day, meeting=meeting, act=act)

    _, text = sheet(session, world, group)

    assert f"80 minutes, led by Carl Brook: work. Came: 1 of {len(NAMES)}; relatives: 2." in " ".join(text.split())


def test_sheet_of_a_meeting_that_was_called_off_says_so(session, world, group, act):
    off = Meeting(False, Topic.OTHER, act.by_id)
    group_meetings.record_meeting(session, group_id=group.id, day=world.day, meeting=off, act=act)

    assert "called off" in sheet(session, world, group)[1]


def test_sheet_follows_the_newest_record_of_the_meeting(session, world, group, act):
    members = [one.person_id for one in records.members(session, group.id, world.day)]
    came = Meeting(True, Topic.WORK, act.by_id, 80, dict.fromkeys(members, Attendance.CAME), relatives=2)
    meeting = {"group_id": group.id, "day": world.day, "act": act}
    group_meetings.record_meeting(session, meeting=came, **meeting)

    group_meetings.correct_meeting(
        session, meeting=Meeting(True, Topic.HOUSING, act.by_id, 60), reason="no relatives", **meeting
    )
    corrected = " ".join(sheet(session, world, group)[1].split())
    group_meetings.correct_meeting(session, meeting=Meeting(False, Topic.WORK, act.by_id), reason="was off", **meeting)

    assert f"60 minutes, led by Carl Brook: housing. Came: {len(NAMES)} of {len(NAMES)}; relatives: 0." in corrected
    _, text = sheet(session, world, group)
    assert "called off" in text
    assert "X" not in [line.strip() for line in text.splitlines()]


def test_same_figures_give_the_same_bytes(session, world, group):
    about = page.heading(session, world.site.id, world.day, world.day, printed_by="Carl", printed_at=world.at)
    line = records.group(session, group.id, world.site.id, world.day)
    figures = group_sheet.figures(session, line, world.day, about=about)

    assert group_sheet.render(figures, speak=SPEAK) == group_sheet.render(figures, speak=SPEAK)
