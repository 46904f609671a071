"""The waiting list as it stands: who waits on which place, since when, for what, and when they last had a word from us."""

from dataclasses import dataclass
from datetime import timedelta

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.policy.journey import journey_rules
from dispensary.queries import waiting
from dispensary.rules.waiting import Place
from dispensary.wording import N_, Speaker, say
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading
from reports.sheet import Cell, Sheet

TITLE = say(N_("Waiting list"))
COLUMNS = (
    (N_("Place"), 32, True),
    (N_("Number"), 44, False),
    (N_("Name"), 110, False),
    (N_("Comes back"), 50, False),
    (N_("Waits since"), 56, False),
    (N_("Days"), 34, True),
    (N_("Waits for"), 120, False),
    (N_("Last word\nfrom us"), 56, False),
    (N_("Left without\na word"), 60, False),
    (N_("Phone"), 80, False),
)
"""Heading, share of the paper's width, and whether numbers stand in the column."""
EMPTY = say(N_("Nobody waits for treatment."))
YES = say(N_("yes"))
ROOM = 21.0


@dataclass(frozen=True)
class WaitingFigures:
    """Who waits for treatment on the day of a heading."""

    about: Heading
    queue: tuple[Place, ...]
    target: int | None
    """Within how many days somebody is to be admitted, where the site has said so."""
    contact_every: timedelta


def figures(session: Session, site_id: int, *, target: int | None, about: Heading) -> WaitingFigures:
    """Return the queue as it stands."""
    queue = tuple(waiting.waiting_list(session, site_id))
    return WaitingFigures(about, queue, target, journey_rules().contact_every)


def cells(figures: WaitingFigures, one: Place, speak: Speaker) -> list[Cell]:
    """Return one line in the order of COLUMNS, the same in every file."""
    who, today = one.who, figures.about.last
    heard = who.heard_on if who.heard_on and who.heard_on >= who.since_on else None
    return [
        one.place,
        who.number,
        who.name,
        speak(YES) if who.former else "",
        who.since_on,
        who.days(today),
        who.why,
        heard,
        speak(YES) if who.left_alone(today, figures.contact_every) else "",
        who.phone,
    ]


def as_sheet(figures: WaitingFigures, speak: Speaker) -> Sheet:
    """Return the queue as a table for other programs."""
    rows = [cells(figures, one, speak) for one in figures.queue]
    return Sheet(speak(TITLE), [speak(say(title)).replace("\n", " ") for title, _, _ in COLUMNS], rows)


def render(figures: WaitingFigures, *, speak: Speaker) -> bytes:
    """Return the queue as PDF; a list of nobody says so."""
    language = figures.about.language
    said = [
        say(N_("People who wait for treatment: %(n)s"), n=len(figures.queue)),
        say(N_("Nobody is left without a word for more than %(n)s days."), n=figures.contact_every.days),
    ]
    if figures.target is not None:
        said.append(say(N_("Target: %(n)s days at most."), n=figures.target))
    words = " · ".join(speak(one) for one in said)
    story: list[Flowable] = [Text(words, size=10, bold=True, language=language, with_next=True)]
    if figures.queue:
        columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
        rows = [Row([_text(cell) for cell in cells(figures, one, speak)]) for one in figures.queue]
        story.append(Ledger(columns, rows, language=language, row_height=ROOM))
    else:
        story.append(Text(speak(EMPTY), size=10, language=language, above=6))
    return page.build(story, title=TITLE, about=figures.about, speak=speak, landscape=True)


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)
