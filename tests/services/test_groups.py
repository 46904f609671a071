"""Groups are made, joined, left, and each meeting is recorded with who came."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import groups as records
from dispensary.services import group_meetings, groups
from dispensary.services.group_meetings import Meeting
from dispensary.services.groups import Terms
from models import Relative
from models.enums import Attendance, AuditKind, GroupKind, Role, Topic
from tests import factories, rows

DAY = timedelta(days=1)


@pytest.fixture
def who(session, world):
    made = factories.patient(session, world)
    session.commit()
    return made


@pytest.fixture
def act(world):
    return world.act(world.staff[Role.COUNSELLOR])


@pytest.fixture
def terms(act):
    return Terms("Monday group", GroupKind.RELAPSE_PREVENTION, 1, "14:00", 90, act.by_id, open_to_relatives=False)


@pytest.fixture
def group(session, world, terms, act):
    made = groups.make_group(session, terms=terms, opened_on=world.day - 14 * DAY, act=act)
    session.commit()
    return made


def held(act, **attendance):
    return Meeting(True, Topic.LIFE_SKILLS, act.by_id, 80, attendance.get("attendance", {}))


def test_group_meets_on_its_weekday_and_not_on_others(session, world, group):
    (monday,) = records.meeting_on(session, world.site.id, world.day)

    assert (monday.group.name, monday.group.led_by, monday.meeting) == ("Monday group", "Carl Brook", None)
    assert records.meeting_on(session, world.site.id, world.day + DAY) == ()
    assert rows.audited_kinds(session)[-1] is AuditKind.GROUP_MADE


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "Monday group"}, "name"),
        ({"weekday": 8}, "weekday"),
        ({"starts_at": "late"}, "starts_at"),
        ({"minutes": 0}, "minutes"),
        ({"led_by_id": 0}, "led_by_id"),
    ],
)
def test_group_that_cannot_be_right_is_refused_at_its_field(session, world, terms, group, act, changes, field):
    changed = replace(terms, **{"name": "Another"} | changes)

    with pytest.raises(Refused) as refusal:
        groups.make_group(session, terms=changed, opened_on=world.day, act=act)

    assert refusal.value.field == field


def test_changed_group_keeps_its_own_name_and_closes(session, world, terms, group, act):
    closed_on = world.day - DAY

    groups.change_group(session, group_id=group.id, terms=replace(terms, minutes=60), closed_on=closed_on, act=act)

    found = records.group(session, group.id, world.site.id, world.day)
    assert (found.minutes, found.closed_on, found.is_open(world.day)) == (60, closed_on, False)
    assert records.meeting_on(session, world.site.id, world.day) == ()
    with pytest.raises(Refused):
        groups.change_group(session, group_id=group.id, terms=terms, closed_on=group.opened_on - DAY, act=act)


def test_group_of_another_site_is_not_found(session, terms, act):
    with pytest.raises(NotFound):
        groups.change_group(session, group_id=999, terms=terms, closed_on=None, act=act)


def test_member_joins_once_leaves_and_may_come_back(session, world, group, who, act):
    member = groups.join(session, group_id=group.id, person_id=who.id, from_on=world.day - 7 * DAY, act=act)

    with pytest.raises(Conflict):
        groups.join(session, group_id=group.id, person_id=who.id, from_on=world.day, act=act)
    groups.leave(session, member_id=member.id, last_day=world.day - DAY, reason="works now", act=act)
    with pytest.raises(Conflict):
        groups.leave(session, member_id=member.id, last_day=world.day, reason="again", act=act)
    with pytest.raises(Refused) as overlap:
        groups.join(session, group_id=group.id, person_id=who.id, from_on=world.day - DAY, act=act)
    groups.join(session, group_id=group.id, person_id=who.id, from_on=world.day, act=act)

    assert overlap.value.code == "member_then"
    assert [one.from_on for one in records.members(session, group.id, world.day)] == [world.day]
    assert [one.from_on for one in records.members(session, group.id, world.day - DAY)] == [world.day - 7 * DAY]
    assert rows.audited_kinds(session)[-3:] == [AuditKind.GROUP_JOINED, AuditKind.GROUP_LEFT, AuditKind.GROUP_JOINED]


def test_leaving_before_joining_or_without_a_reason_is_refused(session, world, group, who, act):
    member = groups.join(session, group_id=group.id, person_id=who.id, from_on=world.day, act=act)

    with pytest.raises(Refused) as early:
        groups.leave(session, member_id=member.id, last_day=world.day - DAY, reason="moved", act=act)
    with pytest.raises(Refused) as silent:
        groups.leave(session, member_id=member.id, last_day=world.day, reason=" ", act=act)

    assert (early.value.field, silent.value.field) == ("last_day", "reason")


def test_closed_group_takes_nobody(session, world, terms, group, who, act):
    groups.change_group(session, group_id=group.id, terms=terms, closed_on=world.day - DAY, act=act)

    with pytest.raises(Refused) as refusal:
        groups.join(session, group_id=group.id, person_id=who.id, from_on=world.day, act=act)

    assert refusal.value.code == "group_closed"


@pytest.fixture
def two(session, world, group, act):
    people = [factories.patient(session, world, family_name=name) for name in ("Ames", "Brandt")]
    for one in people:
        groups.join(session, group_id=group.id, person_id=one.id, from_on=world.day - 7 * DAY, act=act)
    session.commit()
    return people


def test_meeting_keeps_who_came_what_about_and_for_how_long(session, world, group, two, act):
    one, other = two
    attendance = {one.id: Attendance.CAME, other.id: Attendance.EXCUSED}

    group_meetings.record_meeting(
        session, group_id=group.id, day=world.day, meeting=held(act, attendance=attendance), act=act
    )

    meeting = records.meeting(session, group.id, world.day)
    assert (meeting.topic, meeting.minutes, meeting.came) == (Topic.LIFE_SKILLS, 80, 1)
    assert meeting.attendance == attendance
    (came,) = records.attended_by(session, one.id)
    assert (came.group, came.attendance) == ("Monday group", Attendance.CAME)
    assert rows.audited_kinds(session)[-3:] == [
        AuditKind.MEETING_RECORDED,
        AuditKind.GROUP_ATTENDANCE_RECORDED,
        AuditKind.GROUP_ATTENDANCE_RECORDED,
    ]


def test_meeting_is_recorded_once_and_then_corrected_person_by_person(session, world, group, two, act):
    attendance = dict.fromkeys([one.id for one in two], Attendance.CAME)
    meeting = held(act, attendance=attendance)
    group_meetings.record_meeting(session, group_id=group.id, day=world.day, meeting=meeting, act=act)
    correction = {"group_id": group.id, "day": world.day, "person_id": two[0].id, "act": act}

    with pytest.raises(Conflict):
        group_meetings.record_meeting(session, group_id=group.id, day=world.day, meeting=meeting, act=act)
    with pytest.raises(Refused) as same:
        group_meetings.correct_attendance(session, **correction, attendance=Attendance.CAME)
    group_meetings.correct_attendance(session, **correction, attendance=Attendance.NO_SHOW)

    assert same.value.code == "nothing_changed"
    assert records.meeting(session, group.id, world.day).attendance[two[0].id] is Attendance.NO_SHOW
    assert records.attended_by(session, two[0].id)[0].attendance is Attendance.NO_SHOW


def test_correction_where_nothing_is_on_record_is_refused(session, world, group, two, act):
    with pytest.raises(Refused) as refusal:
        group_meetings.correct_attendance(
            session, group_id=group.id, day=world.day, person_id=two[0].id, attendance=Attendance.CAME, act=act
        )

    assert refusal.value.code == "no_attendance"


def test_somebody_forgotten_on_the_sheet_is_asked_for(session, world, group, two, act):
    meeting = held(act, attendance={two[0].id: Attendance.CAME})

    with pytest.raises(Refused) as refusal:
        group_meetings.record_meeting(session, group_id=group.id, day=world.day, meeting=meeting, act=act)

    assert refusal.value.code == "everybody"


def test_stranger_on_the_sheet_is_refused(session, world, group, two, who, act):
    attendance = dict.fromkeys([one.id for one in two] + [who.id], Attendance.CAME)

    with pytest.raises(Refused) as refusal:
        group_meetings.record_meeting(
            session, group_id=group.id, day=world.day, meeting=held(act, attendance=attendance), act=act
        )

    assert refusal.value.code == "everybody"


@pytest.mark.parametrize("away", [DAY, -15 * DAY])
def test_meeting_ahead_or_before_the_group_opened_is_refused(session, world, group, act, away):
    with pytest.raises(Refused) as refusal:
        group_meetings.record_meeting(session, group_id=group.id, day=world.day + away, meeting=held(act), act=act)

    assert refusal.value.code == "meeting_day"


def test_meeting_that_was_called_off_has_no_attendance(session, world, group, two, act):
    off = Meeting(False, Topic.OTHER, act.by_id)

    with pytest.raises(Refused) as refusal:
        group_meetings.record_meeting(
            session, group_id=group.id, day=world.day, meeting=replace(off, relatives=1), act=act
        )
    group_meetings.record_meeting(session, group_id=group.id, day=world.day, meeting=off, act=act)

    assert refusal.value.code == "called_off"
    assert records.meeting(session, group.id, world.day).held is False
    assert records.attended_by(session, two[0].id) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"minutes": None}, "minutes"),
        ({"led_by_id": 0}, "not_staff"),
        ({"relatives": 100}, "relatives"),
        ({"relatives": 2}, "no_relatives"),
        ({"relative_ids": (7,)}, "no_relatives"),
    ],
)
def test_meeting_that_does_not_fit_is_refused(session, world, group, act, changes, code):
    with pytest.raises(Refused) as refusal:
        group_meetings.record_meeting(
            session, group_id=group.id, day=world.day, meeting=replace(held(act), **changes), act=act
        )

    assert refusal.value.code == code


def test_relatives_are_counted_and_those_on_record_named(session, world, terms, act):
    family = replace(terms, name="Families", kind=GroupKind.FAMILY_PROGRAMME, open_to_relatives=True)
    group = groups.make_group(session, terms=family, opened_on=world.day, act=act)
    mother = factories.save(session, Relative(site_id=world.site.id, name="Mother of somebody", phone=""))
    meeting = replace(held(act), relatives=2, relative_ids=(mother.id,))

    group_meetings.record_meeting(session, group_id=group.id, day=world.day, meeting=meeting, act=act)

    found = records.meeting(session, group.id, world.day)
    assert (found.relatives, found.named_relatives) == (2, ("Mother of somebody",))


def test_relative_who_is_not_on_record_is_refused(session, world, terms, act):
    group = groups.make_group(session, terms=replace(terms, open_to_relatives=True), opened_on=world.day, act=act)

    with pytest.raises(Refused) as refusal:
        group_meetings.record_meeting(
            session, group_id=group.id, day=world.day, meeting=replace(held(act), relative_ids=(999,)), act=act
        )

    assert refusal.value.code == "not_a_relative"
