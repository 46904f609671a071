"""From the safe to a window and back, and the breaking of a seal."""

import pytest
from sqlalchemy import func, select

from dispensary.errors import NotFound, Refused
from dispensary.services import stock_leaving, stock_moving
from models import AuditEvent, Movement, Window
from models.enums import AuditKind, MovementKind, PlaceKind
from models.units import quantity
from tests import factories


def bottle(session, world, product="methadone", **values):
    made = factories.container(session, world, world.products[product], **({"at_window": False} | values))
    session.commit()
    return made


def to_window(session, world, *bottles, window=None):
    return stock_moving.move_to_window(
        session,
        container_ids=[b.id for b in bottles],
        window_id=(window or world.window).id,
        act=world.act(),
    )


def end_open(session, world, product="methadone"):
    stock_leaving.mark_emptied(
        session,
        container_id=world.containers[product].id,
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )


def other_strength(session, world, strength="5"):
    return factories.product(session, name=f"Methadone oral solution {strength} mg/mL", strength=strength)


def test_sealed_bottles_go_from_the_safe_to_the_window_whole(session, world):
    first, second = bottle(session, world), bottle(session, world)

    moved = to_window(session, world, second, first)

    assert [m.container_id for m in moved] == [first.id, second.id]
    assert {(m.kind, m.quantity, m.balance_after) for m in moved} == {(MovementKind.TRANSFER, 1000, 1000)}
    assert {m.to_place_id for m in moved} == {world.places[PlaceKind.WINDOW].id}
    assert first.window_id == world.window.id
    kinds = select(func.count()).where(AuditEvent.kind == AuditKind.STOCK_TRANSFERRED)
    assert session.scalar(kinds) == 2


def test_a_sealed_bottle_goes_back_to_the_safe(session, world):
    made = bottle(session, world, at_window=True)

    moved = stock_moving.move_to_safe(session, container_ids=[made.id], act=world.act())

    assert moved[0].to_place_id == world.places[PlaceKind.SAFE].id
    assert made.window_id is None


def test_an_opened_bottle_stays_where_it_was_opened(session, world):
    with pytest.raises(Refused, match="container_open"):
        stock_moving.move_to_safe(session, container_ids=[world.containers["methadone"].id], act=world.act())


def test_an_emptied_bottle_is_not_moved_at_all(session, world):
    end_open(session, world)

    with pytest.raises(Refused, match="container_emptied"):
        stock_moving.move_to_safe(session, container_ids=[world.containers["methadone"].id], act=world.act())


def test_a_bottle_at_a_window_is_not_moved_to_a_window(session, world):
    with pytest.raises(Refused, match="wrong_place"):
        to_window(session, world, bottle(session, world, at_window=True))


def test_a_bottle_in_the_safe_is_not_moved_to_the_safe(session, world):
    with pytest.raises(Refused, match="wrong_place"):
        stock_moving.move_to_safe(session, container_ids=[bottle(session, world).id], act=world.act())


def test_an_expired_bottle_does_not_come_to_the_window(session, world):
    with pytest.raises(Refused, match="expired"):
        to_window(session, world, bottle(session, world, expires_on=world.day.replace(day=1)))


def test_a_window_of_nowhere_is_not_found(session, world):
    with pytest.raises(NotFound, match="no_window"):
        stock_moving.move_to_window(session, container_ids=[], window_id=999, act=world.act())


def test_the_next_bottle_is_opened_after_the_last_has_ended(session, world):
    made = bottle(session, world, at_window=True)
    end_open(session, world)

    opened = stock_moving.open_container(session, container_id=made.id, act=world.act())

    assert (opened.opened_at, opened.opened_by_id) == (world.at, world.nurse.id)


def test_one_bottle_of_a_product_is_open_at_a_window(session, world):
    made = bottle(session, world, at_window=True)

    with pytest.raises(Refused, match="another_is_open"):
        stock_moving.open_container(session, container_id=made.id, act=world.act())


def test_a_bottle_is_opened_once(session, world):
    with pytest.raises(Refused, match="container_open"):
        stock_moving.open_container(session, container_id=world.containers["methadone"].id, act=world.act())


def test_a_bottle_in_the_safe_is_not_opened(session, world):
    end_open(session, world)

    with pytest.raises(Refused, match="not_here"):
        stock_moving.open_container(session, container_id=bottle(session, world).id, act=world.act())


def test_a_bottle_of_another_window_is_not_opened_from_here(session, world):
    other = factories.save(session, Window(site_id=world.site.id, name="Window 2"))
    made = bottle(session, world)
    moved = to_window(session, world, made, window=other)

    with pytest.raises(Refused, match="not_here"):
        stock_moving.open_container(session, container_id=made.id, act=world.act())
    assert moved[0].to_place_id != world.places[PlaceKind.WINDOW].id


def test_an_expired_bottle_is_not_opened(session, world):
    end_open(session, world)
    made = bottle(session, world, at_window=True, expires_on=world.day.replace(day=1))

    with pytest.raises(Refused, match="expired"):
        stock_moving.open_container(session, container_id=made.id, act=world.act())


def test_another_strength_than_the_one_open_here_needs_a_second_person(session, world):
    made = factories.container(session, world, other_strength(session, world))

    with pytest.raises(Refused, match="witness_needed"):
        stock_moving.open_container(session, container_id=made.id, act=world.act())
    opened = stock_moving.open_container(
        session, container_id=made.id, witnessed_by_id=world.witness.id, act=world.act()
    )

    assert opened.opened_at == world.at


def test_another_strength_needs_a_second_person_also_when_nothing_is_open_any_more(session, world):
    end_open(session, world)
    made = factories.container(session, world, other_strength(session, world))

    with pytest.raises(Refused, match="witness_needed"):
        stock_moving.open_container(session, container_id=made.id, act=world.act())


def test_nobody_is_their_own_second_person_for_another_strength(session, world):
    made = factories.container(session, world, other_strength(session, world))

    with pytest.raises(Refused, match="witness_is_self"):
        stock_moving.open_container(session, container_id=made.id, witnessed_by_id=world.nurse.id, act=world.act())


def test_strengths_that_are_both_in_hand_need_no_second_person(session, world):
    made = factories.container(session, world, world.products["bup2"], size="100")
    end_open(session, world, "bup2")

    opened = stock_moving.open_container(session, container_id=made.id, act=world.act())

    assert opened.opened_by_id == world.nurse.id


def test_opening_moves_nothing(session, world):
    made = bottle(session, world, at_window=True)
    end_open(session, world)
    before = session.scalar(select(func.count(Movement.id)))

    stock_moving.open_container(session, container_id=made.id, act=world.act())

    assert session.scalar(select(func.count(Movement.id))) == before
    assert quantity("1000") == made.size
