"""Groups that meet again and again: made, changed, joined and left."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries import caseload, here
from dispensary.queries import groups as records
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Group, GroupMember, GroupMemberEnd
from models.enums import AuditKind, GroupKind

MOST_MINUTES, WEEK = 480, 7
FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Terms:
    """How a group is: its name, what it is for, when it meets, and who leads it."""

    name: str
    kind: GroupKind
    weekday: int | None
    starts_at: str
    minutes: int
    led_by_id: int
    open_to_relatives: bool


def make_group(session: Session, *, terms: Terms, opened_on: date, act: Act) -> Group:
    """Make a group.

    Raises:
        Refused: name, day, time, minutes or leader cannot be right, or another group has the name.
    """
    _check_day(opened_on, act, "opened_on")
    made = Group(site_id=act.site_id, opened_on=opened_on, closed_on=None)
    _fill(session, made, terms, act)
    session.add(made)
    session.flush()
    audit.record(session, AuditKind.GROUP_MADE, made, act, group_kind=terms.kind)
    return made


def change_group(session: Session, *, group_id: int, terms: Terms, closed_on: date | None, act: Act) -> Group:
    """Change a group, or close it from a day on; what it was at earlier meetings stays with those.

    Raises:
        NotFound: there is no such group.
        Refused: as for a new one, or it would close before it opened.
    """
    records.group(session, group_id, act.site_id, act.clinic_day)
    group = session.get_one(Group, group_id, populate_existing=True)
    if closed_on is not None and closed_on < group.opened_on:
        raise Refused(say(N_("It cannot close before it opened.")), code="dates_in_order", field="closed_on")
    _fill(session, group, terms, act)
    group.closed_on = closed_on
    session.flush()
    audit.record(session, AuditKind.GROUP_CHANGED, group, act, group_kind=terms.kind, closed_on=closed_on)
    return group


def _fill(session: Session, group: Group, terms: Terms, act: Act) -> None:
    name = people.line(terms.name, "name", needed=True)
    others = select(Group.id).where(Group.site_id == act.site_id, Group.name == name, Group.id != (group.id or 0))
    if session.scalar(others) is not None:
        raise Refused(say(N_("Another group has this name.")), code="name_taken", field="name")
    if terms.weekday is not None and not 1 <= terms.weekday <= WEEK:
        raise Refused(say(N_("Choose a day of the week, or none.")), code="weekday", field="weekday")
    group.name, group.kind, group.weekday = name, terms.kind, terms.weekday
    group.starts_at = _clock_time(terms.starts_at)
    group.minutes = whole_minutes(terms.minutes)
    check_leader(session, terms.led_by_id, act)
    group.led_by_id, group.open_to_relatives = terms.led_by_id, terms.open_to_relatives


def join(session: Session, *, group_id: int, person_id: int, from_on: date, act: Act) -> GroupMember:
    """Take somebody into a group from a day on.

    Raises:
        NotFound: there is no such group or person.
        Refused: the day cannot be right, or the group is closed by then.
        Conflict: the person belongs to it already.
    """
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    group = records.group(session, group_id, act.site_id, act.clinic_day)
    _check_day(from_on, act, "from_on")
    if not group.is_open(from_on):
        words = say(N_("This group closed on %(day)s. Choose another one."), day=group.closed_on)
        raise Refused(words, code="group_closed", field="group_id")
    mine = [one for one in records.groups_of(session, person_id) if one.group_id == group_id]
    if any(one.last_day is None for one in mine):
        raise Conflict(say(N_("This person belongs to the group already.")), code="member_already")
    if any(one.last_day and one.last_day >= from_on for one in mine):
        words = say(N_("This person belonged to it until %(day)s; begin after it."), day=mine[0].last_day)
        raise Refused(words, code="member_then", field="from_on")
    member = write(
        session,
        GroupMember(group_id=group_id, person_id=person_id, turn=len(mine) + 1, from_on=from_on, **act.stamp),
    )
    audit.record(session, AuditKind.GROUP_JOINED, member, act, person=person_id, group=group_id, from_on=from_on)
    return member


def leave(session: Session, *, member_id: int, last_day: date, reason: str, act: Act) -> GroupMemberEnd:
    """Record that somebody left a group.

    Raises:
        NotFound: there is no such membership.
        Refused: the day cannot be right, or no reason is said.
        Conflict: it ended before.
    """
    here.refuse_elsewhere(session, GroupMember, member_id, act.site_id)
    reason = people.line(reason, "reason", needed=True)
    people.lock(session, records.membership(session, member_id).person_id)
    mine = records.membership(session, member_id)
    if mine.last_day is not None:
        raise Conflict(
            say(N_("It is on record already that this person left on %(day)s."), day=mine.last_day), code="left"
        )
    if not mine.from_on <= last_day <= act.clinic_day + FURTHEST:
        words = say(N_("The last day is not before %(day)s, on which the person joined."), day=mine.from_on)
        raise Refused(words, code="last_day", field="last_day")
    end = write(session, GroupMemberEnd(member_id=member_id, last_day=last_day, reason=reason, **act.stamp))
    said = {"person": mine.person_id, "group": mine.group_id, "last_day": last_day}
    audit.record(session, AuditKind.GROUP_LEFT, end, act, **said)
    return end


def check_leader(session: Session, staff_id: int, act: Act) -> None:
    """Check that whoever is to lead sees people here.

    Raises:
        Refused: they do not.
    """
    if staff_id not in {one.id for one in caseload.colleagues(session, act.site_id, act.clinic_day)}:
        words = say(N_("Choose somebody who sees people here."))
        raise Refused(words, code="not_staff", field="led_by_id")


def _check_day(day: date, act: Act, field: str) -> None:
    if not act.clinic_day - FURTHEST <= day <= act.clinic_day + FURTHEST:
        raise Refused(say(N_("This day is more than a year away.")), code="far_day", field=field)


def whole_minutes(minutes: int | None) -> int:
    """Return how long a group meets.

    Raises:
        Refused: so long nobody sits together.
    """
    if minutes is None or not 1 <= minutes <= MOST_MINUTES:
        words = say(N_("From 1 to %(most)s minutes."), most=MOST_MINUTES)
        raise Refused(words, code="minutes", field="minutes")
    return minutes


def _clock_time(text: str) -> str:
    try:
        return time.fromisoformat(text.strip()).strftime("%H:%M")
    except ValueError:
        words = say(N_("Type the time as hours and minutes, such as 14:30."))
        raise Refused(words, code="clock_time", field="starts_at") from None
