"""The pages of pumps: the list, one pump's log, its entries, the site's rule, and the log on paper."""

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from models import Movement, Pump, PumpEvent, PumpEventTakenBack, PumpRule
from models.enums import AuditKind, PumpEventKind, PumpRest, Role
from tests.rows import audited_kinds, count_stored, one_stored
from tests.services.test_pumps import calibrate, listed, load, next_bottle, prime, ruled, wasted
from tests.web.test_stock import signed_by, text

RULE = {"tolerance": "2", "every_days": "7", "basis": "Maker's manual, page 12"}


@pytest.fixture
def head(client, session, world):
    """Return how to seat the clinic head."""
    return lambda: client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)


@pytest.fixture
def pump(session, world):
    """A pump with the site's rule and the open bottle in its reservoir."""
    made = listed(session, world)
    ruled(session, world)
    load(session, world, made)
    return made


@pytest.fixture
def at(pump):
    return f"/stock/pumps/{pump.id}"


def stored(session, kind):
    session.rollback()
    return session.scalars(select(PumpEvent).where(PumpEvent.kind == kind)).all()


def test_a_site_begins_without_pumps_and_says_that_no_figure_is_known(nurse):
    page = text(nurse.get("/stock/pumps"))

    assert "A site that measures by hand needs none" in page
    assert "No national figure is known" in page
    assert "Add a pump" not in page


def test_the_head_sets_the_rule_and_lists_a_pump(head, session, world):
    client = head()
    assert client.send("/stock/pumps/rule", RULE).status_code == 303
    told = names(world) | {"maker": "IVEK", "product_id": str(world.products["methadone"].id)}
    answer = client.send("/stock/pumps/new", told)
    assert answer.status_code == 303

    page = text(client.get(answer.headers["Location"]))

    for words in ("Pump 1", "SN-7", "not calibrated since it came into service", "within 2\xa0%", "page 12"):
        assert words in page
    assert one_stored(session, Pump).window_id == world.window.id
    assert "not calibrated" in text(client.get("/stock"))
    assert "not calibrated" in text(client.get("/stock/counts"))
    assert "Record the prime" not in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"tolerance": "0"}, "more than zero"),
        ({"tolerance": "10.001"}, "at most 10 percent"),
        ({"tolerance": "NaN"}, "Digits only"),
        ({"every_days": "0"}, "from 1 to 366"),
        ({"every_days": "9999"}, "A whole number"),
        ({"basis": "\u200b\u2060"}, "Please fill this in"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_at_its_field(head, session, values, said):
    answer = head().send("/stock/pumps/rule", RULE | values)

    assert answer.status_code == 422
    assert said in text(answer)
    assert count_stored(session, PumpRule) == 0


def test_a_prime_that_went_back_is_recorded_alone(nurse, session, at):
    answer = nurse.send(f"{at}/prime", {"quantity": "5", "poured": "returned"})
    assert answer.status_code == 303

    page = text(nurse.get(answer.headers["Location"]))

    assert "5 mL back into the reservoir" in page.replace("\xa0", " ")
    assert one_prime(session).movement_id is None


def one_prime(session):
    [event] = stored(session, PumpEventKind.PRIME)
    return event


def test_a_wasted_prime_is_signed_by_a_witness_and_stands_in_the_register(nurse, session, world, at):
    told = {"quantity": "2.5", "poured": "wasted", "note": "air in the tube"}
    alone = nurse.send(f"{at}/prime", told)
    assert alone.status_code == 422
    assert "A second person must sign here." in text(alone)
    assert "air in the tube" in text(alone)
    wrong = nurse.send(f"{at}/prime", told | signed_by(world.witness, "not it"))
    assert wrong.status_code == 422

    assert nurse.send(f"{at}/prime", told | signed_by(world.witness)).status_code == 303

    session.rollback()
    moved = session.get_one(Movement, one_prime(session).movement_id)
    assert moved.witnessed_by_id == world.witness.id
    assert "pump primed or calibrated" in text(nurse.get(f"/stock/containers/{moved.container_id}"))


@pytest.mark.parametrize("amount", ["0", "1000.1", "0.05", "-1", "1e3", "9" * 13])
def test_an_impossible_prime_is_answered_at_its_field_and_loses_nothing(nurse, session, at, amount):
    answer = nurse.send(f"{at}/prime", {"quantity": amount, "poured": "returned", "note": "what was typed"})

    assert answer.status_code == 422
    assert "field-error" in text(answer)
    assert "what was typed" in text(answer)
    assert stored(session, PumpEventKind.PRIME) == []


def test_an_old_page_records_nothing_and_the_next_press_is_about_what_it_now_shows(nurse, session, world, at, pump):
    shown = {**{"shown": "999"}, "quantity": "5", "poured": "returned"}
    old = nurse.send(f"{at}/prime", shown)
    assert old.status_code == 409
    assert "was changed since this page was opened" in text(old)
    assert stored(session, PumpEventKind.PRIME) == []

    from tests.client import hidden_fields

    again = nurse.post(f"{at}/prime", data=hidden_fields(old) | {"quantity": "5", "poured": "returned"})

    assert again.status_code == 303


@pytest.mark.parametrize("garbage", ["", "x", "-1", "9" * 30, "<b>"])
def test_garbage_in_the_hidden_field_is_not_taken_and_not_sent_back(nurse, session, at, garbage):
    answer = nurse.send(f"{at}/prime", {"shown": garbage, "quantity": "5", "poured": "returned"})

    assert answer.status_code == 409
    assert "9" * 30 not in text(answer)
    assert "<b>" not in text(answer)


def test_a_calibration_is_judged_by_every_volume(nurse, session, at):
    told = {"asked": "10", "measured-0": "10", "measured-1": "10.3", "means": "cylinder no. 3", "poured": "returned"}
    assert nurse.send(f"{at}/calibrate", told).status_code == 303
    page = text(nurse.get(at)).replace("\xa0", " ")
    assert "✕ failed, not within 2 %" in page
    assert "10.3 (+3 %)" in page
    assert "failed its calibration" in text(nurse.get("/stock"))

    assert nurse.send(f"{at}/calibrate", told | {"measured-1": "9.85"}).status_code == 303

    assert "9.85 (−1.5 %)" in text(nurse.get(at)).replace("\xa0", " ")
    assert "Pump 1" not in text(nurse.get("/stock"))
    assert len(stored(session, PumpEventKind.CALIBRATION)) == 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"measured-0": ""}, "at least one measured volume"),
        ({"measured-0": "x"}, "Digits only"),
        ({"measured-0": "-1"}, "Digits only"),
        ({"measured-0": "1000.1"}, "A volume from nothing"),
        ({"asked": "0"}, "more than zero"),
        ({"asked": "10.05"}, "parts of 0.1"),
        ({"means": "\u200b"}, "Please fill this in"),
        ({"poured": ""}, "Choose one."),
    ],
)
def test_an_impossible_calibration_is_answered_in_words(nurse, session, at, values, said):
    told = {"asked": "10", "measured-0": "10", "means": "cylinder", "poured": "returned"}
    answer = nurse.send(f"{at}/calibrate", told | values)

    assert answer.status_code == 422
    assert said in text(answer)
    assert stored(session, PumpEventKind.CALIBRATION) == []


def test_without_a_rule_the_page_says_so_and_nothing_is_recorded(nurse, session, world):
    pump = listed(session, world)
    load(session, world, pump)
    told = {"asked": "10", "measured-0": "10", "means": "cylinder", "poured": "returned"}

    answer = nurse.send(f"/stock/pumps/{pump.id}/calibrate", told)

    assert answer.status_code == 422
    assert "has not set how far" in text(answer)


def test_the_next_bottle_is_put_in_and_its_lot_names_the_pump(nurse, session, world, at, pump):
    new = next_bottle(session, world)
    answer = nurse.send(f"{at}/reservoir", {"rest": PumpRest.MIXED.value})
    assert answer.status_code == 422
    assert answer.get_data(as_text=True).count("field-error") == 1

    told = {"rest": PumpRest.MIXED.value, "container_id": new.id, "note": "3 mL in the tube"}
    assert nurse.send(f"{at}/reservoir", told).status_code == 303

    lot = text(nurse.get(f"/stock/lots/{world.containers['methadone'].lot_id}"))
    assert "Pumps that poured it" in lot
    assert "stayed in, both pour together" in lot
    assert new.label in text(nurse.get("/stock/pumps"))


def test_a_cleaning_is_recorded_with_what(nurse, session, at):
    assert nurse.send(f"{at}/clean", {"means": "warm water"}).status_code == 303

    assert "with warm water" in text(nurse.get(at))


def test_a_mistake_is_taken_back_before_a_witness_and_stays_legible(nurse, session, world, at, pump):
    event = prime(session, world, pump, "50", wasted(world))
    page = f"/stock/pumps/entries/{event.id}/take-back"
    assert nurse.send(page, {"reason": "the other pump"}).status_code == 422

    assert nurse.send(page, {"reason": "the other pump"} | signed_by(world.witness)).status_code == 303

    log = text(nurse.get(at))
    assert f"TAKEN BACK by {world.nurse.name}" in log
    assert "the other pump" in log
    again = nurse.send(page, {"reason": "twice"} | signed_by(world.witness))
    assert again.status_code == 409
    assert count_stored(session, PumpEventTakenBack) == 1


def test_out_of_service_it_offers_no_entry_and_says_why(head, nurse, session, world, at):
    client = head()
    assert client.send(f"{at}/change", {"out_of_service": "y"}).status_code == 422
    assert client.send(f"{at}/change", {"why": "leaks"}).status_code == 422
    assert client.send(f"{at}/change", {"out_of_service": "y", "why": "leaks"} | names(world)).status_code == 303

    page = text(client.sign_in(session, world, world.nurse).get(at))

    assert "leaks" in page
    assert f"{at}/prime" not in page
    assert "Pump 1" not in text(client.get("/stock"))
    assert "out of service" in text(client.get("/stock/pumps"))


def names(world):
    return {"name": "Pump 1", "serial_no": "SN-7", "window_id": str(world.window.id)}


def test_the_log_is_printed_with_what_was_taken_back_and_noted(nurse, session, world, at, pump):
    calibrate(session, world, pump, "10", "10.3")
    prime(session, world, pump, "5", wasted(world, "air in the tube"))
    day = world.day.isoformat()

    answer = nurse.send(f"{at}/log.pdf", {"first": day, "last": day, "paper": "A4"}, page=at)

    assert answer.status_code == 200
    reader = PdfReader(io.BytesIO(answer.get_data()))
    words = " ".join(" ".join(one.extract_text().split()) for one in reader.pages).replace("\xa0", " ")
    for said in ("Pump 1", "SN-7", "10.3 (+3 %)", "failed", world.witness.name, "air in the tube", "page 12"):
        assert said in words
    assert reader.metadata.title == "Log of a pump"
    assert reader.trailer["/Root"]["/Lang"]
    assert audited_kinds(session)[-1] is AuditKind.REPORT_PRINTED


@pytest.mark.parametrize("query", ["from=9999-12-31", "from=0001-01-01", "from=x", "from=2026-03-02&until=2026-03-01"])
def test_impossible_days_are_refused_in_words(nurse, at, query):
    assert nurse.get(f"{at}?{query}").status_code == 422


def test_who_may_do_what(client, session, world, at, pump):
    event = prime(session, world, pump)
    for role in (Role.PRESCRIBER, Role.COUNSELLOR):
        client.sign_in(session, world, world.staff[role], at_window=False)
        assert client.get("/stock/pumps").status_code == 403
    client.sign_in(session, world, world.staff[Role.INSPECTOR], at_window=False)
    assert client.get(at).status_code == 200
    for page in ("prime", "calibrate", "reservoir", "clean", "change"):
        assert client.get(f"{at}/{page}").status_code == 403
    assert client.get(f"/stock/pumps/entries/{event.id}/take-back").status_code == 403
    client.sign_in(session, world, world.nurse)
    assert client.get("/stock/pumps/rule").status_code == 403
    assert client.get("/stock/pumps/new").status_code == 403
