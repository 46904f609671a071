"""What a prescriber has written, before it is signed: whether it can be carried out at all, and the ten-fold guard.

Whether it is wise is a matter of the limits (order_limits.py) and of the prescriber.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from dispensary.rules.depots import DepotTerms
from dispensary.rules.names import is_blank
from dispensary.rules.orders import DAYS_OF_THE_WEEK, Step, falls_on
from dispensary.wording import N_, Words, say
from models.enums import DepotInterval, Form, Medication, TreatmentPhase
from models.units import Mg

FORMS: dict[Medication, tuple[Form, ...]] = {
    Medication.METHADONE: (Form.LIQUID, Form.TABLET),
    Medication.BUPRENORPHINE: (Form.TABLET, Form.FILM, Form.INJECTION),
    Medication.BUPRENORPHINE_NALOXONE: (Form.TABLET, Form.FILM),
}
"""The forms in which each drug can be ordered here."""

MOST_PARTS = 4
MOST_DAYS_APART = 7
HOURS_IN_A_DAY = 24
LENGTHS = {DepotInterval.WEEKLY: (7, 7), DepotInterval.MONTHLY: (28, 31)}
"""How many days there can be between two injections, the least and the most."""


@dataclass(frozen=True)
class OrderDraft:
    """An order as written; its first step is the amount of the first day."""

    medication: Medication
    form: Form
    treatment_phase: TreatmentPhase
    starts_on: date
    ends_on: date
    steps: tuple[Step, ...]
    every_n_days: int = 1
    parts: int = 1
    hours_between_parts: int | None = None
    reason: str = ""
    weekdays: tuple[int, ...] = ()
    """The days of the week, Monday 1; empty where the order goes by every n-th day."""
    depot: DepotTerms | None = None
    """How long each injection covers, and its window; for injections only."""

    @property
    def is_injection(self) -> bool:
        """Whether this is an order for depot injections."""
        return self.form is Form.INJECTION

    def due_on(self, day: date) -> bool:
        """Return whether a dose would be due on a day by the rhythm of the order; injections go by the last one."""
        held = self.starts_on <= day <= self.ends_on
        return held and falls_on(day, self.starts_on, self.every_n_days, self.weekdays)


@dataclass(frozen=True)
class Fault:
    """Something in a draft that cannot be carried out, and the input it is about."""

    field: str
    words: Words


Check = Callable[[OrderDraft, date, int], Iterator[Fault]]


def faults(draft: OrderDraft, today: date, longest_days: int) -> list[Fault]:
    """Return everything that cannot be carried out as written; none means it can.

    Args:
        draft: as written.
        today: the clinic day on which it is signed.
        longest_days: how many days an order may hold.
    """
    return [fault for check in CHECKS for fault in check(draft, today, longest_days)]


def _form(draft: OrderDraft, today: date, longest_days: int) -> Iterator[Fault]:
    if draft.form not in FORMS[draft.medication]:
        words = N_("%(medication)s does not come as %(form)s here.")
        yield Fault("form", say(words, medication=draft.medication, form=draft.form))


def _dates(draft: OrderDraft, today: date, longest_days: int) -> Iterator[Fault]:
    if draft.starts_on < today:
        yield Fault("starts_on", say(N_("An order cannot start in the past; today is %(today)s."), today=today))
    if draft.ends_on < draft.starts_on:
        yield Fault("ends_on", say(N_("The last day is before the first.")))
    latest = draft.starts_on + timedelta(days=longest_days - 1)
    if draft.ends_on > latest:
        yield Fault("ends_on", say(N_("An order holds for a year at most: until %(day)s here."), day=latest))


def _interval(draft: OrderDraft, today: date, longest_days: int) -> Iterator[Fault]:
    if not 1 <= draft.every_n_days <= MOST_DAYS_APART:
        yield Fault("every_n_days", say(N_("Between 1 and 7 days.")))
    elif (draft.every_n_days > 1 or draft.weekdays) and draft.medication is Medication.METHADONE:
        yield Fault("every_n_days", say(N_("Methadone is ordered for every day.")))
    elif draft.weekdays:
        yield from _weekdays(draft)


def _weekdays(draft: OrderDraft) -> Iterator[Fault]:
    if draft.every_n_days != 1 or not set(draft.weekdays) <= set(DAYS_OF_THE_WEEK):
        yield Fault("weekdays", say(N_("Choose days of the week, or every so many days; not both.")))
    elif not any(draft.due_on(draft.starts_on + timedelta(days=n)) for n in range(len(DAYS_OF_THE_WEEK))):
        yield Fault("weekdays", say(N_("None of these days lies between the first and the last day.")))


def _injection(draft: OrderDraft, today: date, longest_days: int) -> Iterator[Fault]:
    """Ask injections for their interval and window, and all else for neither."""
    if not draft.is_injection:
        if draft.depot is not None:
            yield Fault("depot", say(N_("Only an injection has a window of days.")))
        return
    if draft.every_n_days != 1 or draft.weekdays:
        yield Fault(
            "every_n_days", say(N_("Injections follow each other by their own interval: leave every day here."))
        )
    if draft.parts > 1:
        yield Fault("parts", say(N_("An injection is one syringe, given whole: order one part.")))
    if draft.depot is None:
        yield Fault("depot", say(N_("Choose the product's window, or your own figures.")))
    else:
        yield from _window(draft.depot, draft.reason)


def _window(terms: DepotTerms, reason: str) -> Iterator[Fault]:
    """Check the days between injections; figures of no approved profile need a reason."""
    least, most = LENGTHS[terms.interval]
    if not least <= terms.interval_days <= most:
        words = N_("A weekly injection lies 7 days after the last one, a monthly one 28 to 31.")
        yield Fault("interval_days", say(words))
    elif not 0 <= terms.early_days < terms.interval_days:
        yield Fault("early_days", say(N_("Fewer days than lie between two injections.")))
    elif not 0 <= terms.late_days <= terms.interval_days:
        yield Fault("late_days", say(N_("At most as many days as lie between two injections.")))
    elif terms.profile is None and is_blank(reason):
        words = N_("No approved profile stands behind these figures: say on what they rest.")
        yield Fault("reason", say(words))


def _parts(draft: OrderDraft, today: date, longest_days: int) -> Iterator[Fault]:
    if not 1 <= draft.parts <= MOST_PARTS:
        yield Fault("parts", say(N_("Between 1 and 4 parts a day.")))
    hours = draft.hours_between_parts
    if draft.parts > 1 and hours is None:
        yield Fault("hours_between_parts", say(N_("Say how many hours at least lie between two parts.")))
    elif draft.parts == 1 and hours is not None:
        yield Fault("hours_between_parts", say(N_("Hours between parts belong to a day of several parts.")))
    elif hours is not None and not (hours >= 1 and hours * (draft.parts - 1) < HOURS_IN_A_DAY):
        yield Fault("hours_between_parts", say(N_("With so many hours between them the parts do not fit into a day.")))


def _amounts(draft: OrderDraft, today: date, longest_days: int) -> Iterator[Fault]:
    if not draft.steps or draft.steps[0].from_on != draft.starts_on:
        yield Fault("amount_mg", say(N_("The order needs an amount from its first day.")))
    for number, step in enumerate(draft.steps):
        amount_field = "amount_mg" if number == 0 else f"steps-{number - 1}-amount_mg"
        if len(step.amounts_mg) != draft.parts or any(mg <= 0 for mg in step.amounts_mg):
            yield Fault(amount_field, say(N_("Every part of the day needs an amount of more than 0 mg.")))
        if number > 0 and step.from_on > draft.ends_on:
            yield Fault(f"steps-{number - 1}-from_on", say(N_("This day is after the order's last day.")))


def _steps(draft: OrderDraft, today: date, longest_days: int) -> Iterator[Fault]:
    for number, (one, other) in enumerate(pairwise(draft.steps)):
        field = f"steps-{number}-from_on"
        if other.from_on <= one.from_on:
            yield Fault(
                field, say(N_("Steps follow each other by date: this day must be after %(day)s."), day=one.from_on)
            )
        elif draft.is_injection:
            yield from _larger_injection(number, one, other)
        elif not any(draft.due_on(one.from_on + timedelta(days=n)) for n in range((other.from_on - one.from_on).days)):
            yield Fault(field, say(N_("No dose is due between this step and the one before.")))


def _larger_injection(number: int, one: Step, other: Step) -> Iterator[Fault]:
    """Refuse a step up that would hang on injections not given yet."""
    if other.total_mg > one.total_mg:
        words = N_("A larger injection is not ordered ahead: sign a new version when it is due.")
        yield Fault(f"steps-{number}-amount_mg", say(words))


CHECKS: tuple[Check, ...] = (_form, _dates, _interval, _parts, _injection, _amounts, _steps)


@dataclass(frozen=True)
class LastTaken:
    """The last day on which something was taken: the drug and the day's total."""

    medication: Medication
    total_mg: Mg
    day: date | None = None
    injected: bool = False

    def compares_with(self, draft: OrderDraft) -> bool:
        """Return whether its milligrams compare with a draft's: the same drug, and injected or not."""
        same_drug = is_buprenorphine(self.medication) == is_buprenorphine(draft.medication)
        return same_drug and self.injected == draft.is_injection


def amounts_to_type_again(draft: OrderDraft, last: LastTaken | None) -> list[int]:
    """Return the steps, by number from 0, whose day's total must be typed a second time with its unit.

    The first amount is held against the last one taken, each later one against the step before it: more than twice or
    less than half asks for a second typing. After another drug the first amount always does. Source: product.md §4.
    """
    before: Mg | None = None
    asked = []
    if last is not None:
        before = last.total_mg
        if not last.compares_with(draft):
            before, asked = None, [0]
    for number, step in enumerate(draft.steps):
        if needs_second_typing(step.total_mg, before):
            asked.append(number)
        before = step.total_mg
    return asked


def needs_second_typing(amount_mg: Mg, last_mg: Mg | None) -> bool:
    """Return whether an amount must be typed a second time: more than twice or less than half the one before."""
    return last_mg is not None and not last_mg <= amount_mg * 2 <= last_mg * 4


def is_buprenorphine(medication: Medication) -> bool:
    """Return whether a drug is buprenorphine, with naloxone or without: its milligrams compare with each other only."""
    return medication is not Medication.METHADONE


TYPED_AMOUNT = re.compile(r"\s*(\d{1,6}(?:[.,]\d{1,3})?)\s*mg\s*", re.ASCII | re.IGNORECASE)


def says(text: str, amount_mg: Mg) -> bool:
    """Return whether a text typed by hand is this amount with its unit, such as `80 mg`."""
    match = TYPED_AMOUNT.fullmatch(text)
    return match is not None and Decimal(match[1].replace(",", ".")) == amount_mg
