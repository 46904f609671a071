"""The recount itself: whatever breaks a law of the ledger is seen, whatever the database and the program would let pass."""

import pytest
from sqlalchemy import text

from tests.durability.recount import recount_within
from tests.services.test_verify import open_walls
from tests.services.test_verify_mishaps import bad_morning

__all__ = ["bad_morning", "open_walls"]

BROKEN = {
    "a claim without its one dose": "UPDATE dose SET claim_id = NULL WHERE outcome = 'elsewhere'",
    "a claim of kind observed with a dose incident": "UPDATE claim SET kind = 'observed' WHERE kind = 'incident'",
    "a claim of another person, day or part": "UPDATE claim SET part = 2 WHERE kind = 'elsewhere'",
    "a slot held for a linked record that is free": "INSERT INTO claim (person_id, clinic_day, part, turn, kind, site_id,"
    " recorded_at, recorded_by_id, origin) SELECT person_id, clinic_day, 2, 1, 'link', site_id, recorded_at,"
    " recorded_by_id, origin FROM claim WHERE kind = 'elsewhere'",
    "a line without its movement": "UPDATE dose_line SET poured = poured + 1000, taken = taken + 1000",
    "lines that do not add up": "UPDATE dose SET taken_mg = taken_mg + 1, ordered_mg = ordered_mg + 1 WHERE id = 1",
    "a dose elsewhere that drew stock": "UPDATE dose_line SET dose_id = (SELECT id FROM dose WHERE outcome = 'elsewhere'),"
    " line = 1 WHERE id = 1; UPDATE movement SET dose_id = (SELECT id FROM dose WHERE outcome = 'elsewhere')"
    " WHERE kind = 'dispense' AND dose_id = 1",
    "the log of a day is not its register": "UPDATE register_entry SET clinic_day = '2026-03-03' WHERE movement_id ="
    " (SELECT max(movement.id) FROM movement WHERE kind = 'dispense')",
    "a replacement of what did not come up": "DELETE FROM vomiting",
    "a replacement that nobody ordered": "UPDATE replacement_order SET amount_mg = 20000",
    "a dose by mistake of which no incident tells": "DELETE FROM dosing_incident WHERE kind = 'twice'",
    "an incident of somebody else": "UPDATE dosing_incident SET person_id = person_id + 1",
    "a dose from elsewhere that nobody verified": "DELETE FROM elsewhere_verdict",
    "a spill whose stock did not go to waste": "UPDATE movement SET kind = 'waste' WHERE kind = 'spill'",
    "a dose without exactly one audit row": "DELETE FROM audit_event WHERE kind = 'dose.replaced'",
    "a row of spill without exactly one audit row": "DELETE FROM audit_event WHERE kind = 'dose.spilt'",
    "a movement that is not in the register once": "DELETE FROM register_entry WHERE number = 1",
    "a container does not add up": "UPDATE movement SET balance_after = balance_after + 1 WHERE kind = 'spill'",
    "a changed row": "UPDATE audit_event SET body = replace(body, '2026', '2025') WHERE number = 3",
    "a chain that goes further than its head": "UPDATE chain_head SET last_number = last_number - 1 WHERE kind = 'audit'",
}


@pytest.mark.parametrize("law", BROKEN)
def test_a_broken_law_of_the_ledger_is_seen(session, bad_morning, open_walls, law):
    open_walls()
    recount_within(session)

    for statement in BROKEN[law].split(";"):
        session.execute(text(statement))

    with pytest.raises(AssertionError, match=law):
        recount_within(session)
