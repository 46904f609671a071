"""Tares, densities and seal numbers: signed by two, the newest counts, and a count keeps what it was worked out with."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import container_seals as seal_records
from dispensary.queries import stock_counts as queries
from dispensary.queries import weighing as weighing_records
from dispensary.queries.verification.counts import wrong_count
from dispensary.queries.verification.facts import unaudited_fact
from dispensary.rules import stock_counts as rule
from dispensary.rules.stock_counts import Looked
from dispensary.services import container_seals, stock_counts, stock_receiving, weighing
from dispensary.services.stock_counts import Counting
from dispensary.services.stock_receiving import Batch
from models import AuditEvent, Container, ContainerSeal, CountedSeal, CountWeighing, Movement, StockCountLine, Tare
from models.enums import AuditKind, CountFound, CountKind
from models.units import grams, grams_per_ml, mg, quantity
from tests.services.test_verify import open_walls, plain

__all__ = ["open_walls"]
INVISIBLE = "\u200b\u2060"


def set_tare(session, world, amount="120", of="methadone", witness=True, **values):
    return weighing.set_tare(
        session,
        container_id=world.containers[of].id,
        grams=grams(amount),
        witnessed_by_id=world.witness.id if witness else None,
        act=values.pop("act", world.act()),
        **values,
    )


def set_density(session, world, amount="1.05", of="methadone", witness=True, source="certificate", **values):
    return weighing.set_density(
        session,
        container_id=world.containers[of].id,
        density=grams_per_ml(amount),
        source=source,
        witnessed_by_id=world.witness.id if witness else None,
        act=values.pop("act", world.act()),
        **values,
    )


def reseal(session, world, number="AB 0042", note="sealed anew", witness=True, container=None, **values):
    return container_seals.reseal(
        session,
        container_id=(container or world.containers["methadone"]).id,
        number=number,
        note=note,
        witnessed_by_id=world.witness.id if witness else None,
        act=world.act(),
        **values,
    )


def shelf(session, world, *, at_window=True):
    day = world.act().clinic_day
    return queries.shelf_of(session, world.site.id, world.window.id if at_window else None, day)


def weighed(one, gross, measured=None):
    amount = quantity(measured) if measured else one.expected.scale and rule_says(one, gross)
    return Looked(one.seq, CountFound.MEASURED, amount, grams(gross), one.expected.basis)


def rule_says(one, gross):
    return rule.by_weight(one.expected, grams(gross))


def count(session, world, looked=None, *, kind=CountKind.WEEKLY, witness=None, note="", at_window=True):
    found = {
        one.id: Looked(one.seq, CountFound.WHOLE, basis=one.expected.basis)
        if one.sealed
        else Looked(one.seq, CountFound.MEASURED, one.expected.books, basis=one.expected.basis)
        for one in shelf(session, world, at_window=at_window)
    }
    return stock_counts.count_place(
        session,
        counting=Counting(kind, world.window.id if at_window else None, found | (looked or {}), note=note),
        witness_above=mg(20),
        witnessed_by_id=witness.id if witness else None,
        act=world.act(),
    )


def open_one(session, world):
    return next(one for one in shelf(session, world) if one.id == world.containers["methadone"].id)


def test_nobody_alone_sets_a_tare_or_a_density(session, world):
    with pytest.raises(Refused, match="witness_needed"):
        set_tare(session, world, witness=False)
    with pytest.raises(Refused, match="witness_needed"):
        set_density(session, world, witness=False)
    with pytest.raises(Refused, match="witness_is_self"):
        set_tare(session, world, act=world.act(world.witness))
    with pytest.raises(Refused, match="witness_is_self"):
        set_density(session, world, act=world.act(world.witness))
    assert session.scalar(select(func.count(Tare.id))) == 0


@pytest.mark.parametrize("amount", ["0", "-1", "20000.001", "1000000000"])
def test_no_impossible_tare(session, world, amount):
    with pytest.raises(Refused, match="impossible_tare") as refusal:
        set_tare(session, world, amount)
    assert refusal.value.field == "grams"


@pytest.mark.parametrize("amount", ["0", "-1", "0.699", "1.601", "1050"])
def test_no_impossible_density(session, world, amount):
    with pytest.raises(Refused, match="impossible_density"):
        set_density(session, world, amount)


def test_a_tablet_is_not_weighed_and_another_sites_bottle_is_not_there(session, world):
    with pytest.raises(Refused, match="no_liquid"):
        set_tare(session, world, of="bup8")
    with pytest.raises(NotFound):
        weighing.set_tare(
            session,
            container_id=world.containers["methadone"].id,
            grams=grams(1),
            witnessed_by_id=world.witness.id,
            act=replace(world.act(), site_id=world.site.id + 1),
        )


@pytest.mark.parametrize("blank", ["", " ", INVISIBLE])
def test_a_correction_says_why_and_a_density_from_where(session, world, blank):
    set_tare(session, world)
    with pytest.raises(Refused, match="note_needed"):
        set_tare(session, world, "121", note=blank)
    with pytest.raises(Refused, match="blank"):
        set_density(session, world, source=blank)


def test_the_newest_counts_of_a_container_before_its_kind_and_of_a_lot_before_its_product(session, world):
    set_tare(session, world, "100", of_kind=True)
    set_density(session, world, "1.04")
    assert (open_one(session, world).scale.tare, open_one(session, world).scale.grams_per_ml) == (100, Decimal("1.04"))

    set_tare(session, world, "110", note="weighed itself")
    set_density(session, world, "1.06", of_lot=True)
    set_tare(session, world, "101", of_kind=True, note="new scale")
    set_density(session, world, "1.05")

    scale = open_one(session, world).scale
    assert (scale.tare, scale.grams_per_ml) == (110, Decimal("1.06"))
    known = weighing_records.tares_of(session, world.site.id, world.containers["methadone"].id)
    assert [one.grams for one in known] == [101, 110, 100], "nothing is taken away"
    assert unaudited_fact(session, world.site.id, lambda n: None) is None


def test_a_figure_set_from_an_old_page_is_refused(session, world):
    first = set_tare(session, world, newest_id=0)
    with pytest.raises(Conflict, match="changed_since_shown"):
        set_tare(session, world, "121", note="x", newest_id=0)
    set_tare(session, world, "121", note="scale was off", newest_id=first.id)
    set_density(session, world, newest_id=0)
    with pytest.raises(Conflict, match="changed_since_shown"):
        set_density(session, world, "1.06", newest_id=-1)
    reseal(session, world, newest_id=0)
    with pytest.raises(Conflict, match="changed_since_shown"):
        reseal(session, world, "AB 0043", newest_id=0)


def test_without_tare_or_density_nothing_is_weighed(session, world):
    set_tare(session, world)
    one = open_one(session, world)
    assert one.scale is None
    with pytest.raises(Refused, match="impossible_weight"):
        count(session, world, {one.id: Looked(one.seq, CountFound.MEASURED, quantity("1000"), grams("1170"))})


def test_a_count_by_weight_keeps_all_that_it_was_worked_out_with(session, world):
    tare, density = set_tare(session, world), set_density(session, world)
    before = session.scalar(select(func.count(Movement.id)))
    one = open_one(session, world)

    made = count(session, world, {one.id: weighed(one, "1170")})
    later = set_tare(session, world, "125", note="weighed again when empty")

    (kept,) = session.scalars(select(CountWeighing)).all()
    assert (kept.gross, kept.tare, kept.tare_id, kept.grams_per_ml, kept.density_id, kept.readability) == (
        Decimal(1170),
        Decimal(120),
        tare.id,
        Decimal("1.05"),
        density.id,
        Decimal("0.1"),
    )
    line = next(x for x in queries.count(session, world.site.id, made.id).lines if x.container_id == one.id)
    assert (line.measured, line.gross, line.tare, line.may_be_off) == (1000, 1170, 120, Decimal("0.096"))
    assert open_one(session, world).scale.tare_id == later.id
    assert session.scalar(select(func.count(Movement.id))) == before, "a count moves nothing"
    assert wrong_count(session, world.site.id, lambda n: None) is None


@pytest.mark.parametrize("gross", ["119.9", "0", "-3", "1170.2", "1170.05", "30000"])
def test_impossible_weights_are_refused_at_their_field_and_say_nothing_of_the_books(session, world, gross):
    set_tare(session, world)
    set_density(session, world)
    one = open_one(session, world)
    with pytest.raises(Refused, match="impossible_weight") as refusal:
        count(session, world, {one.id: weighed(one, gross, "1")}, note="x")
    assert refusal.value.field == f"gross_{one.id}"
    assert "1000" not in plain(refusal.value.words)


def test_a_quantity_that_the_weight_does_not_make_is_refused(session, world):
    set_tare(session, world)
    set_density(session, world)
    one = open_one(session, world)
    with pytest.raises(Refused, match="impossible_weight"):
        count(session, world, {one.id: weighed(one, "1160", "1000")})


def test_a_tare_that_changed_since_the_page_was_shown_is_not_weighed_with(session, world):
    set_tare(session, world)
    set_density(session, world)
    one = open_one(session, world)
    set_tare(session, world, "125", note="scale was off")
    with pytest.raises(Conflict, match="changed_since_shown"):
        count(session, world, {one.id: weighed(one, "1170")}, note="x")


def test_verify_names_a_count_whose_weight_was_changed(session, world, open_walls):
    set_tare(session, world)
    set_density(session, world)
    one = open_one(session, world)
    made = count(session, world, {one.id: weighed(one, "1170")})

    open_walls()
    session.execute(text("UPDATE count_weighing SET gross = gross - 10000"))

    fault = wrong_count(session, world.site.id, lambda n: None)
    assert (fault.where.values["id"], "what was weighed" in fault.what.msgid) == (made.id, True)


def _received(session, world, **values):
    batch = Batch(
        world.products["methadone"].id,
        "L-77",
        world.act().clinic_day + timedelta(days=400),
        quantity("500"),
        2,
        ("X-1", "X-2"),
        **values,
    )
    return stock_receiving.receive_delivery(
        session,
        supplier="Depot",
        document_no="D-1",
        batch=batch,
        witnessed_by_id=values.get("tares") and world.witness.id,
        act=world.act(),
    )


def test_containers_come_with_their_seals_and_tares(session, world):
    _received(session, world, seals=("S-1", "S-2"), tares=(grams("80"), grams("81.5")))

    by_label = {one.label: one for one in shelf(session, world, at_window=False)}
    assert by_label["X-1"].expected.seal.number == "S-1"
    tares = dict(
        session.execute(select(Container.label, Tare.grams).join(Tare, Tare.container_id == Container.id)).all()
    )
    assert tares == {"X-1": 80, "X-2": Decimal("81.5")}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"seals": ("S-1",)}, "seals_do_not_match"),
        ({"seals": ("S-1", "s - 1")}, "seals_do_not_match"),
        ({"seals": ("S-1", INVISIBLE)}, "blank"),
        ({"seals": ("S-1", "S" * 41)}, "long"),
        ({"tares": (grams(1), grams(2), grams(3))}, "tares_do_not_match"),
        ({"tares": (grams(0),)}, "impossible_tare"),
    ],
)
def test_a_delivery_with_half_its_seals_or_no_weight_is_not_taken_in(session, world, values, code):
    with pytest.raises(Refused, match=code):
        _received(session, world, **values)


def test_a_second_seal_of_the_same_number_is_refused(session, world):
    _received(session, world, seals=("S-1", "S-2"))
    with pytest.raises(Refused, match="seal_taken"):
        reseal(session, world, "s-1")


@pytest.mark.parametrize("values", [{"number": INVISIBLE}, {"note": INVISIBLE}, {"note": ""}, {"number": "A\x00"}])
def test_a_seal_has_a_number_and_a_reason(session, world, values):
    with pytest.raises(Refused):
        reseal(session, world, **values)


def sealed_one(session, world):
    _received(session, world, seals=("S-1", "S-2"))
    return next(one for one in shelf(session, world, at_window=False) if one.label == "X-1")


def read_on(one, number, found=CountFound.WHOLE, measured=None):
    return {one.id: Looked(one.seq, found, measured and quantity(measured), basis=one.expected.basis, seal=number)}


def in_safe(session, world, looked, kind=CountKind.OPENING, **values):
    both = {
        one.id: Looked(one.seq, CountFound.WHOLE, basis=one.expected.basis, seal="S-2")
        for one in shelf(session, world, at_window=False)
        if one.label == "X-2"
    }
    return count(session, world, both | looked, kind=kind, at_window=False, **values)


def test_a_seal_is_confirmed_by_its_number(session, world):
    one = sealed_one(session, world)
    with pytest.raises(Refused, match="impossible_seal"):
        in_safe(session, world, read_on(one, ""))
    with pytest.raises(Refused, match="impossible_seal") as refusal:
        in_safe(session, world, read_on(one, "S-9"), note="x", witness=world.witness)
    assert "S-1" not in plain(refusal.value.words)

    made = in_safe(session, world, read_on(one, " s-1"))

    assert not queries.count(session, world.site.id, made.id).differing
    assert not session.scalars(select(CountedSeal).where(CountedSeal.another)).all()


def test_another_number_is_a_finding_with_a_note_and_a_witness_and_stays_one_until_two_seal_it_anew(session, world):
    one = sealed_one(session, world)
    other = read_on(one, "S-9", CountFound.OTHER_SEAL, "500")
    with pytest.raises(Refused, match="note_needed"):
        in_safe(session, world, other)
    with pytest.raises(Refused, match="witness_needed"):
        in_safe(session, world, other, note="was changed over night")

    made = in_safe(session, world, other, note="was changed over night", witness=world.witness)

    (line,) = queries.count(session, world.site.id, made.id).differing
    assert (line.seal, line.seal_known, line.other_seal, line.variance) == ("S-9", "S-1", True, 0)
    assert seal_records.on_record(session, [one.id])[one.id].number == "S-1"
    container = session.get_one(Container, one.id)
    reseal(session, world, "S-9", container=container)
    (again,) = [x for x in shelf(session, world, at_window=False) if x.id == one.id]
    assert not queries.count(session, world.site.id, in_safe(session, world, read_on(again, "S-9")).id).differing


def test_a_seal_recorded_since_the_page_was_shown_is_not_read_against(session, world):
    one = sealed_one(session, world)
    reseal(session, world, "S-5", container=session.get_one(Container, one.id))
    with pytest.raises(Conflict, match="changed_since_shown"):
        in_safe(session, world, read_on(one, "S-1"), note="x", witness=world.witness)


def test_a_number_read_where_none_was_goes_on_record(session, world):
    one = open_one(session, world)
    count(session, world, {one.id: replace(_booked(one), seal="N-1")}, kind=CountKind.CLOSING)

    (now,) = [x for x in shelf(session, world) if x.id == one.id]
    assert now.expected.seal.number == "N-1"
    with pytest.raises(Refused, match="impossible_seal"):
        count(session, world, kind=CountKind.OPENING)
    with pytest.raises(Refused, match="note_needed"):
        count(session, world, {one.id: replace(_booked(now), seal="none")}, kind=CountKind.OPENING)
    count(session, world, {one.id: replace(_booked(now), seal="n-1")}, kind=CountKind.OPENING)
    count(session, world, {one.id: replace(_booked(now), seal="N-2")}, kind=CountKind.CLOSING)
    assert seal_records.on_record(session, [one.id])[one.id].number == "N-2"


def _booked(one):
    return Looked(one.seq, CountFound.MEASURED, one.expected.books, basis=one.expected.basis)


def test_verify_holds_every_number_read(session, world, open_walls):
    one = open_one(session, world)
    count(session, world, {one.id: replace(_booked(one), seal="N-1")}, kind=CountKind.CLOSING)
    body = session.scalars(
        select(AuditEvent.body).where(AuditEvent.kind == AuditKind.STOCK_COUNTED).order_by(AuditEvent.id.desc())
    ).first()
    assert "counted_seal" in body
    assert "container_seal" in body
    assert session.scalar(select(func.count(StockCountLine.id))) > 0
    assert session.scalar(select(func.count(ContainerSeal.id))) == 1
