"""Who opened a person's record: by day, by member of staff and by page, from the log of reads."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.queries.signs import same_person
from models import AccessLog, Staff, StaffRole
from models.enums import Role

_LOG = AccessLog.__table__.c


@dataclass(frozen=True)
class Reading:
    """On one clinic day somebody opened one page of a person's record, once or more often."""

    day: date
    by: str
    roles: tuple[Role, ...]
    """What they were then."""
    page: str
    times: int
    first_at: datetime
    last_at: datetime


def readings_of(
    session: Session, person_id: int, since: datetime, until: datetime, *, zone: ZoneInfo, day_starts: time
) -> list[Reading]:
    """Return who opened which page of a person's record, whichever of their records it was, the newest day first.

    Args:
        since: from this moment on.
        until: before this moment.
        zone: the clinic's, for its days.
        day_starts: when a clinic day begins there.
    """
    query = (
        select(_LOG.at, _LOG.recorded_by_id, Staff.name, _LOG.page)
        .join(Staff, Staff.id == _LOG.recorded_by_id)
        .where(same_person(_LOG.person_id, person_id), _LOG.at >= since, _LOG.at < until)
        .order_by(_LOG.at, _LOG.id)
    )
    moments: dict[tuple[date, int, str, str], list[datetime]] = defaultdict(list)
    for at, by_id, by, page in session.execute(query):
        moments[clinic_day(at, zone, day_starts), by_id, by, page].append(at)
    held = _roles(session, {by_id for _, by_id, _, _ in moments})
    found = [
        Reading(day, by, _roles_on(held[by_id], day), page, len(at), at[0], at[-1])
        for (day, by_id, by, page), at in moments.items()
    ]
    return sorted(found, key=lambda one: (one.day, one.last_at), reverse=True)


Held = list[tuple[Role, date, date | None]]


def _roles(session: Session, staff_ids: set[int]) -> dict[int, Held]:
    query = select(StaffRole.staff_id, StaffRole.role, StaffRole.from_on, StaffRole.until_on)
    held: dict[int, Held] = defaultdict(list)
    for row in session.execute(query.where(StaffRole.staff_id.in_(staff_ids)).order_by(StaffRole.id)):
        held[row.staff_id].append((row.role, row.from_on, row.until_on))
    return held


def _roles_on(held: Held, day: date) -> tuple[Role, ...]:
    standing = (role for role, first, last in held if first <= day and (last is None or day <= last))
    return tuple(dict.fromkeys(standing))
