"""What keeps people and lets them go: a taper, a lapse, the sheet, leaving, the box of slips, the way back, the targets.

Each journey is told as in its source: S6 (UNODC), S8 and S9 (Viet Nam), S19, S20 and S22 (NTA). By keyboard alone.
"""

from datetime import timedelta

from models import PrivateRating
from models.enums import AgencyKind, Role
from tests import factories
from tests.agencies import listed
from tests.browser.test_care_and_agencies import counsellor
from tests.browser.test_pages import faults

A_DAY = timedelta(days=1)


def asks_for(at, who, wish, words):
    """Somebody says at the counselling desk what they wish of the dose."""
    at.go(f"/turns/of/{who.id}").sees_page("Turning points").follow("Take down a wish")
    at.sees_page("A wish about the dose").sees("may rest, stop or go back up at any time").choose(wish)
    at.choose("the person")
    at.fill("In the person's own words", words)
    at.push("Pass it on to the prescriber")


def is_dosed(nurse, card, amount):
    nurse.go("/window").sees_field().scan(card)
    nurse.sees_page("Dosing").sees_field().sees(amount)
    nurse.type("F")
    nurse.press("Enter")
    nurse.sees_page("Window").sees(f"✓ {amount}")


def test_a_taper_rests_at_the_persons_word_whatever_the_prescriber_would_rather(clinic, sit):
    """A taper stops at the person's word: it is neither declined nor said to rest while the order still goes down."""
    today = clinic.world.day
    who, card = clinic.patient(
        steps={today: ("80",), today + 7 * A_DAY: ("70",)}, family_name="Marsh", given_name="Owen"
    )
    at, prescriber, nurse = counsellor(clinic, sit), sit(clinic.world.prescriber), sit(clinic.world.nurse)

    asks_for(at, who, "pause", "I sweat at night. Not lower, for now.")
    at.sees_page("Turning points").sees("waits for the prescriber")
    asks_for(at, who, "pause", "Not lower.")
    at.sees("The same wish was taken down on").sees("waits for the prescriber's answer")

    prescriber.go("/prescriber").sees_page("Prescriber's desk").sees(who.number)
    prescriber.go(f"/turns/of/{who.id}").sees_page("Turning points").follow("Answer pause")
    prescriber.sees_page("Answer a wish about the dose").sees("I sweat at night.").choose("no, or otherwise")
    prescriber.fill("What the person is told", "It is nearly done.")
    prescriber.push("Answer")
    prescriber.sees("The person wants the taper to rest. That is always done").choose("yes")
    prescriber.push("Answer")
    prescriber.sees("What is ordered still goes down in the days to come. Sign an order that holds the amount")
    holds_the_amount(prescriber, who, today)
    prescriber.go(f"/turns/of/{who.id}").sees_page("Turning points").follow("Answer pause")
    prescriber.sees_page("Answer a wish about the dose").choose("yes")
    prescriber.fill("What the person is told", "We stay at 80 mg until you say otherwise.")
    prescriber.push("Answer")
    prescriber.sees_page("Turning points").sees("as wished")

    at.go(f"/turns/of/{who.id}").sees_page("Turning points").sees("We stay at 80 mg until you say otherwise.")
    is_dosed(nurse, card, "80\u00a0mg")


def holds_the_amount(prescriber, who, today):
    """The prescriber signs the same amount without the step down."""
    prescriber.go(f"/people/{who.id}").sees_page("Person").follow("Orders")
    prescriber.sees_page("Orders").sees("70\u00a0mg").follow("Change the order")
    prescriber.sees_page("Change the order")
    prescriber.fill_day("First day", today.isoformat())
    prescriber.fill("Amount from the first day, mg", "80")
    prescriber.fill("Reason", "rests at his word")
    prescriber.push("Sign the order")
    prescriber.sees("No approved policy limits").fill("Why the order goes over a limit", "the same amount as before")
    prescriber.push("Sign the order")
    prescriber.sees_page("Orders").sees("rests at his word")


def test_a_lapse_is_met_as_it_was_agreed_and_the_dose_is_given_all_the_same(clinic, sit):
    who, card = clinic.patient(family_name="Salazar", given_name="Inés")
    at, nurse = counsellor(clinic, sit), sit(clinic.world.nurse)

    at.go(f"/people/{who.id}").sees_page("Person").follow("Plan")
    at.sees_page("Plan").sees("None on record.").follow("A lapse")
    at.sees_page("A lapse").sees("No dose, stop or take-home decision changes by this entry.").push("Write it down")
    at.sees_page("A lapse").sees("Please fill this in.")
    at.fill("What we do now, as agreed", "She calls her sister, and we talk tomorrow.")
    at.push("Write it down")
    at.sees_page("Plan").sees("She calls her sister, and we talk tomorrow.").sees("told by the person")

    nurse.go(f"/people/{who.id}/plan").sees_page("Plan")
    assert nurse.page.get_by_role("link", name="A lapse").count() == 0
    nurse.go(f"/people/{who.id}/lapse").sees_page("This cannot be done").sees("Your role does not include this page.")
    nurse.go(f"/people/{who.id}").sees_page("Person").sees("No stop stands.")
    is_dosed(nurse, card, "80\u00a0mg")


def test_somebody_who_feels_tied_takes_the_sheet_home_leaves_is_asked_why_and_is_counted_by_the_reason(clinic, sit):
    """As the interviews in Viet Nam ask: what the medicine is, the way to fewer visits, and why people leave."""
    who, _ = clinic.patient(family_name="Bùi", given_name="Thị Lan")
    at, prescriber = counsellor(clinic, sit), sit(clinic.world.prescriber)

    at.go(f"/people/{who.id}/journey").sees_page("Journey")
    sheet = at.prints("Print the sheet to take along").text
    prescriber.go(f"/people/{who.id}").sees_page("Person").follow("Turning points")
    prescriber.sees_page("Turning points").follow("Leaving with the person's agreement")
    prescriber.sees_page("End of the episode").choose("left by own wish")
    prescriber.fill("In your own words", "work on a boat")
    prescriber.push("End the episode")
    prescriber.sees("Tick that the person wishes this or agrees.").tick("The person wishes this, or agrees")
    prescriber.push("End the episode")
    prescriber.sees_page("Person").sees("left by own wish on")

    at.go(f"/people/{who.id}/reasons").sees_page("What keeps them here").sees("To be asked now: when leaving")
    at.follow("Exit interview")
    at.sees_page("Exit interview").push("Write it down")
    at.sees("Tick what was said.").tick("work hours")
    at.fill("In their words: work hours", "the boat leaves at six")
    at.push("Write it down")
    at.sees_page("What keeps them here").sees("the boat leaves at six")
    at.go("/figures/reasons").sees_page("What people stay and leave for").sees("work hours")

    assert "Taken every day it keeps withdrawal and craving away" in sheet
    assert "The way to fewer visits" in sheet
    assert "Harbour Clinic" not in sheet


def test_slips_from_the_box_are_rated_in_private_and_no_counsellor_sees_who(clinic, sit):
    world = clinic.world
    yesterday = world.at - A_DAY
    month = (world.day.replace(day=1) - A_DAY).replace(day=1)
    with clinic.record() as session:
        stamp = factories.stamp(world, world.staff[Role.CLINIC_HEAD], recorded_at=yesterday)
        for n in range(5):
            factories.save(session, PrivateRating(month=month, relation=4, waiting=1, words=f"slip {n}", **stamp))
    head, at = sit(world.staff[Role.CLINIC_HEAD]), counsellor(clinic, sit)

    head.go("/figures/ratings").sees_page("Ratings from the box").follow("Enter slips")
    head.sees_page("Enter a slip from the box").sees("never who wrote it").push("Enter this slip")
    head.sees("Choose one.")
    head.fill_day("Month", month.isoformat())
    head.reach_any(head.page.get_by_role("group", name="Staff, from 1 (poor) to 5 (good)").get_by_role("radio"))
    head.press("Space")
    head.reach_any(head.page.get_by_role("group", name="Waiting, from 1 (poor) to 5 (good)").get_by_role("radio"))
    head.press("Space")
    head.fill("In their words", "told off before everybody")
    head.push("Enter this slip")
    head.sees_page("Enter a slip from the box").sees("Entered. The next slip, or leave it.")

    at.go("/figures/ratings").sees_page("Ratings from the box").sees("slip 4").sees("1 held back")
    assert "told off before everybody" not in at.page.content()
    assert clinic.world.nurse.name not in at.page.locator("main").inner_text()
    at.go("/figures/ratings/new").sees_page("This cannot be done").sees("Your role does not include this page.")


def test_a_transfer_has_its_way_back_in_writing_and_whoever_wants_back_is_back_the_same_day(clinic, sit):
    """Primary care takes over with a written way back; a call asks after mutual aid; re-entry keeps the history."""
    who, _ = clinic.patient(family_name="Ferreira", given_name="João")
    with clinic.record() as session:
        listed(session, clinic.world, "Dr Sousa, family doctor", AgencyKind.PRIMARY_CARE)
    today, at, prescriber = clinic.world.day, counsellor(clinic, sit), sit(clinic.world.prescriber)

    at.go(f"/people/{who.id}").sees_page("Person").follow("Referrals and calls")
    at.sees_page("Referrals and calls").follow("Refer to an agency")
    at.sees_page("Refer to an agency").pick("To which agency", "Dr Sousa")
    at.fill("Why", "steady for two years, lives next door")
    at.fill_day("Answer expected by", (today + 7 * A_DAY).isoformat())
    at.push("Refer")
    at.sees("Treatment itself goes elsewhere: write how the person comes back to us, and how fast.")
    at.fill("The way back to us", "call 555-0100 before ten, a dose the same day")
    at.push("Refer")
    at.sees_page("Referrals and calls").sees("Way back: call 555-0100 before ten, a dose the same day")

    prescriber.go(f"/turns/of/{who.id}").sees_page("Turning points").follow("Leaving with the person's agreement")
    prescriber.sees_page("End of the episode").choose("transferred out")
    prescriber.fill("In your own words", "to Dr Sousa")
    prescriber.tick("The person wishes this, or agrees")
    prescriber.tick("The person agrees to be called afterwards")
    prescriber.push("End the episode")
    prescriber.sees_page("Person").sees("transferred out on")

    at.go(f"/referrals/of/{who.id}").sees_page("Referrals and calls").sees("after transfer").follow("Record a call")
    at.sees_page("A call").choose("no answer")
    at.pick("Goes to a mutual-aid group", "yes")
    at.tick("Wants to come back")
    at.push("Record the call")
    at.sees("Nobody was reached, so nothing can have been said.").choose("reached")
    at.push("Record the call")
    at.sees_page("Referrals and calls").sees("goes to a mutual-aid group").sees("wants to come back")
    at.go("/desk").sees_page("Counselling desk")
    prescriber.go(f"/turns/of/{who.id}").sees_page("Turning points").sees("transferred out").push(
        "Back in treatment today"
    )
    prescriber.sees_page("Turning points").sees("Back in treatment. It is on the prescriber's desk")

    at.go(f"/people/{who.id}/journey").sees_page("Journey").sees("treatment before").sees("re-admitted; maintenance")
    at.go(f"/referrals/of/{who.id}").sees_page("Referrals and calls").sees("back in treatment").sees("Way back:")


def test_the_clinic_head_reads_targets_beside_what_was_reached_and_small_numbers_stay_inside(clinic, sit):
    """In treatment, retained for 12 weeks, planned exits and waiting, each beside the target that the site has set."""
    clinic.patient(family_name="Vance", given_name="Lily")
    today = clinic.world.day
    administrator, head = sit(clinic.world.staff[Role.ADMINISTRATOR]), sit(clinic.world.staff[Role.CLINIC_HEAD])

    administrator.go("/site").sees_page("Site").follow("Change target: % retained for 12 weeks")
    administrator.fill("New value", "most of them")
    administrator.push("Set")
    administrator.sees("A whole number from 1 to 100; or type none.").fill("New value", "65")
    administrator.push("Set")
    administrator.sees_page("Site")
    administrator.go("/journey/counts").sees_page("This cannot be done").sees("Your role does not include this page.")

    head.go("/journey/counts").sees_page("Counts for the commissioner").sees("65%").sees("not known yet")
    assert faults(head, "counts") == []
    sheet = head.prints("Print as PDF").text
    head.fill_day("Until", (today - 400 * A_DAY).isoformat())
    head.push("Show")
    head.sees("The first day comes after the last")

    assert f"in treatment on {today.isoformat()}" in sheet
    assert "not known yet" in sheet
    assert "Vance" not in sheet
