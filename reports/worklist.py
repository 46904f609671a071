"""A desk's open tasks for a day's work: why, until when, whose, how each person may be reached, what was tried; room to write."""

from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import worklist as records
from dispensary.queries.contact_rules import Reach
from dispensary.queries.worklist import Tried, Work
from dispensary.wording import N_, Moment, Speaker, Words, say
from models.enums import Desk
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Worklist"))
COLUMNS = (
    (N_("Due"), 62),
    (N_("Number"), 40),
    (N_("Name"), 90),
    (N_("Why"), 104),
    (N_("Whose"), 66),
    (N_("Phone"), 74),
    (N_("How the person may be reached"), 150),
    (N_("Tried"), 110),
    (N_("What came of it"), 110),
)
"""Heading and share of the paper's width; the last stays empty, to be written on."""
EMPTY = say(N_("No task is open."))
NOT_ASKED = say(N_("Not asked yet how they may be reached: ask first."))
IN_PERSON_ONLY = say(N_("Only in person, at the window."))
ROOM = 38.0
"""Points for a row: how somebody may be reached takes up to four lines, and what came of it is written in."""


@dataclass(frozen=True)
class WorkFigures:
    """The open tasks of a desk, of one's own or of everybody."""

    about: Heading
    desk: Desk
    rows: tuple[Work, ...]
    everyone: bool
    nobodys: int
    """How many of the desk nobody has, of people on nobody's caseload."""


def figures(
    session: Session, site_id: int, desk: Desk, *, staff_id: int, everyone: bool, about: Heading
) -> WorkFigures:
    """Return the open tasks of a desk as they stand, the one due first on top."""
    rows = records.open_work(session, site_id, desk, about.last)
    nobodys = sum(row.owner_id is None and row.counsellor_id is None for row in rows)
    return WorkFigures(about, desk, tuple(row for row in rows if everyone or row.is_for(staff_id)), everyone, nobodys)


def reach(rule: Reach | None) -> list[Words]:
    """Return in words how somebody may be reached."""
    if rule is None:
        return [NOT_ASKED]
    if not rule.channels:
        return [IN_PERSON_ONLY]
    said = [say("%(way)s", way=way) for way in rule.channels]
    if rule.hours:
        said.append(say(N_("when: %(hours)s"), hours=rule.hours))
    if rule.who_may_pick_up:
        said.append(say(N_("may pick up: %(who)s"), who=rule.who_may_pick_up))
    words = N_("a message may be left, from “%(name)s”") if rule.leave_message else N_("leave no message")
    return [*said, say(words, name=rule.message_from) if rule.leave_message else say(words)]


def tried(one: Tried) -> Words:
    """Return an attempt in words."""
    return say("%(at)s: %(way)s, %(outcome)s", at=Moment(one.tried_at), way=one.channel, outcome=one.outcome)


def render(figures: WorkFigures, *, speak: Speaker) -> bytes:
    """Return the list as PDF; a list of nothing says so."""
    language = figures.about.language
    columns = [Column(speak(say(title)), share) for title, share in COLUMNS]
    rows = [Row(_cells(row, speak)) for row in figures.rows]
    head = N_("%(desk)s, open tasks: %(n)s") if figures.everyone else N_("%(desk)s, own open tasks: %(n)s")
    words = say(head, desk=figures.desk, n=len(figures.rows))
    title = speak(words)
    story: list[Flowable] = [Text(title[:1].upper() + title[1:], size=10, bold=True, language=language, with_next=True)]
    if rows:
        story.append(Ledger(columns, rows, language=language, row_height=ROOM))
    else:
        story.append(Text(speak(EMPTY), size=10, language=language, above=6))
    return page.build(story, title=TITLE, about=figures.about, speak=speak, landscape=True)


def _cells(row: Work, speak: Speaker) -> list[str]:
    keeper = row.keeper.counsellor if row.keeper else ""
    return [
        speak.moment(row.due_at),
        row.number,
        row.name,
        "; ".join(speak(one.kind) for one in row.why),
        row.owner or keeper or "–",
        row.phone or "–",
        "; ".join(speak(words) for words in reach(row.reach)),
        "; ".join(speak(tried(one)) for one in row.tried[-2:]),
        "",
    ]
