"""Sixteen people draw from one container that holds enough for ten."""

import threading
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import DomainError
from dispensary.rules.chain import Link, breaks
from dispensary.services import audit, stock
from dispensary.web.database import unit_of_work
from models import AuditEvent, Base, ChainHead, Movement, RegisterEntry
from models.enums import AuditKind, ChainKind, MovementKind, PlaceKind
from models.units import quantity
from tests import factories
from tests.factories import World

AT_ONCE, ENOUGH_FOR = 16, 10


def draw_once(app: Flask, world: World, container_id: int, start: threading.Barrier, outcomes: list[str]) -> None:
    start.wait(timeout=30)
    act = world.act()
    try:
        with app.app_context(), unit_of_work() as session:
            made = stock.draw(
                session,
                container_id=container_id,
                quantity=quantity("8"),
                kind=MovementKind.DISPENSE,
                to_place=PlaceKind.PERSON,
                act=act,
            )
            audit.record(session, AuditKind.DOSE_RECORDED, made, act)
            stock.enter_register(session, [made], act)
    except DomainError as refusal:
        outcomes.append(refusal.code)
    else:
        outcomes.append("drawn")


def links(session: Session, table: type[Base], *where: object) -> list[Link]:
    rows = session.execute(
        select(table.number, table.body, table.previous_digest, table.digest).where(*where).order_by(table.number)
    )
    return [Link(*row) for row in rows]


@pytest.mark.parametrize("kept_open", [True, False], ids=["at the window", "of a second product"])
def test_of_sixteen_draws_at_once_exactly_ten_succeed(app: Flask, session: Session, world: World, kept_open: bool):
    product = world.products["methadone"] if kept_open else factories.product(session, name="Other", strength="5")
    bottle = factories.container(session, world, product, size="80")
    session.commit()
    start, outcomes = threading.Barrier(AT_ONCE), []
    threads = [
        threading.Thread(target=draw_once, args=(app, world, bottle.id, start, outcomes)) for _ in range(AT_ONCE)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(outcomes) == ["below_zero"] * (AT_ONCE - ENOUGH_FOR) + ["drawn"] * ENOUGH_FOR
    moved = session.execute(
        select(Movement.container_seq, Movement.balance_after)
        .where(Movement.container_id == bottle.id)
        .order_by(Movement.container_seq)
    ).all()
    assert [row.container_seq for row in moved] == list(range(1, ENOUGH_FOR + 2))
    assert [row.balance_after for row in moved] == [Decimal(80 - 8 * n) for n in range(ENOUGH_FOR + 1)]


def test_no_chain_forks_when_many_draw_at_once(app: Flask, session: Session, world: World):
    bottle = world.containers["methadone"]
    start, outcomes = threading.Barrier(AT_ONCE), []
    threads = [
        threading.Thread(target=draw_once, args=(app, world, bottle.id, start, outcomes)) for _ in range(AT_ONCE)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert outcomes == ["drawn"] * AT_ONCE
    register = links(session, RegisterEntry, RegisterEntry.product_id == bottle.product_id)
    assert list(breaks(register)) == []
    assert len(register) == 1 + AT_ONCE
    audits = links(session, AuditEvent)
    assert list(breaks(audits)) == []
    assert len({link.previous_digest for link in audits}) == len(audits) == AT_ONCE
    head = select(ChainHead.last_number, ChainHead.last_balance).where(
        ChainHead.kind == ChainKind.REGISTER, ChainHead.product_id == bottle.product_id
    )
    assert tuple(session.execute(head).one()) == (1 + AT_ONCE, Decimal(1000 - 8 * AT_ONCE))
    assert session.scalar(select(func.count(Movement.id)).where(Movement.kind == MovementKind.DISPENSE)) == AT_ONCE
