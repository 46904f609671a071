"""The pages of the stock: what stands where, what comes in, moves, opens and is lost."""

import pytest
from sqlalchemy import select

from models import Container, Movement, Product, Receipt, ReceiptSignature, RegisterEntry, SignInAttempt, StaffSession
from models.enums import Form, MovementKind, Role
from tests import factories
from tests.client import hidden_fields
from tests.factories import PASSWORD
from tests.rows import count_stored

LOT = {"lot_number": "M2201", "expires_on": "2028-01-31", "size": "1000", "count": "3", "labels": ""}


def text(response):
    return response.get_data(as_text=True)


def signed_by(who, password=PASSWORD):
    return {"witness_username": who.username, "witness_password": password}


@pytest.fixture(autouse=True)
def mallow(session, world):
    """The one supplier on the list; its number is 1."""
    assert factories.supplier(session, world).id == 1


def delivery(world, **values):
    return {"product": world.products["methadone"].id, "supplier_id": 1, "document_no": "DN-77"} | LOT | values


def newest(session, table):
    session.rollback()
    found = session.scalars(select(table).order_by(table.id.desc()).execution_options(populate_existing=True)).first()
    session.commit()
    return found


def bottle(session, world, **values):
    made = factories.container(session, world, world.products["methadone"], **values)
    session.commit()
    return made


def test_the_overview_says_what_is_where_in_units_and_milligrams(nurse, session, world):
    bottle(session, world, at_window=False)

    page = text(nurse.get("/stock"))

    for words in ("Methadone oral solution 10 mg/mL", "2000\xa0mL", "20000\xa0mg", world.containers["methadone"].label):
        assert words in page
    assert "Before the first dose" not in page


def test_before_the_first_dose_the_overview_says_what_is_to_be_done(client, session, world):
    session.execute(Product.__table__.update().values(retired_at=world.at))
    client.sign_in(session, world, world.staff[Role.ADMINISTRATOR])

    page = text(client.get("/stock"))

    assert "Before the first dose" in page
    assert "○ Add each product" in page


def test_a_delivery_is_taken_in_and_waits_for_its_second_signature(nurse, session, world):
    answer = nurse.send("/stock/deliveries/new", delivery(world))

    receipt = newest(session, Receipt)
    assert answer.headers["Location"] == f"/stock/deliveries/{receipt.id}"
    assert count_stored(session, Movement, Movement.receipt_id == receipt.id) == 3
    assert "not yet" in text(nurse.get(answer.headers["Location"]))
    assert "Waits for a second signature" in text(nurse.get("/stock"))
    assert "DN-77" in text(nurse.get("/stock/deliveries"))


def test_the_same_form_sent_twice_takes_one_delivery_in(nurse, session, world):
    form = {**_hidden(nurse, "/stock/deliveries/new"), **delivery(world)}

    first = nurse.post("/stock/deliveries/new", data=form)
    second = nurse.post("/stock/deliveries/new", data=form)

    assert first.headers["Location"] == second.headers["Location"]
    assert count_stored(session, Movement, Movement.kind == MovementKind.RECEIVE) == 3


def _hidden(client, path):
    return hidden_fields(client.get(path), path)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"lot_number": ""}, "Please fill this in."),
        ({"size": "1,000.5"}, "One or a thousand?"),
        ({"size": "1,000"}, "One or a thousand?"),
        ({"size": "5 mL"}, "Digits only"),
        ({"size": "-5"}, "Digits only"),
        ({"size": "0"}, "more than zero"),
        ({"size": "0.0001"}, "At most three decimals"),
        ({"count": "9" * 40}, "Between 1 and 200"),
        ({"count": "three"}, "Not a valid integer"),
        ({"expires_on": "2026-01-31"}, "has expired"),
        ({"expires_on": "31/01/2028"}, "year-month-day"),
        ({"labels": "A\nA\nB"}, "each different"),
        ({"labels": "A\x00"}, "cannot be printed"),
        ({"product": "999"}, "Not a valid choice"),
        ({"supplier": "x" * 5000}, "too long"),
        ({"supplier_id": ""}, "Not a valid choice"),
        ({"supplier_id": "9" * 30}, "Not a valid choice"),
        ({"expires_on": "9999-12-31"}, "No lot expires on this day"),
    ],
)
def test_bad_input_is_answered_in_words_and_nothing_comes_in(nurse, session, world, wrong, words):
    answer = nurse.send("/stock/deliveries/new", delivery(world, **wrong))

    assert answer.status_code == 422
    assert words in text(answer)
    assert count_stored(session, Receipt) == 0


def test_another_nurse_countersigns_with_one_press(nurse, session, world):
    nurse.send("/stock/deliveries/new", delivery(world))
    receipt = newest(session, Receipt)
    nurse.sign_in(session, world, world.witness)

    answer = nurse.send(f"/stock/deliveries/{receipt.id}/countersign", {})

    assert answer.status_code == 303
    assert newest(session, ReceiptSignature).recorded_by_id == world.witness.id
    assert world.witness.name in text(nurse.get(f"/stock/deliveries/{receipt.id}"))


def test_beside_whoever_took_it_in_a_witness_signs_without_a_sitting_of_their_own(nurse, session, world):
    nurse.send("/stock/deliveries/new", delivery(world))
    receipt = newest(session, Receipt)
    sittings = count_stored(session, StaffSession)

    answer = nurse.send(f"/stock/deliveries/{receipt.id}/countersign", signed_by(world.witness))

    assert answer.status_code == 303
    assert newest(session, ReceiptSignature).recorded_by_id == world.witness.id
    assert count_stored(session, StaffSession) == sittings


def test_a_wrong_witness_password_is_refused_noted_and_never_sent_back(nurse, session, world):
    nurse.send("/stock/deliveries/new", delivery(world))
    receipt = newest(session, Receipt)

    answer = nurse.send(f"/stock/deliveries/{receipt.id}/countersign", signed_by(world.witness, "guess-1234"))

    assert answer.status_code == 422
    assert "of the witness is not right" in text(answer)
    assert "guess-1234" not in text(answer)
    assert world.witness.username in text(answer)
    assert count_stored(session, ReceiptSignature) == 0
    assert count_stored(session, SignInAttempt, SignInAttempt.account == world.witness.username) == 1


def test_a_witness_who_mistypes_too_often_waits(nurse, session, world, clock):
    path = f"/stock/containers/{world.containers['methadone'].id}/waste"
    wrong = {"quantity": "1", "reason": "expired", "note": ""} | signed_by(world.witness, "guess")
    for _ in range(3):
        nurse.send(path, wrong)

    answer = nurse.send(path, wrong | signed_by(world.witness))

    assert "Too many wrong tries" in text(answer)
    clock.forward(minutes=1)
    assert nurse.send(path, wrong | signed_by(world.witness)).status_code == 303


def test_nobody_witnesses_their_own_act_and_some_may_not_witness_at_all(nurse, session, world):
    path = f"/stock/containers/{world.containers['methadone'].id}/waste"
    form = {"quantity": "1", "reason": "expired", "note": ""}

    own = nurse.send(path, form | signed_by(world.nurse))
    counsellor = nurse.send(path, form | signed_by(world.staff[Role.COUNSELLOR]))
    nobody = nurse.send(path, form)

    assert "your own act" in text(own)
    assert "may not witness here today: ask a nurse" in text(counsellor)
    assert "A second person must sign here" in text(nobody)
    assert count_stored(session, Movement, Movement.kind == MovementKind.WASTE) == 0


def test_waste_is_recorded_before_a_witness_and_shown_on_the_containers_page(nurse, session, world):
    made = world.containers["methadone"]

    answer = nurse.send(
        f"/stock/containers/{made.id}/waste",
        {"quantity": "2,5", "reason": "spilt", "note": "Pump dripped"} | signed_by(world.witness),
    )

    page = text(nurse.get(answer.headers["Location"]))
    for words in ("2.5\xa0mL", "997.5\xa0mL", "Pump dripped", world.witness.name):
        assert words in page


@pytest.mark.parametrize("note", ["", " ", "\u200b", "\u2060\u3164"])
def test_a_spill_is_not_wasted_on_words_that_nobody_can_read(nurse, session, world, note):
    made = world.containers["methadone"]
    form = {"quantity": "1", "reason": "spilt", "note": note}

    answer = nurse.send(f"/stock/containers/{made.id}/waste", form | signed_by(world.witness))

    assert "Say how it happened." in text(answer)
    assert count_stored(session, Movement, Movement.kind == MovementKind.SPILL) == 0


def test_more_than_the_bottle_holds_is_refused_at_its_field(nurse, session, world):
    made = world.containers["methadone"]

    answer = nurse.send(
        f"/stock/containers/{made.id}/waste",
        {"quantity": "1000.5", "reason": "expired", "note": ""} | signed_by(world.witness),
    )

    assert answer.status_code == 422
    assert "holds 1000 mL" in text(answer)


def test_sealed_bottles_go_to_the_window_and_back(nurse, session, world):
    made = bottle(session, world, at_window=False)

    there = nurse.send("/stock/move", {"to": world.window.id, "containers": [made.id]})
    at_window = newest_window(session, made)
    back = nurse.send("/stock/move", {"to": 0, "containers": [made.id]})

    assert (there.status_code, back.status_code) == (303, 303)
    assert (at_window, newest_window(session, made)) == (world.window.id, None)


def newest_window(session, made):
    session.rollback()
    found = session.scalar(select(Container.window_id).where(Container.id == made.id))
    session.commit()
    return found


def test_moving_nothing_says_so(nurse, session, world):
    answer = nurse.send("/stock/move", {"to": world.window.id})

    assert answer.status_code == 422
    assert "Choose at least one container" in text(answer)


def test_the_next_bottle_is_opened_after_the_last_was_ended_with_what_was_measured(nurse, session, world):
    old, made = world.containers["methadone"], bottle(session, world)

    too_early = nurse.send(f"/stock/containers/{made.id}/open", {})
    ended = nurse.send(f"/stock/containers/{old.id}/end", {"measured": "4", "note": ""} | signed_by(world.witness))
    opened = nurse.send(f"/stock/containers/{made.id}/open", {})

    assert "End it first" in text(too_early)
    assert (ended.status_code, opened.status_code) == (303, 303)
    assert "996\xa0mL" in text(nurse.get(f"/stock/containers/{old.id}"))
    assert newest(session, Container).opened_by_id == world.nurse.id


def test_another_strength_asks_for_a_witness_before_the_seal_is_broken(nurse, session, world):
    weak = factories.product(session, name="Methadone oral solution 5 mg/mL", strength="5")
    made = factories.container(session, world, weak)
    session.commit()
    path = f"/stock/containers/{made.id}/open"

    alone = nurse.send(path, {})
    together = nurse.send(path, signed_by(world.witness))

    assert "another strength" in text(alone)
    assert (alone.status_code, together.status_code) == (422, 303)


def test_a_product_is_added_and_its_first_inventory_taken(client, session, world):
    client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)
    film = {
        "name": "Buprenorphine/naloxone 8 mg/2 mg film",
        "medication": "buprenorphine_naloxone",
        "form": "film",
        "strength": "8",
        "naloxone_strength": "2",
        "smallest_part": "1",
        "atc_code": "N07BC51",
        "rxnorm_code": "",
    }

    added = client.send("/stock/products/new", film)
    product = newest(session, Product)
    taken = client.send("/stock/inventory/new", LOT | {"product": product.id, "size": "30"} | signed_by(world.nurse))

    assert (added.status_code, taken.status_code) == (303, 303)
    assert product.form is Form.FILM
    assert count_stored(session, RegisterEntry, RegisterEntry.product_id == product.id) == 3


def test_a_product_that_does_not_fit_is_refused_at_its_field(client, session, world):
    client.sign_in(session, world, world.staff[Role.CLINIC_HEAD])

    answer = client.send(
        "/stock/products/new",
        {"name": "X", "medication": "methadone", "form": "film", "strength": "5", "smallest_part": "1"},
    )

    assert answer.status_code == 422
    assert "methadone is not kept as film here" in text(answer)


def test_the_register_shows_numbered_lines_balances_and_digests(client, session, world):
    client.sign_in(session, world, world.staff[Role.INSPECTOR], at_window=False)
    made = bottle(session, world, at_window=False)

    books = text(client.get("/stock/register"))
    page = text(client.get(f"/stock/register/{made.product_id}"))

    assert world.products["methadone"].name in books
    entry = newest(session, RegisterEntry)
    for words in ("page 1 of 1", entry.digest[:12], "2000\xa0mL", "Brought forward", "follows the one before"):
        assert words in page


@pytest.mark.parametrize(
    "path",
    [
        "/stock/containers/999",
        "/stock/containers/999/open",
        "/stock/containers/999/waste",
        "/stock/containers/999/end",
        "/stock/deliveries/999",
        "/stock/deliveries/999/countersign",
        "/stock/register/999",
        "/stock/register/1/99",
    ],
)
def test_what_does_not_exist_is_not_found(nurse, path):
    assert nurse.get(path).status_code == 404


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.COUNSELLOR, "/stock"),
        (Role.INSPECTOR, "/stock/move"),
        (Role.INSPECTOR, "/stock/deliveries/new"),
        (Role.NURSE, "/stock/products/new"),
        (Role.NURSE, "/stock/inventory/new"),
        (Role.ADMINISTRATOR, "/stock/register"),
    ],
)
def test_pages_are_closed_to_roles_that_do_not_include_them(client, session, world, role, path):
    client.sign_in(session, world, world.staff[role])

    assert client.get(path).status_code == 403
