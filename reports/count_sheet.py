"""The sheet for counting a place on paper: what the books put there by label, and room to write what is found; never how much."""

from collections.abc import Sequence

from reportlab.platypus import Flowable

from dispensary.queries.stock_counts import OnShelf
from dispensary.wording import N_, Speaker, say
from models.enums import CountKind
from models.units import plain
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Count sheet"))
COLUMNS = (
    (N_("Label"), 46, False),
    (N_("Product"), 120, False),
    (N_("Strength"), 50, True),
    (N_("Lot"), 46, False),
    (N_("Expiry"), 46, False),
    (N_("Seal whole,\nits number"), 84, False),
    (N_("Measured, or\nweight in g"), 84, False),
    (N_("Not here"), 44, False),
)
"""Heading, share of the paper's width, and whether numbers stand in the column."""
ROOM = 24.0
"""Points of a row, so that one can write in it."""
EMPTY_ROWS = 3
SEALED, OPEN = say(N_("Sealed containers")), say(N_("Open containers and rests"))
BESIDES = say(N_("Found besides, in no book of this place"))
SIGNED = say(N_("Counted by: ____________________  at: __________    Second person: ____________________"))
TOLD = say(
    N_(
        "Count without looking at the books, and enter it on the page for counting; what counts is what is entered there."
    )
)


def render(shelf: Sequence[OnShelf], *, place: str, kind: CountKind, about: Heading, speak: Speaker) -> bytes:
    """Return the sheet of a place as PDF: a row for each container, and some for what no book knows.

    Args:
        shelf: what the books put there; how much each holds is not printed.
        place: the window's name, or the safe.
        kind: for which count it is.
    """
    language = about.language
    head = say(N_("%(kind)s: %(place)s"), kind=kind, place=place)
    story: list[Flowable] = [Text(speak(head), size=11, bold=True, language=language)]
    story.append(Text(speak(TOLD), size=8.5, language=language, above=2))
    for title, some in (
        (SEALED, [one for one in shelf if one.sealed]),
        (OPEN, [one for one in shelf if not one.sealed]),
    ):
        if some:
            story += _part(speak(title), [_cells(one, speak) for one in some], language, speak)
    story += _part(speak(BESIDES), [[""] * len(COLUMNS)] * EMPTY_ROWS, language, speak)
    story.append(Text(speak(SIGNED), size=10, language=language, above=16))
    return page.build(story, title=TITLE, about=about, speak=speak, landscape=True)


def _part(title: str, rows: Sequence[Sequence[str]], language: str, speak: Speaker) -> list[Flowable]:
    columns = [Column(speak(say(heading)), share, number) for heading, share, number in COLUMNS]
    return [
        Text(title, size=10, bold=True, language=language, above=8, with_next=True),
        Ledger(columns, [Row(cells) for cells in rows], language=language, row_height=ROOM),
    ]


def _cells(one: OnShelf, speak: Speaker) -> list[str]:
    strength = speak(say(N_("%(mg)s mg/%(unit)s"), mg=plain(one.strength), unit=one.unit))
    return [one.label, one.product, strength, one.lot, one.expires_on.isoformat(), "", "", ""]
