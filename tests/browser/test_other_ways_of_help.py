"""Help without a medicine, for a short time, and beside justice, by keyboard alone.

Each journey is told as in its source: S6b (UNODC), S15 and S16 (Osaka).
"""

from datetime import timedelta

from dispensary.policy.agencies import agency_rules
from models.enums import AgencyKind
from tests import factories
from tests.agencies import listed
from tests.browser.test_care_and_agencies import counsellor

A_DAY = timedelta(days=1)


def admits(prescriber, who, kind):
    prescriber.go(f"/people/{who.id}").sees_page("Person").sees("not admitted").follow("Admit")
    prescriber.sees_page("Admission").choose("new")
    prescriber.pick("For", kind)
    prescriber.push("Admit")
    prescriber.sees("Admitted.")


def signs(prescriber, who, today):
    """The prescriber fills in an order for a few days and signs it."""
    prescriber.go(f"/people/{who.id}").sees_page("Person").follow("Orders")
    prescriber.sees_page("Orders").follow("Sign an order")
    prescriber.sees_page("Sign an order").pick("Medicine", "methadone")
    prescriber.pick("Form", "oral liquid")
    prescriber.pick("Treatment phase", "induction")
    prescriber.fill_day("First day", today.isoformat())
    prescriber.fill_day("Last day", (today + 10 * A_DAY).isoformat())
    prescriber.fill("Amount from the first day, mg", "20")
    prescriber.fill("Reason", "assessed today")
    prescriber.push("Sign the order")


def test_counselling_alone_takes_no_order_and_withdrawal_management_is_told_apart_from_maintenance(clinic, sit):
    with clinic.record() as session:
        talks = factories.person(session, "Lindqvist", "Maja")
        leaves = factories.person(session, "Castillo", "Diego")
    prescriber, at, today = sit(clinic.world.prescriber), counsellor(clinic, sit), clinic.world.day

    admits(prescriber, talks, "counselling only")
    prescriber.sees_page("Person").sees("in treatment by counselling only since")
    signs(prescriber, talks, today)
    prescriber.sees("This episode is for counselling only; it has no orders.")
    admits(prescriber, leaves, "withdrawal management")
    prescriber.sees_page("Person").sees("in withdrawal management since")
    signs(prescriber, leaves, today)
    prescriber.sees("No approved policy limits").fill("Why the order goes over a limit", "seen and discussed")
    prescriber.push("Sign the order")
    prescriber.sees_page("Orders").sees("20\u00a0mg methadone")

    at.go(f"/people/{talks.id}/journey").sees_page("Journey").sees("new; counselling only")
    assert at.page.get_by_text("first dose", exact=True).count() == 0
    at.go(f"/people/{leaves.id}/journey").sees_page("Journey").sees("new; withdrawal management")
    assert at.page.get_by_text("first dose", exact=True).count() == 1


def test_the_probation_office_hears_of_a_urine_result_on_a_consent_of_its_own_and_of_nothing_beyond_it(clinic, sit):
    who, _ = clinic.patient(family_name="Mwangi", given_name="Peter")
    with clinic.record() as session:
        listed(session, clinic.world, "Probation Office", AgencyKind.PROBATION)
    at = counsellor(clinic, sit)

    at.go(f"/people/{who.id}").sees_page("Person").follow("Consents and what was told")
    at.sees_page("Consents and what was told").sees("No consent is on record.").follow("Tell somebody something")
    at.sees_page("Tell somebody something").sees("what may not be told is refused here")
    fills_in_what_is_told(at)
    at.push("Record that it is told")
    at.sees("No consent to tell this agency anything is on record.").sees("Nothing is told until then.")

    at.go(f"/disclosures/of/{who.id}/consent").sees_page("Consent to tell an agency")
    at.sees("refusing closes nothing").pick("Which agency", "Probation Office")
    at.tick("attendance")
    at.tick("urine results")
    at.fill("For what", "the judge asked me to show it")
    at.choose("on paper")
    at.push("Record the consent")
    at.sees("This needs a consent of its own, which covers nothing else: urine results. Record two consents.")
    at.tick("attendance")
    at.push("Record the consent")
    at.sees_page("Consents and what was told").sees("The consent is on record.").follow("Tell somebody something")

    at.sees_page("Tell somebody something")
    fills_in_what_is_told(at)
    at.tick("attendance")
    at.push("Record that it is told")
    at.sees("This is told apart from all else, on a consent of its own: urine results. Tell it by itself.")
    at.tick("urine results")
    at.push("Record that it is told")
    at.sees("does not cover this: attendance").sees("Tell less, or ask the person for a consent that covers it.")
    at.tick("attendance")
    at.tick("urine results")
    at.push("Record that it is told")
    at.sees_page("Consents and what was told").sees("On record. Now tell it, and no more.")
    at.sees("nothing found in the urine of this week").sees("consent").sees("the judge asked me to show it")


def fills_in_what_is_told(at):
    at.pick("Agency", "Probation Office")
    at.choose("consent")
    at.choose("in a meeting")
    at.tick("urine results")
    at.fill("What is said", "nothing found in the urine of this week")


def test_after_a_release_somebody_is_called_and_helped_with_work_for_six_months(clinic, sit):
    who, _ = clinic.patient(family_name="Hayashi", given_name="Ren")
    with clinic.record() as session:
        listed(session, clinic.world, "Harbour Jobs", AgencyKind.WORK)
    at, today = counsellor(clinic, sit), clinic.world.day

    at.go(f"/people/{who.id}").sees_page("Person").follow("Referrals and calls")
    at.sees_page("Referrals and calls").follow("Begin calls")
    at.sees_page("Calls on a schedule").sees("Only with the person's agreement.").choose("after release")
    at.push("Begin the calls")
    at.sees("Say how custody ended, as far as it is known.").pick("How custody ended", "on probation")
    at.push("Begin the calls")
    at.sees_page("Referrals and calls").sees("on probation")
    at.sees(f"help with work until {today + agency_rules().work_window:%a %Y-%m-%d}").follow("Refer to an agency")
    at.sees_page("Refer to an agency").pick("To which agency", "Harbour Jobs")
    at.fill("Why", "a shift that begins after the window opens")
    at.fill_day("Answer expected by", (today + 7 * A_DAY).isoformat())
    at.push("Refer")
    at.sees_page("Referrals and calls").sees("Harbour Jobs").follow("Record a call")
    at.sees_page("A call").choose("reached")
    at.fill("In a few words", "starts on Monday")
    at.push("Record the call")

    at.sees_page("Referrals and calls").sees("starts on Monday")
