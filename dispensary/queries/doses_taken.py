"""What a person has swallowed, as the order rules want to know it. Reversed doses do not count.

An order rises from what was ordered and taken: what was swallowed by mistake, or to replace what came up, is on record,
counts for the day and its hours, and is no level to rise from. The same doses at the window: queries/dosing.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session

from dispensary.queries.dosing import came_up
from dispensary.queries.orders import OrderVersion
from dispensary.queries.signs import same_person
from dispensary.rules.order_drafts import LastTaken, is_buprenorphine
from dispensary.rules.order_limits import DayTotal, DoseHistory
from dispensary.rules.orders import TakenDay
from models import Dose, DoseReversal, Episode
from models.enums import DoseOutcome, Form, Medication, TreatmentPhase
from models.units import Mg

AS_ORDERED = (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN, DoseOutcome.ELSEWHERE)
"""How a dose ended that was taken because it was due, here or elsewhere."""


def taken_days(session: Session, person_id: int, since: date) -> list[TakenDay]:
    """Return what was swallowed on each day from a day on, part by part, oldest first.

    Only what took the slot of a part is part of the day; a dose seen to come up early, and not replaced, took nothing.
    """
    query = (
        select(Dose.clinic_day, Dose.part, Dose.taken_mg)
        .where(
            same_person(Dose.__table__.c.person_id),
            Dose.clinic_day >= since,
            Dose.claim_id.is_not(None),
            ~came_up(Dose.__table__.c.id),
            _counts(),
        )
        .order_by(Dose.clinic_day, Dose.part)
    )
    days: dict[date, dict[int, Mg]] = defaultdict(dict)
    for row in session.execute(query, {"person_id": person_id}):
        days[row.clinic_day][row.part] = row.taken_mg
    return [TakenDay(day, parts) for day, parts in days.items()]


def last_taken(session: Session, person_id: int) -> LastTaken | None:
    """Return the total that the person last took as ordered, here or as confirmed by the clinic they came from."""
    who = {"person_id": person_id}
    here = session.execute(_LAST_TOTAL, who).one_or_none()
    before = session.execute(_LAST_TRANSFER, who).one_or_none()
    last = max(_day_totals(row for row in (before, here) if row is not None), key=lambda day: day.day, default=None)
    return last.last if last else None


def last_of_each(session: Session, person_id: int) -> list[LastTaken]:
    """Return when and how much was last taken of methadone, of buprenorphine, and by injection, the newest first.

    What a prescriber looks at who changes from one to another.
    """
    who = {"person_id": person_id}
    days = _day_totals((*session.execute(_TRANSFERS, who), *session.execute(_TOTALS, who)))
    newest = {(is_buprenorphine(d.medication), d.injected): d for d in sorted(days, key=lambda day: day.day)}
    return [day.last for day in sorted(newest.values(), key=lambda day: day.day, reverse=True)]


def history(
    session: Session, person_id: int, episode_id: int, on: date, versions: Iterable[OrderVersion]
) -> DoseHistory:
    """Return what was taken as ordered in an episode, and since when an induction has run that holds on a day.

    Args:
        versions: of the person's orders, the newest first.
    """
    episode, who = session.get_one(Episode, episode_id), {"person_id": person_id}
    transfers = session.execute(_TRANSFER_INTO, who | {"episode_id": episode_id})
    here = session.execute(_TOTALS_SINCE, who | {"since": episode.admitted_on})
    days = sorted(_day_totals((*transfers, *here)), key=lambda day: day.day)
    return DoseHistory(tuple(days), _in_induction_since(versions, on))


def _counts() -> ColumnElement[bool]:
    return and_(Dose.taken_mg > 0, Dose.id.not_in(select(DoseReversal.dose_id)))


def _totals() -> Select[date, Medication, Mg, int]:
    injected = func.max(case((Dose.form == Form.INJECTION, 1), else_=0))
    return (
        select(Dose.clinic_day, Dose.medication, func.sum(Dose.taken_mg), injected)
        .where(same_person(Dose.__table__.c.person_id), Dose.outcome.in_(AS_ORDERED), _counts())
        .group_by(Dose.clinic_day, Dose.medication)
    )


def _day_totals(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[DayTotal]:
    """Return the days of `_totals` and `_transfers`; a clinic before told no injections."""
    return [DayTotal(day, medication, total, any(injected)) for day, medication, total, *injected in rows]


def _transfers() -> Select[date | None, Medication | None, Mg | None]:
    return select(Episode.last_dose_on, Episode.last_dose_medication, Episode.last_dose_mg).where(
        same_person(Episode.__table__.c.person_id), Episode.last_dose_on.is_not(None)
    )


_TOTALS, _TRANSFERS = _totals(), _transfers()
_LAST_TOTAL = _TOTALS.order_by(Dose.clinic_day.desc()).limit(1)
_LAST_TRANSFER = _TRANSFERS.order_by(Episode.last_dose_on.desc()).limit(1)
_TOTALS_SINCE = _TOTALS.where(Dose.clinic_day >= bindparam("since")).order_by(Dose.clinic_day)
_TRANSFER_INTO = _TRANSFERS.where(Episode.id == bindparam("episode_id"))


def _in_induction_since(versions: Iterable[OrderVersion], on: date) -> date | None:
    """Return the first day of the unbroken row of induction versions that the order in force belongs to."""
    since, wanted = None, None
    for version in versions:
        facts = version.facts
        if facts.holds_on(on) if wanted is None else facts.id == wanted:
            if facts.treatment_phase is not TreatmentPhase.INDUCTION:
                break
            since = since if version.never_held else facts.starts_on
            wanted = version.replaces_id or 0
    return since
