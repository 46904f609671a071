"""The rota: which prescriber is to be called on which clinic day, and under which number."""

from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries import on_call
from dispensary.services import audit
from dispensary.services.act import Act
from dispensary.services.people import line
from dispensary.wording import N_, say
from models import OnCallDuty
from models.enums import AuditKind

LONGEST = timedelta(days=92)
"""So many days are filled at once at most; a quarter is planned, a year is a slip of the pen."""


def set_on_call(
    session: Session, *, first: date, last: date, prescriber_id: int, phone: str, act: Act
) -> list[OnCallDuty]:
    """Put a prescriber on call from one clinic day to another; what was set for these days before no longer counts.

    Raises:
        Refused: the days are past, in the wrong order or too many, the person may not sign orders here, or there is no
            number to call.
    """
    phone = line(phone, "phone", needed=True)
    _check_days(first, last, act.clinic_day)
    if prescriber_id not in {who.id for who in on_call.prescribers(session, act.site_id, act.clinic_day)}:
        raise Refused(say(N_("Choose somebody who may sign orders here.")), code="no_prescriber", field="prescriber_id")
    versions = _versions(session, first, last, act.site_id)
    duties = []
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        duty = OnCallDuty(
            clinic_day=day, version=versions[day] + 1, prescriber_id=prescriber_id, phone=phone, **act.stamp
        )
        session.add(duty)
        session.flush()
        audit.record(session, AuditKind.ON_CALL_SET, duty, act, clinic_day=day, prescriber=prescriber_id)
        duties.append(duty)
    return duties


def _check_days(first: date, last: date, today: date) -> None:
    if first < today:
        raise Refused(say(N_("The rota is filled from today on.")), code="past_day", field="first")
    if last < first:
        raise Refused(say(N_("The last day is before the first.")), code="days_reversed", field="last")
    if last - first >= LONGEST:
        raise Refused(say(N_("Fill three months at once at most.")), code="too_many_days", field="last")


def _versions(session: Session, first: date, last: date, site_id: int) -> dict[date, int]:
    query = (
        select(OnCallDuty.clinic_day, func.max(OnCallDuty.version))
        .where(OnCallDuty.site_id == site_id, OnCallDuty.clinic_day.between(first, last))
        .group_by(OnCallDuty.clinic_day)
    )
    return defaultdict(int, dict(session.execute(query).all()))
