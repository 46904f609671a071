"""Destruction by two people: of containers, and of what people brought back."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import destructions as records
from dispensary.queries.stock import balances
from dispensary.services import destruction, stock_leaving, stock_moving
from dispensary.services.destruction import ChosenContainer, ChosenReturn
from models import Bottle, Container, DestructionLine, Movement, RegisterEntry
from models.enums import AuditKind, DestructionMethod, DestructionReason, MovementKind, PlaceKind, WasteReason
from models.units import quantity
from tests import factories
from tests.durability.recount import recount_within
from tests.rows import audited, count
from tests.services.test_bottle_returns import FULL, PART, back, who
from tests.services.test_verify import open_walls, said

__all__ = ["open_walls", "who"]

EXPIRED = DestructionReason.EXPIRED


@pytest.fixture
def old(session, world):
    """A sealed bottle in the safe whose last day this is."""
    made = factories.container(
        session, world, world.products["methadone"], at_window=False, expires_on=world.day, size="500"
    )
    session.commit()
    return made


def held(session, world, container):
    return records.held(session, [container.id], world.site.id)[container.id]


def chosen(session, world, container, **values):
    values = {"reason": EXPIRED, "shown": held(session, world, container).shown} | values
    return ChosenContainer(container_id=container.id, **values)


def destroy(session, world, *containers, **values):
    made = destruction.destroy(
        session,
        **{
            "containers": containers,
            "method": DestructionMethod.DENATURED,
            "document_no": "41-7",
            "witnessed_by_id": world.witness.id,
            "act": world.act(),
        }
        | values,
    )
    session.commit()
    return made


def test_a_sealed_container_is_destroyed_whole_before_a_witness(session, world, old):
    made = destroy(session, world, chosen(session, world, old))

    moved = session.scalars(select(Movement).where(Movement.kind == MovementKind.DESTROY)).one()
    assert (moved.quantity, moved.balance_after, moved.witnessed_by_id) == (quantity("500"), 0, world.witness.id)
    assert session.get_one(Container, old.id).emptied_at == world.at
    assert balances(session, world.site.id)[world.products["methadone"].id, PlaceKind.DESTROYED] == quantity("500")
    [thing] = records.things_destroyed(session, made.id)
    entered = session.scalars(select(RegisterEntry).where(RegisterEntry.movement_id == moved.id)).one()
    assert (thing.amount_mg, thing.register_number, thing.lot) == (5000, entered.number, thing.lot)
    assert len(audited(session, AuditKind.STOCK_DESTROYED)) == 1
    assert said(session, world) == []
    recount_within(session)


def test_the_rest_of_an_open_container_is_measured_by_two_and_must_be_what_the_books_say(session, world):
    methadone = world.containers["methadone"]
    for measured, code in ((None, "measure_first"), (quantity("999"), "measured_otherwise")):
        with pytest.raises(Refused, match=code):
            destroy(session, world, chosen(session, world, methadone, measured=measured))
        session.rollback()

    destroy(
        session,
        world,
        chosen(session, world, methadone, measured=quantity("1000"), reason=DestructionReason.CONTAMINATED),
    )

    assert held(session, world, methadone).holds == 0


def test_what_waits_of_a_bottle_is_destroyed_once_and_no_container_holds_less(session, world, who):
    methadone = world.products["methadone"].id
    back(session, world, FULL)
    back(
        session, world, PART, session.scalars(select(Bottle).order_by(Bottle.id)).all()[1], {methadone: quantity("3.5")}
    )
    session.commit()
    waiting = records.returns_waiting(session, world.site.id)
    assert [(w.quantity, w.days(world.day + timedelta(days=4))) for w in waiting] == [
        (quantity("8"), 4),
        (quantity("3.5"), 4),
    ]
    before = held(session, world, world.containers["methadone"]).holds
    returns = [ChosenReturn(w.id, w.shown) for w in waiting]

    made = destroy(session, world, returns=returns)

    assert records.returns_waiting(session, world.site.id) == []
    assert held(session, world, world.containers["methadone"]).holds == before
    sums = balances(session, world.site.id)
    assert (sums[methadone, PlaceKind.RETURNED], sums[methadone, PlaceKind.DESTROYED]) == (0, quantity("11.5"))
    assert {t.reason for t in records.things_destroyed(session, made.id)} == {DestructionReason.RETURNED}
    assert said(session, world) == []
    with pytest.raises(Conflict, match="changed_since_shown"):
        destroy(session, world, returns=returns[:1])


def test_a_container_and_what_once_came_from_it_are_destroyed_together(session, world, who):
    back(session, world, FULL)
    session.commit()
    methadone = world.containers["methadone"]
    [waiting] = records.returns_waiting(session, world.site.id)

    destroy(
        session,
        world,
        chosen(session, world, methadone, measured=held(session, world, methadone).holds),
        returns=[ChosenReturn(waiting.id, waiting.shown)],
    )

    assert count(session, DestructionLine) == 2
    assert said(session, world) == []


def moved_since(session, world, old):
    stock_moving.move_to_window(session, container_ids=[old.id], window_id=world.window.id, act=world.act())


def wasted_since(session, world, old):
    stock_leaving.waste_stock(
        session,
        container_id=old.id,
        quantity=quantity("1"),
        reason=WasteReason.CONTAMINATED,
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )


@pytest.mark.parametrize("change", [moved_since, wasted_since, lambda *_: None])
def test_an_old_page_destroys_nothing(session, world, old, change):
    stale = chosen(session, world, old)
    change(session, world, old)
    session.commit()
    if change.__name__ == "<lambda>":
        stale = ChosenContainer(old.id, EXPIRED, "garbage")

    with pytest.raises(Conflict, match="changed_since_shown"):
        destroy(session, world, stale)
    assert count(session, DestructionLine) == 0


def test_two_who_destroy_the_same_thing_do_so_once(session, world, old):
    stale = chosen(session, world, old)
    destroy(session, world, stale)

    with pytest.raises(Conflict, match="changed_since_shown"):
        destroy(session, world, stale)
    session.rollback()
    with pytest.raises(Refused, match="holds_nothing"):
        destroy(session, world, chosen(session, world, old))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"witnessed_by_id": None}, "witness_needed"),
        ({"witnessed_by_id": "self"}, "witness_is_self"),
        ({"document_no": " "}, "blank"),
        ({"method": DestructionMethod.OTHER}, "blank"),
        ({"containers": ()}, "none_chosen"),
        ({"containers": "twice"}, "chosen_twice"),
        ({"containers": "returned"}, "not_returned"),
        ({"containers": "many"}, "too_many"),
    ],
)
def test_a_destruction_that_is_not_whole_is_refused(session, world, old, values, code):
    one = chosen(session, world, old)
    returned = ChosenContainer(old.id, DestructionReason.RETURNED, one.shown)
    stands_for = {"self": world.nurse.id, "twice": (one, one), "returned": (returned,), "many": (one,) * 201}
    values = {k: stands_for.get(v, v) if isinstance(v, str) else v for k, v in values.items()}

    with pytest.raises(Refused, match=code):
        destroy(session, world, **{"containers": (one,)} | values)


def test_nothing_of_another_site_is_destroyed_or_seen(session, world, old):
    made = destroy(session, world, chosen(session, world, old))

    with pytest.raises(NotFound):
        records.destruction(session, made.id, world.site.id + 1)
    with pytest.raises(NotFound):
        destroy(session, world, ChosenContainer(2**31 - 1, EXPIRED, ""))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE destruction_line SET quantity = 400000",
        "UPDATE destruction_line SET reason = 'contaminated'",
        "DELETE FROM destruction_line",
        "UPDATE destruction SET document_no = 'another'",
        "UPDATE destruction SET witnessed_by_id = 2",
        "DELETE FROM destruction",
        "UPDATE movement SET witnessed_by_id = NULL WHERE kind = 'destroy'",
        "UPDATE movement SET kind = 'adjustment' WHERE kind = 'destroy'",
        "UPDATE movement SET kind = 'destroy' WHERE id = 1",
    ],
)
def test_a_destruction_changed_past_the_services_is_named(session, world, old, open_walls, change):
    destroy(session, world, chosen(session, world, old))
    assert said(session, world) == []

    open_walls()
    session.execute(text(change))

    assert said(session, world) != []
