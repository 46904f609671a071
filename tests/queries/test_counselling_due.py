"""Who is due for counselling by the policy in force: a session or a group counts, and the next date stands beside it."""

from datetime import timedelta

import pytest

from dispensary.policy.profiles import read
from dispensary.policy.stack import minimums_in_force
from dispensary.queries import sessions as records
from dispensary.services import caseload, episodes, group_meetings, groups, sessions
from dispensary.services.group_meetings import Meeting
from dispensary.services.groups import Terms
from dispensary.services.sessions import Outcome
from models.enums import Attendance, Discipline, EpisodeEndReason, EpisodeKind, GroupKind, Role, SessionKind, Topic
from tests import factories
from tests.policy.shelf import CITED, HEAD, approval

DAY = timedelta(days=1)
MONTHLY = """
[[minimum]]
subject = "counselling"
medications = ["methadone"]
times = "1"
in_days = "30"
"""


@pytest.fixture
def minimums(tmp_path, world):
    (tmp_path / "mine.toml").write_text(HEAD + MONTHLY + CITED)
    profile = read(tmp_path / "mine.toml")
    return minimums_in_force([profile], [approval(profile)], world.day)


@pytest.fixture
def act(world):
    return world.act(world.staff[Role.COUNSELLOR])


@pytest.fixture
def who(session, world):
    """Somebody who was admitted forty days ago."""
    made = factories.person(session)
    began = factories.episode(session, world, made, admitted_on=world.day - 40 * DAY)
    factories.order(session, world, made, in_episode=began, starts_on=world.day - 40 * DAY)
    session.commit()
    return made


def due(session, world, minimums):
    return records.counselling_due(session, world.site.id, world.day, minimums)


def test_somebody_who_never_came_is_due_one_interval_after_admission(session, world, who, minimums, act):
    caseload.hand_over(session, person_ids=[who.id], counsellor_id=act.by_id, from_on=world.day, reason="new", act=act)

    (one,) = due(session, world, minimums)

    assert (one.who.person_id, one.last_on, one.due_on) == (who.id, None, world.day - 10 * DAY)
    assert (one.days_over(world.day), one.minimum.profile, one.next) == (10, "mine", None)
    assert one.who.keeper.counsellor == "Carl Brook"


def test_session_that_somebody_came_to_counts_and_the_next_date_stands_beside_it(session, world, who, minimums, act):
    held = {"person_id": who.id, "kind": SessionKind.COUNSELLING, "with_id": act.by_id, "act": act}
    came = Outcome(Attendance.CAME, 30)
    counselling, laboratory = {"discipline": Discipline.COUNSELLING}, {"discipline": Discipline.LABORATORY}
    sessions.record_held(session, **held, **counselling, starts_at=act.at - 5 * DAY, outcome=came)
    sessions.record_held(session, **held, **laboratory, starts_at=act.at - 2 * DAY, outcome=came)
    following = sessions.arrange(session, **held, **counselling, starts_at=act.at + 9 * DAY, minutes=30)

    (one,) = due(session, world, minimums)

    assert (one.last_on, one.due_on, one.days_over(world.day)) == (world.day - 5 * DAY, world.day + 25 * DAY, 0)
    assert one.next.id == following.id


def test_group_that_somebody_came_to_counts_until_it_is_corrected(session, world, who, minimums, act):
    terms = Terms("Mondays", GroupKind.LIFE_SKILLS, 1, "10:00", 60, act.by_id, open_to_relatives=False)
    group = groups.make_group(session, terms=terms, opened_on=world.day - 30 * DAY, act=act)
    day = world.day - 7 * DAY
    groups.join(session, group_id=group.id, person_id=who.id, from_on=day, act=act)
    meeting = Meeting(True, Topic.WORK, act.by_id, 60, {who.id: Attendance.CAME})
    group_meetings.record_meeting(session, group_id=group.id, day=day, meeting=meeting, act=act)

    assert due(session, world, minimums)[0].last_on == day
    group_meetings.correct_attendance(
        session, group_id=group.id, day=day, person_id=who.id, attendance=Attendance.NO_SHOW, act=act
    )
    assert due(session, world, minimums)[0].last_on is None


def test_longest_overdue_stands_first_and_other_medicines_are_not_spoken_of(session, world, who, minimums):
    factories.patient(session, world, family_name="Ames")
    factories.patient(session, world, family_name="Bup", medication="buprenorphine", form="tablet")

    found = due(session, world, minimums)

    assert [one.due_on for one in found] == [world.day - 10 * DAY, world.day + 30 * DAY]


def test_without_policy_nobody_is_due(session, world, who, minimums):
    assert due(session, world, type(minimums)()) == ()


def test_whoever_left_is_not_in_care_and_not_due(session, world, minimums):
    made = factories.person(session, "Gone")
    factories.episode(session, world, made, kind=EpisodeKind.COUNSELLING_ONLY, admitted_on=world.day - 40 * DAY)
    episodes.end_episode(
        session,
        person_id=made.id,
        ended_on=world.day,
        reason=EpisodeEndReason.DROPPED_OUT,
        note="moved away",
        act=world.act(world.prescriber),
    )

    assert due(session, world, minimums) == ()
