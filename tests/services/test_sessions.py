"""Sessions are arranged, put off and recorded; what is on record is corrected by a later turn."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import sessions as records
from dispensary.services import no_shows, sessions, tasks
from dispensary.services.sessions import Outcome
from models import Task
from models.enums import Attendance, AuditKind, Desk, Discipline, Role, SessionKind, TaskOutcome, TaskReasonKind, Topic
from tests import factories, rows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CAME = Outcome(Attendance.CAME, 45, (Topic.WORK, Topic.MOOD))


@pytest.fixture
def who(session, world):
    made = factories.patient(session, world)
    session.commit()
    return made


@pytest.fixture
def act(world):
    return world.act(world.staff[Role.COUNSELLOR])


def arrange(session, who, act, **changes):
    wanted = {
        "person_id": who.id,
        "kind": SessionKind.COUNSELLING,
        "discipline": Discipline.COUNSELLING,
        "with_id": act.by_id,
        "starts_at": act.at + HOUR,
        "minutes": 50,
        "act": act,
    } | changes
    return sessions.arrange(session, **wanted)


def test_arranged_session_stands_on_its_day_and_is_the_next_date_of_its_discipline(session, world, who, act):
    made = arrange(session, who, act, starts_at=act.at + 3 * DAY)

    day = world.day + 3 * DAY
    (found,) = records.on_day(session, world.site.id, day)
    assert (found.id, found.person_id, found.open) == (made.id, who.id, True)
    assert records.next_dates(session, who.id, world.day) == {Discipline.COUNSELLING: found}
    assert records.on_day(session, world.site.id, day, with_id=world.nurse.id) == ()
    assert rows.audited_kinds(session)[-1] is AuditKind.SESSION_ARRANGED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 481}, "minutes"),
        ({"with_id": 0}, "not_staff"),
    ],
)
def test_session_that_cannot_be_right_is_refused(session, who, act, changes, code):
    with pytest.raises(Refused) as refusal:
        arrange(session, who, act, **changes)

    assert refusal.value.code == code


@pytest.mark.parametrize("away", [-32 * DAY, 367 * DAY])
def test_session_far_off_is_refused_at_its_day(session, who, act, away):
    with pytest.raises(Refused) as refusal:
        arrange(session, who, act, starts_at=act.at + away)

    assert refusal.value.field == "day"


def test_administrator_sees_nobody(session, world, who, act):
    with pytest.raises(Refused) as refusal:
        arrange(session, who, act, with_id=world.staff[Role.ADMINISTRATOR].id)

    assert refusal.value.field == "with_id"


def test_nobody_has_two_sessions_at_once(session, world, who, act):
    arrange(session, who, act)

    with pytest.raises(Refused) as refusal:
        arrange(session, who, act, starts_at=act.at + HOUR + timedelta(minutes=49), with_id=world.nurse.id)
    arrange(session, who, act, starts_at=act.at + HOUR + timedelta(minutes=50))

    assert refusal.value.code == "two_at_once"


def test_session_put_off_gives_its_place_to_the_new_one(session, world, who, act):
    made = arrange(session, who, act)

    later = sessions.put_off(session, session_id=made.id, starts_at=act.at + DAY, with_id=act.by_id, act=act)

    assert records.on_day(session, world.site.id, world.day) == ()
    assert records.one(session, made.id).moved_to_id == later.id
    with pytest.raises(Conflict):
        sessions.put_off(session, session_id=made.id, starts_at=act.at + 2 * DAY, with_id=act.by_id, act=act)
    with pytest.raises(Conflict):
        sessions.record(session, session_id=made.id, outcome=CAME, act=act)


def test_recorded_session_keeps_minutes_topics_and_who_recorded(session, world, who, act):
    made = arrange(session, who, act)

    sessions.record(session, session_id=made.id, outcome=CAME, act=act)

    held = records.one(session, made.id).held
    assert (held.attendance, held.minutes, set(held.topics)) == (Attendance.CAME, 45, {Topic.WORK, Topic.MOOD})
    assert held.by == "Carl Brook"
    assert records.last_counselled(session, world.site.id, world.day) == {who.id: world.day}
    assert rows.audited_kinds(session)[-1] is AuditKind.SESSION_RECORDED


def test_recorded_session_cannot_be_put_off(session, who, act):
    made = arrange(session, who, act)
    sessions.record(session, session_id=made.id, outcome=CAME, act=act)

    with pytest.raises(Conflict) as conflict:
        sessions.put_off(session, session_id=made.id, starts_at=act.at + DAY, with_id=act.by_id, act=act)

    assert conflict.value.code == "recorded_before"


def test_later_record_counts(session, world, who, act):
    made = arrange(session, who, act)
    sessions.record(session, session_id=made.id, outcome=CAME, act=act)

    sessions.record(session, session_id=made.id, outcome=Outcome(Attendance.EXCUSED), act=act)

    held = records.one(session, made.id).held
    assert (held.attendance, held.minutes, held.topics) == (Attendance.EXCUSED, None, ())
    assert records.last_counselled(session, world.site.id, world.day) == {}


def test_same_record_twice_changes_nothing_and_says_so(session, who, act):
    made = arrange(session, who, act)
    sessions.record(session, session_id=made.id, outcome=CAME, act=act)

    with pytest.raises(Refused) as refusal:
        sessions.record(session, session_id=made.id, outcome=CAME, act=act)

    assert refusal.value.code == "nothing_changed"


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome(Attendance.CAME), "minutes"),
        (Outcome(Attendance.NO_SHOW, 10), "nobody_came"),
        (Outcome(Attendance.EXCUSED, None, (Topic.WORK,)), "nobody_came"),
        (Outcome(Attendance.NO_SHOW, family_came=True), "nobody_came"),
    ],
)
def test_outcome_that_does_not_fit_is_refused(session, who, act, outcome, code):
    made = arrange(session, who, act)

    with pytest.raises(Refused) as refusal:
        sessions.record(session, session_id=made.id, outcome=outcome, act=act)

    assert refusal.value.code == code


def test_session_ahead_can_be_excused_but_nobody_came_to_it_yet(session, who, act):
    made = arrange(session, who, act, starts_at=act.at + DAY)

    with pytest.raises(Refused) as refusal:
        sessions.record(session, session_id=made.id, outcome=CAME, act=act)
    sessions.record(session, session_id=made.id, outcome=Outcome(Attendance.EXCUSED), act=act)

    assert refusal.value.code == "ahead"
    assert records.one(session, made.id).held.attendance is Attendance.EXCUSED


@pytest.mark.parametrize(
    ("discipline", "desk"), [(Discipline.COUNSELLING, Desk.COUNSELLING), (Discipline.LABORATORY, Desk.NURSE)]
)
def test_no_show_joins_the_task_of_its_desk(session, who, act, discipline, desk):
    made = arrange(session, who, act, discipline=discipline)

    sessions.record(session, session_id=made.id, outcome=Outcome(Attendance.NO_SHOW), act=act)

    task = session.scalars(select(Task)).one()
    assert (task.person_id, task.desk) == (who.id, desk)


@pytest.mark.parametrize("discipline", [d for d in Discipline if d in no_shows.DESKS])
def test_no_show_that_was_a_mistake_closes_the_task_that_it_opened(session, who, act, discipline):
    made = arrange(session, who, act, starts_at=act.at - HOUR, discipline=discipline)
    sessions.record(session, session_id=made.id, outcome=Outcome(Attendance.NO_SHOW), act=act)

    sessions.record(session, session_id=made.id, outcome=CAME, act=act)

    (task,) = session.scalars(select(Task))
    assert (task.resolution, task.outcome) == (no_shows.TAKEN_BACK, TaskOutcome.NOT_NEEDED)
    assert rows.audited_kinds(session)[-2:] == [AuditKind.TASK_RESOLVED, AuditKind.SESSION_RECORDED]


def test_task_that_something_else_keeps_open_outlives_a_no_show_that_was_a_mistake(session, who, act):
    made = arrange(session, who, act, starts_at=act.at - HOUR)
    sessions.record(session, session_id=made.id, outcome=Outcome(Attendance.NO_SHOW), act=act)
    asked = {"person_id": who.id, "desk": Desk.COUNSELLING, "kind": TaskReasonKind.MISSED_DOSES, "act": act}
    tasks.note(session, **asked)

    sessions.record(session, session_id=made.id, outcome=CAME, act=act)

    assert session.scalar(select(Task)).resolved_at is None


def test_other_session_missed_keeps_the_task_of_its_desk_open(session, who, act):
    earlier, later = (arrange(session, who, act, starts_at=act.at - ago * HOUR) for ago in (4, 2))
    for made in (earlier, later):
        sessions.record(session, session_id=made.id, outcome=Outcome(Attendance.NO_SHOW), act=act)

    sessions.record(session, session_id=earlier.id, outcome=CAME, act=act)
    between = session.scalar(select(Task)).resolved_at
    sessions.record(session, session_id=later.id, outcome=CAME, act=act)

    assert (between, session.scalar(select(Task)).resolved_at) == (None, act.at)


def test_session_that_nobody_had_arranged_is_recorded_at_once(session, world, who, act):
    held = {"kind": SessionKind.TELEPHONE, "discipline": Discipline.COUNSELLING, "with_id": act.by_id, "act": act}

    sessions.record_held(session, person_id=who.id, starts_at=act.at - HOUR, outcome=CAME, **held)

    (found,) = records.of_person(session, who.id)
    assert (found.kind, found.planned_minutes, found.held.minutes) == (SessionKind.TELEPHONE, 45, 45)
    with pytest.raises(Refused):
        sessions.record_held(session, person_id=who.id, starts_at=act.at + HOUR, outcome=CAME, **held)


def test_past_session_without_a_record_is_listed_until_it_has_one(session, world, who, act):
    made = arrange(session, who, act, starts_at=act.at - DAY)

    assert [one.id for one in records.not_recorded(session, world.site.id, world.day)] == [made.id]
    sessions.record(session, session_id=made.id, outcome=CAME, act=act)
    assert records.not_recorded(session, world.site.id, world.day) == ()


def test_session_that_is_not_there_is_not_found(session, act):
    with pytest.raises(NotFound):
        sessions.record(session, session_id=999, outcome=CAME, act=act)
