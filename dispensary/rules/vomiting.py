"""What a dose is worth that came up again, and what of the rules of a dose holds for its replacement.

The bands come from the approved profile. They suggest an amount to the prescriber and decide nothing: every replacement
is a prescriber's order. Only vomiting that staff saw counts; after a tablet or film has dissolved nothing is replaced.
Source: product.md §3; clinical-rules §3.1.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from dispensary.policy.stack import Band, VomitBands
from dispensary.rules.dosing import DosingFacts
from dispensary.rules.stock import Line
from models.enums import Form, Medication
from models.units import Mg

WHOLE_MG = Decimal(1)


def is_left_to_dissolve(form: Form | None) -> bool:
    """Return whether a form is left under the tongue, and waits on the list until it was seen to dissolve."""
    return form in (Form.TABLET, Form.FILM)


def needs_no_replacement(medication: Medication, form: Form | None) -> bool:
    """Return whether vomiting after it has dissolved needs no replacement: buprenorphine under the tongue."""
    return medication is not Medication.METHADONE and is_left_to_dissolve(form)


def band_of(bands: VomitBands, medication: Medication, minutes: int, *, witnessed: bool) -> Band | None:
    """Return the approved band that holds for a dose that came up; none unless staff saw it."""
    return bands.of(medication, minutes) if witnessed else None


def suggested_mg(taken_mg: Mg, share: Fraction) -> Mg:
    """Return the share of what was swallowed: all of it, or a part rounded down to a whole milligram."""
    if share == 1:
        return taken_mg
    return Mg(taken_mg * share.numerator / share.denominator // WHOLE_MG)


@dataclass(frozen=True)
class Suggestion:
    """What the approved policy suggests to the prescriber."""

    band: Band
    amount_mg: Mg

    @property
    def nothing(self) -> bool:
        """Whether it says that nothing is replaced."""
        return self.amount_mg == 0


def suggestion_for(band: Band | None, taken_mg: Mg) -> Suggestion | None:
    """Return what a band suggests for a dose, or nothing where no approved policy speaks."""
    return Suggestion(band, suggested_mg(taken_mg, band.rule.share)) if band else None


def facts_for_replacement(facts: DosingFacts, amount_mg: Mg, lines: tuple[Line, ...] | None, part: int) -> DosingFacts:
    """Return the facts on which a replacement is decided: what the window knows, but for what it is exempt from.

    It repeats a dose of today, so that the slot is taken, the minimum hours, the day's total and the days without
    medicine do not stand in its way. Stops, the clock, the end of treatment and of the order, and the stock do.
    """
    return replace(
        facts,
        due_mg=amount_mg,
        lines=lines,
        slot=replace(facts.slot, part=part, taken_at=None, taken_by=""),
        previous_part_at=None,
        last_day_at=None,
        part_not_before=None,
        re_entry=None,
        day_total_mg=None,
        waiting_step=None,
    )
