"""The pages of kits: packed, passed on, late, counted blind, and what a page does not do from the wrong hands."""

from datetime import timedelta

import pytest

from dispensary.queries import kits as records
from dispensary.services import kits, sites
from dispensary.services.kits import Closed, Packing
from models import KitHandOver, KitReturn, KitTrip
from models.enums import Role
from tests import factories
from tests.client import hidden_fields
from tests.factories import PASSWORD
from tests.rows import count_stored, one_stored
from tests.web.test_stock_counts import as_named


def text(response):
    return response.get_data(as_text=True)


@pytest.fixture
def kit(session, world):
    made = sites.add_kit(session, name="Kit A", act=world.act(world.staff[Role.ADMINISTRATOR]))
    session.commit()
    return made


@pytest.fixture
def bottle(session, world):
    made = factories.container(session, world, world.products["methadone"], at_window=False)
    session.commit()
    return made


def signed(who):
    return {"witness_username": who.username, "witness_password": PASSWORD}


def packed(world, bottle, **values):
    return {
        "destination": "County prison",
        "seal_no": "S-100",
        "back_on": world.day.isoformat(),
        "back_at": "20:00",
        "containers": [bottle.id],
    } | values


def out(session, world, kit, bottle, *, given=False, hours=4):
    """A kit that the nurse holds: packed by her, or handed to her by whoever packed it."""
    packer, witness = (world.witness, world.nurse) if given else (world.nurse, world.witness)
    trip = kits.pack(
        session,
        kit_id=kit.id,
        packing=Packing(1, "County prison", "S-100", world.at + timedelta(hours=hours)),
        container_ids=[bottle.id],
        witnessed_by_id=witness.id,
        act=world.act(packer),
    )
    if given:
        closed = Closed(1, sealed=True, seal_no="S-100")
        kits.hand_over(session, trip_id=trip.id, closed=closed, taken_by_id=world.nurse.id, act=world.act(packer))
    session.commit()
    return f"/stock/kit-trips/{trip.id}"


def test_a_kit_is_packed_handed_over_and_printed(nurse, session, world, kit, bottle):
    form = packed(world, bottle)

    refused = nurse.send(f"/stock/kits/{kit.id}/pack", form)
    answer = nurse.send(f"/stock/kits/{kit.id}/pack", form | signed(world.witness))

    assert refused.status_code == 422 and "A second person must sign here." in text(refused)
    trip = one_stored(session, KitTrip)
    where = f"/stock/kit-trips/{trip.id}"
    assert answer.headers["Location"] == where
    assert "Kit out:" in text(nurse.get("/stock"))
    assert "County prison" in text(nurse.get("/stock/kits"))
    assert "Kit A" in text(nurse.get(f"/stock/containers/{bottle.id}"))
    assert "Kit A" in text(nurse.get(f"/stock/register/{bottle.product_id}"))
    page = text(nurse.get(f"{where}/hand-over"))
    assert "S-100" not in page and bottle.label not in page
    handed = nurse.send(f"{where}/hand-over", {"seal": "sealed", "seal_no": "S-100"} | signed(world.witness))
    assert handed.headers["Location"] == where
    assert one_stored(session, KitHandOver).taken_by_id == world.witness.id
    page = text(nurse.get(where))
    assert "Hand it over" not in page and "It is back: count it" not in page
    sheet = nurse.send(f"{where}.pdf", {"paper": "A4"}, page=where)
    assert sheet.data.startswith(b"%PDF")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-01-01", "tomorrow"])
def test_days_that_no_kit_is_back_on_are_answered_at_their_field(nurse, session, world, kit, bottle, day):
    answer = nurse.send(f"/stock/kits/{kit.id}/pack", packed(world, bottle, back_on=day) | signed(world.witness))

    assert answer.status_code == 422
    assert "back_on-error" in text(answer)
    assert 'value="S-100"' in text(answer)
    assert count_stored(session, KitTrip) == 0


@pytest.mark.parametrize("chosen", ["9" * 8, "9" * 12, "9" * 30, "-1", "x"])
def test_a_container_that_nobody_has_is_not_packed(nurse, session, world, kit, bottle, chosen):
    answer = nurse.send(
        f"/stock/kits/{kit.id}/pack", packed(world, bottle, containers=[chosen]) | signed(world.witness)
    )

    assert answer.status_code in (404, 422)
    assert count_stored(session, KitTrip) == 0


@pytest.mark.parametrize("turn", ["", "0", "2", "9" * 30, "<b>", "x"])
def test_a_page_that_was_tampered_with_hands_nothing_over(nurse, session, world, kit, bottle, turn):
    where = out(session, world, kit, bottle)

    answer = nurse.send(
        f"{where}/hand-over", {"seal": "sealed", "seal_no": "S-100", "turn": turn} | signed(world.witness)
    )

    assert answer.status_code == 409
    assert "changed hands" in text(answer)
    assert "<b>" not in text(answer).split("<form", 1)[-1].split("</form", 1)[0]
    assert count_stored(session, KitHandOver) == 0


def test_a_kit_is_packed_again_however_many_others_travelled_since(nurse, session, world, kit, bottle, monkeypatch):
    where = out(session, world, kit, bottle, given=True)
    whole = {"all_whole": "y", "seal": "sealed", "seal_no": "S-100"}
    assert nurse.send(f"{where}/return", whole | signed(world.witness)).headers["Location"] == where
    monkeypatch.setattr(records, "NEWEST", 0)

    again = nurse.send(f"/stock/kits/{kit.id}/pack", packed(world, bottle) | signed(world.witness))

    assert again.status_code == 303
    assert count_stored(session, KitTrip) == 2


def test_the_same_hand_over_sent_twice_is_one(nurse, session, world, kit, bottle):
    where = out(session, world, kit, bottle)
    fields = {"seal": "sealed", "seal_no": "S-100"} | signed(world.witness)
    sent = {**hidden_fields(nurse.get(f"{where}/hand-over")), **fields}
    first, again = (nurse.post(f"{where}/hand-over", data=sent) for _ in range(2))

    assert first.headers["Location"] == again.headers["Location"] == where
    assert count_stored(session, KitHandOver) == 1


def test_who_may_not_answer_for_a_kit(nurse, session, world, kit, bottle):
    where = out(session, world, kit, bottle)
    prescriber = world.staff[Role.PRESCRIBER]

    answer = nurse.send(f"{where}/hand-over", {"seal": "sealed", "seal_no": "S-100"} | signed(prescriber))
    other = nurse.send(f"{where}/hand-over", {"seal": "open", "seal_note": "\u200b"} | signed(world.witness))
    swapped = nurse.send(f"{where}/hand-over", {"seal": "sealed", "seal_no": "S-9"} | signed(world.witness))

    assert "cannot answer for a kit" in text(answer)
    assert "Say why the kit is not sealed." in text(other)
    assert "It was not closed under this number before." in text(swapped) and "S-100" not in text(swapped)
    assert count_stored(session, KitHandOver) == 0


def test_a_kit_is_counted_blind_by_whoever_took_it(nurse, session, world, kit, bottle):
    where = out(session, world, kit, bottle, given=True)

    page = nurse.get(f"{where}/return")
    assert bottle.label in text(page) and "1000" not in text(page) and "S-100" not in text(page)
    fields = {f"found_{bottle.id}": "not_found", "seal": "sealed", "seal_no": "S-100"}
    first = nurse.send(f"{where}/return", as_named(page, fields))
    assert first.status_code == 422 and "does not agree" in text(first)
    noted = as_named(page, fields) | {"note": "the case was empty"}
    second = nurse.send(f"{where}/return", noted)
    assert second.status_code == 422 and "A second person must sign here." in text(second)
    assert count_stored(session, KitReturn) == 0
    done = nurse.send(f"{where}/return", noted | signed(world.witness))
    assert done.headers["Location"] == where
    page = text(nurse.get(where))
    assert "Differences" in page and "the case was empty" in page and "S-100" in page
    assert nurse.get(f"{where}/return").status_code == 404


def test_a_whole_kit_comes_back_with_one_tick_and_two_signatures(nurse, session, world, kit, bottle):
    where = out(session, world, kit, bottle, given=True)

    whole = {"all_whole": "y", "seal": "sealed", "seal_no": "s-100"}
    alone = nurse.send(f"{where}/return", whole)
    assert alone.status_code == 422 and "A second person must sign here." in text(alone)
    done = nurse.send(f"{where}/return", whole | signed(world.witness))

    assert done.headers["Location"] == where
    assert "Kit out:" not in text(nurse.get("/stock"))
    session.refresh(bottle)
    assert bottle.window_id is None


def test_nobody_counts_what_is_in_other_hands(nurse, session, world, kit, bottle):
    where = out(session, world, kit, bottle)

    assert nurse.get(f"{where}/return").status_code in (404, 409, 422)
    assert nurse.get(f"/stock/counts/new?place={kit.window_id}&kind=weekly").status_code == 404
    assert nurse.get(f"/stock/counts/new?place={kit.window_id}&kind=kit_return").status_code == 404
    assert f'<option value="{kit.window_id}"' not in text(nurse.get("/stock/counts/new"))
    assert bottle.label not in text(nurse.get("/stock/move"))


def test_a_late_kit_says_so(client, clock, session, world, kit, bottle):
    out(session, world, kit, bottle, hours=1)
    client.sign_in(session, world, world.staff[Role.INSPECTOR], at_window=False)
    assert "Kit out:" in text(client.get("/stock"))
    clock.at = world.at + timedelta(hours=1, minutes=1)
    client.sign_in(session, world, world.staff[Role.INSPECTOR], at_window=False)

    assert "Kit late:" in text(client.get("/stock"))
    assert "late" in text(client.get("/stock/kits"))
    assert client.get("/stock/kits/new").status_code == 403
