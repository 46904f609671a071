"""Told at the outreach desk, seen at the window; opened with a reason, seen by the clinic head.

Each journey is told as in its source: S5 and S7 (UNODC brief, Osaka), and product.md §9 on events and privacy.
"""

from models import CaseNote, OutreachContact
from models.enums import Role
from tests import factories

NOTE = "Told of a debt and is afraid."


def test_an_overdose_told_at_the_outreach_desk_reaches_the_window_and_is_answered(clinic, sit):
    who, card = clinic.patient(family_name="Okafor", given_name="Ada")
    counsellor = clinic.world.staff[Role.COUNSELLOR]
    with clinic.record() as session:
        values = {"site_id": clinic.world.site.id, "made_by_id": counsellor.id, "first_met_on": clinic.world.day}
        contact = factories.save(session, OutreachContact(called="Blue", person_id=who.id, **values))
    outreach, nurse, prescriber = sit(counsellor), sit(clinic.world.nurse), sit(clinic.world.prescriber)

    outreach.go(f"/outreach/{contact.id}").sees_page("Outreach contact").follow("Give out supplies")
    outreach.fill("needles", "10")
    outreach.push("Note it")
    outreach.sees_page("Outreach contact").follow("An overdose")
    outreach.sees_page("An overdose").fill("Where", "behind the station")
    outreach.choose("peer")
    outreach.tick("Naloxone was given")
    outreach.choose("yes")
    outreach.fill("Who tells of it", "a friend")
    outreach.fill("Note", "alone that night")
    outreach.push("Note it")
    outreach.sees_page("Outreach contact").sees("Noted.")

    nurse.go("/window").sees_field().scan(card)
    nurse.sees_page("Dosing").sees("New since the prescriber last looked").sees("overdose").sees(counsellor.name)
    assert "behind the station" not in nurse.page.content()
    assert "alone that night" not in nurse.page.content()
    nurse.sees_field().type("F")
    nurse.press("Enter")
    nurse.sees_page("Window").sees("✓ 80\u00a0mg")

    prescriber.follow("Prescriber's desk")
    row = prescriber.page.get_by_role("row").filter(has_text=who.number)
    prescriber.sees_page("Prescriber's desk").reach(row.get_by_role("link", name="Close the task"))
    prescriber.press("Enter")
    prescriber.sees_page("Close a task").fill("What came of it", "spoke with her, dose stays")
    prescriber.push("Close the task")
    prescriber.sees_page("Prescriber's desk")

    outreach.go(f"/people/{who.id}/harm-reduction").sees_page("Supplies and overdoses")
    outreach.follow(f"Note the follow-up {clinic.world.day.isoformat()}")
    outreach.sees_page("After an overdose").fill("What was done", "spoke at home, made a plan")
    outreach.fill("Kits of naloxone given again", "1")
    outreach.push("Note it")
    outreach.sees_page("Supplies and overdoses").sees("naloxone replaced")
    nurse.go(f"/window/{who.id}").sees_page("Dosing")
    assert "New since the prescriber last looked" not in nurse.page.content()


def test_the_nurse_opens_a_note_with_a_reason_and_the_head_sees_it_next_morning(clinic, sit):
    who, _ = clinic.patient(family_name="Sandoval", given_name="Inés")
    counsellor, head = clinic.world.staff[Role.COUNSELLOR], clinic.world.staff[Role.CLINIC_HEAD]
    with clinic.record() as session:
        stamp = factories.stamp(clinic.world, counsellor)
        factories.save(session, CaseNote(person_id=who.id, text=NOTE, about_on=clinic.world.day, **stamp))
    nurse = sit(clinic.world.nurse)

    nurse.go(f"/people/{who.id}").sees_page("Person").follow("Case notes")
    nurse.sees_page("Closed: case notes").fill("Why you have to read it now", "fainted here, counsellor away")
    nurse.push("Open it")
    nurse.sees_page("Case notes").sees(NOTE).sees("The clinic head sees that you opened it, and why.")

    morning = sit(head)
    morning.follow("🔓 1 opened with a reason: to be seen")
    morning.sees_page("Opened with a reason").sees("fainted here, counsellor away").push(
        f"Seen {clinic.world.nurse.name}"
    )
    morning.sees_page("Opened with a reason").sees("Nothing waits.")
    assert NOTE not in morning.page.content()

    morning.go(f"/people/{who.id}/readers").sees_page("Who read the record").sees(clinic.world.nurse.name)
    morning.sees("fainted here, counsellor away")


def test_a_group_is_marked_by_the_counsellor_and_only_counted_by_the_others(clinic, sit):
    who, _ = clinic.patient(family_name="Haddad", given_name="Lina")
    counsellor, nurse = sit(clinic.world.staff[Role.COUNSELLOR]), sit(clinic.world.nurse)

    counsellor.go(f"/people/{who.id}").sees_page("Person").follow("Special groups")
    counsellor.sees_page("Special groups").follow("Mark a group")
    counsellor.choose("parent of young children")
    counsellor.push("Mark")
    counsellor.sees("Marked.").sees("parent of young children")

    nurse.go(f"/people/{who.id}").sees_page("Person").follow("Special groups")
    nurse.sees_page("Closed: markers of special groups")
    nurse.go("/harm-reduction/groups").sees_page("Special groups").sees("parent of young children").sees("few")
    assert who.number not in nurse.page.content()
