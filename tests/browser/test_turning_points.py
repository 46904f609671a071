"""Turning points by keyboard alone: an ending against the wish, contested and answered; a custody and a release."""

from datetime import timedelta

from sqlalchemy import select

from models import AbsenceEnd, CallPlan, Contest, EndingOutcome, Stop
from models.enums import EndingResult, Role

A_DAY = timedelta(days=1)


def test_an_ending_needs_two_hands_is_told_on_paper_contested_and_taken_back_by_a_third(clinic, sit):
    world = clinic.world
    who, _card = clinic.patient("60", family_name="Okafor", given_name="Amara")
    third = clinic.nurse("Petra Sand", Role.PRESCRIBER)
    prescriber, head = sit(world.prescriber), sit(world.staff[Role.CLINIC_HEAD])

    prescriber.go(f"/turns/of/{who.id}").sees_page("Turning points").follow("Propose an ending against the wish")
    prescriber.sees_page("Propose an ending").choose("threats")
    prescriber.fill("What happened", "Threatened two of us at the window.")
    prescriber.fill("What was offered instead", "The side door, and North Clinic; declined.")
    prescriber.push("Propose the ending")
    prescriber.sees_page("Turning points").sees("nobody has agreed yet")

    head.go("/turns/waiting")
    head.sees_page("Contests and endings").follow(f"Read and agree {who.number}")
    head.sees_page("Agree to an ending").sees("Threatened two of us").push("I agree to this ending")
    head.sees_page("Turning points").sees("agreed to by Hanna Lind")

    counsellor = sit(world.staff[Role.COUNSELLOR])
    counsellor.go(f"/turns/of/{who.id}").sees_page("Turning points")
    notice = counsellor.prints("Print the notice").text
    counsellor.follow("It was handed over")
    counsellor.sees_page("The notice was handed over").choose("at the window")
    counsellor.push("It is in the person's hand")
    counsellor.sees_page("Turning points").follow("Contest a decision")
    last_day = (world.day + 2 * A_DAY).isoformat()
    counsellor.sees_page("Contest a decision").choose(f"Ending of treatment: threats (Dana Frost, {last_day})")
    counsellor.fill("In the person's own words", "I shouted. I threatened nobody.")
    counsellor.push("Take it down")
    counsellor.sees_page("Turning points").sees("contested, no answer yet")

    prescriber.go("/turns/waiting").sees_page("Contests and endings").follow(f"Answer {who.number}")
    prescriber.sees_page("Answer a contest").choose("the decision stands")
    prescriber.fill("Why", "I saw it.")
    prescriber.push("Answer")
    prescriber.sees("You had a hand in what is contested.")
    other = sit(third)
    other.go("/turns/waiting").sees_page("Contests and endings").follow(f"Answer {who.number}")
    other.sees_page("Answer a contest").choose("the decision was taken back")
    other.fill("Why", "Two others heard no threat. We meet on Monday.")
    other.push("Answer")

    other.sees_page("Turning points").sees("the decision was taken back")
    answer = other.prints("Print the answer").text
    with clinic.record() as session:
        outcome = session.scalars(select(EndingOutcome)).one()
        answered = session.scalars(select(Contest).where(Contest.person_id == who.id)).one()
    assert "I can contest this until" in notice
    assert "I threatened nobody." in answer
    assert outcome.result is EndingResult.TAKEN_BACK
    assert answered.words == "I shouted. I threatened nobody."


def test_somebody_in_custody_is_planned_for_released_and_called(clinic, sit):
    world = clinic.world
    who, _card = clinic.patient("80", family_name="Brandão", given_name="Rui")
    counsellor, prescriber = sit(world.staff[Role.COUNSELLOR]), sit(world.prescriber)

    counsellor.go(f"/turns/of/{who.id}").sees_page("Turning points").follow("Is in hospital or custody")
    counsellor.choose("in custody")
    counsellor.fill_day("First day away", (world.day - A_DAY).isoformat())
    counsellor.fill("Which one", "City jail")
    counsellor.fill("Who told us", "his sister")
    counsellor.push("Record the stay")
    counsellor.sees_page("Person").follow("Turning points")
    counsellor.sees_page("Turning points").follow("What is known")
    counsellor.sees_page("In custody")
    counsellor.fill("Who doses there, and how they are reached", "Nurse Ito, 555-0199, gives 80 mg")
    counsellor.fill_day("Day of release, if it is known", (world.day + A_DAY).isoformat())
    counsellor.choose("on bail")
    counsellor.fill("Expected at the window at (hours and minutes)", "09:30")
    counsellor.push("Write it down")
    counsellor.sees_page("Turning points").sees("Nurse Ito").sees("an order holds on that day")

    prescriber.go("/prescriber").sees_page("Prescriber's desk").sees("release day")
    counsellor.follow("Is out")
    counsellor.sees_page("Out of custody").fill("Who said so", "he himself")
    counsellor.choose("on bail")
    counsellor.tick("The person agrees to be called afterwards")
    counsellor.push("The custody is over")

    counsellor.sees_page("Turning points").follow("Referrals and calls")
    counsellor.sees_page("Referrals and calls").sees("after release")
    with clinic.record() as session:
        calls = session.scalars(select(CallPlan).where(CallPlan.person_id == who.id)).one()
        stops = session.scalars(select(Stop).where(Stop.person_id == who.id)).all()
        over = session.scalars(select(AbsenceEnd)).all()
    assert calls.since_on == world.day
    assert (len(stops), len(over)) == (1, 1)
