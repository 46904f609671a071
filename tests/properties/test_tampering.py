"""Whatever is done to any row behind the program's back: `verify` names it, and says what the current day cannot prove.

The tables and columns are drawn from the metadata: a new table of facts fails the first test here until it is held by
`verify`, or listed below with the reason why it is not.
"""

import json
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, func, select, text, update

from dispensary.queries.reconciliation import reconciliation
from dispensary.queries.verification import verify
from dispensary.queries.verification.facts import AUDITED_ONE_BY_ONE
from dispensary.rules import chain as chain_of
from dispensary.rules import seals
from dispensary.services.mentions import WAITING
from models import Base, Site, card_tables, chained_tables, fact_tables
from models.enums import ChainKind
from tests.properties.laid_clinic import go_on, lay
from tests.properties.tampering import done_to, make_up, recompute, remove, tamper, tamper_column
from tests.services.test_verify import KEY, open_walls, plain
from tests.services.test_verify import said as said_of_site

__all__ = ["open_walls"]

BY_THE_WHOLE = {
    "destruction_line", "loss_report_line", "receipt_difference", "stock_count_line", "stock_find",
    "stock_level", "pump", "stock_order_line", "supplier", "archived_paper_content",
}  # fmt: skip
"""Tables whose rows stand in the audit row of what they are part of, or in that of their last change."""
HELD = {
    *AUDITED_ONE_BY_ONE, *chained_tables(), *BY_THE_WHOLE,
    "movement", "register_entry", "audit_event", "seal", "chain_head",
}  # fmt: skip
"""Tables of which a changed, deleted or made-up row is named."""

CASEWORK = (
    "a row that was changed or deleted is named where an audit row is about it; one that was made up is not. It is no"
    " record of stock or of a dose"
)
NOT_HELD = {
    CASEWORK: """
        absence absence_end activity activity_result agency_consent agency_consent_end agency_consent_scope assessment
        brief_intervention call_made call_plan call_plan_end care_plan care_session case_conference case_note caseload
        closed_day closed_day_taken_back closure_list closure_list_line conference_action conference_action_done
        conference_party contact_rule contest contest_answer custody_plan disclosure disclosure_scope ending
        ending_agreement ending_notice ending_outcome episode episode_end episode_end_correction follow_up_kept
        glass_broken glass_seen group_attendance group_meeting group_member group_member_end guest_stay
        health_test_offer health_test_result instrument_correction instrument_item instrument_score intake_step lapse
        life_situation marker marker_end meeting_outcome missed_day_reason notice notice_tick on_call_duty
        outreach_meeting outside_visit overdose overdose_correction overdose_follow_up own_aim pair_week plan_goal
        plan_signature plan_step plan_step_result policy_approval pregnancy_care privacy_statement private_rating
        programme programme_end re_entry_release referral referral_close referral_in referral_meeting referral_reply
        relative_attendance relative_link relative_link_end risk_flag risk_flag_reason risk_model risk_model_decision
        risk_snooze risk_snooze_end risk_trip safety_step said_barrier said_motive session_outcome session_topic
        shift_note shift_note_read site_setting stage_change supply_issue support_offer supporter_consent
        take_home_request take_home_request_end take_home_review taper_answer taper_request task_attempt
        task_hand_over task_reason treatment_consent treatment_credit urine_collection urine_correction urine_draw
        urine_draw_member urine_result urine_review urine_test waiting waiting_end""",
    "a named job blanks it when its years are over, so not even a digest is kept": "identity_version",
    "a log of who looked, not chained; it is kept for the site's years": "access_log",
    "the program's own working log; what it did has audit rows of its own": "backup_drill backup_run job_run",
    "held against the digest of the whole import in the audit": "cohort_course import_run imported_record",
    "people, names and logins: a change is audited, and is no record of stock": """
        agency care_group kept_form name_key outreach_contact person person_card person_photo relative
        sign_in_attempt staff staff_role staff_session submission supporter task""",
    "names of sites, windows and terminals: what happened there names them by id": "dispensing_window site terminal",
}
"""Tables that `verify` does not hold whole, by the reason."""

NOT_HELD_COLUMNS = {"movement": ("uid",)}
"""Columns of held tables that nothing protects: a movement's random number, which nothing reads. Beside it stand `id`, which
is in what protects the row, and `request_id`, which ties a row to the server's log and says nothing about what happened."""

NOT_LAID = {
    "call_back",
    "call_back_outcome",
    "clock_confirmation",
    "collector",
    "collector_end",
    "countersignature",
    "depot_plan",
    "dose_exception",
    "dose_observation",
    "downtime_day",
    "downtime_entered",
    "downtime_pack",
    "health_fact",
    "health_fact_end",
    "incident_observation",
    "label_print",
    "one_off_take_home_end",
    "order_end",
    "pack_copy_tick",
    "person_link",
    "person_unlink",
    "re_entry_answer",
    "re_entry_decision",
    "re_entry_release",
    "stop",
    "stop_release",
    "supplement",
    "take_home_decision_end",
    "telephone_order",
}
"""Held tables of which the laid clinic has no row; they are held by the same two means as the others."""


@pytest.fixture
def laid(session, world, open_walls):
    """Return the laid clinic with its first day sealed and its walls down."""
    lay(session, world, KEY)
    open_walls()
    session.commit()
    return world


def test_every_table_is_held_or_listed_with_its_reason():
    listed = [name for names in NOT_HELD.values() for name in names.split()]

    assert len(listed) == len(set(listed))
    assert {*fact_tables(), *card_tables()} - HELD - set(listed) == set(), "hold it in verification, or say why not"
    assert set(listed) - {*fact_tables(), *card_tables()} == set(), "there is no such table any more"


def test_every_held_table_has_rows_in_the_laid_clinic(session, laid):
    empty = {name for name in HELD if not session.scalar(select(func.count()).select_from(Base.metadata.tables[name]))}

    assert empty == NOT_LAID & empty, "lay a row of it in laid_clinic, so that it is tampered with"
    assert NOT_LAID <= HELD


def test_laid_clinic_verifies_and_nothing_was_left_unsaid(session, world):
    lay(session, world, KEY)
    assert session.info.get(WAITING, []) == []

    found = verify(session, world.site.id, KEY.public_key())
    assert found.sound, said(session, world)
    assert [c.unproven for c in found.chains if c.unproven] == []

    go_on(session, world)
    assert said(session, world) == []


def said(session, world):
    """Verify every site, as the command does, and return each fault as one sentence."""
    sites = session.scalars(select(Site.id).order_by(Site.id)).all()
    return [line for site_id in sites for line in said_of_site(session, world, site_id)]


def tamper_often(session, world, seeds):
    """Tamper once for each seed, verify, undo; return what went unnamed."""
    tables = sorted(HELD - NOT_LAID)
    unnamed, ways = [], {}
    for seed in seeds:
        chance = random.Random(seed)
        done = tamper(session, chance, tables, NOT_HELD_COLUMNS)
        found = said(session, world)
        if not any(mark in line for line in found for mark in done.marks):
            unnamed.append((seed, str(done), found))
        ways[done.how] = ways.get(done.how, 0) + 1
        session.rollback()
    print(f"\n{len(list(seeds))} tamperings, seeds {min(seeds)} to {max(seeds)}: {ways}, {len(unnamed)} not named")
    return unnamed


def test_ten_tamperings_are_named(session, laid):
    assert tamper_often(session, laid, range(10)) == []


@pytest.mark.soak
def test_two_hundred_tamperings_are_named(session, laid):
    assert tamper_often(session, laid, range(1000, 1200)) == []


def test_a_seal_that_is_called_one_of_another_kind_of_chain_is_named(session, laid):
    """Found by the two hundred: no chain would ask for it any more, and the audit still counts it."""
    seal = Base.metadata.tables["seal"]
    of = select(func.min(seal.c.id)).where(seal.c.kind == ChainKind.REGISTER).scalar_subquery()
    session.execute(seal.update().where(seal.c.id == of).values(kind=ChainKind.AUDIT))

    assert any("belongs to no chain" in line for line in said(session, laid))


def _cut(session, world, fewer):
    """Cut rows from the end of the methadone register, and set its head back so that it ends well."""
    product_id = world.products["methadone"].id
    entry = Base.metadata.tables["register_entry"]
    of = entry.c.product_id == product_id
    last = session.scalar(select(func.max(entry.c.number)).where(of)) - fewer
    session.execute(delete(entry).where(of, entry.c.number > last))
    row = session.execute(select(*entry.c).where(of, entry.c.number == last)).one()
    balance = json.loads(row.body)["balance"]
    session.execute(
        text("UPDATE chain_head SET last_number = :n, last_digest = :d, last_balance = :b WHERE product_id = :p"),
        {"n": last, "d": row.digest, "b": balance, "p": product_id},
    )
    return last


def test_tail_cut_from_a_sealed_day_is_named_from_its_first_missing_row(session, laid):
    last = _cut(session, laid, 3)

    found = said(session, laid)

    assert any(f"row {last + 1}: it and every row up to {last + 3} are missing" in line for line in found), found


def test_tail_cut_from_today_with_its_movements_is_named_by_the_doses_that_it_leaves(session, laid):
    go_on(session, laid)
    last = _cut(session, laid, 3)
    session.execute(text("DELETE FROM movement WHERE id NOT IN (SELECT movement_id FROM register_entry)"))

    found = verify(session, laid.site.id, KEY.public_key())

    assert any("the stock it took is not what its lines say" in line for line in said(session, laid))
    register = next(c for c in found.chains if c.rows == last)
    assert register.fault is None, "the chain alone cannot know, so the facts must"


def test_whole_day_cut_with_everything_it_wrote_is_what_the_current_day_cannot_prove(session, laid):
    before = {name: session.scalar(text(f"SELECT max(id) FROM {name}")) for name in sorted(HELD - {"chain_head"})}
    heads = session.execute(text("SELECT id, last_number, last_digest, last_balance FROM chain_head")).all()
    go_on(session, laid)
    assert all(not c.unproven or "after the last seal" in plain(c.unproven) for c in _chains(session, laid))
    warned = [plain(c.name) for c in _chains(session, laid) if c.unproven]
    assert "audit" in warned and len(warned) > 1, "it must say, before, that this could not be seen"

    for name, last in before.items():
        session.execute(text(f"DELETE FROM {name} WHERE id > :last"), {"last": last or 0})
    for head in heads:
        session.execute(
            text("UPDATE chain_head SET last_number = :n, last_digest = :d, last_balance = :b WHERE id = :id"),
            {"n": head.last_number, "d": head.last_digest, "b": head.last_balance, "id": head.id},
        )

    assert said(session, laid) == []


def _chains(session, world):
    return verify(session, world.site.id, KEY.public_key()).chains


@pytest.mark.parametrize("chain", ["audit_event", "register_entry"])
@pytest.mark.parametrize("how", ["as it was", "sealed anew with another key", "with its seals taken away"])
def test_chain_computed_anew_is_named(session, laid, chain, how):
    product_id = laid.products["methadone"].id if chain == "register_entry" else 0
    table, seal = Base.metadata.tables[chain], Base.metadata.tables["seal"]
    of = table.c.product_id == product_id if product_id else table.c.site_id == laid.site.id
    row = session.execute(select(*table.c).where(of, table.c.number == 4)).one()
    session.execute(update(table).where(table.c.id == row.id).values(body=row.body.replace('"at":"2026', '"at":"2025')))
    number, digest, _ = recompute(session, chain, laid.site.id, product_id)
    here = (seal.c.site_id == laid.site.id, seal.c.product_id == product_id)
    if how.startswith("sealed anew"):
        forged = Ed25519PrivateKey.generate()
        for one in session.execute(select(*seal.c).where(*here)).all():
            name = seals.chain_name(laid.site.id, one.kind, product_id)
            signature = seals.sign(forged, name, number, digest, one.sealed_at)
            values = {"number": number, "digest": digest, "signature": signature}
            session.execute(update(seal).where(seal.c.id == one.id).values(values))
    elif how.startswith("with its seals"):
        session.execute(delete(seal).where(*here))

    found = said(session, laid)

    if how == "with its seals taken away":
        assert any("seals, and not all of them are there" in line or "row 4:" in line for line in found), found
    else:
        assert any("it is not the row that was sealed" in line or "not this clinic's" in line for line in found) or any(
            "row 4: its" in line for line in found
        ), found
    assert any("row 4:" in line or "forged" in line or "sealed" in line for line in found), found


def test_what_a_seal_no_longer_covers_is_said(session, laid):
    go_on(session, laid)

    found = verify(session, laid.site.id, KEY.public_key())

    assert [c.sealed_to < c.rows for c in found.chains if c.unproven] == [True, True]


ABSURD = (
    "1E999999999",
    "-1E-999",
    "NaN",
    "9" * 4000,
    "[" * 900 + "]" * 900,
    '{"a":[]}',
    "true",
    '"\\ud800"',
    '"0001-13-99"',
)
"""Values that no program wrote into a chained text."""
UNREADABLE = ("[" * 100_000, '{"number":' * 50_000, '{"number":' + "9" * 5000 + "}", "[]", "")


@pytest.mark.parametrize("chain", ["audit_event", "register_entry"])
def test_absurd_chained_text_is_named_and_never_breaks_the_check(session, laid, chain):
    """One row of each kind is made absurd, as it stands or with its digest made anew; the first of them is named."""
    table = Base.metadata.tables[chain]
    of = (
        table.c.product_id == laid.products["methadone"].id
        if chain == "register_entry"
        else table.c.site_id == laid.site.id
    )
    by_kind = {row.body[: row.body.find("number")] if chain == "register_entry" else row.kind: row
               for row in session.execute(select(*table.c).where(of).order_by(table.c.number.desc()))}  # fmt: skip
    first = min(row.number for row in by_kind.values())
    for value in (*ABSURD, *UNREADABLE):
        for anew in (False, True):
            for row in by_kind.values():
                fields = [f"{json.dumps(key)}:{value if key != 'layout' else 1}" for key in json.loads(row.body)]
                body = value if value in UNREADABLE else "{" + ",".join(fields) + "}"
                said_so = chain_of.digest(row.previous_digest, body) if anew else row.digest
                session.execute(update(table).where(table.c.id == row.id).values(body=body, digest=said_so))

            found = said(session, laid)
            reconciliation(session, laid.site.id, laid.day, laid.day)

            assert any(f"row {first}: " in line for line in found), (value[:20], anew, found)
            session.rollback()


@pytest.mark.soak
def test_every_column_of_every_held_table_is_protected(session, laid):
    unnamed = []
    for name, column in _columns():
        done = tamper_column(session, random.Random(f"{name}.{column}"), name, column)
        found = said(session, laid)
        if done is not None and not any(mark in line for line in found for mark in done.marks):
            unnamed.append((str(done), found))
        session.rollback()
    print(f"\n{len(_columns())} columns changed once each, {len(unnamed)} not named")
    assert unnamed == []


@pytest.mark.soak
def test_a_row_deleted_from_or_made_up_in_every_held_table_is_named(session, laid):
    unnamed = []
    for name in sorted(HELD - NOT_LAID):
        for way in (remove, make_up):
            done = done_to(session, random.Random(name), name, way)
            found = said(session, laid)
            if done is not None and not any(mark in line for line in found for mark in done.marks):
                unnamed.append((str(done), found))
            session.rollback()
    assert unnamed == []


def _columns():
    return [
        (name, column.key)
        for name in sorted(HELD - NOT_LAID)
        for column in Base.metadata.tables[name].c
        if column.key not in ("id", "request_id", *NOT_HELD_COLUMNS.get(name, ()))
    ]
