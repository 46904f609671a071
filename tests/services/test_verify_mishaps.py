"""Verification after a morning on which everything went wrong: sound as recorded, and nothing of it can be changed unseen."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from dispensary.queries.verification.facts import changed_fact
from dispensary.services import dose_reversals, orders
from models import Base
from models.enums import ClaimKind, IncidentKind, ReversalReason
from models.units import mg
from tests import factories
from tests.durability.recount import recount_within
from tests.services.test_orders import draft, signing
from tests.services.test_verify import open_walls, plain, replace_text, rewrite, said, set_head

__all__ = ["open_walls"]


@pytest.fixture
def bad_morning(session, world):
    """One dose of each kind that goes wrong, each of a person of its own."""

    def somebody():
        who = factories.person(session, "Trần")
        return who, factories.order(session, world, who)

    twice, of = somebody()
    factories.dose(session, world, twice, of)
    factories.incident(session, world, twice, of)
    wrong, of = somebody()
    factories.incident(
        session, world, wrong, of, kind=IncidentKind.WRONG_AMOUNT, claimed=True, lines={"methadone": "16"},
        ordered_mg=mg(80), intended=twice,
    )  # fmt: skip
    sick, of = somebody()
    came_up = factories.dose(session, world, sick, of)
    factories.vomiting(session, world, came_up)
    factories.replacement(session, world, came_up)
    clumsy, of = somebody()
    factories.spill(session, world, clumsy, of)
    factories.dose(session, world, clumsy, of, at=world.at + timedelta(minutes=3))
    away, _ = somebody()
    factories.elsewhere(session, world, away)
    session.commit()
    return world


def test_a_morning_on_which_everything_went_wrong_verifies_and_recounts(session, bad_morning):
    assert said(session, bad_morning) == []
    assert recount_within(session) == {"doses": 5, "claims": 5, "lines": 6, "movements": 6}


OF_ITS_OWN = (
    "vomiting", "replacement_order", "spill", "elsewhere_dose", "elsewhere_verdict", "dosing_incident", "dose",
)  # fmt: skip


@pytest.mark.parametrize("table", OF_ITS_OWN)
def test_a_fact_that_is_taken_away_is_named(session, bad_morning, open_walls, table):
    open_walls()
    for row_id in session.scalars(text(f"SELECT id FROM {table} ORDER BY id")).all():
        savepoint = session.begin_nested()
        session.execute(text(f"DELETE FROM {table} WHERE id = :id"), {"id": row_id})

        found = changed_fact(session, bad_morning.site.id, lambda rows: None)
        assert found is not None
        assert (plain(found.where).split(" (")[0], plain(found.what)) == (f"{table} no. {row_id}", "it is gone")
        savepoint.rollback()


@pytest.mark.parametrize("table", OF_ITS_OWN)
def test_no_column_of_such_a_fact_can_be_changed_unseen(session, bad_morning, open_walls, table):
    open_walls()
    described = Base.metadata.tables[table]
    row = session.execute(select(described).order_by(described.c.id.desc()).limit(1)).mappings().one()
    for column in described.columns:
        if column.name in ("id", "request_id"):
            continue
        savepoint = session.begin_nested()
        changed = update(described).where(described.c.id == row["id"])
        try:
            session.execute(changed.values({column.name: another(row[column.name], column)}))
        except IntegrityError:  # a rule of the table refuses it, walls or none
            savepoint.rollback()
            continue

        found = changed_fact(session, bad_morning.site.id, lambda rows: None)
        assert found is not None, column.name
        assert column.name in plain(found.what)
        savepoint.rollback()


def another(old, column):
    """Return another value that a column would take."""
    if words := getattr(column.type, "enum_class", None):
        return next(word for word in words if word is not old)
    made = {
        bool: lambda: not old,
        int: lambda: old + 1,
        Decimal: lambda: old + 1,
        str: lambda: f"{old} and more",
        UUID: uuid4,
        datetime: lambda: old + timedelta(minutes=1),
        date: lambda: old + timedelta(days=1),
    }
    return made[type(old)]() if old is not None else EMPTY[type(column.type).__name__]


EMPTY = {"Integer": 1, "Text": "something", "Instant": datetime(2026, 3, 2, tzinfo=UTC), "Thousandths": Decimal(1)}
"""What fills a column that was empty."""


def tampered(session, world, *statements):
    """Do something behind the program's back, and return what the verification says."""
    for statement in statements:
        session.execute(text(statement))
    return said(session, world)


def test_an_incident_made_into_an_ordinary_dose_is_named(session, bad_morning, open_walls):
    open_walls()

    found = tampered(session, bad_morning, "UPDATE claim SET kind = 'observed' WHERE kind = 'incident'")

    assert any("its claim is not of this person, day and part" in line for line in found), found


def test_a_dose_elsewhere_that_took_a_slot_nobody_holds_is_named(session, bad_morning, open_walls):
    open_walls()

    found = tampered(session, bad_morning, "UPDATE dose SET claim_id = NULL WHERE outcome = 'elsewhere'")

    assert any("its dose is not on record" in line for line in found), found
    assert any("it was swallowed by mistake, and no incident tells of it" in line for line in found), found


def test_stock_of_an_incident_and_of_a_replacement_is_held_against_their_lines(session, bad_morning, open_walls):
    open_walls()
    for outcome in ("incident", "replacement"):
        savepoint = session.begin_nested()
        lines = f"dose_id = (SELECT max(id) FROM dose WHERE outcome = '{outcome}')"

        found = tampered(session, bad_morning, f"UPDATE dose_line SET poured = 1000, taken = 1000 WHERE {lines}")

        assert any("its lines do not add up to its amount" in line for line in found), found
        assert any("the stock it took is not what its lines say" in line for line in found), found
        savepoint.rollback()


def test_a_mistake_that_was_taken_back_by_one_person_alone_is_named(session, bad_morning, open_walls):
    dose_id = session.scalar(text("SELECT max(id) FROM dose WHERE outcome = 'incident'"))
    dose_reversals.reverse_dose(
        session,
        dose_id=dose_id,
        reason=ReversalReason.KEYED_BY_MISTAKE,
        note="typed under another number",
        poured=False,
        witnessed_by_id=bad_morning.witness.id,
        act=bad_morning.act(),
    )
    session.commit()
    assert said(session, bad_morning) == []
    recount_within(session)
    open_walls()

    found = tampered(session, bad_morning, "UPDATE dose_reversal SET witnessed_by_id = NULL")

    assert any("one person alone took that back" in line for line in found), found


def test_a_spill_that_is_turned_into_something_else_is_named(session, bad_morning, open_walls):
    open_walls()

    found = tampered(session, bad_morning, "UPDATE movement SET kind = 'dispense' WHERE kind = 'spill'")

    assert any("its stock was not lost as a spill before a witness" in line for line in found), found


def test_a_replacement_in_another_amount_than_was_ordered_is_named(session, bad_morning, open_walls):
    open_walls()

    found = tampered(session, bad_morning, "UPDATE replacement_order SET amount_mg = 20000")

    assert any("nobody ordered this replacement" in line for line in found), found


def test_a_slot_held_for_a_linked_record_must_be_held_there(session, bad_morning):
    who = factories.person(session, "Linked")
    factories.claim(session, bad_morning, who, kind=ClaimKind.LINK)
    session.commit()

    assert any("no linked record holds this slot" in line for line in said(session, bad_morning))


def test_a_column_that_came_later_holds_nothing_in_a_row_of_before(session, world, open_walls):
    who = factories.person(session)
    factories.dose(session, world, who, factories.order(session, world, who))
    open_walls()
    for column in ("given_by_id", "replaces_id", "replaces_turn", "scanned_at"):
        replace_text(session, "audit_event", f'"row.{column}":null,', "", "kind = 'dose.recorded'")
    set_head(session, "audit", 0, *rewrite(session, "audit_event", "1 = 1", 1))
    session.commit()
    assert said(session, world) == []

    found = tampered(session, world, "UPDATE dose SET given_by_id = 1")

    assert any("it was changed (given_by_id)" in line for line in found), found


def test_the_steps_of_an_order_are_those_that_were_signed(session, world, open_walls):
    who = factories.person(session)
    signed = orders.sign_order(
        session,
        person_id=who.id,
        episode_id=factories.episode(session, world, who).id,
        signing=signing(draft(world), amounts_again={0: "80 mg"}),
        act=world.act(world.prescriber),
    )
    session.commit()
    assert said(session, world) == []
    open_walls()

    found = tampered(session, world, "UPDATE order_step SET amount_mg = 90000")

    assert f"order no. {signed.id}: its steps are not those that were signed" in found
