"""A day that does not reconcile is never closed in silence: a reason, a second person, and what differed stays on record."""

import pytest
from sqlalchemy import func, select, text, update

from dispensary.queries.verification import verify
from dispensary.safekeeping import keys
from dispensary.services import stock
from models import AuditEvent, DayClose, DayCloseDifference
from models.enums import AuditKind, MovementKind, PlaceKind, Role
from models.units import quantity
from tests import factories
from tests.factories import PASSWORD

NOTE = "counted twice; drawn for nobody, head told"


@pytest.fixture
def differing(session, world):
    """Something was drawn as dispensed, and no dose says for whom."""
    act = world.act()
    made = stock.draw(
        session,
        container_id=world.containers["methadone"].id,
        quantity=quantity("0.5"),
        kind=MovementKind.DISPENSE,
        to_place=PlaceKind.PERSON,
        act=act,
    )
    stock.enter_register(session, [made], act)
    session.commit()
    return world


def signed(world, **other):
    return {"note": NOTE, "witness_username": world.witness.username, "witness_password": PASSWORD} | other


def closed(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(DayClose))


def test_the_page_names_what_differs_and_by_how_much(client, session, differing):
    page = client.sign_in(session, differing, differing.nurse).get("/day-close").text

    assert "does not reconcile" in page
    assert "dispensing log: swallowed: 0 mL; by the movements 0.5 mL. Apart by 0.5 mL." in page
    assert "stock movement no." in page


@pytest.mark.parametrize("left_out", ["note", "witness_username", "witness_password"])
def test_it_is_not_closed_without_reason_and_second_person(client, session, differing, left_out):
    client.sign_in(session, differing, differing.nurse)

    answer = client.send("/day-close", signed(differing, **{left_out: ""}))

    assert answer.status_code == 422
    assert closed(session) == 0


@pytest.mark.parametrize("nothing", ["\u200b", "\u2060\u200b \u00ad", "\u3164"])
def test_a_reason_that_shows_nothing_is_none(client, session, differing, nothing):
    client.sign_in(session, differing, differing.nurse)

    answer = client.send("/day-close", signed(differing, note=nothing))

    assert answer.status_code == 422
    assert closed(session) == 0


def test_nobody_is_their_own_second_person(client, session, differing):
    client.sign_in(session, differing, differing.nurse)

    answer = client.send("/day-close", signed(differing, witness_username=differing.nurse.username))

    assert answer.status_code == 422
    assert closed(session) == 0


def test_closed_all_the_same_it_is_kept_audited_and_shown_on_later_pages(client, session, differing, app):
    client.sign_in(session, differing, differing.nurse)

    answer = client.send("/day-close", signed(differing))
    page = client.get(answer.headers["Location"]).text
    client.sign_in(session, differing, differing.staff[Role.CLINIC_HEAD])
    log = client.get(f"/paper/log?from={differing.day}").text
    said = client.get("/audit").text

    assert answer.status_code == 303
    session.rollback()
    kept = session.scalars(select(DayCloseDifference)).one()
    assert (kept.note, kept.witnessed_by_id) == (NOTE, differing.witness.id)
    for shown in (page, log):
        assert "did not reconcile" in shown
        assert NOTE in shown
        assert "Apart by 0.5 mL" in shown
    assert "although it did not reconcile" in said
    assert session.scalar(select(func.count()).where(AuditEvent.kind == AuditKind.DAY_CLOSED_DIFFERING)) == 1


def test_what_changed_since_the_page_was_shown_is_shown_again_first(client, session, differing):
    client.sign_in(session, differing, differing.nurse)
    page = client.get("/day-close")
    act = differing.act()
    more = stock.draw(
        session,
        container_id=differing.containers["methadone"].id,
        quantity=quantity("1"),
        kind=MovementKind.DISPENSE,
        to_place=PlaceKind.PERSON,
        act=act,
    )
    stock.enter_register(session, [more], act)
    session.commit()
    from tests.client import hidden_fields

    answer = client.post("/day-close", data=hidden_fields(page, "/day-close") | signed(differing))

    assert answer.status_code == 409
    assert "has changed since this page was shown" in answer.text
    assert "1.5 mL" in answer.text
    assert closed(session) == 0


def test_a_changed_reason_is_found_by_verify(client, session, differing, app, backend):
    client.sign_in(session, differing, differing.nurse).send("/day-close", signed(differing))
    session.rollback()
    if backend == "sqlite":
        session.execute(text("DROP TRIGGER day_close_difference_no_update"))
    else:
        session.execute(text("SET session_replication_role = replica"))
    session.execute(update(DayCloseDifference).values(note="nothing was wrong"))
    session.commit()

    found = verify(session, differing.site.id, keys.read_seal_key(app.extensions["home"]).public_key())

    assert any("day_close_difference" in str(fault.where.values) for fault in found.facts)


def test_a_day_that_reconciles_needs_neither(client, session, world):
    who = factories.person(session)
    factories.dose(session, world, who, factories.order(session, world, who))
    session.commit()

    page = client.sign_in(session, world, world.nurse).get("/day-close").text
    answer = client.send("/day-close", {})

    assert "witness_password" not in page
    assert answer.status_code == 303
    assert closed(session) == 1
