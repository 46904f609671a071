"""Off-site kits: packed by two, from hand to hand, counted blind when back, and whatever somebody tries meanwhile."""

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, DomainError, NotFound, Refused
from dispensary.queries import kits as records
from dispensary.queries import reconciliation
from dispensary.queries import stock as stock_queries
from dispensary.queries import stock_counts as count_queries
from dispensary.queries.verification.whole import CHECKS
from dispensary.rules.stock_counts import Looked
from dispensary.services import audit, kits, sites, stock, stock_counts, stock_moving
from dispensary.services.kits import Closed, Packing
from dispensary.services.stock_counts import Counting
from dispensary.web.database import unit_of_work
from models import Container, KitTrip, Movement, Place, RegisterEntry
from models.enums import (
    AuditKind,
    CountFound,
    CountKind,
    MovementKind,
    PlaceKind,
    Role,
)
from models.units import mg, quantity
from tests import factories
from tests.rows import audited, count

SAME = {"sealed": True, "seal_no": "S-1"}


@pytest.fixture
def kit(session, world):
    made = sites.add_kit(session, name="Kit A", act=world.act(world.staff[Role.ADMINISTRATOR]))
    session.commit()
    return made


@pytest.fixture
def bottles(session, world):
    made = [factories.container(session, world, world.products["methadone"], at_window=False) for _ in range(3)]
    session.commit()
    return made


def pack(session, world, kit, bottles, **values):
    packing = Packing(
        **(
            {"turn": 1, "destination": "County prison", "seal_no": "S-1"}
            | {"expected_back_at": world.at + timedelta(hours=4)}
            | values
        )
    )
    trip = kits.pack(
        session,
        kit_id=kit.id,
        packing=packing,
        container_ids=[b.id for b in bottles],
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )
    session.commit()
    return trip


def give(session, world, trip, *, by, to, turn=1, **closed):
    made = kits.hand_over(
        session, trip_id=trip.id, closed=Closed(turn, **(SAME | closed)), taken_by_id=to and to.id, act=world.act(by)
    )
    session.commit()
    return made


def looked(session, world, kit, **found):
    shelf = count_queries.shelf_of(session, world.site.id, kit.window_id)
    seen = {one.id: Looked(one.seq, CountFound.WHOLE) for one in shelf if one.sealed}
    seen |= {one.id: Looked(one.seq, CountFound.MEASURED, one.expected.books) for one in shelf if not one.sealed}
    by_label = {one.label: one for one in shelf}
    for label, (what, amount) in found.get("other", {}).items():
        seen[by_label[label].id] = Looked(by_label[label].seq, what, amount)
    return seen


def take_back(session, world, kit, trip, *, by=None, turn=2, other=None, note="", finds=(), alone=False, **closed):
    by = by or world.witness
    other_one = world.nurse if by is world.witness else world.witness
    seen = looked(session, world, kit, other=other or {})
    made = kits.take_back(
        session,
        trip_id=trip.id,
        closed=Closed(turn, **(SAME | closed)),
        counting=Counting(CountKind.KIT_RETURN, kit.window_id, seen, finds=finds, note=note),
        witness_above=mg(20),
        witnessed_by_id=None if alone else other_one.id,
        act=world.act(by),
    )
    session.commit()
    return made


def seen(session, world, trip):
    session.expire_all()
    return records.trip(session, world.site.id, trip.id)


def faults(session, world):
    return [str(fault) for check in CHECKS if (fault := check(session, world.site.id, lambda rows: None))]


def held(session, world, kind):
    return stock_queries.balances(session, world.site.id).get((world.products["methadone"].id, kind), Decimal(0))


def refused(code, call, /, *args, **values):
    with pytest.raises(DomainError) as caught:
        call(*args, **values)
    assert caught.value.code == code
    return caught.value


def test_what_is_packed_stays_in_the_balance_and_stands_in_the_kit(session, world, kit, bottles):
    before = held(session, world, PlaceKind.SAFE)

    trip = pack(session, world, kit, bottles[:2])

    assert held(session, world, PlaceKind.SAFE) == before - 2000
    assert held(session, world, PlaceKind.OFF_SITE_KIT) == 2000
    overview = next(p for p in stock_queries.overview(session, world.site.id) if p.id == bottles[0].product_id)
    assert overview.in_kits == 2000
    assert {c.window for c in overview.containers if c.id in {b.id for b in bottles[:2]}} == {"Kit A"}
    assert seen(session, world, trip).holder_id == world.nurse.id
    assert len(audited(session, AuditKind.KIT_PACKED)) == 1
    found = reconciliation.reconciliation(session, world.site.id, world.day, world.day)
    assert found.reconciles
    assert faults(session, world) == []


def test_a_whole_trip_brings_back_what_went_along(session, world, kit, bottles):
    trip = pack(session, world, kit, bottles[:2])
    give(session, world, trip, by=world.nurse, to=world.witness)

    take_back(session, world, kit, trip)

    found = seen(session, world, trip)
    assert found.back is not None and not found.differs
    assert held(session, world, PlaceKind.OFF_SITE_KIT) == 0
    assert {session.get_one(Container, b.id).window_id for b in bottles} == {None}
    moves = session.scalars(select(Movement).where(Movement.container_id == bottles[0].id)).all()
    lines = session.scalars(select(RegisterEntry.movement_id)).all()
    assert len(moves) == 3 and {m.id for m in moves} <= set(lines)
    assert not records.out(session, world.site.id)
    assert faults(session, world) == []


def test_what_differs_needs_a_word_and_a_second_person_and_stays_open(session, world, kit, bottles):
    trip = pack(session, world, kit, bottles[:2])
    give(session, world, trip, by=world.nurse, to=world.witness)
    gone = {bottles[0].label: (CountFound.NOT_FOUND, None)}

    refused("note_needed", take_back, session, world, kit, trip, other=gone)
    session.rollback()
    refused("witness_needed", take_back, session, world, kit, trip, other=gone, note="not in the case", alone=True)
    session.rollback()
    take_back(session, world, kit, trip, other=gone, note="not in the case")

    found = seen(session, world, trip)
    assert [one.label for one in found.open_differences] == [bottles[0].label]
    assert held(session, world, PlaceKind.OFF_SITE_KIT) == 1000
    assert faults(session, world) == []
    refused("still_missing", pack, session, world, kit, bottles[2:], turn=2)
    session.rollback()
    line = next(one for one in count_queries.count(session, world.site.id, found.back.count_id).lines if one.differs)
    head = world.act(world.staff[Role.CLINIC_HEAD])
    stock_counts.adjust(session, count_line_id=line.id, reason="loss report 1", act=head)
    session.commit()
    assert not seen(session, world, trip).open_differences
    assert held(session, world, PlaceKind.OFF_SITE_KIT) == 0
    pack(session, world, kit, bottles[2:], turn=2)
    assert faults(session, world) == []


def test_even_a_drop_that_is_missing_needs_a_second_person(session, world, kit, bottles):
    trip = pack(session, world, kit, bottles[:1])
    at_kit = replace(world.act(), window_id=kit.window_id)
    stock_moving.open_container(session, container_id=bottles[0].id, act=at_kit)
    give(session, world, trip, by=world.nurse, to=world.witness, seal_no="S-2", note="opened on the visit")
    less = {bottles[0].label: (CountFound.MEASURED, quantity("999.9"))}

    refused(
        "witness_needed", take_back, session, world, kit, trip, seal_no="S-2", other=less, note="a drop", alone=True
    )


def test_a_dose_given_from_the_kit_is_drawn_from_the_kit(session, world, kit, bottles):
    who = factories.person(session)
    trip = pack(session, world, kit, bottles[:1])
    at_kit = replace(world.act(), window_id=kit.window_id)
    stock_moving.open_container(session, container_id=bottles[0].id, act=at_kit)
    places = stock.places(session, at_kit, PlaceKind.WINDOW, PlaceKind.PERSON)
    assert places[PlaceKind.WINDOW] == kit.id
    assert {place: kind for kind, place in places.items()}[kit.id] is PlaceKind.OFF_SITE_KIT
    drawn = stock.draw(
        session,
        container_id=bottles[0].id,
        quantity=quantity("8"),
        kind=MovementKind.DISPENSE,
        to_place=PlaceKind.PERSON,
        act=at_kit,
    )
    audit.record(session, AuditKind.STOCK_TRANSFERRED, drawn, at_kit, person=who.id)
    stock.enter_register(session, [drawn], at_kit, places)
    give(session, world, trip, by=world.nurse, to=world.witness, seal_no="S-2", note="opened on the visit")

    take_back(session, world, kit, trip, seal_no="S-2")

    line = seen(session, world, trip).lines[0]
    assert (line.drawn, line.counted, line.differs) == (Decimal(8), Decimal(992), False)
    assert held(session, world, PlaceKind.OFF_SITE_KIT) == 992  # an opened one stays where it was opened
    again = pack(session, world, kit, [], turn=2)
    assert [(one.label, one.was_in) for one in seen(session, world, again).lines] == [(bottles[0].label, True)]
    assert "no movement" not in str(faults(session, world))


def test_only_the_holder_hands_on_and_the_taker_signs(session, world, kit, bottles):
    trip = pack(session, world, kit, bottles[:1])
    prescriber = world.staff[Role.PRESCRIBER]

    refused("not_the_holder", give, session, world, trip, by=world.witness, to=prescriber)
    refused("witness_needed", give, session, world, trip, by=world.nurse, to=None)
    refused("taker_is_giver", give, session, world, trip, by=world.nurse, to=world.nurse)
    refused("not_the_holder", take_back, session, world, kit, trip, turn=1)
    refused("not_handed_over", take_back, session, world, kit, trip, by=world.nurse, turn=1)
    session.rollback()

    give(session, world, trip, by=world.nurse, to=world.witness)
    refused("not_the_holder", give, session, world, trip, by=world.nurse, to=prescriber, turn=2)
    refused("not_the_holder", take_back, session, world, kit, trip, by=world.nurse)
    session.rollback()
    assert seen(session, world, trip).holder_id == world.witness.id


def test_nobody_counts_alone_what_they_may_have_had_all_the_way(session, world, kit, bottles):
    trip = pack(session, world, kit, bottles[:1])
    give(session, world, trip, by=world.nurse, to=world.witness)
    give(session, world, trip, by=world.witness, to=world.nurse, turn=2)

    refused("witness_needed", take_back, session, world, kit, trip, by=world.nurse, turn=3, alone=True)
    assert seen(session, world, trip).back is None


def test_an_old_page_does_not_hand_on_pack_or_take_back(session, world, kit, bottles):
    trip = pack(session, world, kit, bottles[:1])
    give(session, world, trip, by=world.nurse, to=world.witness)
    give(session, world, trip, by=world.witness, to=world.nurse, turn=2)

    refused("changed_since_shown", give, session, world, trip, by=world.nurse, to=world.witness, turn=1)
    refused("changed_since_shown", take_back, session, world, kit, trip, by=world.nurse, turn=2)
    refused("kit_is_out", pack, session, world, kit, bottles[1:], turn=2)
    take_back(session, world, kit, trip, by=world.nurse, turn=3)
    with pytest.raises(Conflict, match="uq_kit_return_trip_id"):
        take_back(session, world, kit, trip, by=world.nurse, turn=3)
    refused("changed_since_shown", pack, session, world, kit, bottles, turn=1)


def test_a_kit_that_is_out_is_not_counted_emptied_or_destroyed_by_others(session, world, kit, bottles):
    trip = pack(session, world, kit, bottles[:1])
    due = {one.window_id for one in count_queries.due(session, world.site.id, world.day + timedelta(days=9))}
    assert kit.window_id not in due

    seen_now = looked(session, world, kit)
    counting = Counting(CountKind.WEEKLY, kit.window_id, seen_now)
    with pytest.raises(NotFound, match="kit_is_out"):
        stock_counts.count_place(
            session, counting=counting, witness_above=mg(20), witnessed_by_id=None, act=world.act()
        )
    refused("kit_is_out", stock_moving.move_to_safe, session, container_ids=[bottles[0].id], act=world.act())
    refused(
        "is_a_kit",
        stock_moving.move_to_window,
        session,
        container_ids=[bottles[1].id],
        window_id=kit.window_id,
        act=world.act(),
    )
    session.rollback()
    assert seen(session, world, trip).lines[0].container_id == bottles[0].id


def test_what_may_be_packed(session, world, kit, bottles):
    open_one = world.containers["methadone"]
    old = factories.container(
        session, world, world.products["methadone"], at_window=False, expires_on=world.day - timedelta(days=1)
    )
    session.commit()

    refused("none_chosen", pack, session, world, kit, [])
    refused("container_open", pack, session, world, kit, [open_one])
    refused("expired", pack, session, world, kit, [old])
    refused("expected_back", pack, session, world, kit, bottles, expected_back_at=world.at)
    refused("blank", pack, session, world, kit, bottles, seal_no="\u200b")
    refused("blank", pack, session, world, kit, bottles, destination=" ")
    values = {"kit_id": kit.id, "container_ids": [bottles[0].id], "act": world.act()}
    packing = Packing(1, "Ward 3", "S-1", world.at + timedelta(hours=1))
    refused("witness_needed", kits.pack, session, packing=packing, witnessed_by_id=None, **values)
    refused("witness_is_self", kits.pack, session, packing=packing, witnessed_by_id=world.nurse.id, **values)
    safe = session.scalars(select(Place.id).where(Place.kind == PlaceKind.SAFE)).one()
    refused(
        "no_kit", kits.pack, session, packing=packing, witnessed_by_id=world.witness.id, **(values | {"kit_id": safe})
    )
    session.rollback()
    assert count(session, KitTrip) == 0


def test_a_kit_of_another_name_and_its_terminal(session, world, kit):
    admin = world.act(world.staff[Role.ADMINISTRATOR])
    refused("window_taken", sites.add_kit, session, name="Kit A", act=admin)
    session.rollback()
    terminal = sites.name_terminal(session, name="Kit laptop", window_id=kit.window_id, act=admin)
    assert terminal.window_id == kit.window_id


def test_two_terminals_pack_the_same_kit_once(app, session, world, bottles, kit):
    outcomes, start = [], threading.Barrier(2)

    def at_terminal(bottle_id):
        with app.app_context():
            start.wait()
            try:
                with unit_of_work() as own:
                    kits.pack(
                        own,
                        kit_id=kit.id,
                        packing=Packing(1, "Ward 3", "S-1", world.at + timedelta(hours=1)),
                        container_ids=[bottle_id],
                        witnessed_by_id=world.witness.id,
                        act=world.act(),
                    )
                outcomes.append("packed")
            except (Conflict, Refused) as refusal:
                outcomes.append(refusal.code)

    threads = [threading.Thread(target=at_terminal, args=(b.id,)) for b in bottles[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("packed") == 1
    assert set(outcomes) - {"packed"} <= {"kit_is_out", "uq_kit_trip_place_id_turn", "changed_since_shown"}
    session.expire_all()
    assert count(session, KitTrip) == 1
    assert faults(session, world) == []
