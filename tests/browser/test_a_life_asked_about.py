"""How somebody lives and what keeps them here, asked by keyboard: as the UNODC, the people of Viet Nam and the NTA tell it."""

from models.enums import Role


def test_a_life_is_asked_about_in_parts_and_what_keeps_somebody_here_is_counted(clinic, sit):
    """An assessment half done with the family at the table, a life on a day, and a reason to stay beside one to leave."""
    who, _ = clinic.patient(family_name="Nguyễn", given_name="Văn Sơn")
    at = sit(clinic.world.staff[Role.COUNSELLOR])

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
