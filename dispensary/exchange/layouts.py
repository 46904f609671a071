"""The five files of an import: their columns, in the order of docs/import.md, and what one record of each is."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from dispensary.exchange.cells import amount, amount_or_zero, clock_time, day, text, whole_number, word
from dispensary.exchange.tables import Column, Row
from models.enums import (
    Admission,
    DoseOutcome,
    EpisodeEndReason,
    EpisodeKind,
    Form,
    Medication,
    RefusedReason,
    Sex,
    TreatmentPhase,
    WithheldReason,
)
from models.units import Mg, plain

PATIENTS = (
    Column("person", text, needed=True),
    Column("family_name", text, needed=True),
    Column("given_name", text),
    Column("number", text),
    Column("birth_date", day),
    Column("sex", word(Sex)),
    Column("identity_number", text),
    Column("phone", text),
    Column("address", text),
)
EPISODES = (
    Column("person", text, needed=True),
    Column("admitted_on", day, needed=True),
    Column("kind", word(EpisodeKind)),
    Column("admission", word(Admission)),
    Column("transferred_from", text),
    Column("last_dose_on", day),
    Column("last_dose_mg", amount),
    Column("last_dose_medication", word(Medication)),
    Column("ended_on", day),
    Column("end_reason", word(EpisodeEndReason)),
)
ORDERS = (
    Column("order", text, needed=True),
    Column("person", text, needed=True),
    Column("medication", word(Medication), needed=True),
    Column("form", word(Form), needed=True),
    Column("phase", word(TreatmentPhase)),
    Column("starts_on", day, needed=True),
    Column("ends_on", day, needed=True),
    Column("every_n_days", whole_number(1, 7)),
    Column("hours_between_parts", whole_number(1, 23)),
    Column("prescriber", text),
    Column("from_on", day),
    Column("part", whole_number(1, 4)),
    Column("mg", amount, needed=True),
)
DOSES = (
    Column("person", text, needed=True),
    Column("day", day, needed=True),
    Column("mg", amount_or_zero),
    Column("medication", word(Medication), needed=True),
    Column("part", whole_number(1, 4)),
    Column("time", clock_time),
    Column("form", word(Form)),
    Column("outcome", word(DoseOutcome)),
    Column("ordered_mg", amount),
    Column("reason", word(WithheldReason, RefusedReason)),  # which of the two, the outcome says
    Column("note", text),
)
URINE = (
    Column("person", text, needed=True),
    Column("day", day, needed=True),
    Column("substance", text),
    Column("result", text),
)
FILES = {
    "patients.csv": PATIENTS,
    "episodes.csv": EPISODES,
    "orders.csv": ORDERS,
    "doses.csv": DOSES,
    "urine.csv": URINE,
}
"""In the order in which they are read: each refers only to those before."""
OPTIONAL = frozenset({"orders.csv", "urine.csv"})


def digest_of(values: Mapping[str, Any], *more: object) -> str:
    """Return a short digest over a record as it was understood, so that 80 and 80.0, or an empty cell, are the same."""
    told = [f"{name}={_plain(value)}" for name, value in values.items() if value is not None]
    return hashlib.blake2b("\x1f".join([*told, *map(_plain, more)]).encode(), digest_size=16).hexdigest()


def _plain(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One row of patients.csv."""

    line: int
    external_id: str
    digest: str
    number: str
    family_name: str
    given_name: str
    birth_date: date | None
    sex: Sex
    identity_number: str | None
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class EpisodeRecord:
    """One row of episodes.csv."""

    line: int
    external_id: str
    digest: str
    person: str
    kind: EpisodeKind
    admission: Admission
    admitted_on: date
    transferred_from: str
    last_dose_on: date | None
    last_dose_mg: Mg | None
    last_dose_medication: Medication | None
    ended_on: date | None
    end_reason: EpisodeEndReason | None


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """The rows of orders.csv that share an order, one a step and part."""

    line: int
    external_id: str
    digest: str
    person: str
    medication: Medication
    form: Form
    treatment_phase: TreatmentPhase
    starts_on: date
    ends_on: date
    every_n_days: int
    parts: int
    hours_between_parts: int | None
    prescriber: str
    steps: tuple[tuple[date, int, Mg], ...]


@dataclass(frozen=True, slots=True)
class DoseRecord:
    """One row of doses.csv."""

    line: int
    external_id: str
    digest: str
    person: str
    day: date
    part: int
    outcome: DoseOutcome
    medication: Medication
    form: Form | None
    taken_mg: Mg
    ordered_mg: Mg | None
    time: time | None
    withheld_reason: WithheldReason | None
    refused_reason: RefusedReason | None
    note: str


@dataclass(frozen=True, slots=True)
class UrineRecord:
    """The rows of urine.csv that share a person and a day."""

    line: int
    external_id: str
    digest: str
    person: str
    day: date
    results: tuple[tuple[str, str], ...]


def person(row: Row) -> PersonRecord:
    """Return the person of a whole row; without a number of its own, the file's own id is the number."""
    v = row.values
    return PersonRecord(
        row.line,
        v["person"],
        digest_of(v),
        v["number"] or v["person"],
        v["family_name"],
        v["given_name"] or "",
        v["birth_date"],
        v["sex"] or Sex.UNKNOWN,
        v["identity_number"],
        v["phone"] or "",
        v["address"] or "",
    )


def episode(row: Row) -> EpisodeRecord:
    """Return the episode of a whole row; known by its person and the day of admission."""
    v = row.values
    return EpisodeRecord(
        row.line,
        f"{v['person']}/{v['admitted_on']}",
        digest_of(v),
        v["person"],
        v["kind"] or EpisodeKind.MAINTENANCE,
        v["admission"] or Admission.NEW,
        v["admitted_on"],
        v["transferred_from"] or "",
        v["last_dose_on"],
        v["last_dose_mg"],
        v["last_dose_medication"],
        v["ended_on"],
        v["end_reason"],
    )


def order(rows: list[Row]) -> OrderRecord:
    """Return the order of its whole rows; the first row says what holds for all."""
    v = rows[0].values
    steps = sorted({(r.values["from_on"] or v["starts_on"], r.values["part"] or 1, r.values["mg"]) for r in rows})
    told = {k: v[k] for k in v if k not in ("from_on", "part", "mg")}
    return OrderRecord(
        rows[0].line,
        v["order"],
        digest_of(told, *(cell for step in steps for cell in step)),
        v["person"],
        v["medication"],
        v["form"],
        v["phase"] or TreatmentPhase.MAINTENANCE,
        v["starts_on"],
        v["ends_on"],
        v["every_n_days"] or 1,
        max(part for _, part, _ in steps),
        v["hours_between_parts"],
        v["prescriber"] or "",
        tuple(steps),
    )


def urine(rows: list[Row]) -> UrineRecord:
    """Return the urine test of its whole rows; one row may name no substance and say only that it was taken."""
    v = rows[0].values
    results = sorted((r.values["substance"], r.values["result"] or "") for r in rows if r.values["substance"])
    return UrineRecord(
        rows[0].line,
        f"{v['person']}/{v['day']}",
        digest_of({}, v["person"], v["day"], *(cell for result in results for cell in result)),
        v["person"],
        v["day"],
        tuple(results),
    )


def dose(row: Row) -> DoseRecord:
    """Return the dose of a whole row; known by its person, day and part."""
    v = row.values
    outcome, part = v["outcome"] or DoseOutcome.GIVEN, v["part"] or 1
    return DoseRecord(
        row.line,
        f"{v['person']}/{v['day']}/{part}",
        digest_of(v),
        v["person"],
        v["day"],
        part,
        outcome,
        v["medication"],
        v["form"],
        v["mg"] or Mg(Decimal(0)),
        v["ordered_mg"],
        v["time"],
        *reasons(outcome, v["reason"]),
        v["note"] or "",
    )


def reasons(outcome: DoseOutcome, reason: StrEnum | None) -> tuple[WithheldReason | None, RefusedReason | None]:
    """Return why staff gave nothing and why the person did not take all; "other" where no reason is given.

    Raises:
        ValueError: the reason is of another kind than the outcome.
    """
    match outcome:
        case DoseOutcome.WITHHELD:
            return WithheldReason(reason or "other"), None
        case DoseOutcome.REFUSED | DoseOutcome.PART_GIVEN:
            return None, RefusedReason(reason or "other")
    if reason is not None:
        raise ValueError("a dose that was given has no reason")
    return None, None
