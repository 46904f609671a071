"""What this computer's clock is held against: the newest recording, and who confirmed it last."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.signs import ASKED_THE_CLOCK
from models import ClockConfirmation, Dose, Staff


@dataclass(frozen=True)
class NewestRecording:
    """When the newest dose was written down, how far this computer's clock is from it, and the last confirmation."""

    at: datetime | None
    behind: timedelta | None
    """How long the clock stands before it; None where it stands after."""
    after: timedelta | None
    confirmed_at: datetime | None
    confirmed_by: tuple[str, ...]


def newest_recording(session: Session, now: datetime) -> NewestRecording:
    """Return what the clock, which says it is `now`, is held against."""
    asked = Dose.outcome.in_(ASKED_THE_CLOCK)
    at = session.scalar(select(Dose.recorded_at).where(asked).order_by(Dose.id.desc()).limit(1))
    one, other = aliased(Staff), aliased(Staff)
    confirmed = session.execute(
        select(ClockConfirmation.confirmed_at, one.name, other.name)
        .join(one, one.id == ClockConfirmation.recorded_by_id)
        .join(other, other.id == ClockConfirmation.witnessed_by_id)
        .order_by(ClockConfirmation.id.desc())
        .limit(1)
    ).one_or_none()
    return NewestRecording(
        at,
        at - now if at is not None and at > now else None,
        now - at if at is not None and at <= now else None,
        confirmed[0] if confirmed else None,
        tuple(confirmed[1:]) if confirmed else (),
    )
