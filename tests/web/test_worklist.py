"""The worklist's pages: the list of a desk, a task with its steps, how a person may be reached, and the sheet to take along."""

import io

import pytest
from pypdf import PdfReader

from dispensary.queries import contact_rules
from dispensary.services import caseload, tasks, worklist
from dispensary.services.contact_rules import Terms, agree
from models import AccessLog, ContactRule, TaskAttempt, TaskHandOver
from models.enums import AttemptOutcome, Channel, Desk, Role, TaskOutcome, TaskReasonKind
from tests import factories, rows


@pytest.fixture
def me(world):
    return world.staff[Role.COUNSELLOR]


@pytest.fixture
def counsellor(client, session, world, me):
    return client.sign_in(session, world, me, at_window=False)


@pytest.fixture
def task(session, world, who):
    return noted(session, world, who)


def noted(session, world, who, desk=Desk.COUNSELLING, kind=TaskReasonKind.MISSED_DOSES):
    made = tasks.note(session, person_id=who.id, desk=desk, kind=kind, act=world.act())
    session.commit()
    return made


def now(session, task):
    session.rollback()
    session.refresh(task)
    return task


def test_counsellor_takes_a_task_tries_and_closes_it_in_one_go(counsellor, session, who, task):
    at = f"/worklist/tasks/{task.id}"
    assert counsellor.send(f"{at}/take", {}, page=at).status_code == 303
    tried = counsellor.send(at, {"channel": "telephone", "outcome": "no_answer", "note": "rang twice", "close": ""})
    closed = counsellor.send(at, {"channel": "text", "outcome": "reached", "note": "comes today", "close": "agreed"})

    assert (tried.location, closed.location) == (at, "/worklist/counselling")
    after = now(session, task)
    assert (after.outcome, after.resolution) == (TaskOutcome.AGREED, "comes today")
    assert (rows.count(session, TaskAttempt), rows.count(session, TaskHandOver)) == (2, 1)
    page = counsellor.get(at).text
    assert "rang twice" in page and "agreed" in page
    assert "A try to reach them" not in page


def test_own_list_shows_ones_caseload_and_the_whole_clinic_is_a_key_away(counsellor, session, world, who, task, me):
    assert who.number not in counsellor.get("/worklist").text
    assert who.number in counsellor.get("/worklist/counselling?who=all").text

    session.rollback()
    caseload.hand_over(
        session, person_ids=[who.id], counsellor_id=me.id, from_on=world.day, reason="new", act=world.act(me)
    )
    session.commit()

    page = counsellor.get("/worklist").text
    assert who.number in page
    assert 'accesskey="a"' in page


def test_nurse_works_at_the_nurses_desk(nurse, session, world, who):
    noted(session, world, who, Desk.NURSE, TaskReasonKind.BOTTLES)

    page = nurse.get("/worklist").text

    assert who.number in page
    assert "bottles lost, stolen, altered or wrong" in page


def test_task_leads_to_where_each_of_its_reasons_is_settled(counsellor, session, world, who, task):
    for kind in (TaskReasonKind.REVIEW_DUE, TaskReasonKind.INTAKE_OPEN, TaskReasonKind.BOTTLES):
        noted(session, world, who, kind=kind)
    counsellor.get(f"/worklist/tasks/{task.id}")

    page = counsellor.get(f"/worklist/tasks/{task.id}").text

    for address in ("plan", "journey", "reasons/missed_days"):
        assert f'<a href="/people/{who.id}/{address}">' in page
    assert "Ask what got in the way" in page


def test_nurse_is_led_to_no_page_that_they_may_not_open(nurse, session, world, who):
    made = noted(session, world, who, desk=Desk.NURSE)

    page = nurse.get(f"/worklist/tasks/{made.id}").text

    assert "Ask what got in the way" not in page


def test_task_with_a_colleague_is_handed_over_with_a_reason(counsellor, session, world, task, me):
    other = factories.staff(session, "Olga Wirth")
    factories.role(session, other, world.site, Role.COUNSELLOR)
    session.commit()
    at = f"/worklist/tasks/{task.id}/hand-over"

    blank = counsellor.send(at, {"owner_id": str(other.id), "reason": ""})
    answer = counsellor.send(at, {"owner_id": str(other.id), "reason": "speaks Polish"})

    assert blank.status_code == 422 and "Please fill this in." in blank.text
    assert answer.status_code == 303
    page = counsellor.get(f"/worklist/tasks/{task.id}").text
    assert "Olga Wirth" in page and "speaks Polish" in page
    again = counsellor.send(f"/worklist/tasks/{task.id}/take", {}, page=f"/worklist/tasks/{task.id}")
    assert again.status_code == 409
    assert "Olga Wirth has this task." in again.text


def test_what_was_keyed_stays_where_a_try_is_refused(counsellor, session, task):
    wrong = {"channel": "letter", "outcome": "wrong_number", "note": "came back", "close": ""}

    answer = counsellor.send(f"/worklist/tasks/{task.id}", wrong)

    assert answer.status_code == 422
    assert "Only a call or a text can go to a wrong number." in answer.text
    assert 'value="came back"' in answer.text
    assert rows.count_stored(session, TaskAttempt) == 0


def test_task_is_closed_without_a_try(counsellor, session, task):
    answer = counsellor.send(f"/worklist/tasks/{task.id}/close", {"outcome": "not_needed", "note": ""})

    assert answer.location == "/worklist/counselling"
    assert now(session, task).outcome is TaskOutcome.NOT_NEEDED


def test_prescribers_task_is_not_closed_here_but_at_the_prescribers_desk(counsellor, session, world, who):
    task = noted(session, world, who, Desk.PRESCRIBER, TaskReasonKind.STEP_WAITS)

    answer = counsellor.send(f"/worklist/tasks/{task.id}/close", {"outcome": "done", "note": ""})

    assert answer.status_code == 422
    assert "at the prescriber&#39;s desk" in answer.text
    assert "Close without a try" not in counsellor.get(f"/worklist/tasks/{task.id}").text


def test_prescriber_closes_with_a_word_and_a_sentence(prescriber, session, world, who):
    task = noted(session, world, who, Desk.PRESCRIBER, TaskReasonKind.STEP_WAITS)

    answer = prescriber.send(f"/prescriber/tasks/{task.id}/close", {"outcome": "agreed", "reason": "step signed again"})

    assert answer.status_code == 303
    after = now(session, task)
    assert (after.outcome, after.resolution) == (TaskOutcome.AGREED, "step signed again")


REACH = {
    "by_telephone": "y",
    "hours": "after 18:00",
    "who_may_pick_up": "the sister",
    "leave_message": "y",
    "message_from": "Carl",
}


def test_how_somebody_may_be_reached_stands_beside_the_number(counsellor, session, who, task):
    who.phone = "555 0147"
    session.commit()
    assert "Not asked yet" in counsellor.get("/worklist/counselling?who=all").text

    answer = counsellor.send(f"/people/{who.id}/reach", REACH)

    assert answer.location == f"/people/{who.id}/tasks"
    for page in ("/worklist/counselling?who=all", f"/people/{who.id}/tasks"):
        text = counsellor.get(page).text
        assert "555 0147" in text
        assert "telephone; when: after 18:00; may pick up: the sister; a message may be left, from “Carl”" in text
    one = counsellor.get(f"/worklist/tasks/{task.id}").text
    assert "text (not agreed)" in one or "text message (not agreed)" in one
    assert "telephone (not agreed)" not in one


def test_message_without_a_name_is_refused_and_nothing_is_lost(counsellor, session, who):
    answer = counsellor.send(f"/people/{who.id}/reach", REACH | {"message_from": " "})

    assert answer.status_code == 422
    assert 'value="after 18:00"' in answer.text
    assert rows.count_stored(session, ContactRule) == 0


def test_newest_word_counts_and_the_form_begins_with_it(counsellor, session, who):
    counsellor.send(f"/people/{who.id}/reach", REACH)
    assert "the sister" in counsellor.get(f"/people/{who.id}/reach").text

    counsellor.send(f"/people/{who.id}/reach", {"hours": "", "who_may_pick_up": "", "message_from": ""})

    session.rollback()
    assert contact_rules.rule_of(session, who.id).channels == ()
    assert "Only in person, at the window." in counsellor.get(f"/people/{who.id}/tasks").text


def test_day_is_printed_with_the_numbers_and_who_printed_is_noted(counsellor, session, world, who, task, me):
    worklist.attempt(
        session,
        task_id=task.id,
        channel=Channel.TELEPHONE,
        outcome=AttemptOutcome.NO_ANSWER,
        note="",
        act=world.act(me),
    )
    session.commit()

    answer = counsellor.send("/worklist/counselling.pdf", {"paper": "A4", "who": "all"}, page="/worklist")

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert who.number in text and "missed doses" in text and "no answer" in text


def test_the_sheet_says_to_the_end_how_somebody_may_be_reached(counsellor, session, world, who, task, me):
    hours, pick_up = "while the children are at school", "not the landlord nor the neighbours"
    agreed = Terms(by_telephone=True, by_text=True, hours=hours, who_may_pick_up=pick_up)
    agree(session, person_id=who.id, terms=agreed, act=world.act(me))
    session.commit()

    answer = counsellor.send("/worklist/counselling.pdf", {"paper": "A4", "who": "all"}, page="/worklist")

    said = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages).split())
    assert "leave no message" in said and "…" not in said


def test_opening_a_task_is_noted_in_the_log_of_access(counsellor, session, who, task):
    counsellor.get(f"/worklist/tasks/{task.id}")

    assert rows.count_stored(session, AccessLog, AccessLog.person_id == who.id, AccessLog.page == "task") == 1


@pytest.mark.parametrize("path", ["/worklist/kitchen", "/worklist/tasks/999"])
def test_what_is_not_there_is_not_found(counsellor, path):
    assert counsellor.get(path).status_code == 404


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.PEER, Role.ADMINISTRATOR])
def test_whoever_does_no_casework_opens_none_of_it(client, session, world, task, role):
    them = client.sign_in(session, world, world.staff[role], at_window=False)

    for path in ("/worklist", "/worklist/counselling", f"/worklist/tasks/{task.id}", "/desk"):
        assert them.get(path).status_code == 403
