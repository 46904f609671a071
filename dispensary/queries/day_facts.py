"""The facts that the status of a day depends on, of one person or of many, as they were known at a moment.

A handful of statements, whatever the number of people. Each reads only rows recorded at or before the moment; who is one
person with whom is taken as it is known now.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, FromClause, Row, Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session

from dispensary.queries.calendar import closures_of, opening_days_of
from dispensary.rules.orders import covers_days as covered
from dispensary.rules.orders import weekdays_of
from dispensary.rules.person_days import (
    DRUG_OF,
    Away,
    ClinicDays,
    DayBottle,
    DayDose,
    LastDose,
    OrderSpan,
    PersonDays,
    Stay,
)
from models import (
    Absence,
    AbsenceEnd,
    Bottle,
    BottleEnd,
    DepotPlan,
    Dose,
    DoseOrder,
    DoseReversal,
    DowntimeDay,
    DowntimeEntered,
    ElsewhereDose,
    ElsewhereVerdict,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    OrderEnd,
    TreatmentCredit,
    Vomiting,
)
from models.enums import Form, Origin

A_DAY = timedelta(days=1)
EVER = date.min
NOW = datetime.max.replace(tzinfo=UTC)
"""As of now: whatever is recorded was recorded before."""

_AS_OF: BindParameter[datetime] = bindparam("as_of")
_SINCE: BindParameter[date] = bindparam("since")
_UNTIL: BindParameter[date] = bindparam("until")
_EPISODE, _END, _CORRECTION = Episode.__table__, EpisodeEnd.__table__, EpisodeEndCorrection.__table__
_CREDIT, _ORDER, _ORDER_END = TreatmentCredit.__table__, DoseOrder.__table__, OrderEnd.__table__
_PLAN, _DOSE, _REVERSAL, _VOMITING = DepotPlan.__table__, Dose.__table__, DoseReversal.__table__, Vomiting.__table__
_BOTTLE, _BOTTLE_END = Bottle.__table__, BottleEnd.__table__
_ABSENCE, _ABSENCE_END = Absence.__table__, AbsenceEnd.__table__
_TOLD, _VERDICT = ElsewhereDose.__table__, ElsewhereVerdict.__table__


def _known(fact: FromClause) -> ColumnElement[bool]:
    return fact.c.recorded_at <= _AS_OF


def _of_these(fact: FromClause) -> ColumnElement[bool]:
    return and_(fact.c.person_id.in_(bindparam("people", expanding=True)), _known(fact))


_STAYS = (
    select(
        _EPISODE.c.person_id,
        _EPISODE.c.id,
        _EPISODE.c.kind,
        _EPISODE.c.admitted_on,
        _EPISODE.c.last_dose_on,
        _EPISODE.c.last_dose_mg,
        _EPISODE.c.last_dose_medication,
        select(func.min(_END.c.ended_on))
        .where(
            _END.c.episode_id == _EPISODE.c.id,
            _known(_END),
            _END.c.id.not_in(select(_CORRECTION.c.episode_end_id).where(_known(_CORRECTION))),
        )
        .scalar_subquery()
        .label("last_day"),
        func.coalesce(_CREDIT.c.days, 0).label("credit_days"),
    )
    .outerjoin(_CREDIT, and_(_CREDIT.c.episode_id == _EPISODE.c.id, _known(_CREDIT)))
    .where(_of_these(_EPISODE), _EPISODE.c.site_id == bindparam("site_id"))
    .order_by(_EPISODE.c.admitted_on, _EPISODE.c.id)
)
_ENDED = select(func.min(_ORDER_END.c.last_day)).where(_ORDER_END.c.order_id == _ORDER.c.id, _known(_ORDER_END))
_ENDED_ON = _ENDED.scalar_subquery()
_LAST_DAY = case((_ORDER.c.ends_on > _ENDED_ON, _ENDED_ON), else_=_ORDER.c.ends_on)
_ORDERS = (
    select(
        _ORDER.c.person_id,
        _ORDER.c.id,
        _ORDER.c.episode_id,
        _ORDER.c.starts_on,
        _LAST_DAY.label("last_day"),
        _ORDER.c.medication,
        _ORDER.c.form,
        _ORDER.c.treatment_phase,
        _ORDER.c.parts,
        _ORDER.c.every_n_days,
        _ORDER.c.weekdays,
    )
    .where(_of_these(_ORDER), _ORDER.c.starts_on <= _LAST_DAY)
    .order_by(_ORDER.c.id)
)
_RHYTHM = (
    func.coalesce(_ORDER.c.parts, 1).label("parts_ordered"),
    func.coalesce(_ORDER.c.every_n_days, 1).label("every_n_days"),
    _ORDER.c.weekdays,
)
_DOSES = (
    select(
        _DOSE.c.person_id,
        _DOSE.c.id,
        _DOSE.c.clinic_day,
        _DOSE.c.part,
        _DOSE.c.outcome,
        _DOSE.c.medication,
        _DOSE.c.form,
        _DOSE.c.ordered_mg,
        _DOSE.c.taken_mg,
        _DOSE.c.claim_id,
        _DOSE.c.order_id,
        _DOSE.c.origin,
        _DOSE.c.replaces_id,
        _VOMITING.c.id.label("vomiting_id"),
        (_PLAN.c.interval_days + _PLAN.c.late_days).label("injection_covers"),
        *_RHYTHM,
    )
    .outerjoin(_REVERSAL, and_(_REVERSAL.c.dose_id == _DOSE.c.id, _known(_REVERSAL)))
    .outerjoin(
        _VOMITING,
        and_(_VOMITING.c.dose_id == _DOSE.c.id, _VOMITING.c.witnessed, _VOMITING.c.band == 1, _known(_VOMITING)),
    )
    .outerjoin(_ORDER, _ORDER.c.id == _DOSE.c.order_id)
    .outerjoin(_PLAN, _PLAN.c.order_id == _DOSE.c.order_id)
    .where(_of_these(_DOSE), _DOSE.c.clinic_day.between(_SINCE, _UNTIL), _REVERSAL.c.id.is_(None))
    .order_by(_DOSE.c.clinic_day, _DOSE.c.taken_at, _DOSE.c.id)
)
_BOTTLES = (
    select(
        _BOTTLE.c.person_id,
        _BOTTLE.c.covers_on,
        _BOTTLE.c.part,
        _BOTTLE.c.medication,
        _BOTTLE_END.c.fate,
        _BOTTLE_END.c.state,
        func.coalesce(_BOTTLE_END.c.early, False).label("early"),
        *_RHYTHM,
    )
    .join(_ORDER, _ORDER.c.id == _BOTTLE.c.order_id)
    .outerjoin(_BOTTLE_END, and_(_BOTTLE_END.c.bottle_id == _BOTTLE.c.id, _known(_BOTTLE_END)))
    .where(_of_these(_BOTTLE), _BOTTLE.c.covers_on.between(_SINCE, _UNTIL))
    .order_by(_BOTTLE.c.covers_on, _BOTTLE.c.id)
)
_UNVERIFIED = select(_TOLD.c.person_id, _TOLD.c.clinic_day).where(
    _of_these(_TOLD),
    _TOLD.c.clinic_day.between(_SINCE, _UNTIL),
    _TOLD.c.id.not_in(select(_VERDICT.c.elsewhere_dose_id).where(_known(_VERDICT))),
)
_AWAY = (
    select(_ABSENCE.c.person_id, _ABSENCE.c.kind, _ABSENCE.c.from_on, _ABSENCE_END.c.last_day)
    .outerjoin(_ABSENCE_END, and_(_ABSENCE_END.c.absence_id == _ABSENCE.c.id, _known(_ABSENCE_END)))
    .where(_of_these(_ABSENCE), _ABSENCE.c.from_on <= _UNTIL)
    .order_by(_ABSENCE.c.from_on, _ABSENCE.c.id)
)


def days_of(
    session: Session,
    records: Mapping[int, int],
    site_id: int,
    clinic: ClinicDays,
    *,
    since: date,
    until: date,
    as_of: datetime,
) -> dict[int, PersonDays]:
    """Return what the days of some people depend on, by surviving record.

    Args:
        records: each record of theirs, and the one that survives of it.
        since: from which day on doses and take-home doses are read; episodes, orders and absences are read whole.
    """
    asked = {"people": list(records), "site_id": site_id, "since": since, "until": until, "as_of": as_of}

    def of_each(statement: Select[*tuple[Any, ...]]) -> dict[int, list[Row[*tuple[Any, ...]]]]:
        found: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
        for row in session.execute(statement, asked):
            found[records[row.person_id]].append(row)
        return found

    stays, orders, doses = of_each(_STAYS), of_each(_ORDERS), of_each(_DOSES)
    bottles, unverified, away = of_each(_BOTTLES), of_each(_UNVERIFIED), of_each(_AWAY)
    return {
        root: _person_days(
            stays[root],
            orders[root],
            _doses(doses[root]),
            bottles=[_bottle(row) for row in bottles.get(root, ())],
            unverified=frozenset(row.clinic_day for row in unverified.get(root, ())),
            away=[Away(row.kind, row.from_on, row.last_day) for row in away.get(root, ())],
            clinic=clinic,
        )
        for root in set(records.values())
    }


def clinic_days(session: Session, site_id: int, until: date, as_of: datetime) -> ClinicDays:
    """Return when a site doses, as known at a moment."""
    waiting = select(DowntimeDay.clinic_day).where(
        DowntimeDay.site_id == site_id,
        DowntimeDay.recorded_at <= as_of,
        DowntimeDay.id.not_in(select(DowntimeEntered.downtime_day_id).where(DowntimeEntered.recorded_at <= as_of)),
    )
    return ClinicDays(
        opening=opening_days_of(session, site_id, as_of),
        closed=frozenset(closure.day for closure in closures_of(session, site_id, EVER, until, as_of)),
        not_entered=frozenset(session.scalars(waiting)),
    )


def _doses(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[DayDose]:
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
        injected=injected,
        imported=row.origin is Origin.IMPORT and row.order_id is None,
    )


def _covers(row: Row[*tuple[Any, ...]], day: date, injection_covers: int | None = None) -> int:
    if injection_covers is not None:
        return injection_covers
    return (
        1 if row.every_n_days == 1 and not row.weekdays else covered(day, row.every_n_days, weekdays_of(row.weekdays))
    )


def _bottle(row: Row[*tuple[Any, ...]]) -> DayBottle:
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


def _person_days(
    stay_rows: Sequence[Row[*tuple[Any, ...]]],
    order_rows: Sequence[Row[*tuple[Any, ...]]],
    doses: Sequence[DayDose],
    **beside: Any,
) -> PersonDays:
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
