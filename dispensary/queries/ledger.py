"""One person's days: what their statuses depend on, and both counts before a day."""

from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from dispensary.queries.day_facts import EVER, NOW, clinic_days, days_of
from dispensary.rules.ledger import PersonDays, Runs, reaches_back, runs
from models import Person

RECENT = timedelta(days=40)
"""How far back the doses are read at first for both counts; further only where no confirmed dose lies in that time."""

_PERSON = Person.__table__.c
_RECORDS = select(_PERSON.id).where(
    or_(_PERSON.id == bindparam("person_id"), _PERSON.root_id == bindparam("person_id"))
)


def person_days(
    session: Session,
    person_id: int,
    site_id: int,
    *,
    until: date,
    as_of: datetime | None = None,
    since: date = EVER,
) -> PersonDays:
    """Return everything on record about a person that the status of a day up to `until` depends on.

    Args:
        site_id: whose episodes, orders and calendar count; doses count wherever they were taken.
        as_of: only what was recorded at or before this moment; by default all that is on record.
        since: from which day on doses are read. The counts need them from the last confirmed dose on, the days in treatment
            from the first.
    """
    moment = as_of or NOW
    records = dict.fromkeys(session.scalars(_RECORDS, {"person_id": person_id}), person_id)
    clinic = clinic_days(session, site_id, until, moment)
    return days_of(session, records, site_id, clinic, since=since, until=until, as_of=moment)[person_id]


def runs_of(session: Session, person_id: int, site_id: int, on: date, as_of: datetime | None = None) -> Runs:
    """Return both counts of a person before a day."""
    days = person_days(session, person_id, site_id, until=on, as_of=as_of, since=on - RECENT)
    if not reaches_back(days, on):
        days = person_days(session, person_id, site_id, until=on, as_of=as_of)
    return runs(days, on)
