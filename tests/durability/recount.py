"""An independent recount of a clinic: from the rows alone, without the program's own queries.

Each check says a law of the ledger in raw SQL: who swallowed what, which slot it took, which stock it drew, what the audit
and the register know of it. A bad morning may leave anything behind, but never rows that break one of these.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.orm import Session

Read = Callable[[str], list[tuple]]

HERE = {"safe", "window", "off_site_kit"}
IN_BULK = "('import')"
TAKEN = ("given", "part_given", "replacement", "elsewhere", "incident")
OWN_DOSE = {
    "observed": {"given", "part_given"},
    "import": {"given", "part_given"},
    "elsewhere": {"elsewhere"},
    "incident": {"incident"},
}
"""Which outcomes a claim of each kind may belong to; the claim of a link belongs to another record's claim."""
AUDITED_AS = {
    "given": "dose.recorded",
    "part_given": "dose.recorded",
    "incident": "dose.recorded",
    "elsewhere": "dose.recorded",
    "replacement": "dose.replaced",
    "withheld": "dose.withheld",
    "refused": "dose.refused",
}
ONE_AUDIT_ROW_EACH = {
    "dose_reversal": "dose.reversed",
    "dose_observation": "dose.observed",
    "dose_exception": "exception.acknowledged",
    "vomiting": "dose.vomited",
    "replacement_order": "replacement.ordered",
    "spill": "dose.spilt",
    "elsewhere_dose": "elsewhere.reported",
    "elsewhere_verdict": "elsewhere.decided",
    "dosing_incident": "incident.recorded",
    "incident_observation": "incident.observed",
    "stop": "stop.set",
    "stop_release": "stop.released",
    "person_link": "records.linked",
    "person_unlink": "records.unlinked",
    "downtime_day": "downtime.declared",
    "downtime_entered": "downtime.entered",
    "clock_confirmation": "clock.confirmed",
    "supplement": "supplement.ordered",
    "telephone_order": "telephone_order.taken",
    "countersignature": "telephone_order.countersigned",
    "take_home_issue": "bottles.issued",
    "label_print": "labels.printed",
    "call_back": "call_back.made",
    "call_back_outcome": "call_back.closed",
}


def recount(session: Session) -> dict[str, int]:
    """Look afresh; assert that doses, claims, lines, movements, audit and register agree; return how many there are."""
    session.rollback()
    return recount_within(session)


def recount_within(session: Session) -> dict[str, int]:
    """Recount what this transaction sees."""

    def rows(query: str) -> list[tuple]:
        return [tuple(row) for row in session.execute(text(query))]

    for check in CHECKS:
        check(rows)
    count = {
        "doses": "dose WHERE claim_id IS NOT NULL",
        "claims": "claim",
        "lines": "dose_line",
        "movements": "movement WHERE kind = 'dispense'",
    }
    return {what: rows(f"SELECT count(*) FROM {where}")[0][0] for what, where in count.items()}


def _claims_and_doses(rows: Read) -> None:
    """Each claim but a link's has one dose of its kind, person, day and part; each ordinary dose has its claim."""
    claims = {row[0]: row[1:] for row in rows("SELECT id, kind, person_id, clinic_day, part FROM claim")}
    doses = rows("SELECT id, claim_id, outcome, person_id, clinic_day, part, taken_mg FROM dose")
    claimed = Counter(dose[1] for dose in doses if dose[1] is not None)
    owned = {claim for claim, row in claims.items() if row[0] not in ("link", "take_home")}
    assert claimed == Counter(owned), "a claim without its one dose, or a dose without its claim"
    for _, claim, outcome, *slot, taken_mg in doses:
        assert (taken_mg > 0) == (outcome in TAKEN), "an outcome that does not say what was swallowed"
        if claim is not None:
            kind, *held = claims[claim]
            assert outcome in OWN_DOSE[kind], f"a claim of kind {kind} with a dose {outcome}"
            assert held == slot, "a claim of another person, day or part than its dose"
        elif taken_mg > 0:
            assert outcome in ("replacement", "incident", "elsewhere"), f"a dose {outcome} without a claim"


def _slots_taken_once(rows: Read) -> None:
    """A slot is held by its last turn alone: every earlier turn was released, and released once."""
    released = Counter(row[0] for row in rows("SELECT claim_id FROM claim_release"))
    turns = defaultdict(list)
    for claim, turn, *slot in rows("SELECT id, turn, person_id, clinic_day, part FROM claim ORDER BY turn, id"):
        turns[tuple(slot)].append((turn, claim))
    for slot, held in turns.items():
        assert [turn for turn, _ in held] == list(range(1, len(held) + 1)), f"a slot taken twice: {slot}"
        assert all(released[claim] == 1 for _, claim in held[:-1]), f"a slot taken before it was free: {slot}"
    assert max(released.values(), default=1) == 1, "a slot freed twice"


def _links_hold_slots(rows: Read) -> None:
    """A claim of a link stands for as long as a linked record holds the slot, and no longer."""
    standing = rows(
        "SELECT c.id, c.kind, c.person_id, c.clinic_day, c.part, c.recorded_at FROM claim c"
        " LEFT JOIN claim_release r ON r.claim_id = c.id WHERE r.id IS NULL"
    )
    links = rows(
        "SELECT l.person_id, l.root_id, l.linked_at FROM person_link l"
        " LEFT JOIN person_unlink u ON u.link_id = l.id WHERE u.id IS NULL"
    )
    held = {(person, day, part) for _, _, person, day, part, _ in standing}
    for _, kind, person, day, part, _ in standing:
        if kind == "link":
            below = [child for child, root, _ in links if root == person]
            assert any((child, day, part) in held for child in below), "a slot held for a linked record that is free"
    for child, root, linked_at in links:
        for _, _, person, day, part, at in standing:
            if person == child and at >= linked_at:
                assert (root, day, part) in held, "a slot of a linked record that the surviving one does not hold"


def _reversals(rows: Read) -> None:
    """What did not happen freed its slot and gave its stock back; a mistake is taken back by two people."""
    reversed_ones = rows(
        "SELECT d.id, d.outcome, d.claim_id, r.poured, r.witnessed_by_id, r.recorded_by_id FROM dose d"
        " JOIN dose_reversal r ON r.dose_id = d.id"
    )
    freed = {row[0] for row in rows("SELECT claim_id FROM claim_release")}
    for _, outcome, claim, _, witness, by in reversed_ones:
        assert outcome != "elsewhere", "a dose that another clinic gave was reversed here"
        if outcome == "incident":
            assert witness not in (None, by), "an incident that one person alone took back"
        assert claim is None or claim in freed, "a reversed dose that still holds its slot"
    undone = {row[0] for row in reversed_ones}
    of_doses = dict(rows("SELECT claim_id, id FROM dose WHERE claim_id IS NOT NULL"))
    assert all(of_doses[claim] in undone for claim in freed & of_doses.keys()), "a slot freed without a reversal"
    moved = rows(
        "SELECT m.dose_id, m.kind, m.waste_reason, m.quantity, b.quantity FROM movement m"
        " LEFT JOIN movement b ON b.reverses_id = m.id WHERE m.dose_id IS NOT NULL AND m.kind <> 'reversal'"
    )
    poured = {row[0]: row[3] for row in reversed_ones}
    for dose, kind, reason, quantity, back in moved:
        if dose in undone and kind == "dispense":
            assert back == quantity, "stock of a reversed dose that did not come back"
        if dose not in undone:
            assert back is None, "stock of a dose that stands came back"
            assert reason != "not_swallowed", "stock wasted as not swallowed of a dose that stands"
    for dose in undone:
        drawn = sum(m[3] for m in moved if m[0] == dose and m[1] == "dispense")
        wasted = sum(m[3] for m in moved if m[0] == dose and m[2] == "not_swallowed")
        assert wasted == (drawn if poured[dose] else 0), "a reversal that wasted another amount than was poured"


def _lines_and_stock(rows: Read) -> None:
    """Lines add up to the dose, and each was drawn once from its container; no stock moved for what came from elsewhere."""
    lines = rows(
        "SELECT l.dose_id, l.container_id, l.taken, l.poured - l.taken, p.strength FROM dose_line l"
        " JOIN product p ON p.id = l.product_id"
    )
    drawn = rows("SELECT dose_id, container_id, quantity FROM movement WHERE kind = 'dispense'")
    left_over = rows(
        "SELECT dose_id, container_id, quantity FROM movement"
        " WHERE kind = 'waste' AND waste_reason = 'left_over' AND dose_id IS NOT NULL"
    )
    for column, moved in ((2, drawn), (3, left_over)):
        written = Counter((line[0], line[1], line[column]) for line in lines if line[column] > 0)
        assert written == Counter(moved), "a line without its movement, or a movement without its line"
    taken, wasted = defaultdict(int), defaultdict(int)
    for dose, _, swallowed, rest, strength in lines:
        taken[dose] += swallowed * strength
        wasted[dose] += rest * strength
    doses = rows("SELECT id, outcome, origin, taken_mg, wasted_mg FROM dose")
    dry = {row[0]: row[1] for row in doses if row[2] == "import" or row[1] in ("elsewhere", "withheld", "refused")}
    for dose in taken:
        assert dose not in dry, f"a dose {dry[dose]} that drew stock"
    for dose, outcome, _, taken_mg, wasted_mg in doses:
        if dose in dry:
            continue
        if outcome != "incident" or dose in taken:
            assert (taken[dose], wasted[dose]) == (taken_mg * 1000, wasted_mg * 1000), "lines that do not add up"


def _days_of_stock(rows: Read) -> None:
    """What a day's log adds up to is what the register entered for that day, product by product."""
    logged = Counter[tuple]()
    entered = Counter[tuple]()
    for day, product, taken, rest in rows(
        "SELECT d.clinic_day, l.product_id, sum(l.taken), sum(l.poured - l.taken) FROM dose d"
        " JOIN dose_line l ON l.dose_id = d.id GROUP BY d.clinic_day, l.product_id"
    ):
        logged[day, product, "dispense"] += int(taken)
        logged[day, product, "waste"] += int(rest)
    for day, product, taken, rest, poured in rows(
        "SELECT r.clinic_day, l.product_id, sum(l.taken), sum(l.poured - l.taken), r.poured FROM dose_reversal r"
        " JOIN dose_line l ON l.dose_id = r.dose_id GROUP BY r.clinic_day, l.product_id, r.poured"
    ):
        logged[day, product, "reversal of dispense"] += int(taken)
        logged[day, product, "waste" if poured else "reversal of waste"] += int(taken if poured else rest)
    for day, product, kind, of, quantity in rows(
        "SELECT e.clinic_day, m.product_id, m.kind, b.kind, sum(m.quantity) FROM register_entry e"
        " JOIN movement m ON m.id = e.movement_id LEFT JOIN movement b ON b.id = m.reverses_id"
        " WHERE m.dose_id IS NOT NULL GROUP BY e.clinic_day, m.product_id, m.kind, b.kind"
    ):
        entered[day, product, f"{kind} of {of}" if of else kind] += int(quantity)
    assert +logged == +entered, "the log of a day is not its register"


def _what_came_up(rows: Read) -> None:
    """What came up was swallowed here by that person; what replaced it was ordered, for that day, and stands once."""
    for outcome, taken_mg in rows("SELECT d.outcome, d.taken_mg FROM vomiting v JOIN dose d ON d.id = v.dose_id"):
        assert taken_mg > 0 and outcome != "elsewhere", "a vomiting of what nobody swallowed here"
    ordered = defaultdict(set)
    for dose, day, amount in rows("SELECT dose_id, clinic_day, amount_mg FROM replacement_order"):
        ordered[dose].add((day, amount))
    came_up = {row[0] for row in rows("SELECT dose_id FROM vomiting")}
    first = {row[0]: row[1:] for row in rows("SELECT id, person_id, clinic_day, part, taken_mg FROM dose")}
    stands = Counter[int]()
    for replaced, *who, taken_mg, undone in rows(
        "SELECT d.replaces_id, d.person_id, d.clinic_day, d.part, d.taken_mg, r.id FROM dose d"
        " LEFT JOIN dose_reversal r ON r.dose_id = d.id WHERE d.outcome = 'replacement'"
    ):
        *whose, most = first[replaced]
        assert who[1:] == whose[1:], "a replacement on another day, or of another part"
        assert replaced in came_up, "a replacement of what did not come up"
        assert (who[1], taken_mg) in ordered[replaced], "a replacement that nobody ordered"
        assert taken_mg <= most, "a replacement of more than was swallowed"
        stands[replaced] += undone is None
    assert max(stands.values(), default=1) <= 1, "a dose that was replaced twice"


def _incidents(rows: Read) -> None:
    """Each dose that was a mistake is called an incident once, of the person who swallowed it, and a stop was set."""
    incidents = rows(
        "SELECT i.dose_id, i.person_id, d.person_id, d.taken_mg, i.stop_id, i.noticed_at, i.observe_until"
        " FROM dosing_incident i JOIN dose d ON d.id = i.dose_id"
    )
    called = Counter(row[0] for row in incidents)
    assert max(called.values(), default=1) == 1, "an incident told twice"
    mistakes = rows(
        "SELECT id FROM dose WHERE outcome = 'incident' OR (outcome = 'elsewhere' AND claim_id IS NULL"
        f" AND origin NOT IN {IN_BULK})"
    )
    assert {row[0] for row in mistakes} <= called.keys(), "a dose by mistake of which no incident tells"
    for _, person, swallowed_by, taken_mg, _, noticed_at, until in incidents:
        assert person == swallowed_by, "an incident of somebody else than who swallowed it"
        assert taken_mg > 0, "an incident in which nothing was swallowed"
        assert until >= noticed_at, "an incident that nobody watches"


def _elsewhere(rows: Read) -> None:
    """Each dose given elsewhere was reported and verified once."""
    verified = Counter(row[0] for row in rows("SELECT dose_id FROM elsewhere_verdict WHERE dose_id IS NOT NULL"))
    doses = rows(f"SELECT id FROM dose WHERE outcome = 'elsewhere' AND origin NOT IN {IN_BULK}")
    assert {row[0] for row in doses} <= verified.keys(), "a dose from elsewhere that nobody verified"
    assert max(verified.values(), default=1) == 1, "a dose from elsewhere verified twice"


def _spills(rows: Read) -> None:
    """Each spilt dose is one movement of its kind, before a witness, entered in the register."""
    for kind, reason, witness, by, to_place, entry in rows(
        "SELECT m.kind, m.waste_reason, m.witnessed_by_id, m.recorded_by_id, p.kind, e.id FROM spill s"
        " JOIN movement m ON m.id = s.movement_id JOIN place p ON p.id = m.to_place_id"
        " LEFT JOIN register_entry e ON e.movement_id = m.id"
    ):
        assert (kind, reason, to_place) == ("spill", "spilt", "waste"), "a spill whose stock did not go to waste"
        assert witness is not None and witness != by, "a spill that nobody else saw"
        assert entry is not None, "a spill that is in no register"


def _bottles(rows: Read) -> None:
    """Each bottle holds its day's claim, and what its lines say was drawn for it once; what came back waits apart."""
    bottles = {
        row[0]: row[1:] for row in rows("SELECT id, claim_id, person_id, covers_on, part, amount_mg FROM bottle")
    }
    claims = {
        row[0]: row[1:] for row in rows("SELECT id, person_id, clinic_day, part FROM claim WHERE kind = 'take_home'")
    }
    assert Counter(row[0] for row in bottles.values()) == Counter(list(claims)), "a bottle that does not hold its claim"
    for claim, *slot, _ in bottles.values():
        assert list(claims[claim]) == slot, "a bottle whose claim is of another person, day or part"
    drawn = rows("SELECT id, container_id, product_id, quantity FROM movement WHERE kind = 'take_home'")
    lines = rows("SELECT movement_id, container_id, product_id, quantity FROM bottle_line")
    assert Counter(lines) == Counter(drawn), "a line of a bottle that is not its movement"
    held = defaultdict(int)
    for bottle, quantity, strength in rows(
        "SELECT l.bottle_id, l.quantity, p.strength FROM bottle_line l JOIN product p ON p.id = l.product_id"
    ):
        held[bottle] += quantity * strength
    assert all(held[i] == row[4] * 1000 for i, row in bottles.items()), "a bottle that does not hold what was ordered"
    _bottles_back(rows)


def _bottles_back(rows: Read) -> None:
    ends = rows("SELECT id, bottle_id, fate, quantity, early, witnessed_by_id, recorded_by_id FROM bottle_end")
    rests = rows("SELECT bottle_end_id, quantity, movement_id FROM bottle_rest")
    moved = dict(rows("SELECT id, quantity FROM movement WHERE kind = 'return'"))
    assert {row[2]: row[1] for row in rests} == moved, "what came back is not what was set apart"
    told = Counter(rows("SELECT subject_id, kind FROM audit_event WHERE subject = 'bottle_end'"))
    due = {(row[0], "bottle.returned" if row[2] == "returned" else "bottle.gone") for row in ends}
    assert told == Counter(due), "an end of a bottle without exactly one audit row"
    for end, _, _, quantity, _, witness, by in ends:
        assert sum(row[1] for row in rests if row[0] == end) == (quantity or 0), "a rest that does not add up"
        assert quantity is None or witness not in (None, by), "a rest that nobody else saw"
    freed = {row[0] for row in rows("SELECT claim_id FROM claim_release")}
    again = {tuple(row) for row in rows("SELECT person_id, clinic_day, part, turn FROM claim WHERE kind = 'take_home'")}
    linked = set(rows("SELECT person_id, root_id FROM person_link"))
    early = {row[1]: bool(row[4]) for row in ends}
    for bottle, claim, person, *slot, turn in rows(
        "SELECT b.id, c.id, c.person_id, c.clinic_day, c.part, c.turn FROM bottle b JOIN claim c ON c.id = b.claim_id"
    ):
        under_link = any((person, root) in linked and day == slot for root, *day, _ in again)
        replaced = early.get(bottle) is False and ((person, *slot, turn + 1) in again or under_link)
        assert (claim in freed) == (early.get(bottle, False) or replaced), "a day of a bottle freed without a reason"


def _audited(rows: Read) -> None:
    """Every dose, and every other fact that is audited one by one, has exactly one row of its kind in the audit."""
    told = Counter(rows("SELECT subject, subject_id, kind FROM audit_event WHERE subject_id IS NOT NULL"))
    kinds = set(AUDITED_AS.values())
    doses = {("dose", dose, AUDITED_AS[outcome]) for dose, outcome in rows(
        f"SELECT id, outcome FROM dose WHERE origin NOT IN {IN_BULK}")}  # fmt: skip
    known = Counter({key: n for key, n in told.items() if key[2] in kinds})
    assert known == Counter(doses), "a dose without exactly one audit row"
    for table, kind in ONE_AUDIT_ROW_EACH.items():
        facts = {(table, row[0], kind) for row in rows(f"SELECT id FROM {table} WHERE origin NOT IN {IN_BULK}")}
        known = Counter({key: n for key, n in told.items() if key[0] == table and key[2] == kind})
        assert known == Counter(facts), f"a row of {table} without exactly one audit row"


def _registered(rows: Read) -> None:
    """Every movement stands in the register once."""
    entered = Counter(row[0] for row in rows("SELECT movement_id FROM register_entry"))
    moved = Counter(row[0] for row in rows("SELECT id FROM movement"))
    assert entered == moved, "a movement that is not in the register once"


def _containers_add_up(rows: Read) -> None:
    """The movements of a container are numbered without gaps, and each says what it holds afterwards."""
    places = dict(rows("SELECT id, kind FROM place"))
    held: Counter[int] = Counter()
    seq: Counter[int] = Counter()
    query = (
        "SELECT container_id, container_seq, from_place_id, to_place_id, quantity, balance_after FROM movement"
        " ORDER BY container_id, container_seq"
    )
    for container, number, from_place, to_place, quantity, after in rows(query):
        held[container] += quantity * ((places[to_place] in HERE) - (places[from_place] in HERE))
        seq[container] += 1
        assert number == seq[container], "the movements of a container are not numbered without gaps"
        assert held[container] == after >= 0, "a container does not add up"


def _chains_hold(rows: Read) -> None:
    """Every chain follows from its first row to its head, and a register's balances are the sum of its movements."""
    heads = {
        (site, kind, product): (number, digest)
        for site, kind, product, number, digest in rows(
            "SELECT site_id, kind, product_id, last_number, last_digest FROM chain_head"
        )
    }
    for (site,) in rows("SELECT DISTINCT site_id FROM audit_event"):
        query = "SELECT number, body, previous_digest, digest FROM audit_event"
        _follows(rows(f"{query} WHERE site_id = {site} ORDER BY number"), heads[site, "audit", 0])
    places = dict(rows("SELECT id, kind FROM place"))
    for site, product in rows("SELECT DISTINCT site_id, product_id FROM register_entry"):
        where = f"e.site_id = {site} AND e.product_id = {product} ORDER BY e.number"
        query = "SELECT e.number, e.body, e.previous_digest, e.digest FROM register_entry e"
        _follows(rows(f"{query} WHERE {where}"), heads[site, "register", product])
        balance = 0
        for body, come, gone, quantity in rows(
            "SELECT e.body, m.from_place_id, m.to_place_id, m.quantity FROM register_entry e"
            f" JOIN movement m ON m.id = e.movement_id WHERE {where}"
        ):
            balance += quantity * ((places[gone] in HERE) - (places[come] in HERE))
            assert json.loads(body)["balance"] == balance, "a balance that is not the sum of the movements"


def _follows(chain: list[tuple], head: tuple[int, str]) -> None:
    previous, last = "", 0
    for number, body, before, digest in chain:
        assert number == last + 1, "a gap in a chain"
        assert before == previous, "a row that does not follow"
        assert digest == hashlib.sha256(f"{before}\n{body}".encode()).hexdigest(), "a changed row"
        previous, last = digest, number
    assert head == (last, previous), "a chain that goes further than its head, or less far"


CHECKS = (
    _claims_and_doses,
    _slots_taken_once,
    _links_hold_slots,
    _reversals,
    _lines_and_stock,
    _days_of_stock,
    _what_came_up,
    _incidents,
    _elsewhere,
    _spills,
    _bottles,
    _audited,
    _registered,
    _containers_add_up,
    _chains_hold,
)
