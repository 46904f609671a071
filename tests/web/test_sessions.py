"""The counsellor's pages: sessions of a day and of a person, case notes behind their permission, caseloads."""

from datetime import timedelta

import pytest

from dispensary.queries import case_notes, sessions
from dispensary.queries import caseload as caseloads
from dispensary.services import sessions as verbs
from dispensary.services.policy import approve_profile
from models import AccessLog, Caseload
from models.enums import Attendance, Discipline, Role, SessionKind, Topic
from tests import factories, rows
from tests.policy.shelf import shipped

DAY = timedelta(days=1)
ARRANGED = {"time": "10:30", "minutes": "45", "kind": "counselling", "discipline": "counselling"}
NOTE = "Sleeps badly, wants work."


@pytest.fixture
def counsellor(client, session, world):
    return client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)


@pytest.fixture
def me(world):
    return world.staff[Role.COUNSELLOR]


@pytest.fixture
def arranged(session, world, who, me):
    made = verbs.arrange(
        session,
        person_id=who.id,
        kind=SessionKind.COUNSELLING,
        discipline=Discipline.COUNSELLING,
        with_id=me.id,
        starts_at=world.at + timedelta(hours=2),
        minutes=45,
        act=world.act(me),
    )
    session.commit()
    return made


def test_counsellor_arranges_a_session_and_finds_it_on_the_day(counsellor, session, world, who, me):
    day = world.day + DAY

    answer = counsellor.send(
        f"/people/{who.id}/sessions/arrange", ARRANGED | {"day": day.isoformat(), "with_id": str(me.id)}
    )

    assert answer.status_code == 303
    assert who.number in counsellor.get(f"/sessions/on/{day.isoformat()}").text
    assert "You have no session on this day." in counsellor.get("/sessions").text
    assert f"{day.isoformat()} 10:30" in counsellor.get(f"/people/{who.id}/sessions").text


def test_colleagues_session_shows_only_in_the_whole_clinic(client, session, world, arranged, who):
    prescriber = client.sign_in(session, world, world.prescriber, at_window=False)

    assert who.number not in prescriber.get("/sessions").text
    assert who.number in prescriber.get("/sessions?who=all").text


def test_bad_input_is_said_at_its_field_and_nothing_typed_is_lost(counsellor, session, who, me):
    wrong = ARRANGED | {"time": "half ten", "day": "9999-12-31", "with_id": str(me.id)}

    answer = counsellor.send(f"/people/{who.id}/sessions/arrange", wrong)

    assert answer.status_code == 422
    assert "Type the time as hours and minutes" in answer.text
    assert "too far away" in answer.text
    assert 'value="half ten"' in answer.text
    assert sessions.of_person(session, who.id) == ()


def test_record_note_and_next_date_go_in_at_once(counsellor, session, world, who, arranged):
    next_day = (world.day + 14 * DAY).isoformat()

    answer = counsellor.send(
        f"/sessions/{arranged.id}/record",
        {
            "attendance": "came",
            "minutes": "40",
            "topics": ["work", "mood"],
            "family_came": "y",
            "note": NOTE,
            "next_day": next_day,
            "next_time": "11:00",
        },
    )

    assert answer.status_code == 303
    held = sessions.one(session, arranged.id).held
    assert (held.attendance, held.minutes, set(held.topics)) == (Attendance.CAME, 40, {Topic.WORK, Topic.MOOD})
    (note,) = case_notes.of_person(session, who.id)
    assert (note.text, note.session_id) == (NOTE, arranged.id)
    dates = sessions.next_dates(session, who.id, world.day)
    assert dates[Discipline.COUNSELLING].clinic_day.isoformat() == next_day


def test_next_date_needs_day_and_time_and_then_nothing_is_recorded(counsellor, session, arranged):
    half = {"attendance": "excused", "note": "", "next_day": "2026-03-20", "next_time": ""}

    answer = counsellor.send(f"/sessions/{arranged.id}/record", half)

    assert answer.status_code == 422
    assert "both a day and a time" in answer.text
    assert sessions.one(session, arranged.id).held is None


def test_refused_next_date_takes_the_record_back_with_it(counsellor, session, arranged):
    far = {"attendance": "excused", "note": "", "next_day": "2028-03-20", "next_time": "10:00"}

    answer = counsellor.send(f"/sessions/{arranged.id}/record", far)

    assert answer.status_code == 422
    assert "a year ahead" in answer.text
    assert sessions.one(session, arranged.id).held is None


def test_no_show_is_recorded_with_the_minutes_left_as_they_were(counsellor, session, arranged):
    counsellor.send(f"/sessions/{arranged.id}/record", {"attendance": "no_show", "minutes": "45", "note": ""})

    held = sessions.one(session, arranged.id).held
    assert (held.attendance, held.minutes) == (Attendance.NO_SHOW, None)


def test_session_is_put_off_to_another_day(counsellor, session, world, arranged, me):
    day = (world.day + 2 * DAY).isoformat()

    counsellor.send(f"/sessions/{arranged.id}/put-off", {"day": day, "time": "09:15", "with_id": str(me.id)})

    assert sessions.one(session, arranged.id).moved_to_id is not None
    assert "You have no session on this day." in counsellor.get("/sessions").text


def test_session_that_nobody_arranged_is_recorded_with_its_note(counsellor, session, world, who, me):
    counsellor.send(
        f"/people/{who.id}/sessions/held",
        {
            "day": world.day.isoformat(),
            "time": "06:30",
            "minutes": "15",
            "kind": "telephone",
            "discipline": "counselling",
            "with_id": str(me.id),
            "note": NOTE,
        },
    )

    (found,) = sessions.of_person(session, who.id)
    assert (found.kind, found.held.minutes) == (SessionKind.TELEPHONE, 15)
    assert case_notes.of_person(session, who.id)[0].text == NOTE


def test_past_session_without_record_waits_on_the_page(counsellor, session, world, who, me):
    verbs.arrange(
        session,
        person_id=who.id,
        kind=SessionKind.FAMILY,
        discipline=Discipline.COUNSELLING,
        with_id=me.id,
        starts_at=world.at - 3 * DAY,
        minutes=45,
        act=world.act(me),
    )
    session.commit()

    assert "Of earlier days, still to be recorded" in counsellor.get("/sessions").text


def test_case_notes_are_closed_to_the_window_and_to_the_clinic_head(client, session, world, who, arranged):
    for role in (Role.NURSE, Role.CLINIC_HEAD, Role.ADMINISTRATOR):
        outsider = client.sign_in(session, world, world.staff[role], at_window=False)
        answer = outsider.get(f"/people/{who.id}/notes")

        if role is Role.ADMINISTRATOR:
            assert answer.status_code == 403
        else:
            assert answer.headers["Location"] == f"/people/{who.id}/open/case_notes"
        assert outsider.get(f"/people/{who.id}/notes/write").status_code == 403


def test_prescriber_reads_case_notes_and_writes_none(client, session, world, counsellor, who):
    counsellor.send(f"/people/{who.id}/notes/write", {"about_on": world.day.isoformat(), "text": NOTE})
    prescriber = client.sign_in(session, world, world.prescriber, at_window=False)

    assert NOTE in prescriber.get(f"/people/{who.id}/notes").text
    assert prescriber.get(f"/people/{who.id}/notes/write").status_code == 403


def test_prescriber_records_a_session_without_a_field_for_notes(client, session, world, arranged):
    prescriber = client.sign_in(session, world, world.prescriber, at_window=False)

    page = prescriber.get(f"/sessions/{arranged.id}/record")

    assert "Case note" not in page.text
    answer = prescriber.send(f"/sessions/{arranged.id}/record", {"attendance": "came", "minutes": "20", "note": NOTE})
    assert answer.status_code == 303


def test_whoever_opens_case_notes_is_noted(counsellor, session, who):
    counsellor.get(f"/people/{who.id}/notes")

    assert rows.count_stored(session, AccessLog, AccessLog.page == "case notes") == 1


def test_mistaken_note_is_corrected_by_its_author_and_stays_to_be_read(counsellor, session, world, who):
    counsellor.send(f"/people/{who.id}/notes/write", {"about_on": world.day.isoformat(), "text": NOTE})
    (note,) = case_notes.of_person(session, who.id)

    counsellor.send(f"/notes/{note.id}/correct", {"text": "Sleeps well.\nWants work."})

    page = counsellor.get(f"/people/{who.id}/notes").text
    assert NOTE in page
    assert "Sleeps well." in page
    assert "Mistaken." in page


def test_note_is_not_on_the_pages_of_sessions(counsellor, session, world, who, arranged):
    counsellor.send(f"/sessions/{arranged.id}/record", {"attendance": "came", "minutes": "40", "note": NOTE})

    assert NOTE not in counsellor.get(f"/people/{who.id}/sessions").text
    assert NOTE not in counsellor.get("/sessions").text


def test_nurse_sees_dates_and_may_not_record_them(nurse, who, arranged):
    page = nurse.get(f"/people/{who.id}/sessions").text

    assert "counselling" in page
    assert f"/sessions/{arranged.id}/record" not in page
    assert nurse.get(f"/sessions/{arranged.id}/record").status_code == 403


def test_whole_caseload_is_handed_over_at_once(counsellor, session, world, who, me):
    other = factories.patient(session, world, family_name="Ames")
    session.commit()
    ticked = {"people": [str(who.id), str(other.id)], "counsellor_id": str(me.id)}

    answer = counsellor.send(
        "/caseload?of=0",
        ticked | {"from_on": world.day.isoformat(), "reason": "new here"},
        page="/caseload?of=0",
    )

    assert answer.status_code == 303
    keepers = caseloads.keepers(session, world.site.id, world.day)
    assert {key: keeper.counsellor_id for key, keeper in keepers.items()} == {who.id: me.id, other.id: me.id}
    assert "2 people, by name" in counsellor.get("/caseload").text


def test_hand_over_of_nobody_keeps_what_was_typed(counsellor, session, world, who, me):
    sent = {"counsellor_id": str(me.id), "from_on": world.day.isoformat(), "reason": "leave until June"}

    answer = counsellor.send("/caseload?of=0", sent, page="/caseload?of=0")

    assert answer.status_code == 422
    assert "Choose at least one person." in answer.text
    assert "leave until June" in answer.text
    assert rows.count_stored(session, Caseload) == 0


def test_person_that_is_none_among_those_handed_over_is_not_found(counsellor, world, me):
    sent = {"people": "9" * 30, "counsellor_id": str(me.id), "from_on": world.day.isoformat(), "reason": "x"}

    assert counsellor.send("/caseload?of=0", sent, page="/caseload?of=0").status_code == 404


def test_prescriber_sees_caseloads_and_hands_nobody_over(client, session, world, who):
    prescriber = client.sign_in(session, world, world.prescriber, at_window=False)

    assert who.number in prescriber.get("/caseload?of=all").text
    assert prescriber.send("/caseload", {}, page="/caseload").status_code == 403


def test_due_page_says_when_no_policy_speaks(counsellor, who):
    assert "No approved policy says how often" in counsellor.get("/sessions/due?who=all").text


def test_due_page_names_the_policy_in_force_and_whose_caseload(counsellor, session, world):
    late = factories.person(session, "Late")
    began = factories.episode(session, world, late, admitted_on=world.day - 50 * DAY)
    factories.order(session, world, late, in_episode=began)
    profile = shipped()["us-pa-715-2002-minimums"]
    act = world.act(world.prescriber)
    approve_profile(session, profile=profile, digest=profile.digest, in_force=True, effective_on=world.day, act=act)
    session.commit()

    page = counsellor.get("/sessions/due?who=all").text

    assert "⚠ 20" in page
    assert "us-pa-715-2002-minimums" in page
    assert "Nobody here." in counsellor.get("/sessions/due").text


def test_day_that_is_none_and_session_that_is_none_are_not_found(counsellor):
    assert counsellor.get("/sessions/on/tomorrow").status_code == 404
    assert counsellor.get("/sessions/on/9999-12-31").status_code == 404
    assert counsellor.get("/sessions/999/record").status_code == 404
    assert counsellor.get("/notes/999/correct").status_code == 404
