"""How somebody lives, what keeps them here, tests and visits elsewhere: as the UNODC, Viet Nam, Osaka and the NTA tell it."""

from tests.browser.test_care_and_agencies import counsellor


def test_a_life_is_asked_about_in_parts_and_what_keeps_somebody_here_is_counted(clinic, sit):
    """An assessment half done with the family at the table, a life on a day, and a reason to stay beside one to leave."""
    who, _ = clinic.patient(family_name="Nguyễn", given_name="Văn Sơn")
    at = counsellor(clinic, sit)

    at.go(f"/people/{who.id}").sees_page("Person").follow("Assessment")
    at.sees_page("Assessment").follow("Ask work and money")
    at.sees_page("Assessment: work and money").push("Save")
    at.sees("Choose one.").choose("some help")
    at.fill("What was found", "no papers for work")
    at.tick("Family or friends took part, with the person's consent")
    at.push("Save")
    at.sees_page("Assessment").sees("half done").sees("family or friends took part").follow("As it is now")
    at.sees_page("How somebody lives").pick("Lives", "with family")
    at.pick("Work", "looking for work")
    at.push("Save")
    at.sees_page("Assessment").sees("looking for work").follow("All that was said, and ask again")
    at.sees_page("What keeps them here").follow("Ask at entry")
    at.sees_page("Asked at entry").tick("family")
    at.tick("feeling tied by daily visits")
    at.push("Write it down")
    at.sees_page("What keeps them here").sees("feeling tied by daily visits")

    at.go("/figures/reasons").sees_page("What people stay and leave for").sees("feeling tied by daily visits")


def test_tests_are_offered_to_everybody_and_what_they_found_is_read_by_few(clinic, sit):
    """Voluntary HIV, hepatitis and TB tests: offered, accepted or declined, found, in care; a no closes nothing."""
    who, card = clinic.patient(family_name="Adeyemi", given_name="Tunde")
    at, nurse = counsellor(clinic, sit), sit(clinic.world.nurse)

    nurse.go(f"/people/{who.id}").sees_page("Person").follow("Health tests")
    nurse.sees_page("Health tests").follow("Offer tests")
    nurse.sees_page("Offer health tests").pick("HIV", "declined")
    nurse.pick("hepatitis C", "accepted")
    nurse.push("Note the answers")
    nurse.sees_page("Health tests").sees("restricted")
    at.go(f"/people/{who.id}/health-tests").sees_page("Health tests").follow("Enter a finding hepatitis C")
    at.sees_page("Finding").choose("positive")
    at.choose("referred")
    at.push("Enter the finding")
    at.sees_page("Health tests").sees("positive").sees("declined").sees("referred")

    nurse.go(f"/people/{who.id}/health-tests").sees_page("Health tests").sees("restricted")
    assert "positive" not in nurse.page.locator("main").inner_text()
    nurse.go("/window").sees_field().scan(card)
    nurse.sees_page("Dosing").sees_field().type("F")
    nurse.press("Enter")
    nurse.sees_page("Window").sees("✓ 80\u00a0mg")


def test_visits_elsewhere_are_told_early_in_a_letter_that_the_person_gets_in_hand(clinic, sit):
    """As the committee of Osaka asks: early, only what is known and from whom, handed over and sent to nobody."""
    who, _ = clinic.patient(family_name="Kimura", given_name="Aya")
    today, at = clinic.world.day, counsellor(clinic, sit)

    at.go(f"/people/{who.id}").sees_page("Person").follow("Referrals and calls")
    for where in ("Quay Pharmacy", "Hill Practice", "Night Clinic"):
        at.sees_page("Referrals and calls").follow("Note a visit")
        at.sees_page("Visit or prescription elsewhere").fill_day("Day", today.isoformat())
        at.fill("Where", where)
        at.fill("How we know", "her own word")
        at.push("Note it")
    at.sees_page("Referrals and calls").sees("offer the factual letter, in person").follow("Factual letter")
    letter = at.sees_page("Factual letter").prints("Print as PDF, to hand over in person").text
    at.go(f"/disclosures/of/{who.id}").sees_page("Consents and what was told").sees("factual letter")

    assert "Night Clinic" in letter
    assert "her own word" in letter
    assert "methadone" not in letter.lower()
