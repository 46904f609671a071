"""What a missed-dose table would do for given figures: the re-entry gate's own rule, tried on a case that is nobody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from dispensary.policy.missed_doses import MissedDoseTables, TableInForce
from dispensary.policy.profiles import Profile
from dispensary.rules.re_entry import Course, ReEntryInputs, ReEntryVerdict, Said, decide
from models.enums import Answer, Medication, TreatmentPhase
from models.units import Mg

NOBODY = 0


@dataclass(frozen=True)
class Case:
    """Figures to try."""

    medication: Medication
    treatment_phase: TreatmentPhase
    last_mg: Mg | None
    """The last confirmed dose; None if it is not known."""
    days: int
    """Without medicine, by the record."""
    days_told: int | None
    """Without medicine, by what the person says; None where that is as recorded."""
    used_full_agonist: Answer


@dataclass(frozen=True)
class Tried:
    """What one profile, or all that are in force, would do."""

    verdict: ReEntryVerdict
    spoke: bool
    """Whether there is a table for this drug in this treatment phase; the house's limit holds otherwise."""
    part_ends_from: Fraction | None = None
    """From which share on a part of a day ends the days without medicine; None where none does."""


def as_if_in_force(profile: Profile, on: date) -> MissedDoseTables:
    """Return a profile's tables as if they were in force, draft or superseded though it may be."""
    return MissedDoseTables(
        tuple(
            TableInForce(rule, profile.id, profile.digest)
            for rule in profile.missed_doses
            if rule.holds_on(on) or profile.superseded
        )
    )


def try_out(case: Case, tables: MissedDoseTables, *, hold_from: int, on: date) -> Tried:
    """Return what the gate would say of a case.

    Args:
        case: the figures.
        tables: to try it on.
        hold_from: the site's limit in this treatment phase, which holds where no table speaks.
        on: the day from which the days are counted back.
    """
    found: Sequence[TableInForce] = tables.of(case.medication, case.treatment_phase)
    course = Course(case.medication, case.treatment_phase, hold_from)
    part = tables.part_ends_from(case.medication, case.treatment_phase)
    return Tried(decide(_inputs(case, on), course, found), bool(found), part)


def _inputs(case: Case, on: date) -> ReEntryInputs:
    told_on = None if case.days_told is None else on - timedelta(days=case.days_told + 1)
    return ReEntryInputs(
        on=on,
        days_on_record=case.days,
        days_from_confirmed=case.days,
        last_confirmed_mg=case.last_mg,
        said=Said(
            id=NOBODY,
            turn=1,
            as_recorded=Answer.YES if told_on is None else Answer.NO,
            last_dose_on=told_on,
            last_dose_mg=None,
            used_full_agonist=case.used_full_agonist,
        ),
    )
