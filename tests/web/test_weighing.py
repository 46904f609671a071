"""The pages for weighing and for seal numbers: signed by two, blind, and every impossible thing answered at its field."""

import re

import pytest
from sqlalchemy import select

from dispensary.services import container_seals, weighing
from models import AuditEvent, ContainerSeal, CountedSeal, CountWeighing, Density, StockCount, StockCountLine, Tare
from models.enums import AuditKind, CountFound
from models.units import grams, grams_per_ml
from tests import factories
from tests.client import hidden_fields
from tests.rows import count_stored, one_stored

PAGE = "/stock/counts/new"
PASSWORD = {"witness_password": factories.PASSWORD}
INVISIBLE = "\u200b\u2060"


def text(response):
    return response.get_data(as_text=True)


def bottle(world):
    return world.containers["methadone"].id


def two(world):
    return {"witness_username": world.witness.username, **PASSWORD}


def press(client, path, **fields):
    return client.post(path, data={**hidden_fields(client.get(path)), **fields})


@pytest.fixture
def weighs(session, world):
    """The clinic whose open bottle has a tare and a density on record."""
    signed = {"witnessed_by_id": world.witness.id, "act": world.act()}
    weighing.set_tare(session, container_id=bottle(world), grams=grams("120"), **signed)
    weighing.set_density(
        session, container_id=bottle(world), density=grams_per_ml("1.05"), source="certificate", **signed
    )
    session.commit()
    return world


@pytest.fixture
def numbered(session, weighs):
    """The same, whose bottle was sealed for the night with a number."""
    container_seals.reseal(
        session,
        container_id=bottle(weighs),
        number="AB 0042",
        note="for the night",
        witnessed_by_id=weighs.witness.id,
        act=weighs.act(),
    )
    session.commit()
    return weighs


def rows(page):
    named = re.findall(r'name="((?:found|measured|gross|seal)_\d+_\d+)"', text(page))
    return {re.sub(r"_\d+$", "", full): full for full in named}


def send(client, world, kind="weekly", page=None, **changes):
    path = f"{PAGE}?kind={kind}&place={world.window.id}"
    page = page or client.get(path)
    fields = {f"found_{one.id}": "measured" for one in world.containers.values()}
    fields |= {f"measured_{world.containers[key].id}": "100" for key in ("bup8", "bup2")}
    fields |= {
        name if name.startswith(("basis", "witness", "note")) else f"{name}_{bottle(world)}": value
        for name, value in changes.items()
    }
    known = rows(page)
    return client.post(path, data={**hidden_fields(page), **{known.get(k, k): v for k, v in fields.items()}})


@pytest.mark.parametrize(
    ("what", "fields", "table"),
    [
        ("tare", {"grams": "120.5"}, Tare),
        ("density", {"density": "1.05", "source": "certificate of the lot"}, Density),
        ("seal", {"number": "AB 1", "note": "was loose"}, ContainerSeal),
    ],
)
def test_a_nurse_alone_sets_nothing(nurse, session, world, what, fields, table):
    path = f"/stock/containers/{bottle(world)}/{what}"

    for signed in ({}, {"witness_username": world.nurse.username, **PASSWORD}, two(world) | {"witness_password": "x"}):
        alone = press(nurse, path, **fields, **signed)
        assert alone.status_code == 422
        for value in fields.values():
            assert f'value="{value}"' in text(alone), "nothing typed is lost"
    assert count_stored(session, table) == 0

    assert press(nurse, path, **fields, **two(world)).status_code == 303
    assert one_stored(session, table).recorded_by_id == world.nurse.id
    shown = text(nurse.get(f"/stock/containers/{bottle(world)}"))
    for value in fields.values():
        assert value in shown


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("tare", {"grams": "0"}),
        ("tare", {"grams": "-1"}),
        ("tare", {"grams": "120.0005"}),
        ("tare", {"grams": "999999"}),
        ("tare", {"grams": "NaN"}),
        ("density", {"density": "1050", "source": "x"}),
        ("density", {"density": "1.05", "source": INVISIBLE}),
        ("seal", {"number": INVISIBLE, "note": "x"}),
        ("seal", {"number": "A1", "note": INVISIBLE}),
        ("seal", {"number": "A" * 41, "note": "x"}),
    ],
)
def test_what_cannot_be_is_answered_at_its_field(nurse, session, world, what, fields):
    answer = press(nurse, f"/stock/containers/{bottle(world)}/{what}", **fields, **two(world))

    assert answer.status_code == 422
    assert "field-error" in text(answer) or "invalid-feedback" in text(answer)
    assert not [table for table in (Tare, Density, ContainerSeal) if count_stored(session, table)]


@pytest.mark.parametrize("newest", ["", "0", "-1", "x", str(2**31), str(2**63), "<b>"])
def test_an_old_page_or_garbage_in_its_hidden_field_sets_nothing(nurse, session, weighs, newest):
    path = f"/stock/containers/{bottle(weighs)}/tare"
    page = hidden_fields(nurse.get(path))

    answer = nurse.post(path, data={**page, "grams": "130", "note": "x", **two(weighs), "newest": newest})

    assert answer.status_code == 409
    assert "<b>" not in text(answer)
    assert count_stored(session, Tare) == 1


def test_an_open_bottle_is_counted_by_weight_blind(nurse, session, weighs):
    page = nurse.get(f"{PAGE}?kind=weekly&place={weighs.window.id}")

    assert "tare 120 g, 1.05 g/mL, ± 0.096 mL" in text(page)
    assert not re.search(r"1000|1[ ,.]000", text(page))

    answer = send(nurse, weighs, gross="1170")

    assert answer.status_code == 303
    kept = one_stored(session, CountWeighing)
    line = session.get_one(StockCountLine, kept.count_line_id)
    assert (line.measured, line.found, kept.gross) == (1000, CountFound.MEASURED, 1170)
    shown = text(nurse.get(answer.headers["Location"]))
    assert "weighed 1170 g less 120 g, by 1.05 g/mL" in shown


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"gross": "119.9"}, "less than the empty container"),
        ({"gross": "1170.2"}, "So heavy it cannot be"),
        ({"gross": "1169.95"}, "steps of 0.1 g"),
        ({"gross": "-1"}, "Digits only"),
        ({"gross": "1e3"}, "Digits only"),
        ({"gross": "1169.9999"}, "three decimals"),
        ({"gross": "1170", "measured": "1000"}, "leave one of the two empty"),
        ({"gross": ""}, "Measure what is in it"),
        ({"gross": "1170", "found": "not_found"}, "measured only where"),
    ],
)
def test_an_impossible_weight_is_answered_at_its_field(nurse, session, weighs, values, says):
    answer = send(nurse, weighs, **values)

    assert answer.status_code == 422
    assert says in text(answer)
    if values["gross"]:
        assert f'value="{values["gross"]}"' in text(answer)
    assert count_stored(session, StockCount) == 0


@pytest.mark.parametrize("basis", ["", "0-0-0", "x", "1-1-1-1", str(2**63), "<b>"])
def test_a_row_whose_page_showed_another_tare_is_counted_again(nurse, session, weighs, basis):
    answer = send(nurse, weighs, gross="1170", **{f"basis_{bottle(weighs)}": basis})

    assert answer.status_code == 422
    assert "It moved since this page was opened" in text(answer)
    assert "<b>" not in text(answer)
    assert 'value="1170"' not in text(answer)
    assert count_stored(session, StockCount) == 0


def test_a_tare_that_came_while_the_page_was_open_is_not_weighed_with(nurse, session, weighs):
    page = nurse.get(f"{PAGE}?kind=weekly&place={weighs.window.id}")
    weighing.set_tare(
        session, container_id=bottle(weighs), grams=grams("20"), note="typed wrongly",
        witnessed_by_id=weighs.witness.id, act=weighs.act(),
    )  # fmt: skip
    session.commit()

    answer = send(nurse, weighs, page=page, gross="1170")

    assert answer.status_code == 422
    assert "tare 20 g" in text(answer)
    assert count_stored(session, StockCount) == 0


def test_nothing_is_weighed_where_no_tare_is_on_record(nurse, session, world):
    page = nurse.get(f"{PAGE}?kind=weekly&place={world.window.id}")

    assert "gross_" not in text(page)
    assert send(nurse, world, gross="1170").status_code == 422


def test_a_night_seal_is_read_at_opening_and_its_number_stands_nowhere_on_the_page(nurse, session, numbered):
    page = nurse.get(f"{PAGE}?kind=opening&place={numbered.window.id}")
    assert "0042" not in text(page)

    assert "Read the number of the seal" in text(send(nurse, numbered, "opening", gross="1170"))
    wrong = send(nurse, numbered, "opening", gross="1170", seal="AB 0043")
    assert wrong.status_code == 422
    assert "does not agree" in text(wrong)
    assert "0042" not in text(wrong)
    assert count_stored(session, AuditEvent, AuditEvent.kind == AuditKind.COUNT_LOOKED_AT_AGAIN) == 1

    noted = send(nurse, numbered, "opening", gross="1170", seal="AB 0043", note="was changed over night")
    assert "A second person must sign here" in text(noted)
    made = send(
        nurse, numbered, "opening", gross="1170", seal="AB 0043", note="was changed over night", **two(numbered)
    )

    assert made.status_code == 303
    assert one_stored(session, CountedSeal).another
    assert "on record: AB 0042" in text(nurse.get(made.headers["Location"]))


def test_a_seal_number_as_on_record_agrees(nurse, session, numbered):
    assert send(nurse, numbered, "opening", gross="1170", seal="ab0042").status_code == 303
    assert not one_stored(session, CountedSeal).another


def test_a_delivery_brings_its_seals_and_tares_and_two_sign_for_the_tares(nurse, session, world):
    supplier = factories.supplier(session, world)
    session.commit()
    fields = {
        "supplier_id": str(supplier.id), "document_no": "D-1", "product": str(world.products["methadone"].id),
        "lot_number": "L-9", "expires_on": "2031-01-01", "size": "500", "count": "2",
        "labels": "Q-1\nQ-2", "seals": "S-1\nS-2", "tares": "80,5\n81",
    }  # fmt: skip
    alone = press(nurse, "/stock/deliveries/new", **fields)
    assert alone.status_code == 422
    assert "S-1\nS-2" in text(alone).replace("\r", "")
    for bad in ("x", "-1", "1e3", "80.0001", "٨٠", "0"):
        assert press(nurse, "/stock/deliveries/new", **fields | {"tares": bad}, **two(world)).status_code == 422
    assert count_stored(session, Tare) == 0

    answer = press(nurse, "/stock/deliveries/new", **fields, **two(world))
    assert answer.status_code == 303, re.findall(r"(?s)(?:refusal|field-error).{200}", text(answer))
    session.rollback()
    assert sorted(session.scalars(select(Tare.grams))) == [grams("80.5"), 81]
    assert count_stored(session, ContainerSeal) == 2
