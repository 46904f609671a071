"""Cohorts that came in without names and without daily doses: each course by its admission and its end alone."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.queries.retention import Asked, Course
from dispensary.rules.person_days import DRUG_OF
from dispensary.rules.retention import Exit, Outcome, exit_of
from models import CohortCourse


def names(session: Session) -> list[str]:
    """Return the names of the cohorts that came in."""
    return list(session.scalars(select(CohortCourse.source).distinct().order_by(CohortCourse.source)))


def known(session: Session, source: str) -> dict[str, str]:
    """Return the digest of each course of a cohort that came in before, by its own id."""
    query = select(CohortCourse.course, CohortCourse.digest).where(CohortCourse.source == source)
    return {row.course: row.digest for row in session.execute(query)}


def courses(session: Session, source: str, asked: Asked) -> tuple[Course, ...]:
    """Return the courses of one imported cohort, by admission; no gap rule applies to them."""
    query = (
        select(CohortCourse)
        .where(
            CohortCourse.source == source,
            CohortCourse.admitted_on.between(asked.first, min(asked.last, asked.looked_at)),
        )
        .order_by(CohortCourse.admitted_on, CohortCourse.course)
    )
    return tuple(_course(row, asked) for row in session.scalars(query))


def _course(row: CohortCourse, asked: Asked) -> Course:
    found, of_day = _outcome(row, asked), row.dose_day if row.dose_day is not None else asked.told_dose_day
    return Course(
        person_id=None,
        name=row.course,
        clinic=row.clinic,
        drug=DRUG_OF[row.medication] if row.medication else asked.told_drug,
        admitted_on=row.admitted_on,
        began_on=row.admitted_on,
        outcome=found,
        known=replace(found, exit=None) if found.exit is Exit.TRANSFERRED else found,
        landmark_mg=row.dose_mg if of_day is not None and of_day <= asked.landmark else None,
        dose_mg=row.dose_mg,
        daily=False,
    )


def _outcome(row: CohortCourse, asked: Asked) -> Outcome:
    """Return how a course ended; who goes on beyond the last day looked at was seen until then."""
    last: date | None = row.ended_on or row.seen_until_on
    assert last is not None
    days, over = (last - row.admitted_on).days, (asked.looked_at - row.admitted_on).days
    seen = over if asked.follow_up is None else min(over, asked.follow_up)
    if days > seen:
        return Outcome(seen, None)
    return Outcome(days, exit_of(row.end_reason) if row.end_reason else None)
