"""What the status of one person's days depends on, as plain values: made by queries/ledger, judged by rules/ledger."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Protocol, TypeVar

from dispensary.policy.missed_doses import MissedDoseTables, none_in_force
from dispensary.rules.calendar import opens_on
from dispensary.rules.orders import falls_on
from models.enums import AbsenceKind, BottleFate, BottleState, DoseOutcome, EpisodeKind, Medication, TreatmentPhase
from models.units import Mg

METHADONE, BUPRENORPHINE = "methadone", "buprenorphine"
DRUG_OF = {
    Medication.METHADONE: METHADONE,
    Medication.BUPRENORPHINE: BUPRENORPHINE,
    Medication.BUPRENORPHINE_NALOXONE: BUPRENORPHINE,
}
"""The drug that tolerance is about: naloxone, and how it is given, make no other drug of buprenorphine."""


@dataclass(frozen=True)
class LastDose:
    """The last dose before a transfer in, as the clinic before confirmed it."""

    day: date
    taken_mg: Mg
    medication: Medication


@dataclass(frozen=True)
class Stay:
    """One episode of care, as far as days depend on it."""

    episode_id: int
    kind: EpisodeKind
    admitted_on: date
    first_due: date | None
    """The first day with an active order, or of an imported history the first dose; None before either."""
    last_day: date | None
    """None while it is open."""
    first_dose_on: date | None = None
    credit_days: int = 0
    """Days in treatment elsewhere that a prescriber has credited."""
    transfer: LastDose | None = None
    linked: bool = False
    """It ended because its record was linked into the one in treatment: what counted there goes on."""

    def holds(self, day: date) -> bool:
        """Return whether a day lies in this stay, from its first day with an active order."""
        return self.first_due is not None and self.first_due <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True)
class OrderSpan:
    """One version of an order, as far as days depend on it."""

    id: int
    starts_on: date
    last_day: date
    """The last day it holds: its own end, or the day on which it was ended before that."""
    medication: Medication
    treatment_phase: TreatmentPhase | None = None
    """None where an imported history stands for the order."""
    parts: int = 1
    every_n_days: int = 1
    weekdays: tuple[int, ...] = ()
    injected: bool = False

    def holds(self, day: date) -> bool:
        """Return whether the order is in force on a day."""
        return self.starts_on <= day <= self.last_day

    def due_on(self, day: date) -> bool:
        """Return whether a dose is due on a day on which it holds; of injections, on every day that none covers."""
        return self.injected or falls_on(day, self.starts_on, self.every_n_days, self.weekdays)


@dataclass(frozen=True)
class DayDose:
    """One record of a dose that was not reversed: swallowed here or elsewhere, withheld, or refused."""

    day: date
    part: int
    outcome: DoseOutcome
    medication: Medication
    ordered_mg: Mg | None
    taken_mg: Mg
    claimed: bool
    """It took the slot of its part of the day."""
    came_up: bool = False
    """Seen to come up in the profile's first band and not replaced: what stayed is unknown."""
    parts_ordered: int = 1
    covers_days: int = 1
    """How many days it covers, its own among them, by the order under which it was given."""
    day_mg: Mg | None = None
    """What the order gives for all parts of a day, at most; None where no order says it."""
    injected: bool = False
    imported: bool = False
    """From a history before this system, which has no orders."""

    @property
    def in_full(self) -> bool:
        """Whether it took its part of the day in full."""
        if self.came_up:
            return False
        if self.outcome is DoseOutcome.INCIDENT:
            return self.ordered_mg is not None and self.taken_mg >= self.ordered_mg
        return self.outcome in (DoseOutcome.GIVEN, DoseOutcome.ELSEWHERE)

    @property
    def level_mg(self) -> Mg | None:
        """What a prescriber may go on from; None for a replacement, and for what was swallowed with nothing due."""
        if self.outcome is DoseOutcome.REPLACEMENT:
            return None
        if self.outcome is DoseOutcome.INCIDENT:
            return None if self.ordered_mg is None else min(self.ordered_mg, self.taken_mg)
        return self.taken_mg


def presumed_taken(fate: BottleFate | None, state: BottleState | None, early: bool) -> bool:
    """Return whether at least a part of a take-home dose is presumed to be taken: nothing that is known of it says otherwise."""
    return fate is None or (state in (BottleState.EMPTY, BottleState.PART) and not early)


@dataclass(frozen=True)
class DayBottle:
    """One take-home dose, the day that it is for, and what became of it."""

    day: date
    part: int
    medication: Medication
    parts_ordered: int = 1
    covers_days: int = 1
    fate: BottleFate | None = None
    """None while nothing was heard of it."""
    state: BottleState | None = None
    """What was in it when it came back."""
    early: bool = False
    """Brought back before its day was over, when it was not yet to be taken."""

    @property
    def presumed_taken(self) -> bool:
        """Whether at least a part of it is presumed to be taken: nothing says otherwise."""
        return presumed_taken(self.fate, self.state, self.early)

    @property
    def presumed_whole(self) -> bool:
        """Whether all of it is presumed to be taken."""
        return self.presumed_taken and self.state is not BottleState.PART

    @property
    def came_back_unused(self) -> bool:
        """Whether it came back unopened or half full after its day: then nobody knows what became of the others."""
        return self.fate is BottleFate.RETURNED and self.state is not BottleState.EMPTY and not self.early


@dataclass(frozen=True)
class Away:
    """A stay in hospital or custody; whether the person is dosed there is not known."""

    kind: AbsenceKind
    from_on: date
    last_day: date | None
    """None while it goes on."""

    def holds(self, day: date) -> bool:
        """Return whether the person is away on a day."""
        return self.from_on <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True)
class ClinicDays:
    """When a clinic doses: its days of the week from each day on, days announced as closed, paper not yet entered."""

    opening: Sequence[tuple[date, frozenset[int]]] = ((date.min, frozenset(range(1, 8))),)
    """From which day on which days of the week, the oldest first; Monday is 1."""
    closed: frozenset[date] = frozenset()
    not_entered: frozenset[date] = frozenset()
    """Downtime days whose paper nobody has signed as entered."""
    missed_doses: Callable[[date], MissedDoseTables] = field(default=none_in_force, compare=False)
    """The approved tables in force on a day; looked up only where a part was taken."""

    def closed_on(self, day: date) -> bool:
        """Return whether the clinic gives no doses on a day."""
        return day in self.closed or not opens_on(day, self.opening)


class _OnADay(Protocol):
    @property
    def day(self) -> date: ...


T = TypeVar("T", bound=_OnADay)


def _by_day(facts: Sequence[T]) -> Mapping[date, Sequence[T]]:
    found: dict[date, list[T]] = defaultdict(list)
    for fact in facts:
        found[fact.day].append(fact)
    return dict(found)


@dataclass(frozen=True)
class PersonDays:
    """Everything on record about one person, under whichever record, that the status of a day depends on."""

    stays: Sequence[Stay]
    orders: Sequence[OrderSpan]
    """Those that held on at least one day, by id: of several that hold on a day the newest counts."""
    doses: Sequence[DayDose] = ()
    """Oldest first."""
    bottles: Sequence[DayBottle] = ()
    unverified: frozenset[date] = frozenset()
    """Days for which a dose elsewhere was told and the source has not answered."""
    away: Sequence[Away] = ()
    clinic: ClinicDays = field(default_factory=ClinicDays)

    @cached_property
    def doses_by_day(self) -> Mapping[date, Sequence[DayDose]]:
        """The doses of each day that has any."""
        return _by_day(self.doses)

    @cached_property
    def bottles_by_day(self) -> Mapping[date, Sequence[DayBottle]]:
        """The take-home doses of each day that has any."""
        return _by_day(self.bottles)

    @cached_property
    def without_bottles(self) -> "PersonDays":
        """The same, as if no take-home dose had been taken."""
        return replace(self, bottles=()) if self.bottles else self

    @cached_property
    def transfers(self) -> Sequence[LastDose]:
        """The last doses before each transfer in."""
        return [stay.transfer for stay in self.stays if stay.transfer is not None]

    @cached_property
    def injections(self) -> Sequence[DayDose]:
        """The injections given in full."""
        return [dose for dose in self.doses if dose.injected and dose.in_full]

    def stay_on(self, day: date) -> Stay | None:
        """Return the stay in which a day lies, the newest where two overlap."""
        return next((stay for stay in reversed(self.stays) if stay.holds(day)), None)

    def swallowed(self, first: date, before: date) -> list[DayDose]:
        """Return what was swallowed from a day on and before another."""
        return [dose for dose in self.doses if dose.taken_mg > 0 and first <= dose.day < before]

    def part_ends_from(self, on: date) -> Fraction | None:
        """Return from which share on a part ends the days without medicine, by the tables for the order in force on a day."""
        order = self.order_on(on)
        if order is None or order.treatment_phase is None:
            return None
        return self.clinic.missed_doses(on).part_ends_from(order.medication, order.treatment_phase)

    def order_on(self, day: date) -> OrderSpan | None:
        """Return the order in force on a day."""
        return next((order for order in reversed(self.orders) if order.holds(day)), None)
