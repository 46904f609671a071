"""Which dates a person did not come to, as the record stands now, and told to a desk since a moment."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries import groups
from dispensary.queries.signs import same_person
from models import CareSession, GroupAttendance, SessionOutcome
from models.enums import Attendance, Discipline


def session_missed_since(session: Session, person_id: int, disciplines: frozenset[Discipline], since: datetime) -> bool:
    """Return whether a no-show at a session of these disciplines, recorded since a moment, still stands."""
    later = aliased(SessionOutcome)
    corrected = exists().where(
        later.care_session_id == SessionOutcome.care_session_id, later.turn > SessionOutcome.turn
    )
    query = (
        select(SessionOutcome.id)
        .join(CareSession, CareSession.id == SessionOutcome.care_session_id)
        .where(
            same_person(CareSession.__table__.c.person_id, person_id),
            CareSession.discipline.in_(disciplines),
            SessionOutcome.attendance == Attendance.NO_SHOW,
            SessionOutcome.recorded_at >= since,
            ~corrected,
        )
    )
    return session.scalar(query.limit(1)) is not None


def meeting_missed_since(session: Session, person_id: int, since: datetime) -> bool:
    """Return whether a no-show at a group that met, recorded since a moment, still stands."""
    later = GroupAttendance.__table__.alias().c
    corrected = exists().where(
        later.meeting_id == GroupAttendance.meeting_id,
        same_person(later.person_id, person_id),
        later.id > GroupAttendance.id,
    )
    query = (
        select(GroupAttendance.id)
        .join(groups.NOW, groups.NOW.c.id == GroupAttendance.meeting_id)
        .where(
            same_person(GroupAttendance.__table__.c.person_id, person_id),
            groups.NOW.c.held,
            GroupAttendance.attendance == Attendance.NO_SHOW,
            GroupAttendance.recorded_at >= since,
            ~corrected,
        )
    )
    return session.scalar(query.limit(1)) is not None
