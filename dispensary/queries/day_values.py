"""Rows about people's days as the plain values that the ledger judges."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from dispensary.rules.orders import covers_days as covered
from dispensary.rules.orders import weekdays_of
from dispensary.rules.person_days import DRUG_OF, DayBottle, DayDose, LastDose, OrderSpan, PersonDays, Stay
from models.enums import Form, Origin

A_DAY = timedelta(days=1)


def doses_from(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[DayDose]:
    """Return the doses; one that came up is as good as taken once its replacement has stayed."""
    stayed = {row.replaces_id for row in rows if row.replaces_id is not None and row.vomiting_id is None}
    return [_dose(row, came_up=row.vomiting_id is not None and row.id not in stayed) for row in rows]


def _dose(row: Row[*tuple[Any, ...]], came_up: bool) -> DayDose:
    injected = row.form is Form.INJECTION
    return DayDose(
        day=row.clinic_day,
        part=row.part,
        outcome=row.outcome,
        medication=row.medication,
        ordered_mg=row.ordered_mg,
        taken_mg=row.taken_mg,
        claimed=row.claim_id is not None,
        came_up=came_up,
        parts_ordered=row.parts_ordered,
        covers_days=_covers(row, row.clinic_day, row.injection_covers if injected else None),
        day_mg=row.day_mg,
        injected=injected,
        imported=row.origin is Origin.IMPORT and row.order_id is None,
    )


def _covers(row: Row[*tuple[Any, ...]], day: date, injection_covers: int | None = None) -> int:
    if injection_covers is not None:
        return injection_covers
    return (
        1 if row.every_n_days == 1 and not row.weekdays else covered(day, row.every_n_days, weekdays_of(row.weekdays))
    )


def bottle_from(row: Row[*tuple[Any, ...]]) -> DayBottle:
    """Return one take-home dose."""
    return DayBottle(
        day=row.covers_on,
        part=row.part,
        medication=row.medication,
        parts_ordered=row.parts_ordered,
        covers_days=_covers(row, row.covers_on),
        fate=row.fate,
        state=row.state,
        early=bool(row.early),
    )


def person_days_from(
    stay_rows: Sequence[Row[*tuple[Any, ...]]],
    order_rows: Sequence[Row[*tuple[Any, ...]]],
    doses: Sequence[DayDose],
    **beside: Any,
) -> PersonDays:
    """Return one person's days: each episode with its orders, or what stands for them in an imported history."""
    spans: dict[int, list[OrderSpan]] = defaultdict(list)
    for row in order_rows:
        spans[row.episode_id].append(_order(row))
    stays, orders = [], []
    for row in stay_rows:
        held = spans[row.id]
        held = [*_of_a_history(row, held, doses), *held]
        orders += held
        stays.append(_stay(row, held, doses))
    return PersonDays(stays=stays, orders=sorted(orders, key=lambda order: order.id), doses=doses, **beside)


def _order(row: Row[*tuple[Any, ...]]) -> OrderSpan:
    return OrderSpan(
        id=row.id,
        starts_on=row.starts_on,
        last_day=row.last_day,
        medication=row.medication,
        treatment_phase=row.treatment_phase,
        parts=row.parts,
        every_n_days=row.every_n_days,
        weekdays=weekdays_of(row.weekdays),
        injected=row.form is Form.INJECTION,
    )


def _stay(row: Row[*tuple[Any, ...]], held: Iterable[OrderSpan], doses: Sequence[DayDose]) -> Stay:
    mine = (dose.day for dose in doses if dose.taken_mg > 0 and dose.claimed and _in(row, dose.day))
    return Stay(
        episode_id=row.id,
        kind=row.kind,
        admitted_on=row.admitted_on,
        first_due=min((order.starts_on for order in held), default=None),
        last_day=row.last_day,
        first_dose_on=next(mine, None),
        credit_days=row.credit_days,
        transfer=LastDose(row.last_dose_on, row.last_dose_mg, row.last_dose_medication) if row.last_dose_on else None,
        linked=row.linked and row.last_day is not None,
    )


def _in(row: Row[*tuple[Any, ...]], day: date) -> bool:
    return row.admitted_on <= day and (row.last_day is None or day <= row.last_day)


def _of_a_history(row: Row[*tuple[Any, ...]], held: Sequence[OrderSpan], doses: Sequence[DayDose]) -> list[OrderSpan]:
    """Return what stands for the orders of an imported history, which has none: daily from the first dose of each drug.

    It holds until the first order signed here.
    """
    last_day = min((order.starts_on - A_DAY for order in held), default=row.last_day or date.max)
    taken = (d for d in doses if d.imported and d.claimed and _in(row, d.day) and d.day <= last_day)
    firsts = [next(of_one_drug) for _, of_one_drug in groupby(taken, key=lambda dose: DRUG_OF[dose.medication])]
    ends = [*(dose.day - A_DAY for dose in firsts[1:]), last_day][: len(firsts)]
    return [
        OrderSpan(id=0, starts_on=dose.day, last_day=end, medication=dose.medication)
        for dose, end in zip(firsts, ends, strict=True)
    ]
