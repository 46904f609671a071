"""A random draw on paper and as a file: who was drawn, and all that is needed to do the draw again."""

from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import urine_draws
from dispensary.queries.urine_draws import DrawLine, DrawnPerson
from dispensary.rules import urine_draw
from dispensary.wording import N_, Speaker, Words, say
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading
from reports.sheet import Cell, Sheet

TITLE = say(N_("Random draw for urine tests"))
COLUMNS = (
    (N_("Place"), 30, True),
    (N_("Record"), 40, True),
    (N_("Number"), 60, False),
    (N_("Name"), 160, False),
    (N_("Drawn"), 40, False),
    (N_("What became of it"), 110, False),
)
"""Heading, share of the paper's width, and whether numbers stand in the column."""
HOW = N_(
    "The list was frozen first: its digest is the SHA-256 of its lines “place,record”. Then the seed was made. The rank of a"
    " place is the SHA-256 of “seed:digest:place”; the %(wanted)s lowest ranks are drawn. Anybody can do it again: from the"
    " file of this draw, with “dispensary urine-draw check”, or by hand."
)
NEVER = say(N_("A urine that is refused stops no dose. Who was drawn learns of it at the window, not before."))


@dataclass(frozen=True)
class DrawFigures:
    """One draw with its frozen list."""

    about: Heading
    draw: DrawLine
    places: tuple[DrawnPerson, ...]

    @property
    def drawn(self) -> tuple[DrawnPerson, ...]:
        """Those who were drawn, in the order of the list."""
        return tuple(one for one in self.places if one.drawn)

    @property
    def said(self) -> Words:
        """How many of how many, and which draw of the day it was."""
        words = N_("Draw %(turn)s of %(day)s: %(wanted)s of %(listed)s people, by %(by)s")
        one = self.draw
        return say(words, turn=one.turn, day=one.drawn_on, wanted=one.wanted, listed=one.listed, by=one.drawn_by)

    @property
    def how(self) -> Words:
        """How the draw can be done again."""
        return say(HOW, wanted=self.draw.wanted)


def figures(session: Session, draw_id: int, site_id: int, *, about: Heading) -> DrawFigures:
    """Return a draw of a site as it stands on record.

    Raises:
        NotFound: there is none with this id here.
    """
    return DrawFigures(about, urine_draws.draw(session, draw_id, site_id), tuple(urine_draws.members(session, draw_id)))


def as_sheet(figures: DrawFigures) -> Sheet:
    """Return the whole list as a table that the check reads: records, ranks, no names."""
    return Sheet(TITLE.msgid, list(urine_draw.COLUMNS), [_cells(figures.draw, place) for place in figures.places])


def _cells(one: DrawLine, place: DrawnPerson) -> list[Cell]:
    rank = urine_draw.rank(one.seed, one.list_digest, place.number)
    drawn = urine_draw.YES if place.drawn else urine_draw.NO
    of_the_draw: list[Cell] = [one.drawn_on, one.turn, one.wanted, one.method, one.seed, one.list_digest]
    return [*of_the_draw, place.number, place.person_id, rank, drawn]


def became(one: DrawnPerson) -> Words:
    """Return what became of somebody who was drawn."""
    if not one.drawn:
        return say("–")
    return say("%(outcome)s", outcome=one.outcome) if one.outcome else say(N_("not asked yet"))


def render(figures: DrawFigures, *, speak: Speaker) -> bytes:
    """Return the draw as PDF: those drawn first, then the seed, the digest and the way to check."""
    language = figures.about.language
    columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
    rows = [
        Row([str(one.number), str(one.person_id), one.person_number, one.name, "✓", speak(became(one))])
        for one in figures.drawn
    ]
    facts = (
        say(N_("Seed: %(seed)s"), seed=figures.draw.seed),
        _digest(figures),
        say("%(how)s", how=figures.how),
        NEVER,
    )
    story: list[Flowable] = [
        Text(speak(figures.said), size=11, bold=True, language=language, with_next=True),
        Ledger(columns, rows, language=language),
        *(Text(speak(fact), size=9, language=language, above=6) for fact in facts),
    ]
    return page.build(story, title=TITLE, about=figures.about, speak=speak)


def _digest(figures: DrawFigures) -> Words:
    words = N_("Digest of the list: %(digest)s; way of drawing: %(method)s")
    return say(words, digest=figures.draw.list_digest, method=figures.draw.method)
