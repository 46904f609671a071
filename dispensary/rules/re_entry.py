"""What the re-entry gate says after days without medicine: the strictest of the tables in force, on the cautious inputs.

The more cautious of the record and of what the person said counts; what is not known takes the cautious branch. Nothing
suggested is ever above the last confirmed dose, and a suggestion is for the prescriber alone. (product.md §5)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal

from dispensary.policy.missed_doses import HOLDS, STRICTNESS, MissedDoseRow, TableInForce
from dispensary.rules.ledger import runs
from dispensary.rules.person_days import DayBottle, DayDose, PersonDays
from dispensary.wording import N_, Words, say
from models.enums import Answer, Medication, ReEntryAction, TreatmentPhase
from models.units import Mg

NOTHING, TENTH = Mg(Decimal(0)), Decimal("0.1")
HOUSE = "house.toml: ceilings.hold_from_days, ceilings.hold_from_days_induction (project specification §5)"
CAUTION = "project specification §5: what is not known takes the more cautious branch"


@dataclass(frozen=True)
class Said:
    """What somebody said at the window today; never held against them."""

    id: int
    turn: int
    as_recorded: Answer
    last_dose_on: date | None
    last_dose_mg: Mg | None
    used_full_agonist: Answer
    nobody_knows: bool = False
    """Asked more than once, and once nobody knew when the last dose was taken."""

    @property
    def when_unknown(self) -> bool:
        """Whether the last dose was not taken as recorded, or nobody knows, and no other day was told."""
        return self.nobody_knows or (self.as_recorded is not Answer.YES and self.last_dose_on is None)


def together(answers: Sequence[Said]) -> Said | None:
    """Return what counts of all that somebody said on a day, oldest first: of each question the most cautious answer.

    Asking again softens nothing; whatever was a slip of the hand, a prescriber decides. None where nobody asked.
    """
    if not answers:
        return None
    told = [answer for answer in answers if answer.as_recorded is not Answer.YES]
    return Said(
        id=answers[-1].id,
        turn=answers[-1].turn,
        as_recorded=told[-1].as_recorded if told else Answer.YES,
        last_dose_on=min((a.last_dose_on for a in told if a.last_dose_on), default=None),
        last_dose_mg=min((a.last_dose_mg for a in told if a.last_dose_mg is not None), default=None),
        used_full_agonist=next(
            used for used in (Answer.YES, Answer.UNKNOWN, Answer.NO) if used in [a.used_full_agonist for a in answers]
        ),
        nobody_knows=any(answer.when_unknown for answer in told),
    )


@dataclass(frozen=True)
class Course:
    """What is ordered, and from how many days it is held where no table speaks."""

    medication: Medication
    treatment_phase: TreatmentPhase
    hold_from: int
    """The site's limit in this treatment phase, never above the house's."""
    unreadable: Words | None = None
    """Why the approved tables cannot be read now, and what to do; None where they can."""


@dataclass(frozen=True)
class ReEntryInputs:
    """What is on record and what was said: everything the gate knows of the days before a dose."""

    on: date
    days_on_record: int
    """Presumed take-home doses counted as taken."""
    days_from_confirmed: int
    """From the last confirmed dose: presumed take-home doses not counted as taken."""
    last_confirmed_mg: Mg | None
    last_confirmed_on: date | None = None
    covers_days: int = 1
    """How many days the last dose covers by its own order; 1 for daily."""
    said: Said | None = None
    """None: not asked today."""
    empties_missing: bool = False
    """Presumed take-home doses stand since the last confirmed one, and the emptied bottles were not brought."""
    away: bool = False
    """On record as in hospital or custody still, so that nobody has said what was taken there last."""
    no_shows_in_a_row: int = 0
    """The other count, for whoever stands at the window; it decides nothing here."""

    @property
    def days_as_told(self) -> int | None:
        """The days without medicine by what the person said; None where nothing was said about days."""
        if self.said is None or self.said.as_recorded is Answer.YES:
            return None
        unknown = max(self.days_on_record, self.days_from_confirmed) if self.said.when_unknown else 0
        if self.said.last_dose_on is None:
            return unknown
        return max(unknown, (self.on - self.said.last_dose_on).days - self.covers_days)

    @property
    def days(self) -> int:
        """The days without medicine that count: the more cautious of record and answer."""
        return max(self.days_on_record, self.days_as_told or 0)

    @property
    def base_mg(self) -> Mg | None:
        """The last dose that an amount is worked out from: what is confirmed, or less as told; None if none is known."""
        told = self.said.last_dose_mg if self.said and self.said.as_recorded is not Answer.YES else None
        if self.last_confirmed_mg is None or told is None:
            return self.last_confirmed_mg
        return min(self.last_confirmed_mg, told)


def inputs_of(days: PersonDays, on: date, said: Said | None) -> ReEntryInputs:
    """Return what the gate knows of the days before a day, from the ledger and from what was said on it."""
    counted = runs(days, on)
    confirmed_on = counted.last_confirmed_on or date.min
    unheard_of = (b for b in days.bottles if b.presumed_taken and b.fate is None and confirmed_on < b.day < on)
    taken: tuple[DayDose | DayBottle, ...] = (
        *(dose for dose in days.doses if dose.taken_mg > 0),
        *(bottle for bottle in days.bottles if bottle.presumed_taken),
    )
    return ReEntryInputs(
        on=on,
        days_on_record=counted.days_without_medicine,
        days_from_confirmed=max(counted.days_without_medicine, counted.days_since_confirmed),
        last_confirmed_mg=counted.last_confirmed_mg,
        last_confirmed_on=counted.last_confirmed_on,
        covers_days=max((fact.covers_days for fact in taken if fact.day == counted.last_taken_on), default=1),
        said=said,
        empties_missing=any(unheard_of),
        away=any(stay.holds(on) for stay in days.away if stay.last_day is None),
        no_shows_in_a_row=counted.no_shows_in_a_row,
    )


@dataclass(frozen=True)
class Fired:
    """What one table says of the days that count."""

    table: TableInForce
    row_number: int
    action: ReEntryAction
    suggestion_mg: Mg | None
    citation: str
    words: str

    @property
    def profile(self) -> str:
        """The profile that the table stands in."""
        return self.table.profile

    @property
    def digest(self) -> str:
        """The version of that profile."""
        return self.table.digest


@dataclass(frozen=True)
class ReEntryVerdict:
    """What the gate says, why, and by which row of which version of which table."""

    action: ReEntryAction
    inputs: ReEntryInputs
    suggestion_mg: Mg | None = None
    """For the prescriber alone; never above the last confirmed dose."""
    fired: Fired | None = None
    """The row that decided; None where no approved table speaks, or the hold has another ground."""
    others: tuple[Fired, ...] = ()
    """What the other tables in force say."""
    why: tuple[Words, ...] = ()
    """The grounds, the gravest first; empty where nothing is held."""
    covered: bool = True
    """Whether an approved table speaks of these days."""
    basis: str = HOUSE
    """On what it rests where no row decided."""

    @property
    def holds(self) -> bool:
        """Whether the dose waits for a prescriber."""
        return self.action in HOLDS

    @property
    def citation(self) -> str:
        """Where the decision stands."""
        return self.fired.citation if self.fired else self.basis

    @property
    def by_caution(self) -> bool:
        """Whether it is held for what nobody knows, not by a row or by the house's limit."""
        return self.fired is None and self.basis == CAUTION

    @property
    def besides(self) -> tuple[Words, ...]:
        """What holds it beside the days and the table or limit that speaks of them."""
        if self.by_caution:
            return self.why
        return self.why[1:] if self.fired else self.why[2:]

    @property
    def rows(self) -> tuple[MissedDoseRow, ...]:
        """The table that decided, for the answer about full agonists that counts; empty where none did."""
        return self.fired.table.rule.branch(_used(self.inputs)) if self.fired else ()

    @property
    def ask_first(self) -> bool:
        """Whether days are counted and the person was not asked yet."""
        return self.inputs.days > 0 and self.inputs.said is None

    @property
    def mark(self) -> list[object]:
        """What of it a page shows, so that a change is noticed."""
        said = self.inputs.said
        row = [self.fired.profile, self.fired.digest, self.fired.row_number] if self.fired else []
        return [self.action, self.inputs.days, self.inputs.days_from_confirmed, said.id if said else 0, *row]


def decide(inputs: ReEntryInputs, course: Course, tables: Sequence[TableInForce] = ()) -> ReEntryVerdict:
    """Return what the gate says: the strictest of the tables, the house's limit where none speaks, and what holds besides.

    Args:
        inputs: what is on record and what was said.
        course: what is ordered.
        tables: the approved tables in force for this drug and treatment phase; none where none is approved.
    """
    verdict = _by_tables(inputs, course, tables, _used(inputs))
    if verdict.suggestion_mg is not None and not _answered(inputs):
        verdict = _least_suggested(verdict, _by_tables(inputs, course, tables, Answer.NO))
    if inputs.said is None and _answer_matters(inputs, course, tables):
        verdict = _held(verdict, say(N_("Whether a full agonist was used since decides, and nobody has asked yet.")))
    for ground in _further_grounds(inputs, course):
        verdict = _held(verdict, ground)
    return verdict


def _answered(inputs: ReEntryInputs) -> bool:
    return inputs.said is not None and inputs.said.used_full_agonist is not Answer.UNKNOWN


def _least_suggested(verdict: ReEntryVerdict, other: ReEntryVerdict) -> ReEntryVerdict:
    """Return a verdict with the smaller amount, where either answer about full agonists may be the right one."""
    amounts = [amount for amount in (verdict.suggestion_mg, other.suggestion_mg) if amount is not None]
    return replace(verdict, suggestion_mg=min(amounts))


def _used(inputs: ReEntryInputs) -> Answer:
    """Return whether a full agonist counts as used: what is not known, or was not asked, counts as yes."""
    return Answer.NO if inputs.said and inputs.said.used_full_agonist is Answer.NO else Answer.YES


def _answer_matters(inputs: ReEntryInputs, course: Course, tables: Sequence[TableInForce]) -> bool:
    yes, no = (_by_tables(inputs, course, tables, used) for used in (Answer.YES, Answer.NO))
    return yes.action is not no.action


def _by_tables(inputs: ReEntryInputs, course: Course, tables: Sequence[TableInForce], used: Answer) -> ReEntryVerdict:
    """Return what the tables say, but never less than the house does of the fewer days on which they are all silent."""
    if inputs.days == 0:
        return ReEntryVerdict(ReEntryAction.GIVE, inputs)
    verdict = _on_day(inputs, course, inputs.days, tables, used)
    silent_until = min((table.rule.branch(used)[0].from_days - 1 for table in tables), default=inputs.days)
    before = _by_house(inputs, course, min(inputs.days, silent_until))
    return min(verdict, before, key=lambda one: _rank(one.action))


def _on_day(
    inputs: ReEntryInputs, course: Course, days: int, tables: Sequence[TableInForce], used: Answer
) -> ReEntryVerdict:
    found = (_fired(table, days, used, inputs.base_mg) for table in tables)
    fired = sorted((one for one in found if one), key=_strictest_first)
    if not fired:
        return _by_house(inputs, course, days)
    first = fired[0]
    amounts = [one.suggestion_mg for one in fired if one.suggestion_mg is not None]
    suggestion = min(amounts) if first.suggestion_mg is not None else None
    why = (_days_ground(inputs),) if first.action is not ReEntryAction.GIVE else ()
    return ReEntryVerdict(first.action, inputs, suggestion, first, tuple(fired[1:]), why)


def _fired(table: TableInForce, days: int, used: Answer, base_mg: Mg | None) -> Fired | None:
    row = table.rule.row_for(days, used)
    if row is None:
        return None
    return Fired(table, row.number, row.action, _suggestion(row, base_mg), row.citation, row.words)


def _suggestion(row: MissedDoseRow, base_mg: Mg | None) -> Mg | None:
    """Return what a row suggests, never above the last confirmed dose, rounded down to a tenth of a milligram."""
    suggested = row.suggests(base_mg) if base_mg is not None else None
    amount = suggested.quantize(TENTH, ROUND_DOWN) if suggested is not None else NOTHING
    return Mg(amount) if amount > 0 else None


def _strictest_first(fired: Fired) -> tuple[int, bool, Mg, str]:
    return _rank(fired.action), fired.suggestion_mg is None, fired.suggestion_mg or NOTHING, fired.profile


def _by_house(inputs: ReEntryInputs, course: Course, days: int) -> ReEntryVerdict:
    """Return what the house says where no approved table speaks of so many days."""
    if days < course.hold_from:
        return ReEntryVerdict(ReEntryAction.GIVE, inputs, covered=False)
    words = N_("No approved table speaks of %(drug)s, %(phase)s, after so many days: held from %(limit)s.")
    none = say(words, drug=course.medication, phase=course.treatment_phase, limit=course.hold_from)
    return ReEntryVerdict(ReEntryAction.HOLD_NOTIFY, inputs, why=(_days_ground(inputs), none), covered=False)


def _days_ground(inputs: ReEntryInputs) -> Words:
    if inputs.days > inputs.days_on_record:
        words = N_("%(days)s days without medicine by what the person says, %(record)s by the record.")
        return say(words, days=inputs.days, record=inputs.days_on_record)
    one, more = (
        N_("1 day without medicine: the usual dose may be too much now."),
        N_("%(days)s days without medicine: the usual dose may be too much now."),
    )
    return say(one if inputs.days == 1 else more, days=inputs.days)


def _further_grounds(inputs: ReEntryInputs, course: Course) -> list[Words]:
    """Return what holds a dose whatever the tables say."""
    grounds = []
    if course.unreadable is not None and inputs.days > 0:
        words = N_("%(days)s days without medicine, and the approved policy cannot be read: %(problem)s")
        grounds.append(say(words, days=inputs.days, problem=course.unreadable))
    if inputs.away:
        grounds.append(say(N_("On record as in hospital or custody: what was taken there last is not verified.")))
    if inputs.empties_missing and inputs.days_on_record > 0:
        words = N_(
            "Late, and the emptied take-home bottles are not here: %(record)s days without medicine if they were taken, "
            "%(confirmed)s since the last confirmed dose."
        )
        grounds.append(say(words, record=inputs.days_on_record, confirmed=inputs.days_from_confirmed))
    if inputs.said is not None and inputs.said.when_unknown:
        grounds.append(say(N_("Nobody knows when the last dose was taken.")))
    return grounds


def _held(verdict: ReEntryVerdict, ground: Words) -> ReEntryVerdict:
    """Return a verdict that holds for a further ground; one that holds already keeps its row."""
    if verdict.holds:
        return replace(verdict, why=(*verdict.why, ground))
    others = (*((verdict.fired,) if verdict.fired else ()), *verdict.others)
    return ReEntryVerdict(
        ReEntryAction.HOLD_NOTIFY, verdict.inputs, others=others, why=(ground,), covered=verdict.covered, basis=CAUTION
    )


def _rank(action: ReEntryAction) -> int:
    return STRICTNESS.index(action)
