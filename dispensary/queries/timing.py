"""The seconds at the window, from the card or name to the recorded dose, as they were measured."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Dose, Terminal
from models.enums import Origin


@dataclass(frozen=True)
class MeasuredDose:
    """One dose recorded at a window, reversed since or not: where, when, and how long it took."""

    terminal: str
    """Empty for a computer that is no terminal of ours."""
    recorded_at: datetime
    milliseconds: int


def measured_doses(session: Session, site_id: int, first: date, last: date) -> list[MeasuredDose]:
    """Return every dose of these clinic days that was recorded at a window after a scan that was measured."""
    query = (
        select(Terminal.name, Dose.recorded_at, Dose.scanned_at)
        .select_from(Dose)
        .outerjoin(Terminal, Terminal.id == Dose.terminal_id)
        .where(
            Dose.site_id == site_id,
            Dose.clinic_day.between(first, last),
            Dose.origin == Origin.WINDOW,
            Dose.scanned_at.is_not(None),
        )
        .order_by(Dose.id)
    )
    return [
        MeasuredDose(name or "", recorded_at, (recorded_at - scanned_at) // timedelta(milliseconds=1))
        for name, recorded_at, scanned_at in session.execute(query)
        if scanned_at is not None
    ]
