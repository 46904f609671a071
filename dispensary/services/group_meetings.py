"""Meetings of a group: recorded with who came, and recorded anew where something was wrong. A no-show is told to counselling."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import groups as records
from dispensary.queries.groups import GroupLine
from dispensary.services import audit, no_shows, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.groups import check_leader, whole_minutes
from dispensary.wording import N_, Words, say
from models import GroupAttendance, GroupMeeting, MeetingOutcome, RelativeAttendance
from models.enums import Attendance, AuditKind, Desk, Topic

MOST_RELATIVES = 99
LONGEST_BACK = timedelta(days=31)
"""So late a meeting may be recorded."""


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

    Whoever did not come and was not excused is put before counselling, as after a session alone.

    Raises:
        NotFound: there is no such group.
        Refused: the day cannot be right, somebody's attendance is missing or of no member, or something does not fit.
        Conflict: the meeting of that day is on record.
    """
    group = records.group(session, group_id, act.site_id, act.clinic_day)
    if records.meeting(session, group_id, day) is not None:
        words = say(N_("The meeting of this day is on record. Correct it on its page."))
        raise Conflict(words, code="meeting_recorded")
    _check_day(group, day, act)
    _check(session, group, day, meeting, None, act)
    _lock(session, meeting.attendance or {})
    kept = write(session, GroupMeeting(group_id=group_id, clinic_day=day, **act.stamp))
    _keep_outcome(session, kept.id, 1, meeting, "", act)
    named = len(set(meeting.relative_ids))
    said = {"group": group_id, "clinic_day": day, "held": int(meeting.held), "named": named}
    audit.record(session, AuditKind.MEETING_RECORDED, kept, act, **said)
    for person_id, attendance in sorted((meeting.attendance or {}).items()):
        _attend(session, kept.id, person_id, attendance, act)
    return kept


def correct_meeting(
    session: Session, *, group_id: int, day: date, meeting: Meeting, reason: str, act: Act
) -> MeetingOutcome:
    """Record a meeting anew that was recorded wrongly; the later record counts, and what it was before stays to be read.

    Args:
        meeting: the whole of it as it was. Who came is told anew for everybody only where the meeting was called off
            until now; else each is corrected alone.
        reason: what was wrong.

    Raises:
        NotFound: there is no such group, or no meeting of that day is on record.
        Refused: no reason is said, nothing differs, or something does not fit.
        Conflict: somebody corrected it at the same moment.
    """
    reason = people.line(reason, "reason", needed=True)
    group = records.group(session, group_id, act.site_id, act.clinic_day)
    before = records.meeting(session, group_id, day)
    if before is None:
        words = say(N_("No meeting of this day is on record. Record it first."))
        raise NotFound(words, code="no_such_meeting")
    if _comparable(meeting) == _as_it_stands(before):
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
    _check(session, group, day, meeting, before, act)
    missed = set() if meeting.held else set(before.attendance)
    _lock(session, missed | set(meeting.attendance or {}))
    kept = _keep_outcome(session, before.id, before.turn + 1, meeting, reason, act)
    said = {"group": group_id, "clinic_day": day, "held": int(meeting.held), "turn": kept.turn}
    audit.record(session, AuditKind.MEETING_CORRECTED, kept, act, **said)
    for person_id, attendance in sorted((meeting.attendance or {}).items()):
        _attend(session, before.id, person_id, attendance, act)
    _stop_asking_after(session, before, missed, act)
    return kept


def correct_attendance(
    session: Session, *, group_id: int, day: date, person_id: int, attendance: Attendance, act: Act
) -> GroupAttendance:
    """Record anew whether somebody came to a meeting; the later record counts.

    Whoever was taken in afterwards, from a day before the meeting, is told of here for the first time.

    Raises:
        Refused: no such meeting is on record as held, the person was no member then, or nothing differs.
    """
    people.lock(session, person_id)
    held = records.meeting(session, group_id, day)
    before = {one.person_id: one.attendance for one in records.asked(session, held)} if held else {}
    if held is None or person_id not in before:
        words = say(N_("Nobody's attendance is on record there. Open the meeting again."))
        raise Refused(words, code="no_attendance")
    if before[person_id] is attendance:
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed", field="attendance")
    kept = _attend(session, held.id, person_id, attendance, act)
    _stop_asking_after(session, held, {person_id}, act)
    return kept


def _lock(session: Session, person_ids: Collection[int]) -> None:
    """Lock everybody whose attendance is told, in one order."""
    for person_id in sorted(person_ids):
        people.lock(session, person_id)


def _stop_asking_after(session: Session, before: records.Meeting, person_ids: Collection[int], act: Act) -> None:
    """Let counselling ask no more after those of whom a correction says that they missed nothing here."""
    for person_id in sorted(person_ids):
        if before.attendance.get(person_id) is Attendance.NO_SHOW:
            no_shows.take_back(session, person_id=person_id, desk=Desk.COUNSELLING, act=act)


def _keep_outcome(
    session: Session, meeting_id: int, turn: int, meeting: Meeting, reason: str, act: Act
) -> MeetingOutcome:
    kept = write(
        session,
        MeetingOutcome(
            meeting_id=meeting_id,
            turn=turn,
            held=meeting.held,
            topic=meeting.topic,
            minutes=meeting.minutes,
            led_by_id=meeting.led_by_id,
            relatives=meeting.relatives,
            asked_next_step=meeting.asked_next_step,
            reason=reason,
            **act.stamp,
        ),
    )
    for relative_id in sorted(set(meeting.relative_ids)):
        write(session, RelativeAttendance(outcome_id=kept.id, relative_id=relative_id, **act.stamp))
    return kept


def _attend(session: Session, meeting_id: int, person_id: int, attendance: Attendance, act: Act) -> GroupAttendance:
    """Keep whether somebody came, and let counselling ask after whoever did not; call behind the person's lock."""
    mine = (GroupAttendance.meeting_id == meeting_id, GroupAttendance.person_id == person_id)
    turn = (session.scalar(select(func.max(GroupAttendance.turn)).where(*mine)) or 0) + 1
    kept = write(
        session,
        GroupAttendance(meeting_id=meeting_id, person_id=person_id, turn=turn, attendance=attendance, **act.stamp),
    )
    if attendance is Attendance.NO_SHOW:
        no_shows.tell(session, person_id=person_id, desk=Desk.COUNSELLING, act=act)
    said = {"person": person_id, "meeting": meeting_id, "attendance": attendance}
    audit.record(session, AuditKind.GROUP_ATTENDANCE_RECORDED, kept, act, **said)
    return kept


def _comparable(meeting: Meeting) -> Meeting:
    """Return what a correction may change, to be laid beside what is on record."""
    return Meeting(
        meeting.held,
        meeting.topic,
        meeting.led_by_id,
        meeting.minutes,
        None,
        meeting.relatives,
        frozenset(meeting.relative_ids),
        meeting.asked_next_step,
    )


def _as_it_stands(found: records.Meeting) -> Meeting:
    return Meeting(
        found.held,
        found.topic,
        found.led_by_id,
        found.minutes,
        None,
        found.relatives,
        frozenset(one.id for one in found.named),
        found.asked_next_step,
    )


def _check_day(group: GroupLine, day: date, act: Act) -> None:
    first = max(group.opened_on, act.clinic_day - LONGEST_BACK)
    last = min(group.closed_on or act.clinic_day, act.clinic_day)
    if not first <= day <= last:
        words = say(N_("A meeting is recorded from %(first)s to %(last)s."), first=first, last=last)
        raise Refused(words, code="meeting_day", field="day")


def _check(
    session: Session, group: GroupLine, day: date, meeting: Meeting, before: records.Meeting | None, act: Act
) -> None:
    """Check that all that is said of a meeting fits together, and fits what the group is, or was when it met."""
    if before is None or meeting.led_by_id != before.led_by_id:
        check_leader(session, meeting.led_by_id, act)
    if not meeting.held:
        _check_called_off(meeting)
        return
    whole_minutes(meeting.minutes)
    if before is None or not before.held:
        _check_everybody(session, group, day, meeting)
    elif meeting.attendance:
        words = say(N_("Who came is on record. Correct it person by person on the page of the meeting."))
        raise Refused(words, code="attendance_on_record")
    with_relatives = group.open_to_relatives or (before is not None and before.all_relatives > 0)
    _check_relatives(session, meeting, with_relatives, act)


def _check_called_off(meeting: Meeting) -> None:
    said = (meeting.minutes, meeting.attendance, meeting.relatives, meeting.relative_ids, meeting.asked_next_step)
    if any(said):
        words = N_("Nobody came to a meeting that was called off. Take the answers out, or say that it was held.")
        raise Refused(say(words), code="called_off", field="held")


def _check_everybody(session: Session, group: GroupLine, day: date, meeting: Meeting) -> None:
    members = {one.person_id for one in records.members(session, group.id, day)}
    if set(meeting.attendance or {}) != members:
        raise Refused(_whose(members, meeting), code="everybody")


def _whose(members: set[int], meeting: Meeting) -> Words:
    if members - set(meeting.attendance or {}):
        return say(N_("Say of everybody whether they came."))
    return say(N_("Who belongs to this group has changed. Open the sheet again."))


def _check_relatives(session: Session, meeting: Meeting, may_come: bool, act: Act) -> None:
    if not 0 <= meeting.relatives <= MOST_RELATIVES:
        words = say(N_("From 0 to %(most)s relatives."), most=MOST_RELATIVES)
        raise Refused(words, code="relatives", field="relatives")
    if (meeting.relatives or meeting.relative_ids) and not may_come:
        words = say(N_("This group is not open to relatives. Open it to them first."))
        raise Refused(words, code="no_relatives", field="relatives")
    if set(meeting.relative_ids) - {one.id for one in records.relatives(session, act.site_id)}:
        words = say(N_("Choose relatives on record here."))
        raise Refused(words, code="not_a_relative", field="relative_ids")
