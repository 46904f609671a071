"""What the re-entry gate said, kept beside what was done on it, with its inputs and the version of the table."""

from typing import Any

from sqlalchemy.orm import Session

from dispensary.rules.re_entry import ReEntryVerdict
from dispensary.services import audit
from dispensary.services.act import Act
from dispensary.services.facts import write
from models import Dose, ReEntryDecision, ReEntryRelease
from models.enums import AuditKind


def note_decision(session: Session, verdict: ReEntryVerdict | None, of: Dose | ReEntryRelease, act: Act) -> None:
    """Keep what the gate said of a dose given, withheld or refused, or of a release; nothing where it had no say.

    Args:
        verdict: as it stood when it was decided; None where the gate had nothing to consider.
        of: what was done; flushed.
    """
    if verdict is None or not (verdict.inputs.days or verdict.holds) or of.order_id is None:
        return
    decision = write(
        session,
        ReEntryDecision(
            **columns(verdict, of),
            dose_id=of.id if isinstance(of, Dose) else None,
            release_id=of.id if isinstance(of, ReEntryRelease) else None,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.RE_ENTRY_DECIDED, decision, act, **audited(verdict, of.person_id))


def columns(verdict: ReEntryVerdict, of: Dose | ReEntryRelease) -> dict[str, Any]:
    """Return the columns of a decision that say what the gate said, but not of what; the same for one row and for many."""
    inputs, fired = verdict.inputs, verdict.fired
    return {
        "person_id": of.person_id,
        "clinic_day": of.clinic_day,
        "order_id": of.order_id,
        "answer_id": inputs.said.id if inputs.said else None,
        "days_on_record": inputs.days_on_record,
        "days_as_told": inputs.days_as_told,
        "days": inputs.days,
        "last_confirmed_mg": inputs.last_confirmed_mg,
        "action": verdict.action,
        "suggested_mg": verdict.suggestion_mg,
        "profile": fired.profile if fired else None,
        "profile_digest": fired.digest if fired else None,
        "row_number": fired.row_number if fired else None,
    }


def audited(verdict: ReEntryVerdict, person_id: int) -> dict[str, object]:
    """Return what the audit keeps of a decision."""
    return {"person": person_id, "action": verdict.action, "days": verdict.inputs.days}
