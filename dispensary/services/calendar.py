"""The clinic's calendar: days announced as closed, ahead or from now on, and taken back."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import calendar
from dispensary.rules.calendar import check_span, days_of
from dispensary.services import audit, closures, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, Moment, say
from models import ClosedDay, ClosedDayTakenBack, Site, Staff
from models.enums import AuditKind, ClosureKind


def announce_closed(
    session: Session, *, first: date, last: date, kind: ClosureKind, reason: str, act: Act
) -> list[ClosedDay]:
    """Announce every day of a span as closed: no doses are given here, and nobody who stays away has missed a visit.

    Raises:
        Refused: the span cannot be right, no reason is given, or doses were given on a day that is said to be planned.
        Conflict: one of the days is announced already; it says by whom.
    """
    reason = people.line(reason, "reason", needed=True)
    check_span(first, last, kind, act.clinic_day)
    _lock_site(session, act)
    _refuse_announced(session, first, last, act)
    if kind is not ClosureKind.SUDDEN and calendar.dosed_here_on(session, act.site_id, first):
        words = N_(
            "Doses were given here on %(day)s already. If the clinic has to close now, announce a sudden closure."
        )
        raise Refused(say(words, day=first), code="dosed_already", field="kind")
    return [_announce(session, day, kind, reason, act) for day in days_of(first, last)]


def _announce(session: Session, day: date, kind: ClosureKind, reason: str, act: Act) -> ClosedDay:
    mine = (ClosedDay.site_id == act.site_id, ClosedDay.clinic_day == day)
    turn = (session.scalar(select(func.max(ClosedDay.turn)).where(*mine)) or 0) + 1
    closed = write(
        session,
        ClosedDay(clinic_day=day, turn=turn, kind=kind, reason=reason, announced_at=act.at, **act.stamp),
    )
    audit.record(session, AuditKind.CLOSED_DAY_ANNOUNCED, closed, act, clinic_day=day, closure=kind)
    return closed


def take_back(session: Session, *, closed_day_id: int, reason: str, act: Act) -> ClosedDayTakenBack:
    """Take a closed day back: the clinic is open on it after all.

    What a prescriber's list allows for a closure with this day, and was not handed out yet, is taken back with it: for
    what is left of the closure the list is signed anew.

    Raises:
        NotFound: there is no such closed day here.
        Conflict: it was taken back before; it says by whom.
        Refused: no reason is given.
    """
    reason = people.line(reason, "reason", needed=True)
    _lock_site(session, act)
    closed = session.get(ClosedDay, closed_day_id)
    if closed is None or closed.site_id != act.site_id:
        raise NotFound(say(N_("There is no such closed day here.")), code="no_such_closed_day")
    before = session.execute(
        select(ClosedDayTakenBack.recorded_at, Staff.name)
        .join(Staff, Staff.id == ClosedDayTakenBack.recorded_by_id)
        .where(ClosedDayTakenBack.closed_day_id == closed_day_id)
    ).one_or_none()
    if before is not None:
        words = say(N_("This closure was taken back at %(at)s by %(by)s."), at=Moment(before[0]), by=before[1])
        raise Conflict(words, code="taken_back_before")
    back = write(session, ClosedDayTakenBack(closed_day_id=closed_day_id, reason=reason, **act.stamp))
    if closed.clinic_day >= act.clinic_day:
        closures.take_back_not_handed_out(session, closed.clinic_day, closed.clinic_day, reason=reason, act=act)
    audit.record(session, AuditKind.CLOSED_DAY_TAKEN_BACK, back, act, closed_day=closed_day_id)
    return back


def _refuse_announced(session: Session, first: date, last: date, act: Act) -> None:
    announced = calendar.closures_of(session, act.site_id, first, last)
    if announced:
        words = say(
            N_("%(day)s is announced as closed already, by %(by)s. Take that back first, or leave the day out."),
            day=announced[0].day,
            by=announced[0].by,
        )
        raise Conflict(words, code="announced_before", field="first")


def _lock_site(session: Session, act: Act) -> None:
    session.execute(select(Site.id).where(Site.id == act.site_id).with_for_update(key_share=True))
