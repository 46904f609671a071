"""A meeting recorded wrongly is recorded anew, and everything counts by the newest record; a no-show is asked after."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import groups as records
from dispensary.queries import programmes
from dispensary.queries import relatives as relative_records
from dispensary.queries import sessions as session_records
from dispensary.services import group_meetings, groups, sessions
from dispensary.services.group_meetings import Meeting
from dispensary.services.groups import Terms
from models import GroupAttendance, MeetingOutcome, Relative, StaffRole, Task, TaskReason
from models.enums import Attendance, AuditKind, Desk, Discipline, GroupKind, Role, SessionKind, TaskReasonKind, Topic
from tests import factories, pairs
from tests.rows import audited_kinds, count_stored

DAY = timedelta(days=1)
WRONG = "the topic was another"


@pytest.fixture
def act(world):
    return world.act(world.staff[Role.COUNSELLOR])


@pytest.fixture
def group(session, world, act):
    terms = Terms("Family evening", GroupKind.FAMILY_PROGRAMME, 1, "14:00", 90, act.by_id, open_to_relatives=True)
    made = groups.make_group(session, terms=terms, opened_on=world.day - 14 * DAY, act=act)
    session.commit()
    return made


@pytest.fixture
def two(session, world, group, act):
    people = [factories.patient(session, world, family_name=name) for name in ("Ames", "Brandt")]
    for one in people:
        groups.join(session, group_id=group.id, person_id=one.id, from_on=world.day - 7 * DAY, act=act)
    session.commit()
    return people


@pytest.fixture
def mother(session, world):
    return factories.save(session, Relative(site_id=world.site.id, name="Mother of somebody", phone=""))


def held(act, people, *said, **changes):
    attendance = dict(zip([one.id for one in people], said or [Attendance.CAME] * len(people), strict=True))
    return replace(Meeting(True, Topic.LIFE_SKILLS, act.by_id, 80, attendance), **changes)


def called_off(act):
    return Meeting(False, Topic.LIFE_SKILLS, act.by_id)


def record(session, group, meeting, act, away=0 * DAY):
    return group_meetings.record_meeting(
        session, group_id=group.id, day=act.clinic_day + away, meeting=meeting, act=act
    )


def correct(session, group, meeting, act, reason=WRONG):
    return group_meetings.correct_meeting(
        session, group_id=group.id, day=act.clinic_day, meeting=meeting, reason=reason, act=act
    )


def asked_after(session):
    query = select(Task.person_id, Task.desk, Task.due_at, TaskReason.kind)
    rows = session.execute(query.join(TaskReason, TaskReason.task_id == Task.id).order_by(TaskReason.id))
    return [tuple(row) for row in rows]


def test_corrected_meeting_counts_by_the_newest_record_and_the_first_stays(session, world, group, two, mother, act):
    record(session, group, held(act, two, relatives=4, relative_ids=(mother.id,)), act)
    right = Meeting(True, Topic.WORK, act.by_id, 60, relatives=2, asked_next_step=True)

    correct(session, group, right, act)

    (met,) = records.meetings(session, group.id)
    assert (met.topic, met.minutes, met.relatives, met.named, met.asked_next_step) == (Topic.WORK, 60, 2, (), True)
    assert met.came == 2
    assert [(t.number, t.topic, t.relatives, t.reason) for t in records.turns(session, met.id)] == [
        (2, Topic.WORK, 2, WRONG),
        (1, Topic.LIFE_SKILLS, 5, ""),
    ]
    assert audited_kinds(session)[-1] is AuditKind.MEETING_CORRECTED
    (month,) = relative_records.family_months(session, world.site.id, world.day - DAY).values()
    assert (month.meetings, month.named, month.counted) == (1, 0, 2)
    assert relative_records.attended_by(session, mother.id) == ()
    assert relative_records.relative(session, mother.id, world.site.id).came == 0


def test_meeting_that_was_never_held_counts_for_nobody(session, world, group, two, mother, act):
    record(session, group, held(act, two, relative_ids=(mother.id,)), act)

    correct(session, group, called_off(act), act, "the room was locked")
    session.commit()

    (met,) = records.meetings(session, group.id)
    assert (met.held, met.minutes, met.attendance, met.named, met.came) == (False, None, {}, (), 0)
    assert records.attended_by(session, two[0].id) == ()
    assert session_records.last_counselled(session, world.site.id, world.day) == {}
    assert relative_records.family_months(session, world.site.id, world.day - DAY) == {}
    assert count_stored(session, GroupAttendance) == 2
    (today,) = records.meeting_on(session, world.site.id, world.day)
    assert today.meeting.held is False


def test_week_of_a_pair_says_nothing_of_a_meeting_that_was_called_off(session, world, act):
    who = factories.patient(session, world)
    pairs.supporter(session, world, who, act)
    group = pairs.group(session, world, act)
    programme = pairs.programme(session, who, group, world.day, act)
    record(session, group, held(act, [who], Attendance.NO_SHOW), act)
    now = programmes.programme(session, programme.id, world.site.id)
    said = programmes.weeks(session, now)[0].came

    correct(session, group, called_off(act), act)

    assert (said, programmes.weeks(session, now)[0].came) == (False, None)


def test_nobody_s_attendance_is_corrected_at_a_meeting_that_was_called_off(session, world, group, two, act):
    record(session, group, held(act, two), act)
    correct(session, group, called_off(act), act)

    with pytest.raises(Refused, match="no_attendance"):
        group_meetings.correct_attendance(
            session, group_id=group.id, day=world.day, person_id=two[0].id, attendance=Attendance.EXCUSED, act=act
        )


def test_meeting_that_was_held_after_all_asks_for_everybody(session, world, group, two, act):
    record(session, group, called_off(act), act)

    with pytest.raises(Refused, match="everybody"):
        correct(session, group, held(act, two[:1]), act)
    correct(session, group, held(act, two, Attendance.CAME, Attendance.EXCUSED), act, "it was held")

    (met,) = records.meetings(session, group.id)
    assert (met.held, met.came, len(met.attendance)) == (True, 1, 2)
    assert session_records.last_counselled(session, world.site.id, world.day) == {two[0].id: world.day}


def test_attendance_told_anew_counts_over_what_was_told_before_the_meeting_was_called_off(session, group, two, act):
    record(session, group, held(act, two), act)
    correct(session, group, called_off(act), act)

    correct(session, group, held(act, two, Attendance.EXCUSED, Attendance.CAME), act, "it was held after all")

    (met,) = records.meetings(session, group.id)
    assert met.attendance == {two[0].id: Attendance.EXCUSED, two[1].id: Attendance.CAME}
    assert [turn.held for turn in records.turns(session, met.id)] == [True, False, True]


@pytest.mark.parametrize(
    ("changes", "reason", "code"),
    [
        ({}, WRONG, "nothing_changed"),
        ({"topic": Topic.WORK}, " ", "blank"),
        ({"minutes": 0}, WRONG, "minutes"),
        ({"minutes": None}, WRONG, "minutes"),
        ({"led_by_id": 0}, WRONG, "not_staff"),
        ({"relatives": -1}, WRONG, "relatives"),
        ({"relative_ids": (999,)}, WRONG, "not_a_relative"),
        ({"held": False}, WRONG, "called_off"),
        ({"topic": Topic.WORK, "attendance": {1: Attendance.CAME}}, WRONG, "attendance_on_record"),
    ],
)
def test_correction_that_does_not_fit_is_refused_and_changes_nothing(session, group, two, act, changes, reason, code):
    record(session, group, held(act, two), act)
    session.commit()

    with pytest.raises(Refused) as refusal:
        correct(session, group, replace(held(act, two), **{"attendance": None} | changes), act, reason)

    assert refusal.value.code == code
    assert count_stored(session, MeetingOutcome) == 1


def test_meeting_that_is_not_on_record_is_not_corrected(session, group, two, act):
    with pytest.raises(NotFound, match="no_such_meeting"):
        correct(session, group, called_off(act), act)


def test_relatives_of_a_meeting_before_the_group_closed_to_them_may_still_be_counted_right(session, group, two, act):
    record(session, group, held(act, two, relatives=4), act)
    group.open_to_relatives = False
    session.flush()

    correct(session, group, held(act, two, attendance=None, relatives=3), act)

    assert records.meetings(session, group.id)[0].relatives == 3


def test_leader_who_has_left_since_may_stay_on_the_record(session, world, group, two, act):
    record(session, group, held(act, two), act)
    for role in session.scalars(select(StaffRole).where(StaffRole.staff_id == act.by_id)):
        role.until_on = world.day - DAY
    session.flush()

    correct(session, group, held(act, two, attendance=None, minutes=60), world.act(world.staff[Role.CLINIC_HEAD]))

    assert records.meetings(session, group.id)[0].led_by_id == act.by_id


@pytest.mark.parametrize("said", [a for a in Attendance if a is not Attendance.NO_SHOW])
def test_nobody_is_asked_after_who_came_or_was_excused(session, group, two, act, said):
    record(session, group, held(act, two, said, Attendance.CAME), act)

    assert asked_after(session) == []


def test_no_show_is_told_to_counselling_as_after_a_session_alone(session, world, group, two, act):
    record(session, group, held(act, two, Attendance.NO_SHOW, Attendance.CAME), act)

    due_at = act.at + house_rules().answer_within[TaskReasonKind.NO_SHOW]
    assert asked_after(session) == [(two[0].id, Desk.COUNSELLING, due_at, TaskReasonKind.NO_SHOW)]


def test_no_show_of_a_session_and_of_a_group_join_one_task(session, world, group, two, act):
    sessions.record_held(
        session,
        person_id=two[0].id,
        kind=SessionKind.COUNSELLING,
        discipline=Discipline.COUNSELLING,
        with_id=act.by_id,
        starts_at=act.at - timedelta(hours=2),
        outcome=sessions.Outcome(Attendance.CAME, 30),
        act=act,
    )
    (own,) = session_records.of_person(session, two[0].id)
    sessions.record(session, session_id=own.id, outcome=sessions.Outcome(Attendance.NO_SHOW), act=act)

    record(session, group, held(act, two, Attendance.NO_SHOW, Attendance.CAME), act)

    assert len(asked_after(session)) == 1


def test_somebody_recorded_as_there_who_was_not_is_asked_after_once_that_is_known(session, world, group, two, act):
    record(session, group, held(act, two), act)

    group_meetings.correct_attendance(
        session, group_id=group.id, day=world.day, person_id=two[1].id, attendance=Attendance.NO_SHOW, act=act
    )

    assert [row[0] for row in asked_after(session)] == [two[1].id]


def test_no_show_of_a_meeting_that_was_held_after_all_is_asked_after(session, group, two, act):
    record(session, group, called_off(act), act)

    assert asked_after(session) == []
    correct(session, group, held(act, two, Attendance.NO_SHOW, Attendance.EXCUSED), act)
    assert [row[0] for row in asked_after(session)] == [two[0].id]


def still_asked_after(session):
    return [task.person_id for task in session.scalars(select(Task).where(Task.resolved_at.is_(None)))]


def test_no_show_that_was_a_mistake_is_asked_after_no_more(session, world, group, two, act):
    record(session, group, held(act, two, Attendance.NO_SHOW, Attendance.NO_SHOW), act)

    group_meetings.correct_attendance(
        session, group_id=group.id, day=world.day, person_id=two[0].id, attendance=Attendance.CAME, act=act
    )

    assert still_asked_after(session) == [two[1].id]
    assert audited_kinds(session)[-1] is AuditKind.TASK_RESOLVED


def test_nobody_is_asked_after_for_a_meeting_that_was_called_off_after_all(session, group, two, act):
    record(session, group, held(act, two, Attendance.NO_SHOW, Attendance.CAME), act)

    correct(session, group, called_off(act), act)

    assert still_asked_after(session) == []


def test_another_meeting_missed_keeps_the_task_that_a_mistake_had_joined(session, world, group, two, act):
    for away in (-7 * DAY, 0 * DAY):
        record(session, group, held(act, two, Attendance.NO_SHOW, Attendance.CAME), act, away)
    correction = {"group_id": group.id, "person_id": two[0].id, "attendance": Attendance.CAME, "act": act}

    group_meetings.correct_attendance(session, day=world.day, **correction)
    kept = still_asked_after(session)
    group_meetings.correct_attendance(session, day=world.day - 7 * DAY, **correction)

    assert (kept, still_asked_after(session)) == ([two[0].id], [])


def test_member_taken_in_afterwards_is_put_on_the_attendance_of_a_meeting_on_record(session, world, group, two, act):
    record(session, group, held(act, two), act)
    late = factories.patient(session, world, family_name="Zander")
    groups.join(session, group_id=group.id, person_id=late.id, from_on=world.day - DAY, act=act)
    (met,) = records.meetings(session, group.id)
    offered = [(one.person_id, one.attendance) for one in records.asked(session, met)]
    correction = {"group_id": group.id, "day": world.day, "person_id": late.id, "attendance": Attendance.CAME}

    group_meetings.correct_attendance(session, **correction, act=act)

    assert offered == [(two[0].id, Attendance.CAME), (two[1].id, Attendance.CAME), (late.id, None)]
    (met,) = records.meetings(session, group.id)
    assert (met.came, met.attendance[late.id]) == (3, Attendance.CAME)
    assert audited_kinds(session)[-1] is AuditKind.GROUP_ATTENDANCE_RECORDED


def test_whoever_joined_after_a_meeting_is_not_put_on_its_attendance(session, world, group, two, act):
    record(session, group, held(act, two), act, -DAY)
    late = factories.patient(session, world, family_name="Zander")
    groups.join(session, group_id=group.id, person_id=late.id, from_on=world.day, act=act)
    correction = {"group_id": group.id, "day": world.day - DAY, "person_id": late.id, "attendance": Attendance.CAME}

    with pytest.raises(Refused, match="no_attendance"):
        group_meetings.correct_attendance(session, **correction, act=act)


def test_whoever_came_and_belongs_to_the_group_no_more_stays_on_the_page_of_the_meeting(
    session, world, group, two, act
):
    record(session, group, held(act, two), act)
    (mine,) = records.groups_of(session, two[0].id)
    groups.leave(session, member_id=mine.id, last_day=world.day - DAY, reason="left before it", act=act)

    (met,) = records.meetings(session, group.id)

    assert [one.person_id for one in records.asked(session, met)] == [two[0].id, two[1].id]
