"""Imported doses under one digest: a whole history hangs on the audit by the one row that says it came in.

Pure, so that it can be computed when the history comes in and again, from the database, when it is verified.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import NamedTuple

from models.enums import DoseOutcome, Medication
from models.units import Mg


class ImportedDose(NamedTuple):
    """What the digest covers of one imported dose."""

    id: int
    person_id: int
    clinic_day: date
    part: int
    claim_id: int | None
    outcome: DoseOutcome
    medication: Medication
    ordered_mg: Mg | None
    taken_mg: Mg
    taken_at: datetime


def digest_of(doses: Iterable[ImportedDose]) -> str:
    """Return SHA-256 over doses in the order of their ids, one line each; amounts as whole thousandths."""
    total = hashlib.sha256()
    for d in doses:
        ordered = "" if d.ordered_mg is None else int(d.ordered_mg * 1000)
        at = d.taken_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        total.update(
            f"{d.id}|{d.person_id}|{d.clinic_day}|{d.part}|{d.claim_id or ''}|{d.outcome.value}|{d.medication.value}"
            f"|{ordered}|{int(d.taken_mg * 1000)}|{at}\n".encode()
        )
    return total.hexdigest()
