"""What is read of people's days: one statement a kind of fact, of whatever was recorded at or before a moment."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    true,
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
    ElsewhereDose,
    ElsewhereVerdict,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    OrderEnd,
    OrderStep,
    TreatmentCredit,
    Vomiting,
)
from models.enums import EpisodeEndReason

_AS_OF: BindParameter[datetime] = bindparam("as_of")
_SINCE: BindParameter[date] = bindparam("since")
_UNTIL: BindParameter[date] = bindparam("until")
_EPISODE, _END, _CORRECTION = Episode.__table__, EpisodeEnd.__table__, EpisodeEndCorrection.__table__
_CREDIT, _ORDER, _ORDER_END = TreatmentCredit.__table__, DoseOrder.__table__, OrderEnd.__table__
_STEP, _PLAN, _DOSE, _REVERSAL, _VOMITING = (
    OrderStep.__table__,
    DepotPlan.__table__,
    Dose.__table__,
    DoseReversal.__table__,
    Vomiting.__table__,
)
_BOTTLE, _BOTTLE_END = Bottle.__table__, BottleEnd.__table__
_ABSENCE, _ABSENCE_END = Absence.__table__, AbsenceEnd.__table__
_TOLD, _VERDICT = ElsewhereDose.__table__, ElsewhereVerdict.__table__


def _known(fact: FromClause) -> ColumnElement[bool]:
    return fact.c.recorded_at <= _AS_OF


def _of_these(fact: FromClause) -> ColumnElement[bool]:
    return and_(fact.c.person_id.in_(bindparam("people", expanding=True)), _known(fact))


STAYS = (
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
        exists()
        .where(_END.c.episode_id == _EPISODE.c.id, _END.c.reason == EpisodeEndReason.LINKED, _known(_END))
        .label("linked"),
        func.coalesce(_CREDIT.c.days, 0).label("credit_days"),
    )
    .outerjoin(_CREDIT, and_(_CREDIT.c.episode_id == _EPISODE.c.id, _known(_CREDIT)))
    .where(_of_these(_EPISODE), _EPISODE.c.site_id == bindparam("site_id"))
    .order_by(_EPISODE.c.admitted_on, _EPISODE.c.id)
)
_ENDED = select(func.min(_ORDER_END.c.last_day)).where(_ORDER_END.c.order_id == _ORDER.c.id, _known(_ORDER_END))
_ENDED_ON = _ENDED.scalar_subquery()
_LAST_DAY = case((_ORDER.c.ends_on > _ENDED_ON, _ENDED_ON), else_=_ORDER.c.ends_on)
ORDERS = (
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
_MOST_A_DAY = (
    select(func.sum(_STEP.c.amount_mg))
    .where(_STEP.c.order_id == _ORDER.c.id)
    .group_by(_STEP.c.from_on)
    .order_by(func.sum(_STEP.c.amount_mg).desc())
    .limit(1)
    .scalar_subquery()
)
_RHYTHM = (
    func.coalesce(_ORDER.c.parts, 1).label("parts_ordered"),
    func.coalesce(_ORDER.c.every_n_days, 1).label("every_n_days"),
    _ORDER.c.weekdays,
)


def _doses(ended: ColumnElement[bool]) -> Select[Any]:
    """Select the doses, without those of which a reversal counts."""
    return (
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
            case((_ORDER.c.parts > 1, _MOST_A_DAY), else_=_DOSE.c.ordered_mg).label("day_mg"),
            *_RHYTHM,
        )
        .outerjoin(_REVERSAL, and_(_REVERSAL.c.dose_id == _DOSE.c.id, _known(_REVERSAL), ended))
        .outerjoin(
            _VOMITING,
            and_(_VOMITING.c.dose_id == _DOSE.c.id, _VOMITING.c.witnessed, _VOMITING.c.band == 1, _known(_VOMITING)),
        )
        .outerjoin(_ORDER, _ORDER.c.id == _DOSE.c.order_id)
        .outerjoin(_PLAN, _PLAN.c.order_id == _DOSE.c.order_id)
        .where(_of_these(_DOSE), _DOSE.c.clinic_day.between(_SINCE, _UNTIL), _REVERSAL.c.id.is_(None))
        .order_by(_DOSE.c.clinic_day, _DOSE.c.taken_at, _DOSE.c.id)
    )


def _bottles(ended: ColumnElement[bool]) -> Select[Any]:
    """Select the take-home doses, each with what became of it where that counts."""
    return (
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
        .outerjoin(_BOTTLE_END, and_(_BOTTLE_END.c.bottle_id == _BOTTLE.c.id, _known(_BOTTLE_END), ended))
        .where(_of_these(_BOTTLE), _BOTTLE.c.covers_on.between(_SINCE, _UNTIL))
        .order_by(_BOTTLE.c.covers_on, _BOTTLE.c.id)
    )


DOSES, BOTTLES = _doses(true()), _bottles(true())
DOSES_THAT_NIGHT = _doses(_REVERSAL.c.clinic_day <= _UNTIL)
"""The same at the close of the last day: what was reversed on a later one still stands."""
BOTTLES_THAT_NIGHT = _bottles(_BOTTLE_END.c.clinic_day <= _UNTIL)
"""The same: of what comes back on a later day nothing was heard."""
UNVERIFIED = select(_TOLD.c.person_id, _TOLD.c.clinic_day).where(
    _of_these(_TOLD),
    _TOLD.c.clinic_day.between(_SINCE, _UNTIL),
    _TOLD.c.id.not_in(select(_VERDICT.c.elsewhere_dose_id).where(_known(_VERDICT))),
)
AWAY = (
    select(_ABSENCE.c.person_id, _ABSENCE.c.kind, _ABSENCE.c.from_on, _ABSENCE_END.c.last_day)
    .outerjoin(_ABSENCE_END, and_(_ABSENCE_END.c.absence_id == _ABSENCE.c.id, _known(_ABSENCE_END)))
    .where(_of_these(_ABSENCE), _ABSENCE.c.from_on <= _UNTIL)
    .order_by(_ABSENCE.c.from_on, _ABSENCE.c.id)
)
