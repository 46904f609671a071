"""The pages of groups: made, joined, each meeting recorded, and its sheet on paper."""

from datetime import timedelta

import pytest

from dispensary.queries import groups as records
from dispensary.services import groups
from dispensary.services.groups import Terms
from models import Group
from models.enums import Attendance, AuditKind, GroupKind, Role
from tests import factories, rows

DAY = timedelta(days=1)
FORM = {"name": "Mondays", "kind": "life_skills", "weekday": "1", "starts_at": "14:00", "minutes": "90"}


@pytest.fixture
def counsellor(client, session, world):
    return client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)


@pytest.fixture
def me(world):
    return world.staff[Role.COUNSELLOR]


@pytest.fixture
def group(session, world, me):
    terms = Terms("Mondays", GroupKind.LIFE_SKILLS, 1, "14:00", 90, me.id, open_to_relatives=True)
    made = groups.make_group(session, terms=terms, opened_on=world.day - 14 * DAY, act=world.act(me))
    session.commit()
    return made


@pytest.fixture
def two(session, world, group, me):
    people = [factories.patient(session, world, family_name=name) for name in ("Ames", "Brandt")]
    for one in people:
        groups.join(session, group_id=group.id, person_id=one.id, from_on=world.day - 7 * DAY, act=world.act(me))
    session.commit()
    return people


def test_group_is_made_and_stands_in_the_list(counsellor, session, world, me):
    answer = counsellor.send("/groups/new", FORM | {"led_by_id": str(me.id), "opened_on": world.day.isoformat()})

    assert answer.status_code == 303
    assert "Mondays 14:00, 90 minutes" in counsellor.get("/groups").text


def test_bad_group_is_refused_at_its_fields(counsellor, session, world, me):
    wrong = FORM | {"starts_at": "late", "led_by_id": str(me.id), "opened_on": world.day.isoformat()}

    answer = counsellor.send("/groups/new", wrong)

    assert answer.status_code == 422
    assert "such as 14:30" in answer.text
    assert rows.count_stored(session, Group) == 0


def test_group_is_changed_and_closed(counsellor, session, world, group, me):
    changed = FORM | {"minutes": "60", "led_by_id": str(me.id), "closed_on": world.day.isoformat()}

    counsellor.send(f"/groups/{group.id}/change", changed)

    found = records.group(session, group.id, world.site.id, world.day)
    assert (found.minutes, found.closed_on, found.open_to_relatives) == (60, world.day, False)


def test_person_is_taken_in_by_number_and_leaves(counsellor, session, world, group, who):
    counsellor.send(
        f"/groups/{group.id}/members",
        {"who": who.number, "from_on": world.day.isoformat()},
        page=f"/groups/{group.id}",
    )

    (member,) = records.members(session, group.id, world.day)
    assert member.person_id == who.id
    counsellor.send(f"/groups/members/{member.id}/leave", {"last_day": world.day.isoformat(), "reason": "works now"})
    session.rollback()
    assert records.members(session, group.id, world.day + DAY) == ()


def test_number_of_nobody_is_said_at_its_field(counsellor, world, group):
    answer = counsellor.send(
        f"/groups/{group.id}/members", {"who": "P99999", "from_on": world.day.isoformat()}, page=f"/groups/{group.id}"
    )

    assert answer.status_code == 422
    assert "P99999" in answer.text


def test_person_is_taken_in_from_their_own_page(counsellor, session, world, group, who):
    counsellor.send(f"/people/{who.id}/groups/join", {"group_id": str(group.id), "from_on": world.day.isoformat()})

    assert [one.group for one in records.groups_of(session, who.id)] == ["Mondays"]
    assert "Mondays" in counsellor.get(f"/people/{who.id}/sessions").text


def address(group, world, away=0 * DAY):
    return f"/groups/{group.id}/meetings/{(world.day + away).isoformat()}"


def test_meeting_is_recorded_for_everybody_and_corrected(counsellor, session, world, group, two, me):
    one, other = two
    sent = {"held": "held", "topic": "work", "minutes": "80", "led_by_id": str(me.id), "relatives": "1"}

    answer = counsellor.send(
        address(group, world), sent | {f"member_{one.id}": "came", f"member_{other.id}": "excused"}
    )

    assert answer.status_code == 303
    page = counsellor.get(address(group, world)).text
    assert "1 of 2 came" in page
    assert "1 relative not on record" in page
    counsellor.send(f"{address(group, world)}/people/{other.id}", {"attendance": "came"})
    assert records.meeting(session, group.id, world.day).attendance[other.id] is Attendance.CAME
    assert "2 of 2" in counsellor.get(f"/groups/{group.id}").text
    assert "2 of 2 came" in counsellor.get("/sessions").text


def test_member_taken_in_afterwards_is_offered_on_the_page_of_a_meeting_on_record(
    counsellor, session, world, group, two, me
):
    sent = {"held": "held", "topic": "work", "minutes": "80", "led_by_id": str(me.id)}
    counsellor.send(address(group, world), sent | {f"member_{one.id}": "came" for one in two})
    late = factories.patient(session, world, family_name="Zander")
    session.commit()
    joined = {"who": late.number, "from_on": (world.day - DAY).isoformat()}

    counsellor.send(f"/groups/{group.id}/members", joined, page=f"/groups/{group.id}")

    page = counsellor.get(address(group, world)).text
    assert "taken in afterwards" in page
    assert "2 of 2 came" in page
    counsellor.send(f"{address(group, world)}/people/{late.id}", {"attendance": "came"})
    assert "3 of 3 came" in counsellor.get(address(group, world)).text


def test_somebody_left_out_is_asked_for_beside_the_name(counsellor, session, world, group, two, me):
    sent = {"held": "held", "topic": "work", "minutes": "80", "led_by_id": str(me.id), f"member_{two[0].id}": "came"}

    answer = counsellor.send(address(group, world), sent)

    assert answer.status_code == 422
    assert "Answer this." in answer.text
    assert records.meeting(session, group.id, world.day) is None


def test_meeting_called_off_needs_no_answers(counsellor, session, world, group, two, me):
    counsellor.send(
        address(group, world), {"held": "called_off", "topic": "other", "minutes": "90", "led_by_id": str(me.id)}
    )

    assert records.meeting(session, group.id, world.day).held is False
    assert "called off" in counsellor.get(address(group, world)).text


def test_meeting_ahead_shows_the_sheet_and_takes_no_answers(counsellor, world, group, two):
    assert "lies ahead" in counsellor.get(address(group, world, 7 * DAY)).text


def test_sheet_is_printed_with_its_row_in_the_audit(counsellor, session, world, group, two):
    answer = counsellor.send(f"{address(group, world)}/sheet.pdf", {"paper": "A4"}, page=address(group, world))

    assert answer.data.startswith(b"%PDF")
    assert "Ames" not in answer.headers["Content-Disposition"]
    assert rows.audited_kinds(session)[-1] is AuditKind.REPORT_PRINTED


def test_nurse_sees_groups_and_records_nothing(nurse, world, group):
    assert "Mondays" in nurse.get("/groups").text
    assert nurse.get(f"/groups/{group.id}").status_code == 200
    assert nurse.get(address(group, world)).status_code == 403
    assert nurse.get("/groups/new").status_code == 403


def test_group_that_is_not_there_is_not_found(counsellor):
    assert counsellor.get("/groups/999").status_code == 404


def recorded(counsellor, group, world, two, me, **changes):
    sent = {"held": "held", "topic": "work", "minutes": "80", "led_by_id": str(me.id), "relatives": "3"} | changes
    said = {f"member_{one.id}": "came" for one in two} if sent["held"] == "held" else {}
    counsellor.send(address(group, world), sent | said)
    return sent


def test_meeting_recorded_wrongly_is_recorded_anew_and_the_first_stays_struck_through(
    counsellor, session, world, group, two, me
):
    sent = recorded(counsellor, group, world, two, me)
    correction = f"{address(group, world)}/correct"

    asked = counsellor.get(correction).text
    answer = counsellor.send(correction, sent | {"topic": "housing", "relatives": "1", "reason": "relatives twice"})

    assert "Who came?" not in asked
    assert 'value="80"' in asked
    assert answer.status_code == 303
    page = counsellor.get(address(group, world)).text
    assert "Housing · 80 minutes" in page
    assert "1 relative not on record" in page
    assert "2 of 2 came" in page
    assert '<tr class="struck">' in page
    assert "relatives twice" in page
    assert "housing" in counsellor.get(f"/groups/{group.id}").text


def test_meeting_that_was_called_off_is_said_to_be_so_everywhere(counsellor, session, world, group, two, me):
    sent = recorded(counsellor, group, world, two, me)

    counsellor.send(f"{address(group, world)}/correct", sent | {"held": "called_off", "reason": "the room was locked"})

    assert "The meeting was called off." in counsellor.get(address(group, world)).text
    assert "called off" in counsellor.get(f"/groups/{group.id}").text
    assert "called off" in counsellor.get("/sessions").text
    assert "called off" in counsellor.get("/desk").text
    assert records.attended_by(session, two[0].id) == ()


def test_meeting_that_was_held_after_all_asks_of_everybody(counsellor, session, world, group, two, me):
    sent = recorded(counsellor, group, world, two, me, held="called_off")
    held = sent | {"held": "held", "reason": "it was held", f"member_{two[0].id}": "came"}

    forgotten = counsellor.send(f"{address(group, world)}/correct", held)
    counsellor.send(f"{address(group, world)}/correct", held | {f"member_{two[1].id}": "no_show"})

    assert forgotten.status_code == 422
    assert "Answer this." in forgotten.text
    assert "it was held" in forgotten.text
    assert records.meeting(session, group.id, world.day).came == 1
    assert "did not come to a session or group" in counsellor.get(f"/people/{two[1].id}/tasks").text


def test_correction_without_a_reason_or_a_change_is_refused_at_once(counsellor, session, world, group, two, me):
    sent = recorded(counsellor, group, world, two, me)

    silent = counsellor.send(f"{address(group, world)}/correct", sent | {"topic": "housing"})
    same = counsellor.send(f"{address(group, world)}/correct", sent | {"reason": "nothing"})

    assert (silent.status_code, same.status_code) == (422, 422)
    assert "Nothing differs" in same.text
    assert records.meeting(session, group.id, world.day).turn == 1


def test_meeting_that_is_not_on_record_has_nothing_to_correct(counsellor, world, group):
    assert counsellor.get(f"{address(group, world)}/correct").status_code == 404
