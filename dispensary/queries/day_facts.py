"""The facts that the status of a day depends on, of one person or of many, as they were known at a moment.

A handful of statements, whatever the number of people. Each reads only rows recorded at or before the moment; who is one
person with whom is taken as it is known now.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import Session

from dispensary.queries import policy
from dispensary.queries.calendar import closed_days_until, opening_days_of
from dispensary.queries.day_statements import AS_KNOWN, Statements
from dispensary.queries.day_values import bottle_from, doses_from, person_days_from
from dispensary.rules.person_days import Away, ClinicDays, PersonDays
from models import DowntimeDay, DowntimeEntered

EVER = date.min
NOW = datetime.max.replace(tzinfo=UTC)
"""As of now: whatever is recorded was recorded before."""

_DOWN, _ENTERED = DowntimeDay.__table__.c, DowntimeEntered.__table__.c
_NOT_ENTERED = select(_DOWN.clinic_day).where(
    _DOWN.site_id == bindparam("site_id"),
    _DOWN.recorded_at <= bindparam("as_of"),
    _DOWN.id.not_in(select(_ENTERED.downtime_day_id).where(_ENTERED.recorded_at <= bindparam("as_of"))),
)


def days_of(
    session: Session,
    records: Mapping[int, int],
    site_id: int,
    clinic: ClinicDays,
    *,
    since: date,
    until: date,
    as_of: datetime,
    read: Statements = AS_KNOWN,
) -> dict[int, PersonDays]:
    """Return what the days of some people depend on, by surviving record.

    Args:
        records: each record of theirs, and the one that survives of it.
        since: from which day on doses and take-home doses are read; episodes, orders and absences are read whole.
        read: `THAT_NIGHT` leaves out what was ended, told, confirmed or corrected after the moment; `day_statements` says how.
    """
    asked = {"people": list(records), "site_id": site_id, "since": since, "until": until, "as_of": as_of}

    def of_each(statement: Select[Any]) -> dict[int, list[Row[*tuple[Any, ...]]]]:
        found: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
        for row in session.execute(statement, asked):
            found[records[row.person_id]].append(row)
        return found

    stays, orders, doses = of_each(read.stays), of_each(read.orders), of_each(read.doses)
    bottles, unverified, away = of_each(read.bottles), of_each(read.unverified), of_each(read.away)
    return {
        root: person_days_from(
            stays[root],
            orders[root],
            doses_from(doses[root]),
            bottles=[bottle_from(row) for row in bottles.get(root, ())],
            unverified=frozenset(row.clinic_day for row in unverified.get(root, ())),
            away=[Away(row.kind, row.from_on, row.last_day) for row in away.get(root, ())],
            clinic=clinic,
        )
        for root in set(records.values())
    }


def clinic_days(session: Session, site_id: int, until: date, as_of: datetime) -> ClinicDays:
    """Return when a site doses, as known at a moment."""
    return ClinicDays(
        opening=opening_days_of(session, site_id, as_of),
        closed=closed_days_until(session, site_id, until, as_of),
        not_entered=frozenset(session.scalars(_NOT_ENTERED, {"site_id": site_id, "as_of": as_of})),
        missed_doses=policy.missed_doses(session, site_id),
    )


def known_calendar(session: Session, site_id: int, until: date, as_of: datetime) -> ClinicDays:
    """Return the same, where the days of the week on which it opens are taken from their own days, whenever they were set."""
    return replace(clinic_days(session, site_id, until, as_of), opening=opening_days_of(session, site_id, NOW))
