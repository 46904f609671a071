"""What is read of people's days: one statement a kind of fact, of whatever was recorded at or before a moment."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

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
    or_,
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
from models.enums import DoseOutcome, EpisodeEndReason, Origin

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


Known = Callable[[FromClause], ColumnElement[bool]]


class Statements(NamedTuple):
    """How each kind of fact is read."""

    stays: Select[Any]
    orders: Select[Any]
    doses: Select[Any]
    bottles: Select[Any]
    unverified: Select[Any]
    away: Select[Any]


def _known(fact: FromClause) -> ColumnElement[bool]:
    return fact.c.recorded_at <= _AS_OF


def _whenever(fact: FromClause) -> ColumnElement[bool]:
    return true()


def written(fact: FromClause) -> ColumnElement[bool]:
    """Whether something was written down by the moment; of an imported history its own days say when it was known."""
    return or_(_known(fact), fact.c.origin == Origin.IMPORT)


def _written_if_told(dose: FromClause) -> ColumnElement[bool]:
    """Whether a dose counts that night: one given here by its day, one given elsewhere from when it was confirmed."""
    return or_(dose.c.outcome != DoseOutcome.ELSEWHERE, written(dose))


def _of_these(fact: FromClause, known: Known) -> ColumnElement[bool]:
    return and_(fact.c.person_id.in_(bindparam("people", expanding=True)), known(fact))


def _stays(happened: Known, later: Known) -> Select[Any]:
    return (
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
                later(_END),
                _END.c.id.not_in(select(_CORRECTION.c.episode_end_id).where(later(_CORRECTION))),
            )
            .scalar_subquery()
            .label("last_day"),
            exists()
            .where(_END.c.episode_id == _EPISODE.c.id, _END.c.reason == EpisodeEndReason.LINKED, later(_END))
            .label("linked"),
            func.coalesce(_CREDIT.c.days, 0).label("credit_days"),
        )
        .outerjoin(_CREDIT, and_(_CREDIT.c.episode_id == _EPISODE.c.id, happened(_CREDIT)))
        .where(_of_these(_EPISODE, happened), _EPISODE.c.site_id == bindparam("site_id"))
        .order_by(_EPISODE.c.admitted_on, _EPISODE.c.id)
    )


def _orders(happened: Known, later: Known) -> Select[Any]:
    ended = select(func.min(_ORDER_END.c.last_day)).where(_ORDER_END.c.order_id == _ORDER.c.id, later(_ORDER_END))
    ended_on = ended.scalar_subquery()
    last_day = case((_ORDER.c.ends_on > ended_on, ended_on), else_=_ORDER.c.ends_on)
    return (
        select(
            _ORDER.c.person_id,
            _ORDER.c.id,
            _ORDER.c.episode_id,
            _ORDER.c.starts_on,
            last_day.label("last_day"),
            _ORDER.c.medication,
            _ORDER.c.form,
            _ORDER.c.treatment_phase,
            _ORDER.c.parts,
            _ORDER.c.every_n_days,
            _ORDER.c.weekdays,
        )
        .where(_of_these(_ORDER, happened), _ORDER.c.starts_on <= last_day)
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


def _doses(happened: Known, later: Known, ended: ColumnElement[bool]) -> Select[Any]:
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
        .outerjoin(_REVERSAL, and_(_REVERSAL.c.dose_id == _DOSE.c.id, later(_REVERSAL), ended))
        .outerjoin(
            _VOMITING,
            and_(_VOMITING.c.dose_id == _DOSE.c.id, _VOMITING.c.witnessed, _VOMITING.c.band == 1, later(_VOMITING)),
        )
        .outerjoin(_ORDER, _ORDER.c.id == _DOSE.c.order_id)
        .outerjoin(_PLAN, _PLAN.c.order_id == _DOSE.c.order_id)
        .where(_of_these(_DOSE, happened), _DOSE.c.clinic_day.between(_SINCE, _UNTIL), _REVERSAL.c.id.is_(None))
        .order_by(_DOSE.c.clinic_day, _DOSE.c.taken_at, _DOSE.c.id)
    )


def _bottles(happened: Known, later: Known, ended: ColumnElement[bool]) -> Select[Any]:
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
        .outerjoin(_BOTTLE_END, and_(_BOTTLE_END.c.bottle_id == _BOTTLE.c.id, later(_BOTTLE_END), ended))
        .where(_of_these(_BOTTLE, happened), _BOTTLE.c.covers_on.between(_SINCE, _UNTIL))
        .order_by(_BOTTLE.c.covers_on, _BOTTLE.c.id)
    )


def _unverified(later: Known) -> Select[Any]:
    decided = select(_VERDICT.c.elsewhere_dose_id).where(later(_VERDICT))
    return select(_TOLD.c.person_id, _TOLD.c.clinic_day).where(
        _of_these(_TOLD, later), _TOLD.c.clinic_day.between(_SINCE, _UNTIL), _TOLD.c.id.not_in(decided)
    )


def _away(later: Known) -> Select[Any]:
    return (
        select(_ABSENCE.c.person_id, _ABSENCE.c.kind, _ABSENCE.c.from_on, _ABSENCE_END.c.last_day)
        .outerjoin(_ABSENCE_END, and_(_ABSENCE_END.c.absence_id == _ABSENCE.c.id, later(_ABSENCE_END)))
        .where(_of_these(_ABSENCE, later), _ABSENCE.c.from_on <= _UNTIL)
        .order_by(_ABSENCE.c.from_on, _ABSENCE.c.id)
    )


AS_KNOWN = Statements(
    _stays(_known, _known),
    _orders(_known, _known),
    _doses(_known, _known, true()),
    _bottles(_known, _known, true()),
    _unverified(_known),
    _away(_known),
)
"""With all that was recorded at or before a moment."""
THAT_NIGHT = Statements(
    _stays(_whenever, written),
    _orders(_whenever, written),
    _doses(_written_if_told, written, _REVERSAL.c.clinic_day <= _UNTIL),
    _bottles(_whenever, written, _BOTTLE_END.c.clinic_day <= _UNTIL),
    _unverified(written),
    _away(written),
)
"""At the close of the last day. Admissions, orders, doses and take-home doses count by their day, whenever they were entered,
since paper is entered later; whatever is told, ended, confirmed or corrected about them counts from when it was written down."""
