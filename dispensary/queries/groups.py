"""Groups: which there are, who belongs to them, when they met, and who came."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries.deaths import died_before
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.queries.treatment_ends import first_end
from dispensary.wording import N_, say
from models import (
    Group,
    GroupAttendance,
    GroupMeeting,
    GroupMember,
    GroupMemberEnd,
    MeetingOutcome,
    Person,
    Relative,
    RelativeAttendance,
    Staff,
)
from models.enums import Attendance, GroupKind, Topic
from models.person import root_of

_GROUP, _MEMBER, _END = Group.__table__.c, GroupMember.__table__.c, GroupMemberEnd.__table__.c
_CAME, _PERSON = GroupAttendance.__table__.c, Person.__table__.c
_ROOT = root_of(_PERSON)
_LATER = aliased(MeetingOutcome)
NOW = (
    select(
        GroupMeeting.id,
        GroupMeeting.group_id,
        GroupMeeting.site_id,
        GroupMeeting.clinic_day,
        MeetingOutcome.id.label("outcome_id"),
        MeetingOutcome.turn,
        MeetingOutcome.held,
        MeetingOutcome.topic,
        MeetingOutcome.minutes,
        MeetingOutcome.led_by_id,
        MeetingOutcome.relatives,
        MeetingOutcome.asked_next_step,
    )
    .join(MeetingOutcome, MeetingOutcome.meeting_id == GroupMeeting.id)
    .where(~exists().where(_LATER.meeting_id == MeetingOutcome.meeting_id, _LATER.turn > MeetingOutcome.turn))
    .subquery("meeting_now")
)
"""Every meeting as it stands: by its newest outcome."""
_MEETING = NOW.c


@dataclass(frozen=True)
class GroupLine:
    """A group, who leads it, and how many belong to it on a day."""

    id: int
    name: str
    kind: GroupKind
    weekday: int | None
    starts_at: str
    minutes: int
    led_by_id: int
    led_by: str
    open_to_relatives: bool
    opened_on: date
    closed_on: date | None
    members: int

    def is_open(self, on: date) -> bool:
        """Return whether it meets at all on or after a day."""
        return self.closed_on is None or self.closed_on >= on

    def meets_on(self, on: date) -> bool:
        """Return whether a day is one on which it meets by its weekday."""
        return self.weekday == on.isoweekday() and self.opened_on <= on and self.is_open(on)

    def next_on(self, on: date) -> date | None:
        """Return the first day from a day on when it meets; one by arrangement may meet at once. None once it is closed."""
        first = max(on, self.opened_on)
        meets = first if self.weekday is None else first + timedelta(days=(self.weekday - first.isoweekday()) % 7)
        return meets if self.is_open(meets) else None


def groups(session: Session, site_id: int, on: date) -> tuple[GroupLine, ...]:
    """Return every group of a site, the open ones first, by name."""
    lines = _lines(session, _GROUPS.where(_GROUP.site_id == site_id), on)
    return tuple(sorted(lines, key=lambda line: not line.is_open(on)))


def group(session: Session, group_id: int, site_id: int, on: date) -> GroupLine:
    """Return one group of a site.

    Raises:
        NotFound: there is none such here.
    """
    lines = _lines(session, _GROUPS.where(_GROUP.id == group_id, _GROUP.site_id == site_id), on)
    if not lines:
        raise NotFound(say(N_("There is no such group here.")), code="no_such_group")
    return lines[0]


_GROUPS = select(
    _GROUP.id,
    _GROUP.name,
    _GROUP.kind,
    _GROUP.weekday,
    _GROUP.starts_at,
    _GROUP.minutes,
    _GROUP.led_by_id,
    Staff.name.label("led_by"),
    _GROUP.open_to_relatives,
    _GROUP.opened_on,
    _GROUP.closed_on,
).join(Staff, Staff.id == _GROUP.led_by_id)


def _lines(session: Session, query: Select[Any], on: date) -> list[GroupLine]:
    belong = session.execute(_BELONG.where(*_belongs_on(on)).group_by(_MEMBER.group_id))
    counts: Counter[int] = Counter({row.group_id: row.n for row in belong})
    rows = session.execute(query.order_by(_GROUP.name, _GROUP.id))
    return [GroupLine(**row._mapping, members=counts[row.id]) for row in rows]


_BELONG = (
    select(_MEMBER.group_id, func.count().label("n"))
    .select_from(GroupMember)
    .outerjoin(GroupMemberEnd, _END.member_id == _MEMBER.id)
)


_WITH_TREATMENT = first_end(_MEMBER.person_id, _MEMBER.from_on)
"""Whoever leaves treatment leaves the group that day; who comes back, or comes to aftercare, joins anew."""


def _belongs_on(on: date) -> tuple[Any, ...]:
    still = or_(_END.last_day.is_(None), _END.last_day >= on)
    return (_MEMBER.from_on <= on, still, ~died_before(_MEMBER.person_id, on), func.coalesce(_WITH_TREATMENT, on) >= on)


@dataclass(frozen=True)
class Membership:
    """Somebody who belongs, or belonged, to a group."""

    id: int
    group_id: int
    group: str
    person_id: int
    number: str
    name: str
    from_on: date
    last_day: date | None
    """The last day of the treatment where that ended first."""
    reason: str
    """Empty where it ended with the treatment."""
    site_id: int
    """Of the group."""


def members(session: Session, group_id: int, on: date) -> tuple[Membership, ...]:
    """Return who belongs to a group on a day, by name."""
    query = _memberships().where(_MEMBER.group_id == group_id, *_belongs_on(on))
    return _read(session, query.order_by(_PERSON.search_key, _PERSON.id))


def groups_of(session: Session, person_id: int) -> tuple[Membership, ...]:
    """Return to which groups a person belongs or belonged, those that last first, then the newest."""
    query = _memberships().where(same_person(_MEMBER.person_id, person_id))
    found = _read(session, query.order_by(_MEMBER.from_on.desc(), _MEMBER.id))
    return tuple(sorted(found, key=lambda one: one.last_day is not None))


def membership(session: Session, member_id: int) -> Membership:
    """Return one membership.

    Raises:
        NotFound: there is none such.
    """
    found = _read(session, _memberships().where(_MEMBER.id == member_id))
    if not found:
        raise NotFound(say(N_("There is nobody such in a group.")), code="no_such_member")
    return found[0]


def _memberships() -> Select[Any]:
    return (
        select(
            _MEMBER.id,
            _MEMBER.group_id,
            _GROUP.site_id,
            _GROUP.name.label("group_name"),
            _ROOT.label("person_id"),
            _PERSON.number,
            _PERSON.family_name,
            _PERSON.given_name,
            _MEMBER.from_on,
            _END.last_day,
            _END.reason,
            _WITH_TREATMENT.label("treatment_ended_on"),
        )
        .select_from(GroupMember)
        .join(Group, _GROUP.id == _MEMBER.group_id)
        .join(Person, _PERSON.id == _MEMBER.person_id)
        .outerjoin(GroupMemberEnd, _END.member_id == _MEMBER.id)
    )


def _read(session: Session, query: Select[Any]) -> tuple[Membership, ...]:
    return tuple(_membership(row) for row in session.execute(query))


def _membership(row: Any) -> Membership:
    treatment_first = row.treatment_ended_on and (row.last_day is None or row.treatment_ended_on < row.last_day)
    return Membership(
        id=row.id,
        group_id=row.group_id,
        group=row.group_name,
        person_id=row.person_id,
        number=row.number,
        name=full_name(row.family_name, row.given_name),
        from_on=row.from_on,
        last_day=row.treatment_ended_on if treatment_first else row.last_day,
        reason="" if treatment_first else row.reason or "",
        site_id=row.site_id,
    )


@dataclass(frozen=True)
class Meeting:
    """One meeting of a group as it stands, and who came, by surviving record."""

    id: int
    group_id: int
    day: date
    turn: int
    held: bool
    topic: Topic
    minutes: int | None
    led_by_id: int
    led_by: str
    relatives: int
    asked_next_step: bool
    attendance: dict[int, Attendance]
    """Of nobody where the meeting was called off, whatever was recorded before that was known."""
    named: tuple["RelativeName", ...]
    """Relatives on record who came."""

    @property
    def came(self) -> int:
        """How many of its members came."""
        return sum(1 for one in self.attendance.values() if one is Attendance.CAME)

    @property
    def named_relatives(self) -> tuple[str, ...]:
        """The names of relatives on record who came."""
        return tuple(one.name for one in self.named)

    @property
    def all_relatives(self) -> int:
        """How many relatives came, on record or only counted."""
        return self.relatives + len(self.named)


def meetings(session: Session, group_id: int) -> tuple[Meeting, ...]:
    """Return the meetings of a group, the latest first."""
    rows = session.execute(_MEETINGS.where(_MEETING.group_id == group_id).order_by(_MEETING.clinic_day.desc())).all()
    came, named = _attendance(session, group_id), _relatives(session, group_id)
    return tuple(
        Meeting(**row._mapping, attendance=came.get(row.id, {}), named=tuple(named.get(row.id, ()))) for row in rows
    )


def meeting(session: Session, group_id: int, day: date) -> Meeting | None:
    """Return what is on record of a group's meeting on a day; None where nothing is."""
    return next((one for one in meetings(session, group_id) if one.day == day), None)


@dataclass(frozen=True)
class Asked:
    """Somebody whose coming to a meeting is on record, or still to be told."""

    person_id: int
    number: str
    name: str
    attendance: Attendance | None
    """None for a member on that day of whom nothing was told, as when somebody was taken in afterwards."""


def asked(session: Session, met: Meeting) -> tuple[Asked, ...]:
    """Return everybody whose coming to a meeting is on record, and who else belonged to the group then; by name."""
    belonged = {one.person_id for one in members(session, met.group_id, met.day)} if met.held else set()
    query = select(_PERSON.id, _PERSON.number, _PERSON.family_name, _PERSON.given_name)
    query = query.where(_PERSON.id.in_(belonged | set(met.attendance))).order_by(_PERSON.search_key, _PERSON.id)
    return tuple(
        Asked(row.id, row.number, full_name(row.family_name, row.given_name), met.attendance.get(row.id))
        for row in session.execute(query)
    )


_MEETINGS = select(
    _MEETING.id,
    _MEETING.group_id,
    _MEETING.clinic_day.label("day"),
    _MEETING.turn,
    _MEETING.held,
    _MEETING.topic,
    _MEETING.minutes,
    _MEETING.led_by_id,
    Staff.name.label("led_by"),
    _MEETING.relatives,
    _MEETING.asked_next_step,
).join(Staff, Staff.id == _MEETING.led_by_id)


def _attendance(session: Session, group_id: int) -> dict[int, dict[int, Attendance]]:
    query = (
        select(_CAME.meeting_id, _ROOT, _CAME.attendance)
        .select_from(GroupAttendance)
        .join(NOW, _MEETING.id == _CAME.meeting_id)
        .join(Person, _PERSON.id == _CAME.person_id)
        .where(_MEETING.group_id == group_id, _MEETING.held)
        .order_by(_CAME.turn, _CAME.id)
    )
    found: dict[int, dict[int, Attendance]] = defaultdict(dict)
    for meeting_id, person_id, attendance in session.execute(query):
        found[meeting_id][person_id] = attendance
    return found


def _relatives(session: Session, group_id: int) -> dict[int, list["RelativeName"]]:
    query = (
        select(_MEETING.id, Relative.id, Relative.name)
        .select_from(RelativeAttendance)
        .join(Relative, Relative.id == RelativeAttendance.relative_id)
        .join(NOW, _MEETING.outcome_id == RelativeAttendance.outcome_id)
        .where(_MEETING.group_id == group_id)
        .order_by(Relative.name, Relative.id)
    )
    found: dict[int, list[RelativeName]] = defaultdict(list)
    for meeting_id, relative_id, name in session.execute(query):
        found[meeting_id].append(RelativeName(relative_id, name))
    return found


@dataclass(frozen=True)
class Turn:
    """What was recorded of a meeting at one time, and why it was recorded anew."""

    number: int
    held: bool
    topic: Topic
    minutes: int | None
    led_by: str
    relatives: int
    """On record or only counted."""
    asked_next_step: bool
    reason: str
    by: str
    at: datetime


def turns(session: Session, meeting_id: int) -> tuple[Turn, ...]:
    """Return everything that was recorded of a meeting, the newest first."""
    leader, named = aliased(Staff), func.count(RelativeAttendance.id)
    own = MeetingOutcome
    query = (
        select(own.turn, own.held, own.topic, own.minutes, leader.name, own.relatives + named)
        .add_columns(own.asked_next_step, own.reason, Staff.name, own.recorded_at)
        .join(leader, leader.id == own.led_by_id)
        .join(Staff, Staff.id == own.recorded_by_id)
        .outerjoin(RelativeAttendance, RelativeAttendance.outcome_id == own.id)
        .where(own.meeting_id == meeting_id)
        .group_by(own.id, leader.name, Staff.name)
        .order_by(own.turn.desc())
    )
    return tuple(Turn(*row) for row in session.execute(query))


@dataclass(frozen=True)
class CameToGroup:
    """A meeting of a group, as one person's page shows it."""

    group_id: int
    group: str
    day: date
    topic: Topic
    minutes: int | None
    attendance: Attendance


def attended_by(session: Session, person_id: int) -> tuple[CameToGroup, ...]:
    """Return to which meetings a person came or did not come, the latest first; none that was called off."""
    later = aliased(GroupAttendance)
    corrected = exists().where(
        later.meeting_id == _CAME.meeting_id, later.person_id == _CAME.person_id, later.turn > _CAME.turn
    )
    query = (
        select(_GROUP.id, _GROUP.name, _MEETING.clinic_day, _MEETING.topic, _MEETING.minutes, _CAME.attendance)
        .select_from(GroupAttendance)
        .join(NOW, _MEETING.id == _CAME.meeting_id)
        .join(Group, _GROUP.id == _MEETING.group_id)
        .where(same_person(_CAME.person_id, person_id), ~corrected, _MEETING.held)
        .order_by(_MEETING.clinic_day.desc(), _MEETING.id.desc())
    )
    return tuple(CameToGroup(*row) for row in session.execute(query))


@dataclass(frozen=True)
class GroupToday:
    """A group that meets on a day, and what is on record of the meeting."""

    group: GroupLine
    meeting: Meeting | None


def meeting_on(session: Session, site_id: int, day: date) -> tuple[GroupToday, ...]:
    """Return the groups that meet on a day, by weekday or because a meeting is on record, in the order of the clock."""
    met = select(_MEETING.group_id).where(_MEETING.site_id == site_id, _MEETING.clinic_day == day)
    on_record = set(session.scalars(met))
    found = [
        GroupToday(line, meeting(session, line.id, day) if line.id in on_record else None)
        for line in groups(session, site_id, day)
        if line.meets_on(day) or line.id in on_record
    ]
    return tuple(sorted(found, key=lambda one: (one.group.starts_at, one.group.name)))


@dataclass(frozen=True)
class RelativeName:
    """A relative on record who may come to a group."""

    id: int
    name: str


def relatives(session: Session, site_id: int) -> tuple[RelativeName, ...]:
    """Return the relatives on record at a site, by name."""
    query = select(Relative.id, Relative.name).where(Relative.site_id == site_id).order_by(Relative.name, Relative.id)
    return tuple(RelativeName(*row) for row in session.execute(query))
