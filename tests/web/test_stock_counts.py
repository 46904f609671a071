"""The pages for counting: blind, whole, and never dropping what was typed or what stands there."""

import re

import pytest
from sqlalchemy import select

from dispensary.services import stock_leaving
from models import AuditEvent, Movement, StockAdjustment, StockCount, StockCountLine, StockFind
from models.enums import AuditKind, CountFound, CountKind, MovementKind, Role, WasteReason
from models.units import quantity
from tests import factories
from tests.client import hidden_fields
from tests.rows import count_stored, one_stored

PAGE = "/stock/counts/new"
SIGNED = {"witness_password": factories.PASSWORD}


def text(response):
    return response.get_data(as_text=True)


def address(world, kind="closing", place=None):
    return f"{PAGE}?kind={kind}&place={place or world.window.id}"


@pytest.fixture
def poured(session, world):
    """The clinic after 123.4 mL were poured, so that the balance is a number that stands nowhere else."""
    waste(session, world, "123.4")
    return world


def waste(session, world, amount):
    stock_leaving.waste_stock(
        session, container_id=world.containers["methadone"].id, quantity=quantity(amount),
        reason=WasteReason.CONTAMINATED, witnessed_by_id=world.witness.id, act=world.act(),
    )  # fmt: skip
    session.commit()


def typed(world, methadone="876.6", **changes):
    ids = {key: made.id for key, made in world.containers.items()}
    return {
        f"measured_{ids['methadone']}": methadone,
        f"measured_{ids['bup8']}": "100",
        f"measured_{ids['bup2']}": "100",
        **{f"found_{one}": "measured" for one in ids.values()},
    } | changes


def send(client, world, fields, kind="closing", place=None):
    path = address(world, kind, place)
    page = client.get(path)
    return client.post(path, data={**hidden_fields(page), **as_named(page, fields)})


def as_named(page, fields):
    """Name each field of a row as the page does: with the last movement of its container."""
    named = {
        full: re.sub(r"_\d+$", "", full) for full in re.findall(r'name="((?:found|measured)_\d+_\d+)"', text(page))
    }
    rows = {short: full for full, short in named.items()}
    return {rows.get(name, name): value for name, value in fields.items()}


def test_what_is_due_stands_on_the_stock_page_and_leads_to_its_count(nurse, world):
    page = text(nurse.get("/stock"))

    assert "Counts due" in page
    assert f"{PAGE}?kind=opening&amp;place={world.window.id}" in page


@pytest.mark.parametrize("role", [Role.NURSE, Role.CLINIC_HEAD])
def test_the_page_says_nothing_of_what_the_books_expect(client, session, poured, role):
    client.sign_in(session, poured, poured.staff[role])

    fresh = text(client.get(address(poured)))
    wrong = text(send(client, poured, typed(poured, "500")))

    assert "does not agree" in wrong
    for page in (fresh, wrong):
        assert not re.search(r"876[.,]?6?\b|8766|123[.,]4|376", page)


def test_a_count_that_agrees_is_recorded_with_one_form(nurse, session, poured):
    answer = send(nurse, poured, typed(poured))

    made = one_stored(session, StockCount)
    assert answer.headers["Location"] == f"/stock/counts/{made.id}"
    assert "876.6\xa0mL" in text(nurse.get(answer.headers["Location"]))
    assert "agrees" in text(nurse.get("/stock/counts"))


def test_a_difference_comes_back_marked_with_everything_typed_and_is_noted(nurse, session, poured):
    answer = send(nurse, poured, typed(poured, "876", finds="brown bottle, no label"))

    page = text(answer)
    assert answer.status_code == 422
    for words in ("does not agree", 'value="876"', "brown bottle, no label", "What is known"):
        assert words in page
    assert count_stored(session, StockCount) == 0
    assert count_stored(session, AuditEvent, AuditEvent.kind == AuditKind.COUNT_LOOKED_AT_AGAIN) == 1

    again = send(nurse, poured, typed(poured, "876", finds="brown bottle, no label", note="Dripped"))
    assert again.status_code == 303
    assert one_stored(session, StockFind).said == "brown bottle, no label"
    assert "6\xa0mg" in text(nurse.get(again.headers["Location"]))


@pytest.mark.parametrize("note", ["", " ", "\u200b", "\u2060\u3164"])
def test_words_that_nobody_can_read_are_no_note(nurse, session, poured, note):
    assert send(nurse, poured, typed(poured, "876", note=note)).status_code == 422
    assert count_stored(session, StockCount) == 0


def test_above_the_sites_figure_a_second_person_signs(nurse, session, poured):
    lone = send(nurse, poured, typed(poured, "870", note="Unknown"))
    own = send(nurse, poured, typed(poured, "870", note="Unknown", witness_username=poured.nurse.username, **SIGNED))
    both = send(nurse, poured, typed(poured, "870", note="Unknown", witness_username=poured.witness.username, **SIGNED))

    assert "A second person must sign here" in text(lone)
    assert "your own act" in text(own)
    assert both.status_code == 303
    assert one_stored(session, StockCount).witnessed_by_id == poured.witness.id


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("", "Measure what is in it"),
        ("1000.1", "So much cannot be in it"),
        ("-5", "Digits only"),
        ("0.05", "steps of 0.1"),
        ("0.0001", "At most three decimals"),
        ("9" * 40, "too long"),
        ("1,000", "One or a thousand"),
        ("NaN", "Digits only"),
    ],
)
def test_impossible_counts_are_answered_at_their_field(nurse, session, poured, amount, words):
    answer = send(nurse, poured, typed(poured, amount))

    assert answer.status_code == 422
    assert words in text(answer)
    assert count_stored(session, StockCount) == 0


def test_one_tick_says_that_all_sealed_are_whole_and_a_row_says_otherwise(nurse, session, world):
    first, second = (
        factories.container(session, world, world.products["methadone"], at_window=False) for _ in range(2)
    )
    session.commit()

    blank = send(nurse, world, {}, place="safe")
    ticked = send(nurse, world, {"all_whole": "y"}, place="safe")
    one = {"all_whole": "y", f"found_{second.id}": "other_seal", f"measured_{second.id}": "1000"}
    other = send(nurse, world, one, kind="weekly", place="safe")
    explained = send(nurse, world, one | {"note": "Foil of another colour"}, kind="weekly", place="safe")

    assert "Look at it, and choose" in text(blank)
    assert (ticked.status_code, other.status_code, explained.status_code) == (303, 422, 303)
    session.rollback()
    rows = session.execute(select(StockCountLine.container_id, StockCountLine.found).order_by(StockCountLine.id)).all()
    assert rows[2:] == [(first.id, CountFound.WHOLE), (second.id, CountFound.OTHER_SEAL)]


def test_a_whole_seal_is_not_measured(nurse, session, world):
    made = factories.container(session, world, world.products["methadone"], at_window=False)
    session.commit()

    answer = send(nurse, world, {"all_whole": "y", f"measured_{made.id}": "20"}, place="safe")

    assert "or its seal is not whole" in text(answer)
    assert count_stored(session, StockCount) == 0


@pytest.mark.parametrize("seq", ["1", "garbage<b>", "9" * 60, "", "-1"])
def test_a_line_that_moved_or_holds_garbage_is_counted_again(nurse, session, poured, seq):
    made = poured.containers["methadone"]

    answer = send(nurse, poured, typed(poured, **{f"seq_{made.id}": seq}))

    page = text(answer)
    assert answer.status_code == 422
    assert "count it again" in page
    assert "garbage" not in page
    assert 'value="876.6"' not in page
    assert f'name="seq_{made.id}" type="hidden" value="2"' in page
    assert count_stored(session, StockCount) == 0


def test_a_container_that_came_meanwhile_is_counted_and_the_tick_is_not_taken_for_it(nurse, session, world):
    factories.container(session, world, world.products["methadone"], at_window=False)
    session.commit()
    shown = hidden_fields(nurse.get(address(world, place="safe")))
    factories.container(session, world, world.products["methadone"], at_window=False)
    session.commit()

    answer = nurse.post(address(world, place="safe"), data={**shown, "all_whole": "y"})

    assert "count it again" in text(answer)
    assert count_stored(session, StockCount) == 0


def test_an_opening_check_says_against_which_closing_count_it_is_held(nurse, session, world):
    send(nurse, world, typed(world, "1000"))

    assert "Held against the closing count of" in text(nurse.get(address(world, "opening")))
    assert send(nurse, world, typed(world, "1000"), "opening").status_code == 303


@pytest.mark.parametrize(
    "query", ["kind=lunch", "place=99999999999999999999", "place=0", "place=2147483648", "place=x", "kind="]
)
def test_no_such_count_or_place(nurse, query):
    assert nurse.get(f"{PAGE}?{query}").status_code == 404


def test_the_clinic_head_adjusts_and_whoever_counted_is_not_offered_it(nurse, session, poured):
    send(nurse, poured, typed(poured, "876", note="Dripped"))
    made = one_stored(session, StockCount)
    line = session.scalars(select(StockCountLine.id).where(StockCountLine.count_id == made.id)).all()
    session.rollback()
    differing = next(
        n for n in line if "adjust" in f"/stock/count-lines/{n}/adjust" and _is_methadone(session, poured, n)
    )
    path = f"/stock/count-lines/{differing}/adjust"
    assert nurse.get(path).status_code == 403

    nurse.sign_in(session, poured, poured.staff[Role.CLINIC_HEAD])
    assert path in text(nurse.get(f"/stock/counts/{made.id}"))
    assert nurse.send(path, {"reason": "\u200b"}).status_code == 422
    assert nurse.send(path, {"reason": "Dripped at the pump"}).status_code == 303

    assert "Dripped at the pump" in text(nurse.get(f"/stock/counts/{made.id}"))
    assert count_stored(session, StockAdjustment) == 1
    assert count_stored(session, Movement, Movement.kind == MovementKind.ADJUSTMENT) == 1
    assert "already" in text(nurse.send(path, {"reason": "Again"}))


def _is_methadone(session, world, line_id):
    found = session.get_one(StockCountLine, line_id).container_id == world.containers["methadone"].id
    session.rollback()
    return found


def test_the_inventory_is_signed_twice_and_printed(nurse, session, world):
    lone = send(nurse, world, typed(world, "1000", business="close"), "biennial")
    fields = typed(world, "1000", business="close", witness_username=world.witness.username, **SIGNED)
    unsaid = send(nurse, world, fields | {"business": ""}, "biennial")
    both = send(nurse, world, fields, "biennial")

    assert "A second person must sign here" in text(lone)
    assert "opening or at close" in text(unsaid)
    made = one_stored(session, StockCount)
    assert made.kind is CountKind.BIENNIAL
    page = both.headers["Location"]
    answer = nurse.send(f"{page}/inventory.pdf", {"paper": "A4"}, page=page)
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")


def test_another_count_is_no_inventory(nurse, session, world):
    page = send(nurse, world, typed(world, "1000")).headers["Location"]
    token = hidden_fields(nurse.get(address(world)))

    assert nurse.post(f"{page}/inventory.pdf", data={**token, "paper": "A4"}).status_code == 404


def test_what_was_keyed_before_the_terminal_locked_comes_back_only_where_nothing_moved(nurse, session, poured, clock):
    path = address(poured)
    page = nurse.get(path)
    form = {**hidden_fields(page), **as_named(page, typed(poured, "876"))}
    clock.forward(minutes=59)
    nurse.post(path, data=form)
    waste(session, poured, "1")

    back = text(nurse.send("/locked", {"password": factories.PASSWORD}, follow_redirects=True))

    assert f'name="measured_{poured.containers["methadone"].id}_3"' in back
    assert re.search(rf'name="measured_{poured.containers["bup8"].id}_1"[^>]*value="100"', back)
    assert not re.search(rf'name="measured_{poured.containers["methadone"].id}_3"[^>]*value="876"', back)
