"""Importing a cohort: courses of treatment by admission and end alone, without names and without daily doses.

A folder with `courses.csv` holds nothing else. Its rows become no people, no places in treatment and no doses here: they are
there for retention, and nothing else reads them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from dispensary.exchange import layouts, tables
from dispensary.exchange.cells import amount, day, text, whole_number, word
from dispensary.exchange.faults import Faults
from dispensary.exchange.layouts import digest_of
from dispensary.exchange.tables import Column, Row
from dispensary.queries import imported_cohorts
from dispensary.services import audit
from dispensary.services.act import Act
from dispensary.wording import N_, Words, say
from models import CohortCourse, ImportRun
from models.enums import AuditKind, EpisodeEndReason, Medication

FILE = "courses.csv"
LAST_DAY = 36_525


class StillThere(StrEnum):
    """What a file may say in place of a reason: there was no end, `ended_on` is the last day seen."""

    IN_TREATMENT = "in_treatment"


COURSES = (
    Column("course", text),
    Column("clinic", text),
    Column("medication", word(Medication)),
    Column("admitted_on", day, needed=True),
    Column("ended_on", day),
    Column("end_reason", word(EpisodeEndReason, StillThere)),
    Column("seen_until", day),
    Column("dose_mg", amount),
    Column("dose_day", whole_number(0, LAST_DAY)),
)


@dataclass
class ExaminedCohort:
    """A file of courses that was looked through."""

    source: str
    digest: str
    faults: Faults
    new: list[dict[str, Any]] = field(default_factory=list)
    """The columns of each course that would be written."""
    skipped: int = 0
    """Courses that came in before and are the same."""


def is_cohort(folder: Path) -> bool:
    """Return whether a folder holds a cohort rather than a history."""
    return tables.find(folder, FILE) is not None


def examine(
    session: Session, folder: Path, *, source: str, today: date, seen_until: date | None = None
) -> ExaminedCohort:
    """Look through a folder with a cohort and return what is new in it and what is wrong.

    Args:
        session: the session to read with.
        folder: where the file lies.
        source: the name of the cohort.
        today: nothing may lie after it.
        seen_until: the day the cohort was last looked at: whoever has neither an end nor a last day was there still.
    """
    path = tables.find(folder, FILE)
    assert path is not None
    found = ExaminedCohort(source, tables.digest_of(path), Faults())
    for name in layouts.FILES:
        if tables.find(folder, name) is not None:
            found.faults.refuse(name, 0, "", say(N_("a folder with courses.csv holds no other file")))
    before = imported_cohorts.known(session, source)
    seen: set[str] = set()
    for row in tables.rows(path, COURSES, found.faults):
        if not row.whole:
            continue
        _complete(row, seen_until)
        for column, words in _wrong(row, seen, today):
            found.faults.refuse(path.name, row.line, column, words)
        name, digest = row.values["course"], digest_of(row.values)
        seen.add(name)
        if name not in before:
            found.new.append(_columns(row, source, digest))
        elif before[name] == digest:
            found.skipped += 1
        else:
            words = say(N_("came in before and was different then; imports change nothing"))
            found.faults.refuse(path.name, row.line, "course", words)
    return found


def _complete(row: Row, seen_until: date | None) -> None:
    """Fill in what a row says in another way: its own name, and that it goes on."""
    v = row.values
    v["course"] = v["course"] or f"row {row.line - 1}"
    if v["end_reason"] is StillThere.IN_TREATMENT and v["seen_until"] is None:
        v["ended_on"], v["seen_until"], v["end_reason"] = None, v["ended_on"], None
    if v["ended_on"] is None and v["seen_until"] is None and v["end_reason"] is None:
        v["seen_until"] = seen_until


def _wrong(row: Row, seen: set[str], today: date) -> Iterator[tuple[str, Words]]:
    """Yield what is wrong with a row, and in which column."""
    v = row.values
    if v["course"] in seen:
        yield "course", say(N_("stands in this file twice"))
    for column in ("admitted_on", "ended_on", "seen_until"):
        if v[column] is not None and v[column] > today:
            yield column, say(N_("lies in the future"))
        if v[column] is not None and v[column] < v["admitted_on"]:
            yield column, say(N_("lies before the admission"))
    if (v["ended_on"] is None) != (v["end_reason"] is None):
        yield "end_reason", say(N_("stands with ended_on, or both are empty"))
    if (v["ended_on"] is None) == (v["seen_until"] is None):
        words = N_("stands where ended_on is empty, and only there; the same day for all is told with --seen-until")
        yield "seen_until", say(words)
    if v["dose_day"] is not None and v["dose_mg"] is None:
        yield "dose_day", say(N_("stands only with dose_mg"))


def _columns(row: Row, source: str, digest: str) -> dict[str, Any]:
    values = {**row.values, "clinic": row.values["clinic"] or "", "seen_until_on": row.values["seen_until"]}
    del values["seen_until"]
    return {**values, "source": source, "digest": digest}


def write(session: Session, found: ExaminedCohort, act: Act) -> ImportRun:
    """Write every new course of a cohort that was looked through.

    Raises:
        ValueError: the file has bad rows.
    """
    if found.faults.bad_count:
        raise ValueError("a file with bad rows is not imported")
    run = ImportRun(source=found.source, digest=found.digest, rows=len(found.new), finished_at=act.at, **act.stamp)
    session.add(run)
    session.flush()
    session.add_all(CohortCourse(run_id=run.id, **values, **act.stamp) for values in found.new)
    session.flush()
    audit.record(session, AuditKind.COHORT_IMPORTED, run, act, files=found.digest, courses=len(found.new))
    return run
