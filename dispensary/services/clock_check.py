"""Two people confirm date and time, after which dosing goes on (product.md §3 rule 11)."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.services import audit
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import ClockConfirmation, Dose
from models.enums import AuditKind


def confirm_clock(session: Session, *, witnessed_by_id: int | None, act: Act) -> ClockConfirmation:
    """Record that two people compared date and time with a clock that they trust, and found them right.

    Every dose after it is held against this moment and against each other again.

    Raises:
        Refused: nobody else signs.
    """
    if witnessed_by_id is None or witnessed_by_id == act.by_id:
        words = say(N_("A second person compares date and time, and signs here."))
        raise Refused(words, code="witness_needed", field="witness_username")
    newest = session.scalar(select(func.max(Dose.id)))
    confirmation = write(
        session,
        ClockConfirmation(
            clinic_day=act.clinic_day,
            confirmed_at=act.at,
            after_dose_id=newest,
            witnessed_by_id=witnessed_by_id,
            **act.stamp,
        ),
    )
    audit.record(
        session,
        AuditKind.CLOCK_CONFIRMED,
        confirmation,
        act,
        after_dose=newest,
        witness=witnessed_by_id,
    )
    return confirmation
