"""Groups that meet again and again: made, changed, joined, left, and each meeting recorded with who came."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries import caseload
from dispensary.queries import groups as records
from dispensary.queries.groups import GroupLine
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, Words, say
from models import Group, GroupAttendance, GroupMeeting, GroupMember, GroupMemberEnd, RelativeAttendance
from models.enums import Attendance, AuditKind, GroupKind, Topic

MOST_MINUTES, MOST_RELATIVES, WEEK = 480, 99, 7
LONGEST_BACK = timedelta(days=31)
"""So late a meeting may be recorded."""
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
    group.minutes = _minutes(terms.minutes)
    _check_leader(session, terms.led_by_id, act)
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


@dataclass(frozen=True)
class Meeting:
    """A meeting as it is recorded: whether it was held, by whom, about what, and who came."""

    held: bool
    topic: Topic
    led_by_id: int
    minutes: int | None = None
    attendance: Mapping[int, Attendance] | None = None
    """Of every member on that day."""
    relatives: int = 0
    """Relatives who came without being on record: counted, not named."""
    relative_ids: Collection[int] = ()
    asked_next_step: bool = False


def record_meeting(session: Session, *, group_id: int, day: date, meeting: Meeting, act: Act) -> GroupMeeting:
    """Record that a group met on a day and who came, or that the meeting was called off.

    Raises:
        NotFound: there is no such group.
        Refused: the day cannot be right, somebody's attendance is missing or of no member, or something does not fit.
        Conflict: the meeting of that day is on record.
    """
    group = records.group(session, group_id, act.site_id, act.clinic_day)
    _check_meeting(session, group, day, meeting, act)
    kept = write(
        session,
        GroupMeeting(
            group_id=group_id,
            clinic_day=day,
            held=meeting.held,
            topic=meeting.topic,
            minutes=_minutes(meeting.minutes) if meeting.held else None,
            led_by_id=meeting.led_by_id,
            relatives=meeting.relatives,
            asked_next_step=meeting.asked_next_step,
            **act.stamp,
        ),
    )
    for relative_id in sorted(set(meeting.relative_ids)):
        write(session, RelativeAttendance(meeting_id=kept.id, relative_id=relative_id, **act.stamp))
    said = {"group": group_id, "clinic_day": day, "held": int(meeting.held), "named": len(set(meeting.relative_ids))}
    audit.record(session, AuditKind.MEETING_RECORDED, kept, act, **said)
    for person_id, attendance in sorted((meeting.attendance or {}).items()):
        _attend(session, kept.id, person_id, 1, attendance, act)
    return kept


def correct_attendance(
    session: Session, *, group_id: int, day: date, person_id: int, attendance: Attendance, act: Act
) -> GroupAttendance:
    """Record anew whether somebody came to a meeting; the later record counts.

    Raises:
        Refused: no such meeting is on record, the person was no member then, or nothing differs.
    """
    people.lock(session, person_id)
    held = records.meeting(session, group_id, day)
    if held is None or not held.held or person_id not in held.attendance:
        words = say(N_("Nobody's attendance is on record there. Open the meeting again."))
        raise Refused(words, code="no_attendance")
    if held.attendance[person_id] is attendance:
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed", field="attendance")
    mine = (GroupAttendance.meeting_id == held.id, GroupAttendance.person_id == person_id)
    turn = (session.scalar(select(func.max(GroupAttendance.turn)).where(*mine)) or 0) + 1
    return _attend(session, held.id, person_id, turn, attendance, act)


def _attend(
    session: Session, meeting_id: int, person_id: int, turn: int, attendance: Attendance, act: Act
) -> GroupAttendance:
    kept = write(
        session,
        GroupAttendance(meeting_id=meeting_id, person_id=person_id, turn=turn, attendance=attendance, **act.stamp),
    )
    said = {"person": person_id, "meeting": meeting_id, "attendance": attendance}
    audit.record(session, AuditKind.GROUP_ATTENDANCE_RECORDED, kept, act, **said)
    return kept


def _check_meeting(session: Session, group: GroupLine, day: date, meeting: Meeting, act: Act) -> None:
    if records.meeting(session, group.id, day) is not None:
        words = say(N_("The meeting of this day is on record. Correct who came on its page."))
        raise Conflict(words, code="meeting_recorded")
    first = max(group.opened_on, act.clinic_day - LONGEST_BACK)
    last = min(group.closed_on or act.clinic_day, act.clinic_day)
    if not first <= day <= last:
        words = say(N_("A meeting is recorded from %(first)s to %(last)s."), first=first, last=last)
        raise Refused(words, code="meeting_day", field="day")
    _check_leader(session, meeting.led_by_id, act)
    if not meeting.held:
        if meeting.attendance or meeting.relatives or meeting.relative_ids or meeting.asked_next_step:
            words = say(
                N_("Nobody came to a meeting that was called off. Take the answers out, or say that it was held.")
            )
            raise Refused(words, code="called_off", field="held")
        return
    members = {one.person_id for one in records.members(session, group.id, day)}
    if set(meeting.attendance or {}) != members:
        raise Refused(_whose(members, meeting), code="everybody")
    _check_relatives(session, group, meeting, act)


def _whose(members: set[int], meeting: Meeting) -> Words:
    if members - set(meeting.attendance or {}):
        return say(N_("Say of everybody whether they came."))
    return say(N_("Who belongs to this group has changed. Open the sheet again."))


def _check_relatives(session: Session, group: GroupLine, meeting: Meeting, act: Act) -> None:
    if not 0 <= meeting.relatives <= MOST_RELATIVES:
        words = say(N_("From 0 to %(most)s relatives."), most=MOST_RELATIVES)
        raise Refused(words, code="relatives", field="relatives")
    if (meeting.relatives or meeting.relative_ids) and not group.open_to_relatives:
        words = say(N_("This group is not open to relatives. Open it to them first."))
        raise Refused(words, code="no_relatives", field="relatives")
    if set(meeting.relative_ids) - {one.id for one in records.relatives(session, act.site_id)}:
        words = say(N_("Choose relatives on record here."))
        raise Refused(words, code="not_a_relative", field="relative_ids")


def _check_leader(session: Session, staff_id: int, act: Act) -> None:
    if staff_id not in {one.id for one in caseload.colleagues(session, act.site_id, act.clinic_day)}:
        words = say(N_("Choose somebody who sees people here."))
        raise Refused(words, code="not_staff", field="led_by_id")


def _check_day(day: date, act: Act, field: str) -> None:
    if not act.clinic_day - FURTHEST <= day <= act.clinic_day + FURTHEST:
        raise Refused(say(N_("This day is more than a year away.")), code="far_day", field=field)


def _minutes(minutes: int | None) -> int:
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
