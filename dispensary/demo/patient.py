"""One person while the story runs: what was ordered and taken so far, and what the station would read about them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from dispensary.demo.cast import Character, Stay
from dispensary.rules import person_days
from dispensary.rules.dosing import DosingFacts, Slot
from dispensary.rules.ledger import runs
from dispensary.rules.orders import DueAmount, OrderFacts, TakenDay, due_amount
from dispensary.rules.person_days import DayBottle, DayDose, LastDose, OrderSpan, PersonDays
from dispensary.rules.re_entry import ReEntryInputs
from models.enums import DoseOutcome, EpisodeKind, TreatmentPhase
from models.units import Mg

A_DAY, FAR_ENOUGH = timedelta(days=1), 60
"""How many of the last days that brought anything are looked at."""
A_LITTLE = Mg(Decimal(1))
"""For days without medicine it does not matter how much was taken, only whether it was all."""


@dataclass
class Patient:
    """A person in treatment, as the story carries them along from day to day."""

    one: Character
    person_id: int
    stay: Stay
    episode_id: int
    first_due: date
    orders: list[OrderFacts] = field(default_factory=list)
    """Newest first."""
    transfer_on: date | None = None
    taken: dict[date, bool] = field(default_factory=dict)
    """The days on which something was swallowed, and whether it was all that was due."""
    parts_mg: dict[date, dict[int, Mg]] = field(default_factory=dict)
    last_at: datetime | None = None
    settled: tuple[int, DueAmount] | None = None
    """An order whose last step has taken effect, and what it says from then on."""
    covers: int = 1
    """How many days the last whole dose covers."""
    away_until: date | None = None
    step_waits: bool = False
    """The prescriber has been told that an upward step waits, and has not answered."""
    released_on: date | None = None
    """The day for which a prescriber has considered the days without medicine."""
    notice_id: int | None = None
    takes_home: bool = False
    """Some decision lets doses go home, for once or for good."""
    decided: bool = False
    """There is a standing decision."""
    bottles: set[date] = field(default_factory=set)
    """The days that bottles at home covered, or cover."""
    talked_on: date | None = None
    """When storing doses safely was gone through."""
    taken_in: bool = False
    """In hospital or custody."""
    last_plain: LastDose | None = None
    """The last day on which all was taken here that was due, in one part, and nothing else happened."""

    @property
    def is_steady(self) -> bool:
        """Whether the order in force is for one amount every day, in maintenance."""
        order = self.orders[0]
        return order.treatment_phase is TreatmentPhase.MAINTENANCE and len(order.steps) == 1 and not order.weekdays

    def has_come(self, day: date, days: int) -> bool:
        """Whether the person took each of the last so many doses, this day's among them."""
        return all(self.taken.get(day - n * A_DAY) or day - n * A_DAY in self.bottles for n in range(days))

    def missed(self, day: date) -> bool:
        """Whether nothing covers a day since the beginning of treatment."""
        return day >= self.first_due and day not in self.taken and day not in self.bottles

    def order_on(self, day: date) -> OrderFacts | None:
        """Return the order that holds on a day."""
        return next((order for order in self.orders if order.holds_on(day)), None)

    def due_on(self, order: OrderFacts, day: date) -> DueAmount:
        """Return what an order says for a day."""
        if self.settled is not None and self.settled[0] == order.id:
            return self.settled[1]
        since = (TakenDay(d, parts) for d, parts in self.parts_mg.items() if d >= order.starts_on)
        due = due_amount(order, list(since) if len(order.steps) > 1 else [], day)
        if due.amounts_mg == order.steps[-1].amounts_mg and order.steps[-1].from_on <= day:
            self.settled = (order.id, due)
        return due

    def total_due_on(self, order: OrderFacts, day: date) -> Mg:
        """Return what an order says for a day, all its parts together."""
        return _total(self.due_on(order, day).amounts_mg)

    def days_without(self, day: date) -> int:
        """Return the days without medicine before a day, as the ledger counts them."""
        if self.taken.get(day - A_DAY):
            return 0
        return runs(self._days(), day).days_without_medicine

    def _days(self) -> PersonDays:
        drug = self.one.medication
        transfer = LastDose(self.transfer_on, self.one.target_mg, drug) if self.transfer_on else None
        stay = person_days.Stay(
            self.episode_id, EpisodeKind.MAINTENANCE, self.first_due, self.first_due, None, transfer=transfer
        )
        recent = list(self.taken.items())[-FAR_ENOUGH:]
        doses = [self._dose(day, DoseOutcome.GIVEN if whole else DoseOutcome.PART_GIVEN) for day, whole in recent]
        bottles = [DayBottle(day, 1, drug) for day in sorted(self.bottles)[-FAR_ENOUGH:]]
        orders = [OrderSpan(0, self.first_due, date.max, drug)]
        return PersonDays(stays=[stay], orders=orders, doses=doses, bottles=bottles)

    def _dose(self, day: date, outcome: DoseOutcome) -> DayDose:
        return DayDose(day, 1, outcome, self.one.medication, A_LITTLE, A_LITTLE, claimed=True, covers_days=self.covers)

    def _re_entry(self, day: date) -> ReEntryInputs | None:
        days = self.days_without(day)
        if days == 0:
            return None
        return ReEntryInputs(on=day, days_on_record=days, days_from_confirmed=days, last_confirmed_mg=None)

    def facts(self, order: OrderFacts, part: int, day: date, at: datetime) -> DosingFacts:
        """Return what the station would show at a moment, but for the lines."""
        due = self.due_on(order, day)
        return DosingFacts(
            person_id=self.person_id,
            clinic_day=day,
            at=at,
            episode_id=self.episode_id,
            ended=None,
            order=order,
            due_mg=due.amounts_mg[part - 1],
            parts_today=order.parts,
            slot=Slot(part, 1, None),
            previous_part_at=self.last_at if part > 1 else None,
            last_day_at=self.last_at if part == 1 else None,
            re_entry=self._re_entry(day),
            released_mg=None,
            stops=(),
            lines=None,
            has_window=True,
            waiting_step=due.waiting_step,
            day_total_mg=_total(due.amounts_mg),
            taken_today_mg=_total(self.parts_mg.get(day, {}).values()),
        )

    def note(self, order: OrderFacts, part: int, taken_mg: Mg, day: date, at: datetime, *, whole: bool) -> None:
        """Remember what was taken."""
        self.parts_mg.setdefault(day, {})[part] = taken_mg
        done = whole and len(self.parts_mg[day]) >= order.parts
        self.taken[day] = done
        self.covers = order.covers_days(day) if done else self.covers
        self.last_plain = LastDose(day, taken_mg, order.medication) if done and order.parts == 1 else None
        self.last_at = at


def _total(amounts: Iterable[Mg]) -> Mg:
    return Mg(sum(amounts, Decimal(0)))
