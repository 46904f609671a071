"""Names of people stand on pages, and nowhere else: in no address, no title, no name of a file, no log."""

from urllib.parse import unquote_plus

FAMILY, GIVEN = "Zborowska", "Ludmiła"
NOTE = "slept under the bridge"


def test_no_name_is_in_an_address_a_title_a_file_name_or_the_log(clinic, sit):
    who, card = clinic.patient(family_name=FAMILY, given_name=GIVEN)
    nurse = sit(clinic.world.nurse)
    titles = []

    nurse.sees_field().type("zborow")
    nurse.press("Enter")
    titles.append(nurse.sees_page("Dosing").title)
    nurse.sees_field().type("W")
    nurse.press("Enter")
    titles.append(nurse.sees_page("Withhold the dose").title)
    nurse.choose("other")
    nurse.fill("Note (may stay empty)", NOTE)
    nurse.push("Record: withheld")
    titles.append(nurse.sees_page("Window").title)
    nurse.go("/people").fill("Name, number or card", f"{FAMILY} {GIVEN}")
    nurse.press("Enter")
    titles.append(nurse.sees_page("People").sees(FAMILY).title)
    nurse.follow(f"{FAMILY} {GIVEN}")
    titles.append(nurse.sees_page("Person").title)
    nurse.follow("Orders")
    titles.append(nurse.sees_page("Orders").title)
    nurse.go(f"/paper/person/{who.id}/history")
    titles.append(nurse.sees_page("Dosing history").title)
    sheet = nurse.prints("Print for this clinic")
    nurse.go(f"/people/{who.id}/nowhere")
    nurse.go(f"/window/{who.id}").sees_field().type(f"{FAMILY} nobody of that name")
    nurse.press("Enter")
    titles.append(nurse.sees_page("Find a person").title)

    said = [unquote_plus(address) for address in nurse.asked]
    log = (clinic.home.folder / "server.log").read_text()
    for outside in [*titles, *said, sheet.shown, log]:
        for word in (FAMILY, GIVEN, "zborow", NOTE, card):
            assert word.casefold() not in outside.casefold()
    assert len(set(titles)) > 5
