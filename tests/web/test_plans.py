"""Plans over HTTP: agreed, looked at, signed on the screen, printed; and lapses that change nothing."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from models import CarePlan, Disclosure, Lapse, PlanSignature, PlanStepResult, Stop, Task
from models.enums import ConsentScope, DisclosureBasis, Role
from tests.agencies import consented, listed
from tests.rows import count_stored, one_stored

DRAWN = "10,20 12,22 14,25 18,30;40,50 41,52 45,55 60,70"


@pytest.fixture
def counsellor(client, session, world):
    return client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)


@pytest.fixture
def plan(counsellor, session, world, who):
    send(counsellor, f"/people/{who.id}/plan/new", wanted(world))
    return one_stored(session, CarePlan)


def wanted(world, **changes):
    return {
        "goal_1_domain": "housing",
        "goal_1_text": "A room of my own",
        "goal_1_step_1_text": "Ask for a bed",
        "goal_1_step_1_owner": "Carl Brook",
        "goal_1_step_1_due": (world.day + timedelta(days=7)).isoformat(),
        "reasons_to_stay": "My daughter",
        "worries": "The stairs",
        "if_a_lapse": "I come the next day and we talk.",
        "review_on": (world.day + timedelta(days=30)).isoformat(),
    } | changes


def send(client, path, values, **how):
    """Fill in a form whose days are today unless they are said."""
    days = ("assessed_on", "seen_on", "taken_on", "said_on", "month", "happened_on", "signed_on")
    return client.send(path, dict.fromkeys(days, "2026-03-02") | values, **how)


def text(answer):
    return answer.get_data(as_text=True)


def words_of(answer):
    assert answer.mimetype == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)


def test_a_plan_is_agreed_and_shown_with_its_steps(counsellor, who, plan):
    page = text(counsellor.get(f"/people/{who.id}/plan"))

    assert "A room of my own" in page
    assert "Ask for a bed" in page
    assert "<q>My daughter</q>" in page
    assert "The person has not signed yet." in page


@pytest.mark.parametrize(
    ("changes", "said", "field"),
    [
        ({"goal_1_step_1_due": ""}, "Please fill this in.", "goal_1_step_1_due"),
        ({"goal_1_step_1_owner": ""}, "Please fill this in.", "goal_1_step_1_owner"),
        ({"goal_1_domain": ""}, "Please fill this in.", "goal_1_domain"),
        ({"goal_1_text": ""}, "Please fill this in.", "goal_1_text"),
        ({"reasons_to_stay": ""}, "Please fill this in.", "reasons_to_stay"),
        ({"review_on": "2020-01-01"}, "The review lies ahead.", "review_on"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(
    counsellor, session, world, who, changes, said, field
):
    answer = send(counsellor, f"/people/{who.id}/plan/new", wanted(world, **changes))

    assert answer.status_code == 422
    assert f'id="{field}-error">{said}' in text(answer)
    assert "The stairs" in text(answer)
    assert count_stored(session, CarePlan) == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "A plan has one goal at least."),
        ({"goal_1_step_1_due": "2020-01-01"}, "A step is due today or later."),
    ],
)
def test_a_plan_without_a_goal_or_with_a_step_gone_by_is_refused(counsellor, session, world, who, changes, said):
    values = wanted(world, **changes)
    if not changes:
        values = {key: value for key, value in values.items() if not key.startswith("goal_1")}

    answer = send(counsellor, f"/people/{who.id}/plan/new", values)

    assert answer.status_code == 422
    assert said in text(answer)


def test_the_review_begins_with_what_is_still_open(counsellor, session, world, who, plan):
    second = {
        "goal_1_step_2_text": "Talk to my sister",
        "goal_1_step_2_owner": "me",
        "goal_1_step_2_due": world.day.isoformat(),
    }
    send(counsellor, f"/people/{who.id}/plan/new", wanted(world, **second))
    page = text(counsellor.get(f"/people/{who.id}/plan"))
    step = page.split('href="/plan-steps/')[1].split('"')[0]

    send(counsellor, f"/plan-steps/{step}", {"result": "done", "note": "Has the bed."})
    after = text(counsellor.get(f"/people/{who.id}/plan"))
    review = text(counsellor.get(f"/people/{who.id}/plan/new"))

    assert count_stored(session, PlanStepResult) == 1
    assert "✓ <strong>done</strong> Has the bed." in after
    assert 'value="Talk to my sister"' in review
    assert 'value="Ask for a bed"' not in review
    assert "Earlier plans" in after


def test_a_step_of_an_older_plan_is_answered_with_where_to_look(counsellor, session, world, who, plan):
    page = text(counsellor.get(f"/people/{who.id}/plan"))
    step = page.split('href="/plan-steps/')[1].split('"')[0]
    send(counsellor, f"/people/{who.id}/plan/new", wanted(world))

    answer = send(counsellor, f"/plan-steps/{step}", {"result": "done"})

    assert answer.status_code == 409
    assert "Open the newer one." in text(answer)


def test_the_person_signs_on_the_screen_and_the_name_is_on_page_and_paper(counsellor, session, who, plan):
    send(counsellor, f"/plans/{plan.id}/sign", {"signed_how": "screen", "drawn": DRAWN})
    send(counsellor, f"/plans/{plan.id}/countersign", {})

    page = text(counsellor.get(f"/people/{who.id}/plan"))
    picture = counsellor.get(f"/plans/{plan.id}/signature.svg")
    paper = words_of(send(counsellor, f"/plans/{plan.id}/sheet.pdf", {"paper": "A4"}, page=f"/people/{who.id}/plan"))

    assert count_stored(session, PlanSignature) == 2
    assert "has not signed yet" not in page
    assert picture.mimetype == "image/svg+xml"
    assert "signed on the screen on 2026-03-02" in paper
    assert "Carl Brook" in paper


def test_an_empty_field_is_no_signature(counsellor, session, plan):
    answer = send(counsellor, f"/plans/{plan.id}/sign", {"signed_how": "screen", "drawn": ""})

    assert answer.status_code == 422
    assert "Sign in the field with a pen or a finger" in text(answer)
    assert count_stored(session, PlanSignature) == 0


def test_a_plan_is_signed_on_paper_and_has_no_picture(counsellor, plan):
    answer = send(counsellor, f"/plans/{plan.id}/sign", {"signed_how": "paper"})

    assert answer.status_code == 303
    assert counsellor.get(f"/plans/{plan.id}/signature.svg").status_code == 404


def test_the_sheet_says_what_was_agreed_and_names_no_clinic_and_no_medicine(counsellor, session, who, plan):
    answer = send(counsellor, f"/plans/{plan.id}/sheet.pdf", {"paper": "A4"}, page=f"/people/{who.id}/plan")
    paper = words_of(answer)

    assert "My daughter" in paper
    assert "☐ Ask for a bed (Carl Brook, by 2026-03-09)" in paper
    assert "My name: ____" in paper
    assert "Harbour Clinic" not in paper
    assert "ethadone" not in paper
    assert "my-plan.pdf" in answer.headers["Content-Disposition"]
    assert one_stored(session, Disclosure).basis is DisclosureBasis.TO_THE_PERSON


def test_a_lapse_begins_with_the_agreed_response_and_changes_nothing(counsellor, session, who, plan):
    form = text(counsellor.get(f"/people/{who.id}/lapse"))

    send(counsellor, f"/people/{who.id}/lapse", {"told_by_person": "y", "response": "We talked the same day."})
    page = text(counsellor.get(f"/people/{who.id}/plan"))

    assert "I come the next day and we talk." in form
    assert "We talked the same day." in page
    assert (count_stored(session, Lapse), count_stored(session, Task), count_stored(session, Stop)) == (1, 0, 0)


def test_a_nurse_reads_the_plan_and_writes_none(client, session, world, who, plan):
    nurse = client.sign_in(session, world, world.nurse)

    assert "A room of my own" in text(nurse.get(f"/people/{who.id}/plan"))
    assert nurse.get(f"/people/{who.id}/plan/new").status_code == 403
    assert nurse.get(f"/plans/{plan.id}/sign").status_code == 403


def test_no_plan_no_page(counsellor):
    for address in ("/plans/999/sign", "/plans/999/countersign", "/plans/999/signature.svg", "/plan-steps/999"):
        assert counsellor.get(address).status_code == 404


def test_a_copy_for_an_agency_needs_a_consent_that_covers_the_plan(counsellor, session, world, who, plan):
    shelter = listed(session, world)
    session.commit()
    address = f"/plans/{plan.id}/hand-out"
    refused = send(counsellor, address, {"agency_id": str(shelter.id), "recipient": ""})
    consented(session, world, who, shelter, ConsentScope.PLAN)
    session.commit()

    paper = words_of(send(counsellor, address, {"agency_id": str(shelter.id), "recipient": "Ms Tran"}))

    assert refused.status_code == 422
    assert "No consent to tell this agency anything is on record." in text(refused)
    assert "Told to: Harbour Shelter, Ms Tran." in paper
    assert "Notice:" in paper
    assert count_stored(session, Disclosure) == 1
