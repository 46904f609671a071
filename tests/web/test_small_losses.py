"""Bottle ends as rows for whoever sees the stock, and patterns of small losses for the clinic head alone."""

import pytest
from sqlalchemy import select

from dispensary.policy.house import house_rules
from dispensary.queries import small_losses as losses
from dispensary.services import stock, stock_leaving
from models import Movement
from models.enums import MovementKind, Role, WasteReason
from models.units import quantity
from tests.agencies import another_site
from tests.client import StrictClient
from tests.factories import UTC_ZONE


def text(answer) -> str:
    return str(answer.get_data(as_text=True))


@pytest.fixture
def spilt(session, world):
    """Four spills of methadone in one morning, all recorded by one nurse before one witness."""
    for _ in range(4):
        stock_leaving.waste_stock(
            session,
            container_id=world.containers["methadone"].id,
            quantity=quantity("2.5"),
            reason=WasteReason.SPILT,
            note="cup fell",
            witnessed_by_id=world.witness.id,
            act=world.act(),
        )
    session.commit()


@pytest.fixture
def head(client, session, world) -> StrictClient:
    return client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)


def test_the_head_sees_what_the_losses_have_in_common_beside_everybodys_share(head, spilt, world):
    page = text(head.get("/stock/patterns"))

    assert page.count(world.nurse.name) >= 4
    for words in ("4 differences, spills and breakages", "anybody", "cup fell", world.witness.name):
        assert words in page


def test_three_are_no_pattern(head, session, world):
    for _ in range(3):
        stock_leaving.waste_stock(
            session,
            container_id=world.containers["methadone"].id,
            quantity=quantity("1"),
            reason=WasteReason.BROKEN,
            note="glass",
            witnessed_by_id=world.witness.id,
            act=world.act(),
        )
    session.commit()

    assert "Nothing that comes again and again." in text(head.get("/stock/patterns"))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CLINIC_HEAD])
def test_nobody_else_sees_patterns(client, session, world, spilt, role):
    who = world.staff[role]
    client.sign_in(session, world, who, at_window=role is Role.NURSE)

    assert client.get("/stock/patterns").status_code == 403
    assert "/stock/patterns" not in text(client.get("/stock"))


def test_what_was_wasted_on_purpose_is_no_small_loss(head, session, world):
    for _ in range(5):
        stock_leaving.waste_stock(
            session,
            container_id=world.containers["methadone"].id,
            quantity=quantity("1"),
            reason=WasteReason.EXPIRED,
            witnessed_by_id=world.witness.id,
            act=world.act(),
        )
    session.commit()
    assert "Nothing that comes again and again." in text(head.get("/stock/patterns"))


def test_losses_and_movements_of_another_site_are_not_counted(session, world, spilt):
    elsewhere, shifts = another_site(session, world), house_rules().loss_shifts
    period = (world.day, world.day, UTC_ZONE, shifts)

    assert len(losses.small_losses(session, world.site.id, *period)) == 4
    assert losses.small_losses(session, elsewhere.site.id, *period) == []
    assert sum(losses.moved_by(session, elsewhere.site.id, *period).values()) == 0


def test_a_loss_that_was_taken_back_counts_no_more(session, world, spilt):
    lost = session.scalars(select(Movement).where(Movement.kind == MovementKind.SPILL)).first()
    stock.put_back(session, movement=lost, act=world.act())

    found = losses.small_losses(session, world.site.id, world.day, world.day, UTC_ZONE, house_rules().loss_shifts)

    assert lost.id not in {loss.movement_id for loss in found}
    assert len(found) == 3


@pytest.mark.parametrize(("measured", "shown", "word"), [("990", "-10", "short"), ("1000", "", "")])
def test_a_bottle_end_that_differs_is_a_row_of_its_own(nurse, session, world, measured, shown, word):
    made = world.containers["methadone"]
    stock_leaving.mark_emptied(
        session,
        container_id=made.id,
        measured=quantity(measured),
        witnessed_by_id=world.witness.id,
        note="measured twice",
        act=world.act(),
    )
    session.commit()

    page = text(nurse.get("/stock/bottle-ends"))

    assert (made.label in page) == bool(word)
    assert ("measured twice" in page) == bool(word)
    if word:
        assert f"{shown}\xa0mL" in page.replace("−", "-")
        assert word in page


@pytest.mark.parametrize("asked", ["from=9999-12-31", "from=0001-01-01", "from=x", "from=2026-03-02&until=2026-01-01"])
def test_days_that_cannot_be_are_said(nurse, asked):
    assert nurse.get(f"/stock/bottle-ends?{asked}").status_code == 422
