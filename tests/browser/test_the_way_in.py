"""From the street to the first dose and on, as the UNODC's continuum of community-based care tells it; and a peer's day."""

from datetime import timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from dispensary.services import outreach
from models import OutreachContact, Person, PersonCard
from models.enums import OutreachPlace, Role

HALF_A_YEAR = timedelta(days=180)


def contact_called(clinic, called) -> OutreachContact:
    with clinic.record() as session:
        return session.scalars(select(OutreachContact).where(OutreachContact.called == called)).one()


def person_named(clinic, family_name) -> Person:
    with clinic.record() as session:
        return session.scalars(select(Person).where(Person.family_name == family_name)).one()


def card_of(clinic, who) -> str:
    with clinic.record() as session:
        return session.scalars(select(PersonCard.code).where(PersonCard.person_id == who.id)).one()


def opioid_row(hands, *answers):
    """Pick the answers about opioids, question by question."""
    for answer, box in zip(
        answers, hands.page.get_by_role("row", name="opioids").get_by_role("combobox").all(), strict=True
    ):
        hands.reach(box)
        hands.type(answer)


def meets_outside(peer):
    """A peer meets somebody in the street, who gives the name they like, and asks with the ASSIST."""
    peer.sees_page("Outreach").follow("Somebody new")
    peer.sees_page("Somebody new").sees("Nobody has to give a name")
    peer.fill("What they are called", "Little Bird")
    peer.fill("For how long, in minutes", "20")
    peer.fill("Note (may stay empty)", "asked for needles")
    peer.push("Save")
    peer.sees_page("Outreach contact").sees("Little Bird").follow("Screening")
    peer.sees_page("ASSIST (WHO)")
    opioid_row(peer, "3", "6", "6", "7", "8", "6", "6")
    peer.push("Enter the answers")
    peer.sees_page("Outreach contact").sees("opioids 39 high").follow("Brief intervention")
    peer.sees_page("Brief intervention").fill("For how long, in minutes", "15")
    peer.choose("wants treatment")
    peer.fill("What was agreed (may stay empty)", "we go together on Monday")
    peer.push("Save")
    peer.sees_page("Outreach contact").sees("wants treatment")


def puts_on_record(clinic, counsellor):
    """They come together. The counsellor puts the person on record and says who it was."""
    counsellor.go("/people/register").sees_page("Register a person")
    counsellor.fill("Family name", "Vogelsang")
    counsellor.fill("Given name", "Mai")
    counsellor.fill_day("Birth date", "1994-07-11")
    counsellor.push("Register")
    counsellor.sees_page("Person")
    who = person_named(clinic, "Vogelsang")
    contact = contact_called(clinic, "Little Bird")
    counsellor.go("/outreach/all").sees_page("Outreach").follow("Little Bird")
    counsellor.sees_page("Outreach contact").follow("Who it turned out to be")
    counsellor.sees_page("Who it turned out to be").fill("The person's number", who.number)
    counsellor.push("This is the same person")
    counsellor.sees_page("Journey").sees("outreach contact").sees("opioids: wants treatment")
    counsellor.follow("How the person came to us")
    counsellor.sees_page("How the person came to us").fill("Why", "came along with a peer")
    counsellor.push("Save")
    return who, contact


def waits(counsellor):
    """No prescriber is there today: one known place in the queue, and somebody talks with them meanwhile."""
    counsellor.sees_page("Journey").follow("Put on the waiting list")
    counsellor.sees_page("Waiting list").fill("Why treatment cannot begin now", "no prescriber before noon")
    counsellor.push("Put on the waiting list")
    counsellor.sees_page("Journey").sees("Place 1 of 1 on the waiting list")


def enters(clinic, who, counsellor, prescriber):
    """Before the first dose: identity, consent, medical assessment, order, contact. All else has its day."""
    prescriber.go(f"/people/{who.id}").sees_page("Person").follow("Admit")
    prescriber.sees_page("Admission").choose("new")
    prescriber.push("Admit")
    prescriber.sees("Admitted.").follow("Journey")
    prescriber.sees_page("Journey").sees("waiting").sees("admitted")
    counsellor.go(f"/people/{who.id}/journey").sees_page("Journey").follow("Consent to treatment")
    counsellor.sees_page("Consent to treatment").sees("I come of my own will.").choose("signed on paper")
    counsellor.push("Record the answer")
    counsellor.sees_page("Journey").sees("no dose waits for anything here")
    prescriber.follow("Enter it medical assessment")
    prescriber.sees_page("Intake: medical assessment").choose("done")
    prescriber.push("Save")
    prescriber.sees_page("Journey").follow("Vogelsang Mai")
    prescriber.sees_page("Person").follow("Orders")
    prescriber.sees_page("Orders").follow("Sign an order")
    prescriber.sees_page("Sign an order").pick("Medicine", "methadone")
    prescriber.pick("Form", "oral liquid")
    prescriber.pick("Treatment phase", "induction")
    prescriber.fill_day("First day", clinic.world.day.isoformat())
    prescriber.fill_day("Last day", (clinic.world.day + HALF_A_YEAR).isoformat())
    prescriber.fill("Amount from the first day, mg", "25")
    prescriber.fill("Reason", "assessed today")
    prescriber.push("Sign the order")
    prescriber.sees("No approved policy limits").fill("Why the order goes over a limit", "seen and discussed")
    prescriber.push("Sign the order")
    prescriber.sees_page("Orders").sees("25\u00a0mg methadone")


def is_dosed(clinic, who, nurse):
    """The first dose, the same day, with most of the intake open."""
    nurse.go(f"/people/{who.id}").sees_page("Person").push("Issue a card")
    nurse.sees("A new card is issued.")
    nurse.go("/window").sees_field().scan(card_of(clinic, who))
    nurse.sees_page("Dosing").sees_field().sees("25\u00a0mg")
    nurse.type("F")
    nurse.press("Enter")
    nurse.sees_page("Window").sees("✓ 25\u00a0mg methadone")


def goes_on(who, counsellor):
    """Afterwards, in its own time: what the person wants, half an assessment, and the next stage."""
    counsellor.go(f"/people/{who.id}/journey").sees_page("Journey").sees("first dose").follow("Ask for the aim")
    counsellor.sees_page("The person's own aim").choose("to stay")
    counsellor.fill("In their own words", "A life without heroin, for my mother")
    counsellor.push("Write it down")
    counsellor.sees_page("Journey").sees("A life without heroin").follow("Enter it offer of health tests")
    counsellor.sees_page("Intake: offer of health tests").choose("half done")
    counsellor.push("Save")
    counsellor.sees_page("Journey").sees("half done").follow("Set the stage")
    counsellor.sees_page("Stage of the journey").choose("delivery")
    counsellor.fill("Why", "takes the dose every day and comes to the group")
    counsellor.push("Set the stage")
    counsellor.sees_page("Journey").sees("stage: delivery")
    counsellor.go("/journey?who=all").sees_page("Who is where").follow("1 delivery")
    counsellor.sees_page("Who is where").sees("Vogelsang Mai").sees("to stay")


def test_a_contact_of_the_street_becomes_a_person_in_treatment(clinic, sit):
    """Outreach contact, screening, brief intervention, referral in, waiting, assessment, first dose, aim, stage."""
    peer, counsellor = sit(clinic.world.staff[Role.PEER]), sit(clinic.world.staff[Role.COUNSELLOR])
    prescriber, nurse = sit(clinic.world.prescriber), sit(clinic.world.nurse)

    meets_outside(peer)
    who, contact = puts_on_record(clinic, counsellor)
    waits(counsellor)
    enters(clinic, who, counsellor, prescriber)
    is_dosed(clinic, who, nurse)
    goes_on(who, counsellor)

    peer.go(f"/outreach/{contact.id}").sees_page("Outreach contact")
    for told in ("Vogelsang", who.number):
        expect(peer.page.locator("main")).not_to_contain_text(told)


def test_a_peer_works_with_their_own_contacts_and_meets_nothing_else(clinic, sit):
    """Peers and volunteers see only their own contacts."""
    world = clinic.world
    with clinic.record() as session:
        act = world.act(world.staff[Role.COUNSELLOR])
        met = {"met_on": world.day, "place": OutreachPlace.DROP_IN, "minutes": 5, "note": "", "act": act}
        other = outreach.meet_first(session, called="Somebody else's", **met).id
    peer = sit(world.staff[Role.PEER])

    peer.sees_page("Outreach").follow("Somebody new")
    peer.sees_page("Somebody new").fill("What they are called", "Tiger")
    peer.push("Save")
    peer.sees_page("Somebody new").sees("Please fill this in.")
    peer.fill("For how long, in minutes", "10")
    peer.push("Save")
    peer.sees_page("Outreach contact").sees("Tiger").follow("Met again")
    peer.sees_page("Met again").pick("Where", "drop-in centre")
    peer.fill("For how long, in minutes", "30")
    peer.push("Save")
    peer.sees_page("Outreach contact").sees("drop-in centre").follow("Outreach")
    peer.sees_page("Outreach").sees("Tiger")

    expect(peer.page.locator("main")).not_to_contain_text("Somebody else's")
    assert peer.page.request.get(f"{clinic.address}/outreach/{other}").status == 404
    for path in ("/people", "/journey", "/outreach/all", "/window", "/sessions", "/journey/waiting"):
        assert peer.page.request.get(clinic.address + path).status == 403, path
    expect(peer.page.get_by_role("navigation", name="Main menu").get_by_role("link")).to_have_count(1)
