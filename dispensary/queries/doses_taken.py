"""What a person has swallowed, as the order rules want to know it. Reversed doses do not count."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import Session

from dispensary.queries import orders
from dispensary.rules.order_drafts import LastTaken
from dispensary.rules.order_limits import DayTotal, DoseHistory
from dispensary.rules.orders import TakenDay
from models import Dose, DoseReversal, Episode
from models.enums import Medication, TreatmentPhase
from models.units import Mg


def taken_days(session: Session, person_id: int, since: date) -> list[TakenDay]:
    """Return what was swallowed on each day from a day on, part by part, oldest first."""
    query = (
        select(Dose.clinic_day, Dose.part, Dose.taken_mg)
        .where(Dose.person_id == person_id, Dose.clinic_day >= since, _counts())
        .order_by(Dose.clinic_day, Dose.part)
    )
    days: dict[date, dict[int, Mg]] = defaultdict(dict)
    for row in session.execute(query):
        days[row.clinic_day][row.part] = row.taken_mg
    return [TakenDay(day, parts) for day, parts in days.items()]


def last_taken(session: Session, person_id: int) -> LastTaken | None:
    """Return the last day's total that the person swallowed, here or as confirmed by the clinic they came from."""
    here = session.execute(_totals(person_id).order_by(Dose.clinic_day.desc()).limit(1)).one_or_none()
    before = session.execute(_transfers(person_id).order_by(Episode.last_dose_on.desc()).limit(1)).one_or_none()
    last = max(_day_totals(row for row in (before, here) if row is not None), key=lambda day: day.day, default=None)
    return LastTaken(last.medication, last.total_mg) if last else None


def history(session: Session, person_id: int, episode_id: int, on: date) -> DoseHistory:
    """Return what was swallowed in an episode, and since when an induction has run that holds on a day."""
    episode = session.get_one(Episode, episode_id)
    transfers = session.execute(_transfers(person_id).where(Episode.id == episode_id))
    here = session.execute(_totals(person_id).where(Dose.clinic_day >= episode.admitted_on).order_by(Dose.clinic_day))
    days = sorted(_day_totals((*transfers, *here)), key=lambda day: day.day)
    return DoseHistory(tuple(days), _in_induction_since(session, person_id, on))


def _counts() -> ColumnElement[bool]:
    return and_(Dose.taken_mg > 0, Dose.id.not_in(select(DoseReversal.dose_id)))


def _totals(person_id: int) -> Select[date, Medication, Mg]:
    return (
        select(Dose.clinic_day, Dose.medication, func.sum(Dose.taken_mg))
        .where(Dose.person_id == person_id, _counts())
        .group_by(Dose.clinic_day, Dose.medication)
    )


def _day_totals(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[DayTotal]:
    return [DayTotal(*row) for row in rows]


def _transfers(person_id: int) -> Select[date | None, Medication | None, Mg | None]:
    return select(Episode.last_dose_on, Episode.last_dose_medication, Episode.last_dose_mg).where(
        Episode.person_id == person_id, Episode.last_dose_on.is_not(None)
    )


def _in_induction_since(session: Session, person_id: int, on: date) -> date | None:
    """Return the first day of the unbroken row of induction versions that the order in force belongs to."""
    since, wanted = None, None
    for version in orders.versions_of(session, person_id):
        facts = version.facts
        if facts.holds_on(on) if wanted is None else facts.id == wanted:
            if facts.treatment_phase is not TreatmentPhase.INDUCTION:
                break
            since = since if version.never_held else facts.starts_on
            wanted = version.replaces_id or 0
    return since
