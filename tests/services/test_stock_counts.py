"""Counting a place blind, and the authorised adjustment that may follow."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import stock_counts as queries
from dispensary.queries.verification.counts import wrong_adjustment, wrong_count
from dispensary.queries.verification.facts import unaudited_fact
from dispensary.rules.stock_counts import Looked
from dispensary.services import stock_counts, stock_leaving
from dispensary.services.stock_counts import Counting
from models import AuditEvent, ChainHead, Container, Movement, StockCount, StockCountLine
from models.enums import (
    AuditKind,
    BusinessMoment,
    ChainKind,
    CountFound,
    CountKind,
    MovementKind,
    Role,
    WasteReason,
)
from models.units import mg, quantity
from tests import factories
from tests.services.test_verify import open_walls, plain, said

__all__ = ["open_walls"]
WHOLE, BROKEN, GONE = CountFound.WHOLE, CountFound.BROKEN, CountFound.NOT_FOUND


def as_booked(session, world, window_id):
    """Say of each container just what the books say."""
    return {
        one.id: Looked(one.seq, WHOLE) if one.sealed else Looked(one.seq, CountFound.MEASURED, one.expected.books)
        for one in queries.shelf_of(session, world.site.id, window_id)
    }


def count(session, world, looked=None, *, at_window=True, kind=CountKind.CLOSING, witness=None, act=None, **values):
    window_id = world.window.id if at_window else None
    found = as_booked(session, world, window_id) | (looked or {})
    return stock_counts.count_place(
        session,
        counting=Counting(kind, window_id, found, **values),
        witness_above=mg(20),
        witnessed_by_id=witness.id if witness else None,
        act=act or world.act(),
    )


def measured(world, amount, seq=1, of="methadone"):
    return {world.containers[of].id: Looked(seq, CountFound.MEASURED, quantity(amount))}


def head(world):
    return world.act(world.staff[Role.CLINIC_HEAD])


def line_of(session, made, container):
    query = select(StockCountLine).where(
        StockCountLine.count_id == made.id, StockCountLine.container_id == container.id
    )
    return session.scalars(query).one()


def register_balance(session, world):
    query = select(ChainHead.last_balance).where(
        ChainHead.kind == ChainKind.REGISTER, ChainHead.product_id == world.products["methadone"].id
    )
    return session.scalar(query)


def test_a_count_that_agrees_needs_no_word_and_moves_nothing(session, world):
    before = session.scalar(select(func.count(Movement.id)))

    made = count(session, world)

    whole = queries.count(session, world.site.id, made.id)
    assert [line.variance for line in whole.lines] == [0, 0, 0]
    assert not whole.differing
    assert session.scalar(select(func.count(Movement.id))) == before
    assert session.scalar(select(func.count()).where(AuditEvent.kind == AuditKind.STOCK_COUNTED)) == 1


def test_any_difference_is_noted_and_beyond_the_sites_figure_two_people_sign(session, world):
    with pytest.raises(Refused, match="note_needed"):
        count(session, world, measured(world, "999.9"))
    with pytest.raises(Refused, match="witness_needed"):
        count(session, world, measured(world, "997.9"), note="Dripped at the pump")
    with pytest.raises(Refused, match="witness_is_self"):
        count(session, world, measured(world, "997.9"), note="Dripped at the pump", witness=world.nurse)

    small = count(session, world, measured(world, "998"), note="Dripped at the pump")
    large = count(session, world, measured(world, "997.9"), note="Dripped at the pump", witness=world.witness)

    assert queries.count(session, world.site.id, small.id).off_mg == 20
    (line,) = queries.count(session, world.site.id, large.id).differing
    assert (line.variance, line.variance_mg) == (Decimal("-2.1"), Decimal(-21))


def test_small_differences_of_one_count_are_added_up(session, world):
    looked = measured(world, "999") | measured(world, "99", of="bup8") | measured(world, "98", of="bup2")

    with pytest.raises(Refused, match="witness_needed"):  # 10 mg, 8 mg and 4 mg
        count(session, world, looked, note="Unknown")


@pytest.mark.parametrize("amount", ["-1", "1000.1", "0.05"])
def test_impossible_counts_are_refused_at_their_line_and_say_nothing_of_the_books(session, world, amount):
    with pytest.raises(Refused, match="impossible_count") as refusal:
        count(session, world, measured(world, amount), note="x")
    assert refusal.value.field == f"measured_{world.containers['methadone'].id}"
    assert "1000" not in plain(refusal.value.words)


@pytest.mark.parametrize("note", ["", " ", "\u200b\u2060"])
def test_words_that_nobody_can_read_are_no_note(session, world, note):
    with pytest.raises(Refused, match="note_needed"):
        count(session, world, measured(world, "999"), note=note)


def test_a_broken_seal_asks_for_a_word_though_nothing_is_missing(session, world):
    bottle = factories.container(session, world, world.products["methadone"], at_window=False)
    looked = {bottle.id: Looked(1, BROKEN, quantity("1000"))}

    with pytest.raises(Refused, match="note_needed"):
        count(session, world, looked, at_window=False)

    made = count(session, world, looked, at_window=False, note="Cap was loose")
    assert line_of(session, made, bottle).sealed


def test_what_says_sealed_and_is_part_full_is_measured(session, world):
    bottle = factories.container(session, world, world.products["methadone"], at_window=False)
    stock_leaving.waste_stock(
        session, container_id=bottle.id, quantity=quantity("400"), reason=WasteReason.CONTAMINATED,
        witnessed_by_id=world.witness.id, act=world.act(),
    )  # fmt: skip

    with pytest.raises(Refused, match="impossible_count"):
        count(session, world, {bottle.id: Looked(2, WHOLE)}, at_window=False)


def test_a_find_is_never_dropped_and_asks_for_a_word(session, world):
    with pytest.raises(Refused, match="note_needed"):
        count(session, world, finds=("brown bottle without a label, half full",))

    made = count(session, world, finds=("brown bottle without a label, half full",), note="Behind the fridge")

    assert queries.count(session, world.site.id, made.id).finds == ("brown bottle without a label, half full",)


def test_an_empty_place_is_counted_too(session, world):
    made = count(session, world, at_window=False)

    assert queries.count(session, world.site.id, made.id).lines == ()


def test_what_moved_since_it_was_shown_is_counted_again(session, world):
    looked = as_booked(session, world, world.window.id)
    stock_leaving.waste_stock(
        session, container_id=world.containers["methadone"].id, quantity=quantity("1"),
        reason=WasteReason.CONTAMINATED, witnessed_by_id=world.witness.id, act=world.act(),
    )  # fmt: skip

    with pytest.raises(Conflict, match="changed_since_shown"):
        count(session, world, looked)
    bottle = factories.container(session, world, world.products["methadone"])
    with pytest.raises(Conflict, match="changed_since_shown"):
        stock_counts.count_place(
            session,
            counting=Counting(
                CountKind.CLOSING,
                world.window.id,
                {k: v for k, v in as_booked(session, world, world.window.id).items() if k != bottle.id},
            ),
            witness_above=mg(20),
            witnessed_by_id=None,
            act=world.act(),
        )


def test_an_opening_check_is_held_against_the_closing_count_before_it(session, world):
    bottle = factories.container(session, world, world.products["methadone"])
    closing = count(session, world)
    card = session.get_one(Container, bottle.id)
    card.emptied_at, card.emptied_by_id = world.at, world.nurse.id
    stock_leaving.waste_stock(
        session, container_id=bottle.id, quantity=quantity("1000"), reason=WasteReason.CONTAMINATED,
        witnessed_by_id=world.witness.id, act=world.act(),
    )  # fmt: skip

    with pytest.raises(Refused, match="note_needed"):
        count(session, world, kind=CountKind.OPENING)

    made = count(session, world, kind=CountKind.OPENING, note="Wasted at night")
    whole = queries.count(session, world.site.id, made.id)
    assert (whole.against.id, whole.gone_since) == (closing.id, (bottle.label,))


def test_a_biennial_inventory_has_two_signatures_and_its_moment(session, world):
    with pytest.raises(Refused, match="business_needed"):
        count(session, world, kind=CountKind.BIENNIAL)
    with pytest.raises(Refused, match="witness_needed"):
        count(session, world, kind=CountKind.BIENNIAL, business=BusinessMoment.OPENING)

    count(session, world, kind=CountKind.BIENNIAL, business=BusinessMoment.OPENING, witness=world.witness)


def test_a_window_of_another_site_is_not_counted(session, world):
    with pytest.raises(NotFound, match="no_window"):
        stock_counts.count_place(
            session,
            counting=Counting(CountKind.CLOSING, 2**31 - 1, {}),
            witness_above=mg(20),
            witnessed_by_id=None,
            act=world.act(),
        )


def test_somebody_else_brings_the_books_to_what_was_counted(session, world):
    made = count(session, world, measured(world, "990"), note="Unknown", witness=world.witness)
    line = line_of(session, made, world.containers["methadone"])
    with pytest.raises(Refused, match="counted_by_self"):
        stock_counts.adjust(session, count_line_id=line.id, reason="Checked twice", act=world.act())
    with pytest.raises(Refused, match="reason_needed"):
        stock_counts.adjust(session, count_line_id=line.id, reason="\u200b", act=head(world))

    done = stock_counts.adjust(session, count_line_id=line.id, reason="Checked twice", act=head(world))

    moved = session.get_one(Movement, done.movement_id)
    assert (moved.kind, moved.quantity, moved.balance_after) == (MovementKind.ADJUSTMENT, 10, 990)
    assert register_balance(session, world) == 990
    with pytest.raises(Conflict, match="uq_stock_adjustment_count_line_id"):
        stock_counts.adjust(session, count_line_id=line.id, reason="Again", act=head(world))


def test_an_overage_comes_from_the_adjustment(session, world):
    stock_leaving.waste_stock(
        session, container_id=world.containers["methadone"].id, quantity=quantity("100"),
        reason=WasteReason.CONTAMINATED, witnessed_by_id=world.witness.id, act=world.act(),
    )  # fmt: skip
    made = count(session, world, measured(world, "901", seq=2), note="Overfilled by the maker")
    line = line_of(session, made, world.containers["methadone"])

    stock_counts.adjust(session, count_line_id=line.id, reason="Maker's overage", act=head(world))

    assert register_balance(session, world) == 901


def test_what_moved_since_it_was_counted_is_not_adjusted_and_what_agrees_never(session, world):
    made = count(session, world, measured(world, "990"), note="Unknown", witness=world.witness)
    agrees = line_of(session, made, world.containers["bup8"])
    with pytest.raises(Refused, match="no_variance"):
        stock_counts.adjust(session, count_line_id=agrees.id, reason="Why not", act=head(world))
    stock_leaving.waste_stock(
        session, container_id=world.containers["methadone"].id, quantity=quantity("1"),
        reason=WasteReason.CONTAMINATED, witnessed_by_id=world.witness.id, act=world.act(),
    )  # fmt: skip

    with pytest.raises(Conflict, match="moved_since_counted"):
        stock_counts.adjust(
            session, count_line_id=line_of(session, made, world.containers["methadone"]).id, reason="x", act=head(world)
        )


def test_a_sealed_bottle_that_is_gone_is_taken_off_the_shelf_by_the_adjustment_only(session, world):
    bottle = factories.container(session, world, world.products["methadone"], at_window=False)
    made = count(session, world, {bottle.id: Looked(1, GONE)}, at_window=False, note="Not there", witness=world.witness)
    assert [one.id for one in queries.shelf_of(session, world.site.id, None)] == [bottle.id]

    line = line_of(session, made, bottle)
    stock_counts.adjust(session, count_line_id=line.id, reason="Searched", act=head(world))

    assert queries.shelf_of(session, world.site.id, None) == []


@pytest.fixture
def adjusted(session, world):
    """A count with a find and a difference, and its adjustment."""
    made = count(
        session, world, measured(world, "990"), finds=("a bottle",), note="Unknown", witness=world.witness,
        act=world.act(at=world.at + timedelta(minutes=1)),
    )  # fmt: skip
    line = line_of(session, made, world.containers["methadone"])
    stock_counts.adjust(session, count_line_id=line.id, reason="Checked", act=head(world))
    session.commit()
    return world


def test_a_count_and_its_adjustment_verify(session, adjusted):
    assert said(session, adjusted) == []


TAMPERED = {
    "a line's measure": ("UPDATE stock_count_line SET measured = 999000 WHERE measured = 990000", wrong_count),
    "a line's books": ("UPDATE stock_count_line SET books = 990000 WHERE measured = 990000", wrong_count),
    "a line taken away": ("DELETE FROM stock_count_line WHERE measured = 100000", wrong_count),
    "a find's words": ("UPDATE stock_find SET said = 'nothing'", wrong_count),
    "a find taken away": ("DELETE FROM stock_find", wrong_count),
    "an adjustment of nothing": ("DELETE FROM stock_adjustment", wrong_adjustment),
    "an adjustment of another line": (
        "UPDATE stock_adjustment SET count_line_id = (SELECT min(id) FROM stock_count_line WHERE measured = 100000)",
        wrong_adjustment,
    ),
    "an adjustment of another quantity": (
        "UPDATE movement SET quantity = 1 WHERE kind = 'adjustment'",
        wrong_adjustment,
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_is_changed_behind_the_app_is_named(session, adjusted, open_walls, what):
    open_walls()
    statement, check = TAMPERED[what]

    session.execute(text(statement))

    assert check(session, adjusted.site.id, lambda rows: None) is not None


def test_a_count_that_no_audit_knows_is_named(session, world, open_walls):
    factories.save(
        session,
        StockCount(
            kind=CountKind.WEEKLY, clinic_day=world.day, counted_at=world.at, witness_above=mg(20), note="",
            **factories.stamp(world),
        ),
    )  # fmt: skip

    assert "stock_count" in plain(unaudited_fact(session, world.site.id, lambda rows: None).where)
