"""What a clinic does before and after the dose, by keyboard alone: people, orders, stock, the close of the day, paper."""

from datetime import timedelta

from sqlalchemy import select

from models import Container, Person, PersonCard
from models.enums import BaseUnit, Form, Medication, Role
from tests import factories
from tests.factories import PASSWORD

HALF_A_YEAR = timedelta(days=180)
FILM = {"medication": Medication.BUPRENORPHINE, "form": Form.FILM, "unit": BaseUnit.FILM, "smallest_part": "1"}


def test_somebody_new_is_registered_admitted_given_an_order_and_a_card_and_dosed(clinic, sit):
    nurse, prescriber = sit(clinic.world.nurse), sit(clinic.world.prescriber)

    nurse.follow("People")
    nurse.sees_page("People").follow("Register a new person")
    nurse.sees_page("Register a person")
    nurse.fill("Family name", "Đặng")
    nurse.fill("Given name", "Thị Ngọc")
    nurse.fill_day("Birth date", "1991-02-28")
    nurse.pick("Sex", "female")
    nurse.push("Register")
    nurse.sees_page("Person").sees("Registered.").sees("Đặng Thị Ngọc")
    who = somebody(clinic, "Đặng")

    prescriber.go("/people").fill("Name, number or card", "dang thi")
    prescriber.press("Enter")
    prescriber.follow("Đặng Thị Ngọc")
    prescriber.sees_page("Person").follow("Admit")
    prescriber.sees_page("Admission").choose("new")
    prescriber.push("Admit")
    prescriber.sees("Admitted.").follow("Orders")
    prescriber.sees_page("Orders").follow("Sign an order")
    prescriber.sees_page("Sign an order")
    prescriber.pick("Medicine", "methadone")
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

    nurse.push("Issue a card")
    nurse.sees("A new card is issued.")
    nurse.go("/window").sees_field().scan(card_of(clinic, who))
    nurse.sees_page("Dosing").sees_field().sees("25\u00a0mg")
    nurse.type("F")
    nurse.press("Enter")

    nurse.sees_page("Window").sees("✓ 25\u00a0mg methadone").sees("Đặng Thị Ngọc")


def somebody(clinic, family_name) -> Person:
    with clinic.record() as session:
        return session.scalars(select(Person).where(Person.family_name == family_name)).one()


def card_of(clinic, who) -> str:
    with clinic.record() as session:
        return session.scalars(select(PersonCard.code).where(PersonCard.person_id == who.id)).one()


def test_a_delivery_is_taken_in_signed_brought_to_the_window_and_opened(clinic, sit):
    world = clinic.world
    with clinic.record() as session:
        factories.product(session, name="Buprenorphine 4 mg films", strength="4", **FILM)
        factories.supplier(session, world, "Wholesale & Sons")
    nurse = sit(world.nurse)

    nurse.follow("Medicine")
    nurse.sees_page("Stock").follow("Take in a delivery")
    nurse.sees_page("Take in a delivery")
    nurse.pick("Supplier", "Wholesale & Sons, 7 Mill Lane, Hull")
    nurse.fill("Document number", "D-77")
    nurse.pick("Product", "Buprenorphine 4 mg films")
    nurse.fill("Lot number", "LOT-9")
    nurse.fill_day("Expiry date", "2031-05-31")
    nurse.fill("Content of one container, in mL, tablets, films or syringes", "28")
    nurse.fill("How many containers", "2")
    nurse.fill("Labels, one a line", "BUP-1")
    nurse.press("Enter")
    nurse.type("BUP-2")
    nurse.push("Take in")
    nurse.sees_page("Delivery").sees("not yet").follow("Countersign")
    nurse.sees_page("Countersign a delivery")
    nurse.fill("Witness: sign-in name", world.witness.username)
    nurse.fill("Witness: password", PASSWORD)
    nurse.push("I have checked it: countersign")
    nurse.sees_page("Delivery").sees(world.witness.name).follow("Back to the stock")
    nurse.sees_page("Stock").follow("Move sealed containers")
    nurse.sees_page("Move sealed containers").pick("Bring to", "Window 1")
    nurse.tick("BUP-1")
    nurse.push("Move")
    nurse.sees_page("Stock").unfold("Containers of Buprenorphine 4 mg films")
    nurse.follow("BUP-1")
    nurse.sees_page("Container BUP-1").sees("Window 1").follow("Open it")
    nurse.sees_page("Open container BUP-1").push("Open this container")

    nurse.sees_page("Container BUP-1").sees("End it: measure what is left")
    with clinic.record() as session:
        opened = session.scalars(select(Container).where(Container.label == "BUP-1")).one()
    assert (opened.opened_by_id, opened.window_id) == (world.nurse.id, world.window.id)


def test_the_day_is_closed_and_its_log_printed(clinic, sit):
    who, card = clinic.patient("70", family_name="Størmer", given_name="Åse")
    nurse = sit(clinic.world.nurse)
    nurse.sees_field().scan(card)
    nurse.sees_page("Dosing").sees_field().type("F")
    nurse.press("Enter")
    nurse.sees_page("Window").follow("Medicine")
    nurse.sees_page("Stock").follow("Close the day")
    nurse.sees_page("Close the day").push("Close the day and seal")
    nurse.sees("The day is closed, and its chains are sealed.").follow("Paper")
    nurse.sees_page("Paper").push("Show the log")
    nurse.sees_page("Dispensing log").sees(who.number)

    text = nurse.prints("Print as PDF").text
    assert "Størmer Åse" in text
    assert who.number in text
    assert "Harbour Clinic" in text


def test_a_stop_waits_at_the_prescribers_desk_until_it_is_decided(clinic, sit):
    who, card = clinic.patient(family_name="Oyelaran", given_name="Bisi")
    nurse, prescriber = sit(clinic.world.nurse), sit(clinic.world.prescriber)
    nurse.sees_field().scan(card)
    nurse.sees_page("Dosing").follow("Person")
    nurse.sees_page("Person").follow("Set a stop")
    nurse.sees_page("Stop").choose("sedation")
    nurse.fill("Note (may stay empty)", "drowsy, slurred speech")
    nurse.push("Set the stop")
    nurse.sees("The stop stands.").follow("Open at the window")
    nurse.sees_page("Dosing").sees("Do not give").sees("drowsy, slurred speech")

    prescriber.follow("Prescriber's desk")
    row = prescriber.page.get_by_role("row").filter(has_text=who.number)
    prescriber.sees_page("Prescriber's desk").reach(row.get_by_role("link", name="Release stop: sedation"))
    prescriber.press("Enter")
    prescriber.sees_page("Release").fill("Why it is released", "seen by me, awake, well")
    prescriber.push("Release the stop")
    prescriber.sees_page("Prescriber's desk")

    nurse.go(f"/window/{who.id}").sees_page("Dosing").sees("May be given").sees_field().type("F")
    nurse.press("Enter")
    nurse.sees_page("Window").sees("✓ 80\u00a0mg")


def test_an_account_is_made_with_its_role_and_used(clinic, sit):
    administrator, newcomer = sit(clinic.world.staff[Role.ADMINISTRATOR]), sit()

    administrator.follow("Clinic")
    administrator.follow("Staff")
    administrator.sees_page("Staff").follow("New account")
    administrator.sees_page("New account").fill("Name", "Nora Quist")
    administrator.fill("Sign-in name", "nora.quist")
    administrator.fill("Initials", "NQ")
    administrator.pick("Role here", "nurse")
    administrator.fill("New password", "four plain words here")
    administrator.fill("New password, once more", "four plain words here")
    administrator.push("Make the account")
    administrator.sees("Nora Quist")
    newcomer.sign_in("nora.quist", "four plain words here")

    newcomer.sees_page("Window").sees_field()
