"""Sessions with one person or a family: arranged, put off, and recorded with what became of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.errors import Conflict, Refused
from dispensary.queries import caseload, here, sites
from dispensary.queries import sessions as records
from dispensary.queries.sessions import Arranged
from dispensary.services import audit, no_shows, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, Moment, say
from models import CareSession, SessionOutcome, SessionTopic
from models.enums import Attendance, AuditKind, Discipline, SessionKind, Topic

LONGEST_AHEAD, LONGEST_BACK = timedelta(days=366), timedelta(days=31)
MOST_MINUTES = 480


@dataclass(frozen=True)
class Outcome:
    """What became of a session, as somebody records it."""

    attendance: Attendance
    minutes: int | None = None
    """Only where the person came."""
    topics: Collection[Topic] = ()
    family_came: bool = False


def arrange(
    session: Session,
    *,
    person_id: int,
    kind: SessionKind,
    discipline: Discipline,
    with_id: int,
    starts_at: datetime,
    minutes: int,
    act: Act,
) -> CareSession:
    """Arrange a session with a person; one that took place without a date is arranged afterwards, within a month.

    Raises:
        Refused: moment or minutes cannot be right, the person has another session then, or nobody of the house is named.
    """
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    arranged = CareSession(
        person_id=person_id,
        kind=kind,
        discipline=discipline,
        with_id=with_id,
        starts_at=starts_at,
        planned_minutes=minutes,
    )
    return _keep(session, arranged, act)


def put_off(session: Session, *, session_id: int, starts_at: datetime, with_id: int, act: Act) -> CareSession:
    """Arrange another time for a session; the new one stands for it.

    Raises:
        NotFound: there is no such session.
        Refused: as for a new one.
        Conflict: it was put off before, or what became of it is on record.
    """
    before = _locked(session, session_id, act)
    _refuse_if_over(before)
    arranged = CareSession(
        person_id=before.person_id,
        kind=before.kind,
        discipline=before.discipline,
        with_id=with_id,
        starts_at=starts_at,
        planned_minutes=before.planned_minutes,
        moved_from_id=before.id,
    )
    return _keep(session, arranged, act)


def record(session: Session, *, session_id: int, outcome: Outcome, act: Act) -> SessionOutcome:
    """Record what became of a session; recorded again, the later counts. A no-show joins the task of its desk.

    Where the no-show was the mistake, the desk's task closes again, unless something else keeps it open.

    Raises:
        NotFound: there is no such session.
        Refused: it lies ahead, minutes or topics do not fit, or nothing differs from what is on record.
        Conflict: it was put off.
    """
    arranged = _locked(session, session_id, act)
    _check_outcome(arranged, outcome, act)
    turn, before = _before(session, arranged)
    if before == _comparable(outcome):
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
    kept = write(
        session,
        SessionOutcome(
            care_session_id=session_id,
            turn=turn,
            attendance=outcome.attendance,
            minutes=outcome.minutes,
            family_came=outcome.family_came,
            **act.stamp,
        ),
    )
    for topic in sorted(set(outcome.topics)):
        write(session, SessionTopic(outcome_id=kept.id, topic=topic, **act.stamp))
    _tell_desk(session, arranged, outcome, before, act)
    said = {"person": arranged.person_id, "attendance": outcome.attendance}
    audit.record(session, AuditKind.SESSION_RECORDED, kept, act, **said)
    return kept


def record_held(
    session: Session,
    *,
    person_id: int,
    kind: SessionKind,
    discipline: Discipline,
    with_id: int,
    starts_at: datetime,
    outcome: Outcome,
    act: Act,
) -> SessionOutcome:
    """Record a session that nobody had arranged: the person came by, rang, or was visited.

    Raises:
        Refused: it has not begun yet, or as for any other.
    """
    if starts_at > act.at:
        raise Refused(say(N_("This lies ahead. Arrange it, and record it afterwards.")), code="ahead", field="time")
    arranged = arrange(
        session,
        person_id=person_id,
        kind=kind,
        discipline=discipline,
        with_id=with_id,
        starts_at=starts_at,
        minutes=_whole_minutes(outcome.minutes),
        act=act,
    )
    return record(session, session_id=arranged.id, outcome=outcome, act=act)


def _locked(session: Session, session_id: int, act: Act) -> Arranged:
    """Lock the person of a session of this site, and return the session as it is now."""
    here.refuse_elsewhere(session, CareSession, session_id, act.site_id)
    people.lock(session, records.one(session, session_id).person_id)
    return records.one(session, session_id)


def _refuse_if_over(arranged: Arranged) -> None:
    if arranged.moved_to_id is not None:
        raise Conflict(say(N_("This session was put off already. Open the new one.")), code="put_off_before")
    if arranged.held is not None:
        words = N_("What became of it is on record: %(attendance)s, by %(by)s. Arrange a new session.")
        raise Conflict(say(words, attendance=arranged.held.attendance, by=arranged.held.by), code="recorded_before")


def _keep(session: Session, arranged: CareSession, act: Act) -> CareSession:
    arranged.planned_minutes = _whole_minutes(arranged.planned_minutes)
    arranged.clinic_day = _day_of(session, arranged.starts_at, act)
    _check_with(session, arranged.with_id, arranged.clinic_day, act)
    _refuse_two_at_once(session, arranged)
    for column, value in act.stamp.items():
        setattr(arranged, column, value)
    kept = write(session, arranged)
    audit.record(
        session,
        AuditKind.SESSION_ARRANGED,
        kept,
        act,
        person=kept.person_id,
        clinic_day=kept.clinic_day,
        session_kind=kept.kind,
        discipline=kept.discipline,
    )
    return kept


def _whole_minutes(minutes: int | None) -> int:
    if minutes is None or not 1 <= minutes <= MOST_MINUTES:
        words = say(N_("From 1 to %(most)s minutes."), most=MOST_MINUTES)
        raise Refused(words, code="minutes", field="minutes")
    return minutes


def _day_of(session: Session, starts_at: datetime, act: Act) -> date:
    """Return the clinic day of a session, if it is near enough."""
    have = sites.settings_at(session, act.site_id, act.at)
    day = clinic_day(starts_at, have.zone, have.day_starts)
    if not act.clinic_day - LONGEST_BACK <= day <= act.clinic_day + LONGEST_AHEAD:
        words = say(N_("A session lies at most a month back and a year ahead."))
        raise Refused(words, code="session_day", field="day")
    return day


def _check_with(session: Session, with_id: int, day: date, act: Act) -> None:
    if with_id not in {one.id for one in caseload.colleagues(session, act.site_id, max(day, act.clinic_day))}:
        words = say(N_("Choose somebody who sees people here on that day."))
        raise Refused(words, code="not_staff", field="with_id")


def _refuse_two_at_once(session: Session, arranged: CareSession) -> None:
    ends_at = arranged.starts_at + timedelta(minutes=arranged.planned_minutes)
    for other in records.of_person(session, arranged.person_id):
        if not other.open or other.id == arranged.moved_from_id:
            continue
        if other.starts_at < ends_at and arranged.starts_at < other.ends_at:
            words = N_("This person has a session with %(who)s then, from %(at)s. Choose another time.")
            refused = say(words, who=other.with_name, at=Moment(other.starts_at))
            raise Refused(refused, code="two_at_once", field="time")


def _check_outcome(arranged: Arranged, outcome: Outcome, act: Act) -> None:
    if arranged.moved_to_id is not None:
        raise Conflict(say(N_("This session was put off. Record the one that stands for it.")), code="put_off_before")
    came = outcome.attendance is Attendance.CAME
    if arranged.clinic_day > act.clinic_day and outcome.attendance in (Attendance.CAME, Attendance.NO_SHOW):
        words = say(N_("This session lies ahead: it can be excused, called off or put off until then."))
        raise Refused(words, code="ahead", field="attendance")
    if came:
        _whole_minutes(outcome.minutes)
    elif outcome.minutes is not None or outcome.topics or outcome.family_came:
        words = say(N_("Minutes, topics and family belong to a session that somebody came to. Take them out."))
        raise Refused(words, code="nobody_came", field="attendance")


def _before(session: Session, arranged: Arranged) -> tuple[int, Outcome | None]:
    """Return the turn of the next record, and what was recorded last."""
    held = arranged.held
    if held is None:
        return 1, None
    turn = session.get_one(SessionOutcome, held.id).turn + 1
    return turn, _comparable(Outcome(held.attendance, held.minutes, held.topics, held.family_came))


def _comparable(outcome: Outcome) -> Outcome:
    return Outcome(outcome.attendance, outcome.minutes, tuple(sorted(set(outcome.topics))), outcome.family_came)


def _tell_desk(session: Session, arranged: Arranged, outcome: Outcome, before: Outcome | None, act: Act) -> None:
    """Let the desk of the discipline ask after whoever did not come, or stop asking where that was a mistake."""
    desk = no_shows.DESKS[arranged.discipline]
    if outcome.attendance is Attendance.NO_SHOW:
        no_shows.tell(session, person_id=arranged.person_id, desk=desk, act=act)
    elif before is not None and before.attendance is Attendance.NO_SHOW:
        no_shows.take_back(session, person_id=arranged.person_id, desk=desk, act=act)
