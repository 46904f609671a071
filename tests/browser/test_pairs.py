"""Family and friends, by keyboard: a pair in its weeks as in the trial of community support, and a mother who comes alone."""

from datetime import timedelta

from sqlalchemy import select

from models import Disclosure, Programme, Supporter
from models.enums import Role, UrineOutcome
from tests import pairs

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def test_a_brother_comes_along_for_twelve_weeks_until_the_person_takes_it_back(clinic, sit):
    """A drug-free relative, a weekly group, two activities a week, and urine tests before and during beside each other."""
    world = clinic.world
    who, _card = clinic.patient("70", family_name="Lindqvist", given_name="Elsa")
    began = world.day - WEEK
    with clinic.record() as session:
        pairs.group(session, world, world.act(world.staff[Role.COUNSELLOR]), "Pairs on Mondays")
        for n in range(5):
            pairs.urine(session, world, who, began - (n * WEEK) - DAY, positive=n != 0)
            pairs.urine(session, world, who, began + n * DAY)
        pairs.urine(session, world, who, began + DAY, outcome=UrineOutcome.REFUSED)
    counsellor = sit(world.staff[Role.COUNSELLOR])

    counsellor.go(f"/people/{who.id}").sees_page("Person").follow("Family and friends")
    is_offered_declined_and_accepted(counsellor)
    brother_is_named(counsellor, began)
    counsellor.sees_page("Family and friends").sees("Nothing about doses or urine.").follow("Begin the programme")
    counsellor.sees_page("Begin the programme").pick("Weekly group", "Pairs on Mondays")
    counsellor.fill_day("First day", began.isoformat())
    counsellor.push("Begin the programme")
    counsellor.sees_page("Programme of a pair").sees("week 2 of 12").sees("4 of 5").sees("0 of 5")
    counsellor.sees("more than 75 % less").sees("It says nothing of what caused it.")
    two_weeks_are_recorded(counsellor)
    said = counsellor.prints("Sheet for the two as PDF").text
    consent_is_taken_back(counsellor)

    assert "the walking club" in said
    assert not {"Urine", "Doses"} & set(said.split())
    with clinic.record() as session:
        programme = session.scalars(select(Programme).where(Programme.person_id == who.id)).one()
        gone = session.scalars(select(Supporter).where(Supporter.person_id == who.id)).one()
        told = session.scalars(select(Disclosure).where(Disclosure.person_id == who.id)).all()
    assert (gone.phone, gone.ended_on, len(told)) == ("", world.day, 1)
    nurse = sit(world.nurse)
    nurse.go(f"/programmes/{programme.id}/weeks/2").sees_page("This cannot be done").sees(
        "Your role does not include this page."
    )


def is_offered_declined_and_accepted(counsellor):
    counsellor.sees_page("Family and friends").sees("Nothing about this person is told to family or friends.")
    counsellor.follow("Offer the support programme")
    counsellor.sees_page("Offer of the support programme").choose("declined")
    counsellor.push("Record")
    counsellor.sees("Choose why it was declined.").pick("Why it was declined", "nobody to ask")
    counsellor.push("Record")
    counsellor.sees_page("Family and friends").sees("declined: nobody to ask").follow("Offer the support programme")
    counsellor.sees_page("Offer of the support programme").choose("accepted")
    counsellor.push("Record")


def brother_is_named(counsellor, agreed_on):
    counsellor.sees_page("Family and friends").follow("Name the supporter")
    counsellor.sees_page("Somebody who stands by the person").fill("Name", "Nils Lindqvist")
    counsellor.fill("Phone", "555-0177")
    counsellor.fill("How they may be reached", "after six")
    counsellor.pick("What they are to the person", "sibling")
    counsellor.fill_day("The person agreed on", agreed_on.isoformat())
    counsellor.fill_day("The supporter agreed on", agreed_on.isoformat())
    counsellor.push("Keep")
    counsellor.sees("somebody who uses no drugs").tick("Both say that the supporter uses no drugs")
    counsellor.push("Keep")


def two_weeks_are_recorded(counsellor):
    counsellor.follow("1")
    counsellor.sees_page("Week 1 of 12").choose("both came")
    counsellor.tick("Contact with a self-help group")
    counsellor.pick("Activity 1: kind", "outing")
    counsellor.fill("Activity 1: what", "walk on Sunday")
    counsellor.push("Record the week")
    counsellor.sees("Please fill this in.").fill("Activity 1: whom or where they meet", "the walking club")
    counsellor.pick("Activity 2: kind", "meal")
    counsellor.fill("Activity 2: what", "lunch")
    counsellor.fill("Activity 2: whom or where they meet", "their parents")
    counsellor.push("Record the week")
    counsellor.sees_page("Programme of a pair").sees("Both came in 1 of 1 weeks on record; 0 of 2 activities done")
    counsellor.follow("This week: who came, what they did and plan")
    counsellor.sees_page("Week 2 of 12").sees("walk on Sunday")
    counsellor.reach(counsellor.page.get_by_role("radio", name="done", exact=True).first)
    counsellor.press("Space")
    counsellor.push("Record the week")
    counsellor.sees_page("Programme of a pair").sees("1 of 2 activities done")


def consent_is_taken_back(counsellor):
    counsellor.follow("Family and friends")
    counsellor.sees_page("Family and friends").follow("Consent taken back, or supporter left")
    counsellor.sees_page("Consent taken back, or supporter left").choose("consent withdrawn")
    counsellor.fill("What comes next for the person", "goes on alone, mutual aid on Thursdays")
    counsellor.push("End it today")
    counsellor.sees_page("Family and friends").sees("is shown nothing any more").sees("mutual aid on Thursdays")
    assert "555-0177" not in counsellor.page.content()
    counsellor.go("/pairs").sees_page("Pairs").sees("Nobody to ask").sees("mutual aid on Thursdays")


def test_a_mother_comes_to_the_family_group_without_her_son_and_is_linked_when_he_agrees(clinic, sit):
    """The programme is open to relatives without the person; the two are linked only with his consent."""
    world = clinic.world
    son, _card = clinic.patient("60", family_name="Tanaka", given_name="Hiroshi")
    counsellor = sit(world.staff[Role.COUNSELLOR])

    counsellor.go("/groups/new").sees_page("A new group").fill("Name", "Families")
    counsellor.pick("What it is for", "family programme")
    counsellor.fill("From", "17:30")
    counsellor.tick("Relatives may come")
    counsellor.push("Keep")
    counsellor.sees_page("Families").go("/relatives")
    counsellor.sees_page("Family programme").follow("A new relative")
    counsellor.sees_page("A new relative").fill("Name", "Tanaka Keiko")
    counsellor.push("Keep")
    counsellor.sees_page("Tanaka Keiko").sees("Not on record.").go("/groups").follow("Families")
    today = counsellor.page.get_by_role("link", name="eeting").filter(has_text="oday")
    counsellor.reach(today)
    counsellor.press("Enter")
    counsellor.sees_page("Families,").tick("Tanaka Keiko")
    counsellor.push("Record the meeting")
    counsellor.sees("The meeting is on record.").go("/relatives").follow("Tanaka Keiko")
    counsellor.sees_page("Tanaka Keiko").sees("Came to 1 meeting").sees("Not on record.")

    counsellor.go(f"/people/{son.id}/support").follow("Link a relative")
    counsellor.sees_page("Link a relative").pick("Relative", "Tanaka Keiko")
    counsellor.push("Link the two")
    counsellor.sees("Without the person’s own consent").tick("The person themselves agreed")
    counsellor.push("Link the two")
    counsellor.sees_page("Family and friends").follow("Tanaka Keiko")
    counsellor.sees_page("Tanaka Keiko").sees("Tanaka Hiroshi").follow(son.number)
    counsellor.sees_page("Family and friends")
    counsellor.reach(counsellor.page.get_by_role("link", name="Take back"))
    counsellor.press("Enter")
    counsellor.sees_page("Take back a link").push("The person takes it back")
    counsellor.sees_page("Family and friends").sees("Neither page shows the other any more.")

    counsellor.go("/relatives").follow("Tanaka Keiko")
    counsellor.sees_page("Tanaka Keiko").sees("Not on record.").sees("Came to 1 meeting")
    assert "Hiroshi" not in counsellor.page.content()
