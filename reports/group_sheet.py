"""The attendance sheet of a group's meeting: to take along and sign, or as it is on record. It stays in the house."""

from dataclasses import dataclass
from datetime import date

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import groups as records
from dispensary.queries.groups import GroupLine, Meeting, Membership
from dispensary.wording import N_, Speaker, Words, say
from models.enums import Attendance
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Attendance sheet"))
COLUMNS = (
    (say(N_("Number")), 12),
    (say(N_("Name")), 34),
    (say(N_("Came")), 9),
    (say(N_("Excused")), 10),
    (say(N_("Did not come")), 13),
    (say(N_("Signature")), 30),
)
MARKS = (Attendance.CAME, Attendance.EXCUSED, Attendance.NO_SHOW)
TICK = "X"
"""Every font of ours has it, and it stays readable in black and white."""
SPARE_ROWS = 4
"""For whoever joins that day; they are taken into the group before the meeting is recorded."""
ROOM_TO_SIGN = 22.0


@dataclass(frozen=True)
class GroupFigures:
    """Who belongs to a group on a day, and what is on record of the meeting."""

    about: Heading
    group: GroupLine
    day: date
    members: tuple[Membership, ...]
    meeting: Meeting | None

    @property
    def head(self) -> Words:
        """Which meeting it is, and how many came of how many."""
        given = {"group": self.group.name, "day": self.day, "at": self.group.starts_at}
        if self.meeting is None:
            words = N_("%(group)s, %(day)s from %(at)s, led by %(by)s. Members: %(n)s.")
            return say(words, **given, by=self.group.led_by, n=len(self.members))
        if not self.meeting.held:
            return say(N_("%(group)s, %(day)s from %(at)s: called off."), **given)
        words = N_(
            "%(group)s, %(day)s from %(at)s, %(minutes)s minutes, led by %(by)s: %(topic)s."
            " Came: %(came)s of %(n)s; relatives: %(relatives)s."
        )
        return say(
            words,
            **given,
            minutes=self.meeting.minutes,
            by=self.meeting.led_by,
            topic=self.meeting.topic,
            came=self.meeting.came,
            n=len(self.meeting.attendance),
            relatives=self.meeting.all_relatives,
        )


def figures(session: Session, group: GroupLine, day: date, *, about: Heading) -> GroupFigures:
    """Return what stands on the sheet of a group's meeting on a day."""
    members = records.members(session, group.id, day)
    return GroupFigures(about, group, day, members, records.meeting(session, group.id, day))


def render(figures: GroupFigures, *, speak: Speaker) -> bytes:
    """Return the sheet as PDF; before the meeting with room to sign and some rows to spare."""
    language = figures.about.language
    columns = [Column(speak(title), share) for title, share in COLUMNS]
    rows = [_row(one, figures.meeting) for one in figures.members]
    if figures.meeting is None:
        rows += [Row(("",) * len(COLUMNS)) for _ in range(SPARE_ROWS)]
    story: list[Flowable] = [Text(speak(figures.head), size=10, bold=True, language=language, with_next=True)]
    story.append(Ledger(columns, rows, language=language, row_height=ROOM_TO_SIGN))
    return page.build(story, title=TITLE, about=figures.about, speak=speak)


def _row(member: Membership, meeting: Meeting | None) -> Row:
    found = meeting.attendance.get(member.person_id) if meeting else None
    ticks = tuple(TICK if found is mark else "" for mark in MARKS)
    return Row((member.number, member.name, *ticks, ""))
