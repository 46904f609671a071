"""What a row of the paper becomes when it is entered: nothing that happened is refused, and nothing is recorded unseen.

A rule that would have withheld the dose is shown, acknowledged and kept as an exception. A slot that was taken, an amount
that was not ordered, a medicine that was not the ordered one: what was swallowed is then a dosing incident.
(product.md §3 rules 9 and 10)
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from dispensary.errors import DomainError
from dispensary.reasons import Reason
from dispensary.rules import dosing
from dispensary.rules.dosing import DosingFacts, SiteRules
from dispensary.wording import N_, Words, say
from models.enums import Form, IncidentKind, Medication, RefusedReason, WithheldReason
from models.units import Mg

NOTHING = Mg(Decimal(0))


class PaperOutcome(StrEnum):
    """What the paper says of a dose, by its letter."""

    GIVEN = "G"
    PART = "P"
    WITHHELD = "W"
    REFUSED = "R"


SWALLOWED = frozenset({PaperOutcome.GIVEN, PaperOutcome.PART})

WITHHELD_LETTERS = {
    "S": WithheldReason.SEDATED,
    "I": WithheldReason.INTOXICATED,
    "T": WithheldReason.STOP,
    "D": WithheldReason.DAYS_WITHOUT_MEDICINE,
    "O": WithheldReason.ORDER_PROBLEM,
    "N": WithheldReason.NO_STOCK,
    "X": WithheldReason.OTHER,
}
REFUSED_LETTERS = {
    "N": RefusedReason.NOT_WANTED,
    "U": RefusedReason.FEELS_UNWELL,
    "A": RefusedReason.AMOUNT_DISPUTED,
    "L": RefusedReason.LEFT_EARLY,
    "X": RefusedReason.OTHER,
}
"""Reasons by their letters: why staff gave none, and why the person took none or not all of it."""


@dataclass(frozen=True)
class PaperRow:
    """One row of the paper, understood."""

    person_id: int
    outcome: PaperOutcome
    at: datetime
    given_by_id: int
    taken_mg: Mg | None = None
    """What the paper says was swallowed; None where it only says given."""
    shown_mg: Mg | None = None
    """What the page said was due, which *given* without an amount means."""
    medicine: tuple[Medication, Form] | None = None
    """What was swallowed; None for what was ordered."""
    withheld_reason: WithheldReason | None = None
    refused_reason: RefusedReason | None = None
    """Why no dose was taken, or not all of it."""
    witness_id: int | None = None
    """Who saw the rest of a part dose destroyed."""


@dataclass(frozen=True)
class EnteredBefore:
    """A dose on record of the same person and day that a row may be a second entry of."""

    taken_at: datetime
    taken_mg: Mg
    recorded_at: datetime
    by: str


@dataclass(frozen=True)
class Verdict:
    """What a row becomes, and what the nurse must have seen before it does."""

    taken_mg: Mg
    medicine: tuple[Medication, Form] | None
    incident: IncidentKind | None = None
    """What was wrong, where it can be no ordinary dose."""
    exceptions: tuple[Reason, ...] = ()
    """What would have withheld it at the window, each acknowledged by a tick."""

    @property
    def mark(self) -> str:
        """What a tick is given for: of anything else it acknowledges nothing."""
        if not self.exceptions:
            return ""
        seen = [str(self.incident), str(self.taken_mg.normalize()), *(reason.code for reason in self.exceptions)]
        return hashlib.sha256("|".join(seen).encode()).hexdigest()[:12]


class Misread(DomainError):
    """A field of a row is missing or cannot be what the paper says; it is put right before anything is recorded."""


MAKES_AN_INCIDENT: dict[str, IncidentKind] = {
    "slot_taken": IncidentKind.TWICE,
    "dosed_elsewhere_today": IncidentKind.TWICE,
    "not_admitted": IncidentKind.AGAINST_A_RULE,
    "episode_ended": IncidentKind.AGAINST_A_RULE,
    "no_active_order": IncidentKind.AGAINST_A_RULE,
    "not_due_today": IncidentKind.AGAINST_A_RULE,
    "injection_early": IncidentKind.AGAINST_A_RULE,
    "more_than_ordered": IncidentKind.WRONG_AMOUNT,
    "more_than_due": IncidentKind.WRONG_AMOUNT,
    "less_than_due": IncidentKind.WRONG_AMOUNT,
    "another_medicine": IncidentKind.WRONG_MEDICINE,
}
"""Reasons after which what was swallowed is no ordinary dose, the gravest first."""

NOT_OF_PAPER = frozenset({"clock_behind", "clock_skipped_a_day", "cannot_be_poured", "no_window", "not_asked"})
"""Reasons about this computer and this window now, not about what the paper says."""

OF_A_SLOT = frozenset({"slot_taken", "not_due_today", "injection_early"})
"""What may be odd about a row that says that nothing was swallowed."""


def as_of_paper(facts: DosingFacts) -> DosingFacts:
    """Return the facts without the moment that this computer's clock is held against: the paper's time is not now."""
    return replace(facts, trusted_at=None)


def wrong_clock(facts: DosingFacts, site: SiteRules, *, now: datetime, today: date) -> Reason | None:
    """Return why this computer's clock is not trusted now, so that nothing is entered either."""
    at_present = replace(facts, at=now, clinic_day=today)
    return dosing.clock_behind(at_present, site) or dosing.clock_skipped_a_day(at_present, site)


def judge(row: PaperRow, facts: DosingFacts, site: SiteRules, before: Sequence[EnteredBefore] = ()) -> Verdict:
    """Return what a row becomes.

    Args:
        facts: as of the paper's day and time.
        before: what of this person and day was entered from paper already.

    Raises:
        Misread: a field is missing, or the row says what was entered already.
    """
    if row.outcome not in SWALLOWED:
        _refuse_entered(row, NOTHING, before)
        return _nothing_swallowed(row, facts, site)
    taken_mg = _taken_mg(row, facts, before)
    _refuse_entered(row, taken_mg, before)
    exceptions = [r for r in dosing.reasons_to_withhold(facts, site) if r.code not in NOT_OF_PAPER]
    exceptions += _differences(row, taken_mg, facts, {r.code for r in exceptions})
    codes = {reason.code for reason in exceptions}
    kind = next((kind for code, kind in MAKES_AN_INCIDENT.items() if code in codes), None)
    medicine = row.medicine or _ordered(facts)
    if medicine is None:
        words = say(N_("No order says which medicine this was. Choose it."))
        raise Misread(words, code="which_medicine", field="medicine")
    if row.outcome is PaperOutcome.PART and kind is None:
        _check_part(row, taken_mg, facts)
    return Verdict(taken_mg, medicine, kind, tuple(exceptions))


def _refuse_entered(row: PaperRow, taken_mg: Mg, before: Sequence[EnteredBefore]) -> None:
    same = next((entry for entry in before if (entry.taken_at, entry.taken_mg) == (row.at, taken_mg)), None)
    if same is not None:
        words = N_(
            "Entered from paper already, at %(at)s by %(by)s: the same time and amount. Clear this row."
            " If a second dose was swallowed at that time, record it as an incident on the person's page."
        )
        raise Misread(say(words, at=same.recorded_at, by=same.by), code="entered_before", field="outcome")


def _nothing_swallowed(row: PaperRow, facts: DosingFacts, site: SiteRules) -> Verdict:
    if facts.order is None:
        words = N_(
            "No signed order held on this day, so no dose was due that could be %(what)s. Nothing was swallowed:"
            " clear this row, and keep the sheet."
        )
        what = say(N_("withheld")) if row.outcome is PaperOutcome.WITHHELD else say(N_("refused"))
        raise Misread(say(words, what=what), code="nothing_due", field="outcome")
    if row.withheld_reason is None and row.refused_reason is None:
        raise Misread(say(N_("Why? Type the letter of the reason.")), code="why", field="reason")
    odd = tuple(r for r in dosing.reasons_to_withhold(facts, site) if r.code in OF_A_SLOT)
    return Verdict(NOTHING, _ordered(facts), None, odd)


def _taken_mg(row: PaperRow, facts: DosingFacts, before: Sequence[EnteredBefore]) -> Mg:
    if row.taken_mg is not None:
        return row.taken_mg
    if row.outcome is PaperOutcome.GIVEN and row.shown_mg is not None:
        _refuse_entered(row, row.shown_mg, before)
    if row.outcome is PaperOutcome.PART:
        raise Misread(say(N_("How much was swallowed?")), code="how_much", field="taken_mg")
    if row.shown_mg is None or facts.due_mg is None:
        raise Misread(say(N_("Type the mg that the paper says.")), code="how_much", field="taken_mg")
    if row.shown_mg != facts.due_mg:
        words = N_("The amount due is now %(mg)s mg; this page said %(shown)s mg. Type the mg that the paper says.")
        raise Misread(say(words, mg=facts.due_mg, shown=row.shown_mg), code="due_changed", field="taken_mg")
    return facts.due_mg


def _differences(row: PaperRow, taken_mg: Mg, facts: DosingFacts, known: set[str]) -> list[Reason]:
    """Return how what was swallowed differs from what was ordered."""
    if facts.order is None:
        return []
    if row.medicine is not None and row.medicine != _ordered(facts):
        return [_another_medicine(facts)]
    if facts.due_mg is None or "more_than_ordered" in known:
        return []
    if taken_mg > facts.due_mg:
        return [_more_than_due(taken_mg, facts.due_mg)]
    if taken_mg < facts.due_mg and row.outcome is PaperOutcome.GIVEN:
        return [_less_than_due(taken_mg, facts.due_mg)]
    return []


def _ordered(facts: DosingFacts) -> tuple[Medication, Form] | None:
    return (facts.order.medication, facts.order.form) if facts.order else None


def _another_medicine(facts: DosingFacts) -> Reason:
    medication, form = _ordered(facts) or ("", "")
    return Reason(
        "another_medicine",
        say(N_("Ordered was %(medication)s, %(form)s."), medication=medication, form=form),
        say(N_("Check the sheet. If it was swallowed all the same, tick: it becomes a dosing incident.")),
    )


def _more_than_due(taken_mg: Mg, due_mg: Mg) -> Reason:
    return Reason(
        "more_than_due",
        say(N_("%(taken)s mg is more than the %(due)s mg that were due."), taken=taken_mg, due=due_mg),
        say(N_("Check the sheet. If it was swallowed all the same, tick: it becomes a dosing incident.")),
    )


def _less_than_due(taken_mg: Mg, due_mg: Mg) -> Reason:
    return Reason(
        "less_than_due",
        say(N_("%(taken)s mg is less than the %(due)s mg that were due."), taken=taken_mg, due=due_mg),
        say(
            N_("If the rest was poured and wasted, type P. If no more was poured, tick: it becomes a dosing incident.")
        ),
    )


def _check_part(row: PaperRow, taken_mg: Mg, facts: DosingFacts) -> None:
    due_mg = facts.due_mg or NOTHING
    if facts.order is not None and facts.order.is_injection:
        whole = say(N_("An injection has no part. Type G for a whole one; anything else is an incident."))
        raise Misread(whole, code="injection", field="outcome")
    if taken_mg >= due_mg:
        words: Words = say(N_("A part is less than the %(mg)s mg that were due."), mg=due_mg)
        raise Misread(words, code="part_out_of_range", field="taken_mg")
    if row.refused_reason is None:
        raise Misread(say(N_("Why not all of it? Type the letter of the reason.")), code="why", field="reason")
    if row.witness_id is None:
        words = say(N_("Who saw the rest destroyed? Type the initials."))
        raise Misread(words, code="witness_needed", field="witness")
