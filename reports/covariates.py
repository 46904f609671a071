"""What a Cox model of retention is fitted to: each course with the numbers that may make a difference."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.analytics.survival import Days
from dispensary.queries import imported_cohorts
from dispensary.queries.retention import Asked, Course, courses
from dispensary.rules.person_days import BUPRENORPHINE
from dispensary.rules.retention import Exit
from models import Person
from models.enums import Sex

TEN_YEARS = 3_652.5
TEN_MG = 10
BY_GAP = "Lost after %(gap)s days in a row without a dose."
FROM_LANDMARK = BY_GAP + " The dose is that of day %(day)s; courses are followed from that day on."
BY_DATES = "Lost on the recorded day. The dose is the one that came with the course, whichever day's it is."


@dataclass(frozen=True)
class Known:
    """The courses of which every covariate is known."""

    times: Days
    lost: NDArray[np.bool_]
    columns: Mapping[str, Sequence[float]]
    left_out: int
    rule: str


@dataclass(frozen=True)
class _About:
    born: date | None = None
    sex: Sex = Sex.UNKNOWN


Read = Callable[[Course, _About], float | None]


def _dose(course: Course, about: _About) -> float | None:
    amount = course.landmark_mg if course.person_id is not None else course.dose_mg
    return None if amount is None else int(amount * 1000) / (1000 * TEN_MG)


def _age(course: Course, about: _About) -> float | None:
    return None if about.born is None else (course.began_on - about.born).days / TEN_YEARS


def _sex(course: Course, about: _About) -> float | None:
    return {Sex.FEMALE: 1.0, Sex.MALE: 0.0}.get(about.sex)


def _drug(course: Course, about: _About) -> float | None:
    return None if course.drug is None else 1.0 * (course.drug == BUPRENORPHINE)


CLINIC = "clinic"
COVARIATES: dict[str, tuple[str, Read | None]] = {
    "medication": ("buprenorphine against methadone", _drug),
    "dose": ("10 mg more", _dose),
    "age": ("10 years older", _age),
    "sex": ("women against men", _sex),
    CLINIC: ("clinic", None),
}
"""By its name on the command line: what one more of it is, and how it is read; each clinic is one of its own."""


def known(session: Session, asked: Asked, imported: str | None, names: Sequence[str]) -> Known:
    """Return the courses that were asked for with some covariates; one of which something is not known is left out."""
    everyone = imported_cohorts.courses(session, imported, asked) if imported else courses(session, asked).all
    landmarked = imported is None and "dose" in names
    about = _about(session, everyone) if {"age", "sex"} & set(names) else {}
    read = {label: one for label, one in (COVARIATES[name] for name in dict.fromkeys(names)) if one is not None}
    kept: list[tuple[Course, dict[str, float]]] = []
    for course in everyone:
        values = {label: one(course, about.get(course.person_id, _About())) for label, one in read.items()}
        told = {label: value for label, value in values.items() if value is not None}
        if len(told) == len(read) and not (landmarked and course.outcome.days <= asked.landmark):
            kept.append((course, told))
    columns: dict[str, Sequence[float]] = {label: [told[label] for _, told in kept] for label in read}
    if CLINIC in names:
        columns |= _clinics([course for course, _ in kept])
    start = asked.landmark if landmarked else 0
    rule = BY_DATES if imported else FROM_LANDMARK if landmarked else BY_GAP
    return Known(
        times=np.array([course.outcome.days - start for course, _ in kept], dtype=np.int64),
        lost=np.array([course.outcome.exit is Exit.LOST for course, _ in kept], dtype=bool),
        columns=columns,
        left_out=len(everyone) - len(kept),
        rule=rule,
    )


def _clinics(kept: Sequence[Course]) -> dict[str, Sequence[float]]:
    """Return a column for each clinic but the first, by name, against which they are compared."""
    clinics = sorted({course.clinic for course in kept})
    return {
        f"{clinic} against {clinics[0]}": [1.0 * (course.clinic == clinic) for course in kept] for clinic in clinics[1:]
    }


def _about(session: Session, everyone: Sequence[Course]) -> dict[int | None, _About]:
    wanted = {course.person_id for course in everyone}
    rows = session.execute(select(Person.id, Person.birth_date, Person.sex))
    return {row.id: _About(row.birth_date, row.sex) for row in rows if row.id in wanted}
