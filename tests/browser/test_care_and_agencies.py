"""Counselling, plans, agencies and urine tests as their sources tell them, by keyboard alone; only a name is signed by hand."""

from pathlib import Path

from click.testing import CliRunner
from playwright.sync_api import Locator

from app import create_app
from dispensary import cli
from models.enums import AgencyKind, ConsentScope, Role
from tests.agencies import DAY, consented, listed
from tests.browser.hands import Hands


def counsellor(clinic, sit) -> Hands:
    return sit(clinic.world.staff[Role.COUNSELLOR])


def answers(at: Hands, row: Locator, word: str) -> None:
    """Choose one of several in one row of many."""
    radios = row.get_by_role("radio")
    at.reach_any(radios)
    at.press("Space")
    for _ in range(radios.count()):
        if row.get_by_role("radio", name=word, exact=True).is_checked():
            return
        at.press("ArrowDown")
    raise AssertionError(f"the arrow keys do not reach {word}")


def goes_on(at: Hands, row: Locator, link: str) -> None:
    """Follow a link in one row of many."""
    at.reach(row.get_by_role("link", name=link, exact=False))
    at.press("Enter")


def test_a_relapse_prevention_group_meets_with_its_sheet_and_who_stayed_away_is_seen(clinic, sit):
    mai, _ = clinic.patient(family_name="Lê", given_name="Thị Mai")
    ken, _ = clinic.patient(family_name="Suzuki", given_name="Ken")
    today, at = clinic.world.day, counsellor(clinic, sit)

    at.go("/groups").sees_page("Groups").follow("A new group")
    at.sees_page("A new group").fill("Name", "Tuesday evening")
    at.pick("What it is for", "relapse prevention")
    at.fill("From", "18:00")
    at.fill("Minutes", "90")
    at.fill_day("Opens on", today.isoformat())
    at.push("Keep")
    at.sees_page("Tuesday evening").sees("Nobody yet.")
    for who in (mai, ken):
        at.fill("Number or card", who.number)
        at.push("Take in")
        at.sees_page("Tuesday evening").sees(who.number)

    at.reach(at.page.locator("a").filter(has_text="eeting"))
    at.press("Enter")
    at.sees_page("Tuesday evening, ").sees("Who came? Answer for everybody.")
    sheet = at.prints("Attendance sheet as PDF").text
    answers(at, at.page.get_by_role("row").filter(has_text=mai.number), "came")
    answers(at, at.page.get_by_role("row").filter(has_text=ken.number), "did not come")
    at.pick("About", "relapse prevention")
    at.push("Record the meeting")

    at.sees("1 of 2 came")
    assert all(said in sheet for said in ("Tuesday evening", mai.number, ken.number))
    at.go(f"/people/{ken.id}/sessions").sees_page("Sessions").sees("did not come")
    at.go(f"/people/{mai.id}/sessions").sees("✓ came")


def test_an_answer_about_self_harm_is_met_before_the_person_leaves(clinic, sit):
    who, _ = clinic.patient(family_name="Okafor", given_name="Grace")
    at = counsellor(clinic, sit)

    at.go(f"/people/{who.id}/assessment").sees_page("Assessment")
    goes_on(at, at.page.get_by_role("row").filter(has_text="PHQ-9"), "Enter")
    at.sees_page("PHQ-9")
    questions = at.page.locator("fieldset.score-item")
    for n in range(8):
        answers(
            at, questions.nth(n), questions.nth(n).get_by_role("radio").nth(1).evaluate("e => e.labels[0].innerText")
        )
    last = questions.nth(8).get_by_role("radio")
    answers(at, questions.nth(8), last.nth(2).evaluate("e => e.labels[0].innerText"))
    at.push("Enter the answers")
    at.sees_page("Safety step: before the person leaves").sees("Ask now: is there a plan")
    at.choose("prescriber called")
    at.fill("Note", "Sister comes along; called the prescriber.")
    at.push("Record the step")

    at.sees_page("Assessment")
    prescriber = sit(clinic.world.prescriber)
    prescriber.go("/prescriber").sees_page("Prescriber's desk")
    prescriber.sees(who.number)


def test_a_plan_is_agreed_in_the_persons_words_signed_by_hand_and_taken_home(clinic, sit):
    who, _ = clinic.patient(family_name="Trần", given_name="Văn Nam")
    today, at = clinic.world.day, counsellor(clinic, sit)

    at.go(f"/people/{who.id}/plan").sees_page("Plan").sees("No dose waits for it.").follow("Agree a plan")
    at.sees_page("Agree a plan").fill("Why the person stays, in their own words", "My two girls.")
    at.fill("If a lapse happens, we do this together", "I say so and we talk the same day.")
    at.pick("Part of life of goal 1", "work and money")
    at.fill("Goal 1", "A shift that begins after the window opens")
    at.fill("Goal 1, step 1: what", "Talk to the foreman")
    at.fill("Goal 1, step 1: who", "Nam")
    at.fill_day("Goal 1, step 1: by when", (today + 7 * DAY).isoformat())
    at.fill_day("We look at it again on", (today + 30 * DAY).isoformat())
    at.push("Agree this plan")
    at.sees_page("Plan").sees("Agreed. Let the person sign").follow("Take the signature")
    at.sees_page("Sign the plan").sees("Nothing in it is a condition of the dose.").choose("on the screen")
    signs(at)
    at.push("Keep the signature")
    at.sees_page("Plan").sees("on the screen").follow("Sign for the clinic")
    at.sees_page("Sign for the clinic").push(f"Sign as {clinic.world.staff[Role.COUNSELLOR].name}")

    at.sees_page("Plan").sees("My two girls.")
    sheet = at.prints("Print for the person").text
    assert all(said in sheet for said in ("Trần Văn Nam", "Talk to the foreman", "Nothing in this plan is a condition"))
    assert "Harbour Clinic" not in sheet


def signs(at: Hands) -> None:
    """Write in the field on the screen, as the person does with a finger."""
    pad = at.page.locator("#pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    mouse, x, y = at.page.mouse, box["x"] + 60, box["y"] + 100
    mouse.move(x, y)
    mouse.down()
    for n in range(1, 30):
        mouse.move(x + 8 * n, y + (30 if n % 2 else -30))
    mouse.up()


def test_somebody_is_brought_to_the_shelter_met_there_and_the_answer_closes_the_loop(clinic, sit):
    who, _ = clinic.patient(family_name="Phạm", given_name="Quốc Anh")
    with clinic.record() as session:
        listed(session, clinic.world, "Quay Shelter")
    today, at = clinic.world.day, counsellor(clinic, sit)

    at.go(f"/referrals/of/{who.id}").sees_page("Referrals and calls").follow("Refer to an agency")
    at.sees_page("Refer to an agency").pick("To which agency", "Quay Shelter")
    at.fill("Why", "has nowhere to stay after release")
    at.fill_day("We go there together on", today.isoformat())
    at.fill("at (hours and minutes)", "09:30")
    at.fill_day("Answer expected by", (today + 7 * DAY).isoformat())
    at.push("Refer")
    at.sees_page("Referrals and calls").sees("Quay Shelter").follow("It was held Quay Shelter")
    at.sees_page("The meeting was held").fill("Who was met there", "Ms Tran")
    at.tick("One of us was there")
    at.push("Record the meeting")
    at.sees_page("Referrals and calls").sees("Ms Tran").follow("Record the answer Quay Shelter")
    at.sees_page("Answer of the agency").choose("taken on")
    at.fill("Who said so", "Ms Tran")
    at.push("Record the answer")
    at.sees_page("Referrals and calls").sees("taken on").follow("Close Quay Shelter")
    at.sees_page("Close a referral").choose("arrived")
    at.push("Close the referral")

    at.sees_page("Referrals and calls").sees("arrived")


def test_a_consent_that_is_taken_back_closes_the_gate_to_the_agency_at_once(clinic, sit):
    who, _ = clinic.patient(family_name="Đỗ", given_name="Hải")
    with clinic.record() as session:
        agency = listed(session, clinic.world, "Hill House", AgencyKind.RESIDENTIAL)
        told = (ConsentScope.ATTENDANCE, ConsentScope.MEDICINE_AND_DOSE, ConsentScope.LAST_DOSE)
        consented(session, clinic.world, who, agency, *told, purpose="some weeks away from town")
    at = counsellor(clinic, sit)

    at.go(f"/paper/person/{who.id}/history").sees_page("Dosing history").follow("Hand out a copy")
    at.sees_page("Hand out the dosing history").pick("To whom", "Hill House")
    sheet = at.prints("Print as PDF").text
    at.go(f"/disclosures/of/{who.id}").sees_page("Consents and what was told").sees("dosing history")
    at.follow("Take back Hill House")
    at.sees_page("Take a consent back").sees("From this moment nothing is told on it.")
    at.fill("How the person said so", "here, in person")
    at.push("The consent is taken back")
    at.sees_page("Consents and what was told").sees("taken back")
    at.go(f"/paper/person/{who.id}/history/hand-out").sees_page("Hand out the dosing history").pick(
        "To whom", "Hill House"
    )
    at.push("Print as PDF")

    at.sees_page("Hand out the dosing history").sees("Hill House: The person took this consent back on")
    at.sees("Nothing may be told on it any more.")
    assert "some weeks away from town" in sheet
    assert "Notice:" in sheet


def test_a_draw_is_done_again_by_anybody_and_a_changed_file_is_found_out(clinic, sit, tmp_path):
    clinic.patient(family_name="Lang", given_name="Uwe")
    clinic.patient(family_name="Nowak", given_name="Ewa")
    head = sit(clinic.world.staff[Role.CLINIC_HEAD])

    head.go("/urine").sees_page("Urine tests").follow("Draw at random")
    head.fill("How many", "1")
    head.push("Freeze the list and draw")
    head.sees_page("Random draw").sees("not asked yet").sees("Digest of the list")
    file = saved(head, "File to check (CSV)", tmp_path / "draw.csv")

    holds = CliRunner().invoke(cli.commands(create_app), ["urine-draw", "check", str(file)])
    file.write_bytes(file.read_bytes().replace(b",yes", b",no"))
    spared = CliRunner().invoke(cli.commands(create_app), ["urine-draw", "check", str(file)])
    assert (holds.exit_code, spared.exit_code) == (0, 1)
    assert "The draw holds: 1 of" in holds.output
    assert "was drawn, and does not say so" in spared.output


def saved(at: Hands, link: str, path: Path) -> Path:
    """Follow a link to a file, and keep it."""
    at.reach(at.page.get_by_role("link", name=link, exact=True))
    with at.page.expect_download() as file:
        at.press("Enter")
    file.value.save_as(path)
    return path
