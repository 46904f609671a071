"""An independent recount of a clinic's day: from the rows alone, without the program's own queries."""

from collections import Counter
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session


def recount(session: Session) -> dict[str, int]:
    """Look afresh; assert that doses, claims, lines, movements, audit and register agree; return how many there are."""
    session.rollback()
    return recount_within(session)


def recount_within(session: Session) -> dict[str, int]:
    """Recount what this transaction sees."""

    def rows(query: str) -> list[tuple]:
        return [tuple(row) for row in session.execute(text(query))]

    doses = rows("SELECT id, claim_id, person_id, clinic_day, part, taken_mg FROM dose WHERE claim_id IS NOT NULL")
    claims = rows("SELECT id, person_id, clinic_day, part, turn FROM claim")
    lines = rows("SELECT dose_id, container_id, taken, poured - taken FROM dose_line")
    drawn = rows("SELECT id, dose_id, container_id, quantity FROM movement WHERE kind = 'dispense'")
    left_over = rows(
        "SELECT id, dose_id, container_id, quantity FROM movement"
        " WHERE kind = 'waste' AND waste_reason = 'left_over' AND dose_id IS NOT NULL"
    )
    audited = Counter(row[0] for row in rows("SELECT subject_id FROM audit_event WHERE kind = 'dose.recorded'"))
    entered = Counter(row[0] for row in rows("SELECT movement_id FROM register_entry"))

    assert Counter(d[1] for d in doses) == Counter(c[0] for c in claims), "a claim without a dose, or the reverse"
    assert max(Counter(c[1:] for c in claims).values(), default=1) == 1, "a slot taken twice"
    swallowed = rows("SELECT id FROM dose WHERE outcome IN ('given', 'part_given', 'elsewhere', 'incident')")
    assert audited == Counter(d[0] for d in swallowed), "a dose without exactly one audit row"
    for column, moved in ((2, drawn), (3, left_over)):
        written = Counter((line[0], line[1], line[column]) for line in lines if line[column] > 0)
        assert written == Counter((m[1], m[2], m[3]) for m in moved), "a line without its movement"
    assert all(entered[m[0]] == 1 for m in (*drawn, *left_over)), "a movement that is not in the register once"
    _containers_add_up(rows)
    _chains_hold(rows)
    return {"doses": len(doses), "claims": len(claims), "lines": len(lines), "movements": len(drawn)}


def _containers_add_up(rows) -> None:
    places = dict(rows("SELECT id, kind FROM place"))
    held: dict[int, Decimal] = {}
    seq: dict[int, int] = {}
    query = (
        "SELECT container_id, container_seq, from_place_id, to_place_id, quantity, balance_after FROM movement"
        " ORDER BY container_id, container_seq"
    )
    for container, number, from_place, to_place, quantity, after in rows(query):
        here = {"safe", "window"}
        held[container] = (
            held.get(container, 0) + quantity * (places[to_place] in here) - quantity * (places[from_place] in here)
        )
        seq[container] = seq.get(container, 0) + 1
        assert number == seq[container], "the movements of a container are not numbered without gaps"
        assert held[container] == after >= 0, "a container does not add up"


def _chains_hold(rows) -> None:
    import hashlib

    def check(chain: list[tuple[int, str, str, str]]) -> None:
        previous = ""
        for number, (found, body, before, digest) in enumerate(chain, start=1):
            assert found == number, "a gap in a chain"
            assert before == previous, "a row that does not follow"
            assert digest == hashlib.sha256(f"{before}\n{body}".encode()).hexdigest(), "a changed row"
            previous = digest

    check(rows("SELECT number, body, previous_digest, digest FROM audit_event ORDER BY number"))
    for (product,) in rows("SELECT DISTINCT product_id FROM register_entry"):
        query = "SELECT number, body, previous_digest, digest FROM register_entry"
        check(rows(f"{query} WHERE product_id = {product} ORDER BY number"))
