"""What a profile says of days without medicine: which row fires at how many days, what it does, what it suggests.

A table belongs to drugs and treatment phases. The rows are tried from the most days down; the first that is reached
counts. A suggestion is the prescriber's to take or leave, and it is never more than the last confirmed dose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

from dispensary.policy.entries import CITED, Cited, Mark, bad, check_keys, cited, fraction, whole_number, words_of
from dispensary.wording import Words
from models.enums import Answer, Medication, ReEntryAction, TreatmentPhase
from models.units import Mg, mg

STRICTNESS = tuple(ReEntryAction)
"""The strictest first."""
HOLDS = (ReEntryAction.HOLD_REINDUCT, ReEntryAction.HOLD_NOTIFY)


class Operator(StrEnum):
    """How a source says from how many days on a row counts; kept as it stands there."""

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"


@dataclass(frozen=True)
class MissedDoseRow:
    """What is done from so many days without medicine on, until a later row is reached."""

    number: int
    """1 for the first row of its table, as written."""
    operator: Operator
    days: int
    if_full_agonist: Answer | None
    """Whether the row is for a return to full agonist use, or for none; None where the source does not ask."""
    action: ReEntryAction
    fraction: Fraction | None
    max_mg: Mg | None
    """Whichever is lower: never more than this."""
    min_mg: Mg | None
    """Whichever is higher: no less than this, but for the cap at the last confirmed dose."""
    words: str
    citation: str
    mark: Mark

    @property
    def from_days(self) -> int:
        """The least number of days at which the row counts."""
        return self.days + 1 if self.operator is Operator.MORE_THAN else self.days

    @property
    def has_formula(self) -> bool:
        """Whether the source names an amount."""
        return not (self.fraction is None and self.max_mg is None and self.min_mg is None)

    def suggests(self, last_mg: Mg) -> Mg | None:
        """Return the amount that the source names for a last confirmed dose, and never more than that dose.

        None where it names none; the amount is exact, and whoever shows it rounds it down.
        """
        if not self.has_formula:
            return None
        amount: Decimal = last_mg
        if self.fraction is not None:
            amount = amount * self.fraction.numerator / self.fraction.denominator
        if self.max_mg is not None:
            amount = min(amount, self.max_mg)
        if self.min_mg is not None:
            amount = max(amount, self.min_mg)
        return Mg(min(amount, last_mg))


@dataclass(frozen=True)
class MissedDoseTable(Cited):
    """One source's table for some drugs and treatment phases."""

    medications: tuple[Medication, ...]
    phases: tuple[TreatmentPhase, ...]
    rows: tuple[MissedDoseRow, ...]
    silent_below: int | None
    """The source says nothing of fewer days than this; None where it speaks from the first day on."""
    part_ends_from: Fraction | None
    """A day on which at least this share of what was due was taken ends the days without medicine; None where the source
    gives no share: then a part neither counts nor ends them."""
    words: str

    @property
    def needs_full_agonist_answer(self) -> bool:
        """Whether it matters if the person has used a full agonist since the last dose."""
        return any(row.if_full_agonist is not None for row in self.rows)

    def is_about(self, medication: Medication, phase: TreatmentPhase) -> bool:
        """Return whether the table is about a drug in a treatment phase."""
        return medication in self.medications and phase in self.phases

    def branch(self, full_agonist: Answer) -> tuple[MissedDoseRow, ...]:
        """Return the rows for an answer about full agonists, fewest days first; not known counts as yes."""
        answer = Answer.NO if full_agonist is Answer.NO else Answer.YES
        return tuple(row for row in self.rows if row.if_full_agonist in (None, answer))

    def row_for(self, days: int, full_agonist: Answer = Answer.UNKNOWN) -> MissedDoseRow | None:
        """Return the row that counts at so many days without medicine; None where the source says nothing of so few."""
        reached = [row for row in self.branch(full_agonist) if row.from_days <= days]
        return reached[-1] if reached else None


@dataclass(frozen=True)
class TableInForce:
    """A table with the version of the profile that it comes from."""

    rule: MissedDoseTable
    profile: str
    digest: str


@dataclass(frozen=True)
class MissedDoseTables:
    """The tables in force at a site on a day; empty where no approved profile says anything."""

    in_force: tuple[TableInForce, ...] = ()
    unreadable: Words | None = None
    """Why what was approved cannot be read now, and what to do; None where it can."""

    def of(self, medication: Medication, phase: TreatmentPhase) -> tuple[TableInForce, ...]:
        """Return every approved table for a drug in a treatment phase, by the profile's id."""
        return tuple(table for table in self.in_force if table.rule.is_about(medication, phase))

    def part_ends_from(self, medication: Medication, phase: TreatmentPhase) -> Fraction | None:
        """Return from which share on a part ends the days without medicine: the largest, and none where any gives none."""
        shares = [table.rule.part_ends_from for table in self.of(medication, phase)]
        given = [share for share in shares if share is not None]
        return max(given) if given and len(given) == len(shares) else None


def none_in_force(day: date) -> MissedDoseTables:
    """Return that no approved table speaks of a day."""
    return MissedDoseTables()


ENTRY = CITED | {"medications", "phases", "row", "words"}
MAY = frozenset({"effective_to", "silent_below", "cap_at_last_dose", "part_ends_from"})
ROW = frozenset({"operator", "days", "action", "words"})
ROW_MAY = frozenset({"if_full_agonist", "fraction", "max_mg", "min_mg", "citation", "mark"})


def read_missed_doses(file: str, entries: Sequence[dict[str, Any]]) -> tuple[MissedDoseTable, ...]:
    """Return the missed-dose tables of one profile.

    Raises:
        Refused: keys missing or unknown, a number that is none, rows out of order or with a gap, milder at more days, a
            suggestion that could come above the last dose, or two tables for one drug and phase at one time.
    """
    tables = tuple(_table(f"{file}, missed_dose {n}", entry) for n, entry in enumerate(entries, start=1))
    for one, other in combinations(tables, 2):
        same = set(one.medications) & set(other.medications) and set(one.phases) & set(other.phases)
        if same and one.overlaps(other):
            raise bad(file, "two missed-dose tables for one medicine and treatment phase overlap in time")
    return tables


def _table(where: str, entry: dict[str, Any]) -> MissedDoseTable:
    check_keys(where, entry, ENTRY, MAY)
    if not isinstance(entry["row"], list):
        raise bad(where, "its rows are written as [[missed_dose.row]], once for each")
    for n, row in enumerate(entry["row"], start=1):
        check_keys(f"{where}, row {n}", row, ROW, ROW_MAY)
    try:
        table = MissedDoseTable(
            medications=tuple(Medication(word) for word in words_of(entry["medications"])),
            phases=tuple(TreatmentPhase(word) for word in words_of(entry["phases"])),
            rows=tuple(_row(n, row, entry) for n, row in enumerate(entry["row"], start=1)),
            silent_below=whole_number(entry["silent_below"]) if "silent_below" in entry else None,
            part_ends_from=_part(entry["part_ends_from"]) if "part_ends_from" in entry else None,
            words=entry["words"],
            **cited(entry),
        )
        _check_branches(table)
        _check_cap(table, entry.get("cap_at_last_dose"))
    except (ValueError, TypeError) as error:
        raise bad(where, str(error)) from error
    return table


def _part(text: str) -> Fraction:
    share = fraction(text)
    if not 0 < share < 1:
        raise ValueError(
            "part_ends_from is a share of the day between 0 and 1; nothing ends no run, and all of it always does"
        )
    return share


def _row(number: int, row: dict[str, Any], table: dict[str, Any]) -> MissedDoseRow:
    """Return one row; where it has no citation and mark of its own, the table's hold for it."""
    own = cited(table | {key: row[key] for key in ("citation", "mark") if key in row})
    made = MissedDoseRow(
        number=number,
        operator=Operator(row["operator"]),
        days=whole_number(row["days"]),
        if_full_agonist=Answer(row["if_full_agonist"]) if "if_full_agonist" in row else None,
        action=ReEntryAction(row["action"]),
        fraction=fraction(row["fraction"]) if "fraction" in row else None,
        max_mg=_amount(row, "max_mg"),
        min_mg=_amount(row, "min_mg"),
        words=row["words"],
        citation=own["citation"],
        mark=own["mark"],
    )
    _check_row(made)
    return made


def _amount(row: dict[str, Any], key: str) -> Mg | None:
    if key not in row:
        return None
    amount = mg(row[key])
    if amount <= 0:
        raise ValueError(f"{key} is more than zero")
    return amount


def _check_row(row: MissedDoseRow) -> None:
    if row.from_days < 1:
        raise ValueError(f"row {row.number} counts from less than one day")
    if row.if_full_agonist is Answer.UNKNOWN:
        raise ValueError(f"row {row.number}: if_full_agonist is yes or no; what is not known counts as yes")
    if row.fraction == 0:
        raise ValueError(f"row {row.number}: a fraction is more than 0")
    if row.has_formula and row.action not in HOLDS:
        raise ValueError(f"row {row.number} suggests an amount without holding the dose")
    if row.min_mg is not None and row.fraction is None and row.max_mg is None:
        raise ValueError(
            f"row {row.number}: min_mg is the higher of itself and something; write fraction or max_mg too"
        )
    if row.max_mg is not None and row.min_mg is not None and row.min_mg > row.max_mg:
        raise ValueError(f"row {row.number}: min_mg is above max_mg")


def _check_branches(table: MissedDoseTable) -> None:
    """Check that each branch is one ladder from its first day up, and that a return to full agonists is never milder."""
    asked = {row.if_full_agonist is not None for row in table.rows}
    if len(asked) > 1:
        raise ValueError("either every row says for which answer about full agonists it is, or none does")
    with_return, without = table.branch(Answer.YES), table.branch(Answer.NO)
    for rows in (with_return, without):
        _check_ladder(rows, table.silent_below or 1)
    for days in range(1, max(row.from_days for row in table.rows) + 1):
        cautious, other = table.row_for(days, Answer.YES), table.row_for(days, Answer.NO)
        if cautious and other and STRICTNESS.index(cautious.action) > STRICTNESS.index(other.action):
            raise ValueError(f"at {days} days it is milder after a return to full agonists")


def _check_ladder(rows: Sequence[MissedDoseRow], first: int) -> None:
    if not rows or rows[0].from_days != first:
        raise ValueError(f"leaves a gap: its first row must count from {first} days; say silent_below if it has none")
    for before, after in pairwise(rows):
        if after.from_days == before.from_days:
            raise ValueError(f"rows {before.number} and {after.number} overlap")
        if after.from_days < before.from_days:
            raise ValueError(f"rows {before.number} and {after.number} are out of order, fewest days first")
        if STRICTNESS.index(after.action) > STRICTNESS.index(before.action):
            raise ValueError(f"row {after.number} is milder at more days than row {before.number}")


def _check_cap(table: MissedDoseTable, said: str | None) -> None:
    """Check that a table which could raise a small dose says itself that the last dose is the most; it holds anyway."""
    raising = [row.number for row in table.rows if row.min_mg is not None]
    if said not in (None, "yes"):
        raise ValueError("a suggestion is never above the last dose: cap_at_last_dose is yes, or left out")
    if raising and said is None:
        raise ValueError(f'row {raising[0]} could exceed the last dose: write cap_at_last_dose = "yes"')
