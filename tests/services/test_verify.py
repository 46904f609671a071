"""Verification: whatever is done to the records behind the program's back is named, first row first."""

import json
import random
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from dispensary.queries.verification import verify
from dispensary.rules import chain
from dispensary.services import day_close, seals
from dispensary.wording import Words
from models.enums import SealOccasion
from tests import factories

KEY = Ed25519PrivateKey.generate()


def plain(what):
    """Return words as English text."""
    if isinstance(what, Words):
        return what.msgid % {k: plain(v) for k, v in what.values.items()} if what.values else what.msgid
    return str(what)


def said(session, world, site_id=None):
    """Verify, and return each fault as one sentence."""
    session.expire_all()
    found = verify(session, site_id or world.site.id, KEY.public_key())
    return [f"{plain(fault.where)}: {plain(fault.what)}" for fault in found.faults]


@pytest.fixture
def morning(session, world):
    """Twelve people dosed, every third only in part; the day closed after the seventh."""
    for number in range(12):
        who = factories.person(session, "Trần", f"An {number}")
        order = factories.order(session, world, who)
        at = world.at + timedelta(minutes=number)
        factories.dose(session, world, who, order, at=at, taken="50" if number % 3 == 0 else None)
        if number == 6:
            day_close.close_day(session, clinic_day=world.day, key=KEY, act=world.act(at=at))
    session.commit()
    return world


@pytest.fixture
def open_walls(session, backend):
    """Return what takes the walls down, as somebody with the database's own password could."""

    def take_down():
        if backend == "postgresql":
            session.execute(text("SET session_replication_role = replica"))
            return
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        session.commit()
        session.get_bind().connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        for name in names:
            session.execute(text(f"DROP TRIGGER {name}"))

    return take_down


def rewrite(session, table, where, start):
    """Compute digests anew from a row on, as somebody who knows the recipe would; the head is moved as well."""
    rows = session.execute(
        text(f"SELECT id, number, body FROM {table} WHERE {where} AND number >= :start ORDER BY number"),
        {"start": start},
    ).all()
    previous = (
        session.scalar(text(f"SELECT digest FROM {table} WHERE {where} AND number = :number"), {"number": start - 1})
        or ""
    )
    for row in rows:
        digest = chain.digest(previous, row.body)
        session.execute(
            text(f"UPDATE {table} SET previous_digest = :p, digest = :d WHERE id = :id"),
            {"p": previous, "d": digest, "id": row.id},
        )
        previous = digest
    return rows[-1].number, previous


def replace_text(session, table, old, new, where):
    """Replace something in the stored text of rows."""
    session.execute(
        text(f"UPDATE {table} SET body = replace(body, :old, :new) WHERE {where}"), {"old": old, "new": new}
    )


def set_head(session, kind, product_id, number, digest):
    session.execute(
        text("UPDATE chain_head SET last_number = :n, last_digest = :d WHERE kind = :k AND product_id = :p"),
        {"n": number, "d": digest, "k": kind, "p": product_id},
    )


def methadone(world):
    return f"product_id = {world.products['methadone'].id}"


def test_a_morning_as_it_was_recorded_verifies(session, morning):
    found = verify(session, morning.site.id, KEY.public_key())

    assert found.sound, said(session, morning)
    assert found.facts_checked == 12
    assert found.rows > 24


def test_what_came_after_the_last_seal_is_said_not_to_be_proven(session, morning):
    found = verify(session, morning.site.id, KEY.public_key())

    register = next(c for c in found.chains if "Methadone" in plain(c.name))
    assert register.sealed_to < register.rows
    assert plain(register.unproven).startswith(f"Rows {register.sealed_to + 1} to {register.rows} came after")


def test_a_sealed_day_leaves_nothing_unproven(session, morning):
    day_close.close_day(session, clinic_day=morning.day, key=KEY, act=morning.act())
    session.commit()

    found = verify(session, morning.site.id, KEY.public_key())

    assert [plain(c.unproven) for c in found.chains if c.unproven] == []
    assert found.sound


def test_closing_again_is_the_next_turn(session, morning):
    closed = day_close.close_day(session, clinic_day=morning.day, key=KEY, act=morning.act())

    assert closed.turn == 2


def test_heads_that_have_not_moved_are_not_sealed_again(session, world):
    seals.seal_heads(session, occasion=SealOccasion.ON_DEMAND, key=KEY, act=world.act())

    assert seals.seal_heads(session, occasion=SealOccasion.ON_DEMAND, key=KEY, act=world.act()) == []


def test_another_key_does_not_verify(session, morning):
    found = verify(session, morning.site.id, Ed25519PrivateKey.generate().public_key())

    assert any("another key" in plain(f.what) for f in found.faults)


def test_a_changed_register_row_is_named(session, morning, open_walls):
    open_walls()
    replace_text(
        session, "register_entry", '"quantity":8000', '"quantity":1000', f"{methadone(morning)} AND number = 4"
    )
    session.commit()

    assert "register of Methadone oral solution 10 mg/mL, row 4: its text was changed" in said(session, morning)


def test_a_deleted_register_row_is_named_and_so_is_its_movement(session, morning, open_walls):
    open_walls()
    session.execute(text(f"DELETE FROM register_entry WHERE {methadone(morning)} AND number = 6"))
    session.commit()

    found = said(session, morning)

    assert any("row 7: a row before it is missing" in line for line in found)
    assert any("it stands in no register" in line for line in found)


def test_two_rows_in_the_wrong_order_are_named(session, morning, open_walls):
    open_walls()
    for old, new in ((5, -5), (6, 5), (-5, 6)):
        session.execute(text(f"UPDATE register_entry SET number = {new} WHERE {methadone(morning)} AND number = {old}"))
    session.commit()

    assert any("Methadone" in line and "row 5: it does not follow" in line for line in said(session, morning))


def test_a_row_slipped_in_at_the_end_is_named(session, morning, open_walls):
    open_walls()
    last = session.execute(text("SELECT * FROM audit_event ORDER BY number DESC LIMIT 1")).mappings().one()
    body = chain.body(1, {**json.loads(last["body"]), "number": last["number"] + 1})
    row = dict(last) | {
        "id": last["id"] + 1,
        "number": last["number"] + 1,
        "body": body,
        "previous_digest": last["digest"],
        "digest": chain.digest(last["digest"], body),
    }
    names = ", ".join(row)
    values = ", ".join(f":{n}" for n in row)
    session.execute(text(f"INSERT INTO audit_event ({names}) VALUES ({values})"), row)
    session.commit()

    assert f"audit, row {row['number']}: it was added behind the chain's end" in said(session, morning)


def test_a_cut_end_is_named_while_the_head_stands(session, morning, open_walls):
    open_walls()
    last = session.scalar(text("SELECT max(number) FROM audit_event"))
    session.execute(text("DELETE FROM audit_event WHERE number = :n"), {"n": last})
    session.commit()

    assert f"audit, row {last}: it is missing: the chain goes to row {last}" in said(session, morning)


def test_a_cut_end_with_the_head_set_back_breaks_the_seal(session, morning, open_walls):
    open_walls()
    where = methadone(morning)
    sealed = session.scalar(text(f"SELECT max(number) FROM seal WHERE {where}"))
    session.execute(text(f"DELETE FROM register_entry WHERE {where} AND number >= :n"), {"n": sealed})
    digest = session.scalar(text(f"SELECT digest FROM register_entry WHERE {where} AND number = {sealed - 1}"))
    set_head(session, "register", morning.products["methadone"].id, sealed - 1, digest)
    session.commit()

    found = said(session, morning)

    assert any(f"row {sealed}: it and every row up to {sealed} are missing" in line for line in found), found


def test_a_whole_register_computed_anew_does_not_say_what_its_movements_say(session, morning, open_walls):
    open_walls()
    where = methadone(morning)
    replace_text(session, "register_entry", '"by":', '"by":1', f"{where} AND number = 3")
    number, digest = rewrite(session, "register_entry", where, 3)
    set_head(session, "register", morning.products["methadone"].id, number, digest)
    session.commit()

    found = said(session, morning)

    assert any("row 3: its movement says something else (by)" in line for line in found), found


def test_an_audit_computed_anew_is_not_the_one_that_was_sealed(session, morning, open_walls):
    open_walls()
    replace_text(session, "audit_event", '"terminal":', '"terminal":7', "number = 2")
    number, digest = rewrite(session, "audit_event", "1 = 1", 2)
    set_head(session, "audit", 0, number, digest)
    session.commit()

    found = said(session, morning)

    assert any("it is not the row that was sealed" in line for line in found), found


def test_seals_taken_away_are_missed(session, morning, open_walls):
    open_walls()
    session.execute(text("DELETE FROM seal"))
    session.commit()

    assert any("not all of them are there" in line for line in said(session, morning))


def test_a_forged_seal_is_named(session, morning, open_walls):
    open_walls()
    session.execute(text("UPDATE seal SET signature = :s"), {"s": "00" * 64})
    session.commit()

    assert any("forged or changed" in line for line in said(session, morning))


def test_a_dose_changed_without_its_row_is_named(session, morning, open_walls):
    open_walls()
    session.execute(text("UPDATE dose SET taken_mg = 70000, ordered_mg = 70000 WHERE id = 2"))
    session.commit()

    found = said(session, morning)

    assert any("dose no. 2" in line and "it was changed (ordered_mg, taken_mg)" in line for line in found), found
    assert "dose no. 2: its lines do not add up to its amount" in found


def test_a_dose_given_to_somebody_else_afterwards_is_named(session, morning, open_walls):
    open_walls()
    session.execute(text("UPDATE dose SET person_id = 1 WHERE id = 5"))
    session.commit()

    found = said(session, morning)

    assert "dose no. 5: its claim is not of this person, day and part" in found


def test_a_deleted_dose_is_named(session, morning, open_walls):
    open_walls()
    session.execute(text("DELETE FROM dose WHERE id = 3"))
    session.commit()

    found = said(session, morning)

    assert any("dose no. 3 (audit row" in line and "it is gone" in line for line in found), found


def test_a_dose_that_nobody_recorded_is_named(session, morning, open_walls):
    open_walls()
    row = session.execute(text("SELECT * FROM dose WHERE id = 4")).mappings().one()
    forged = dict(row) | {"id": 999, "claim_id": None, "outcome": "refused", "uid": "0" * 32}
    forged |= {"taken_mg": 0, "wasted_mg": 0, "refused_reason": "other"}
    names, values = ", ".join(forged), ", ".join(f":{n}" for n in forged)
    session.execute(text(f"INSERT INTO dose ({names}) VALUES ({values})"), forged)
    session.commit()

    assert "dose no. 999: the audit knows nothing of it" in said(session, morning)


def test_a_movement_made_smaller_is_named_in_register_and_container(session, morning, open_walls):
    open_walls()
    session.execute(
        text(
            f"UPDATE movement SET quantity = 1000 WHERE kind = 'dispense' AND {methadone(morning)} AND container_seq = 4"
        )
    )
    session.commit()

    found = said(session, morning)

    assert any("its movement says something else (quantity)" in line for line in found), found
    assert any("its balance is not the sum of the container's movements" in line for line in found), found


def test_a_note_changed_afterwards_is_named(session, morning, open_walls):
    open_walls()
    session.execute(text("UPDATE dose SET note = 'spat it out' WHERE id = 2"))
    session.commit()

    assert any("it was changed (note)" in line for line in said(session, morning))


def test_another_balance_at_the_end_of_the_chain_is_named(session, morning):
    session.execute(text(f"UPDATE chain_head SET last_balance = 5 WHERE {methadone(morning)}"))
    session.commit()

    assert any("the balance kept at the chain's end is another" in line for line in said(session, morning))


TABLES = {
    "audit_event": ("body", "kind", "subject_id", "digest", "previous_digest", "recorded_by_id"),
    "register_entry": ("body", "digest", "previous_digest", "clinic_day", "movement_id"),
    "movement": ("quantity", "balance_after", "container_seq", "moved_at", "to_place_id", "recorded_by_id"),
    "dose": ("taken_mg", "person_id", "taken_at", "order_id", "recorded_by_id", "clinic_day"),
    "dose_line": ("poured", "taken"),
    "claim": ("person_id", "part", "clinic_day"),
    "seal": ("signature", "digest", "number", "sealed_at"),
}


def tamper(session, chance):
    """Change one column of one row, or delete a row; return what was done."""
    table = chance.choice(sorted(TABLES))
    column = chance.choice(TABLES[table])
    ids = session.scalars(text(f"SELECT id FROM {table} ORDER BY id")).all()
    row_id = chance.choice(ids)
    if chance.random() < 0.3:
        session.execute(text(f"DELETE FROM {table} WHERE id = :id"), {"id": row_id})
        return f"deleted {table} {row_id}"
    old = session.scalar(text(f"SELECT {column} FROM {table} WHERE id = :id"), {"id": row_id})
    session.execute(
        text(f"UPDATE {table} SET {column} = :new WHERE id = :id"), {"new": other(column, old), "id": row_id}
    )
    return f"changed {table}.{column} of {row_id}"


def other(column, old):
    """Return another value that the column would take."""
    if isinstance(old, int):
        return old + (1000 if column == "container_seq" else 1)
    if not isinstance(old, str):
        return old + timedelta(days=1)
    if column == "kind":
        return "card.issued"
    if column == "body":
        return old.replace('"at":"2026', '"at":"2025')
    return (
        old.replace("2026-03-02", "2026-03-03") if "2026-" in old else old[:-2] + ("11" if old[-2:] == "00" else "00")
    )


@pytest.mark.parametrize("seed", range(10))
def test_whatever_is_tampered_with_is_found(session, morning, open_walls, seed):
    open_walls()
    done = tamper(session, random.Random(seed))
    session.commit()

    assert said(session, morning), done
