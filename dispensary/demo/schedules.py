"""What the made-up prescriber orders: how a stay begins, goes on, comes down, and begins again after days away."""

from datetime import date, timedelta
from decimal import Decimal

from dispensary.demo.cast import Character
from dispensary.rules.order_drafts import OrderDraft
from dispensary.rules.orders import Step
from models.enums import Medication, TreatmentPhase
from models.units import Mg

STEADY_DAYS = 168
EARLY_DAYS = 28
HOURS_BETWEEN_PARTS = 4
STEP_DAYS = 5
METHADONE_FIRST, METHADONE_STEP, BUPRENORPHINE_STEP = Decimal(30), Decimal(10), Decimal(4)
BUPRENORPHINE_DAYS = (Decimal(8), Decimal(12), Decimal(16))
TAPER_STEP_DAYS = 7
TAPER_STEPS = 4


def beginning(one: Character, day: date, *, again: bool = False) -> OrderDraft:
    """Return the order of the first weeks: low, then up by steps to what the person is to have."""
    amounts = _rising(one.medication, one.target_mg)
    apart = STEP_DAYS if one.medication is Medication.METHADONE else 1
    steps = [(day + timedelta(days=n * apart), amount) for n, amount in enumerate(amounts)]
    reason = "start again after days away" if again else "start of treatment"
    last = max(day + timedelta(days=EARLY_DAYS), steps[-1][0] + timedelta(days=EARLY_DAYS // 2))
    return _draft(one, TreatmentPhase.INDUCTION, day, last, steps, reason, daily=True)


def _rising(medication: Medication, target: Mg) -> list[Decimal]:
    if medication is not Medication.METHADONE:
        return [amount for amount in BUPRENORPHINE_DAYS if amount < target] + [target]
    amounts = [min(METHADONE_FIRST, target)]
    while amounts[-1] < target:
        amounts.append(min(target, amounts[-1] + METHADONE_STEP))
    return amounts


def steady(one: Character, day: date, amount_mg: Decimal, reason: str, *, early: bool = False) -> OrderDraft:
    """Return an order of one amount: the weeks of stabilisation, or half a year of maintenance."""
    phase = TreatmentPhase.STABILISATION if early else TreatmentPhase.MAINTENANCE
    last = day + timedelta(days=(EARLY_DAYS if early else STEADY_DAYS) - 1)
    return _draft(one, phase, day, last, [(day, amount_mg)], reason)


def taper(one: Character, day: date, amount_mg: Decimal) -> OrderDraft:
    """Return an order that comes down week by week."""
    down = [_measurable(one, amount_mg * (TAPER_STEPS - n) / TAPER_STEPS) for n in range(TAPER_STEPS)]
    steps = [(day + timedelta(days=n * TAPER_STEP_DAYS), amount) for n, amount in enumerate(down)]
    last = day + timedelta(days=TAPER_STEP_DAYS * TAPER_STEPS + EARLY_DAYS)
    return _draft(one, TreatmentPhase.TAPER, day, last, steps, "coming down as agreed")


def upwards(one: Character, day: date, first_mg: Decimal, reason: str) -> OrderDraft:
    """Return an order that goes up from an amount to what the person is to have."""
    amounts = [first_mg]
    while amounts[-1] < one.target_mg:
        step = METHADONE_STEP if one.medication is Medication.METHADONE else BUPRENORPHINE_STEP
        amounts.append(min(one.target_mg, amounts[-1] + step))
    steps = [(day + timedelta(days=n * STEP_DAYS), amount) for n, amount in enumerate(amounts)]
    last = steps[-1][0] + timedelta(days=EARLY_DAYS)
    return _draft(one, TreatmentPhase.STABILISATION, day, last, steps, reason)


def _measurable(one: Character, amount: Decimal) -> Decimal:
    """Return an amount that every ware can make up: whole 5 mg of methadone, whole 2 mg of buprenorphine."""
    unit = Decimal(5) if one.medication is Medication.METHADONE else Decimal(2)
    return max(unit, amount // unit * unit)


def lowered(one: Character, amount_mg: Decimal) -> Mg:
    """Return half an amount, as can be measured: with what one begins again after days without medicine."""
    return Mg(_measurable(one, amount_mg / 2))


def _draft(
    one: Character,
    phase: TreatmentPhase,
    first: date,
    last: date,
    steps: list[tuple[date, Decimal]],
    reason: str,
    *,
    daily: bool = False,
) -> OrderDraft:
    parts = one.parts if phase is TreatmentPhase.MAINTENANCE else 1
    weekdays = one.weekdays if phase is TreatmentPhase.MAINTENANCE and not daily else ()
    return OrderDraft(
        medication=one.medication,
        form=one.form,
        treatment_phase=phase,
        starts_on=first,
        ends_on=last,
        steps=tuple(Step(day, _split(amount, parts)) for day, amount in steps),
        every_n_days=1
        if daily or weekdays or parts > 1 or phase is not TreatmentPhase.MAINTENANCE
        else one.every_n_days,
        weekdays=weekdays,
        parts=parts,
        hours_between_parts=HOURS_BETWEEN_PARTS if parts > 1 else None,
        reason=reason,
    )


def _split(amount: Decimal, parts: int) -> tuple[Mg, ...]:
    """Return the parts of a day, whole 5 mg each, the first the largest."""
    if parts == 1:
        return (Mg(amount),)
    later = amount / parts // 5 * 5
    return (Mg(amount - later * (parts - 1)), *([Mg(later)] * (parts - 1)))
