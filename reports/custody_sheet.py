"""The custody sheet of one trip of a kit: what went along, through whose hands, and lines to sign where there is no screen."""

from dataclasses import dataclass

from reportlab.platypus import Flowable

from dispensary.queries.kits import PackedContainer, Trip
from dispensary.wording import N_, Moment, Speaker, in_unit, say
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Custody sheet"))
COLUMNS = (
    (N_("Label"), 70),
    (N_("Product"), 170),
    (N_("Lot"), 70),
    (N_("Expiry"), 65),
    (N_("Packed"), 65),
    (N_("Entered since"), 65),
    (N_("Came back"), 75),
)
HANDS = ((N_("When"), 110), (N_("From"), 110), (N_("To"), 110), (N_("Seal"), 80), (N_("Note"), 160))
NOT_SEALED = say(N_("not sealed"))
SIGNED = (
    N_("Given by: ______________________________ Signature: ______________________________"),
    N_("Taken by: ______________________________ Signature: ______________________________"),
    N_("On ____________________ at __________ Seal: ____________________ whole: ☐ yes ☐ no"),
)
BLANKS = 3


@dataclass(frozen=True)
class SheetFigures:
    """What the sheet says."""

    about: Heading
    trip: Trip


def render(figures: SheetFigures, *, speak: Speaker) -> bytes:
    """Return the sheet as PDF; while the kit is out, with room for hand-overs that are signed on paper first."""
    trip, language = figures.trip, figures.about.language

    def line(words: str, above: float = 3.0, *, bold: bool = False) -> Text:
        return Text(words, size=10.0, language=language, above=above, bold=bold)

    at = Moment(trip.packed_at)
    said = [
        say(N_("Kit: %(kit)s, trip %(turn)s"), kit=trip.kit, turn=trip.turn),
        say(N_("Where it goes: %(where)s"), where=trip.destination),
        say(N_("Packed: %(at)s, %(by)s and %(witness)s"), at=at, by=trip.by, witness=trip.witness),
        say(N_("Seal: %(seal)s"), seal=trip.seal_no),
        say(N_("To be back: %(at)s"), at=Moment(trip.expected_back_at)),
    ]
    story: list[Flowable] = [line(speak(words)) for words in said]
    story.append(line(speak(say(N_("Containers: %(n)s"), n=len(trip.lines))), above=8.0, bold=True))
    rows = [Row(_cells(one, speak)) for one in trip.lines]
    story.append(Ledger([Column(speak(say(title)), share) for title, share in COLUMNS], rows, language=language))
    story.append(line(speak(say(N_("Through whose hands"))), above=10.0, bold=True))
    hands = [Row(cells) for cells in _hands(trip, speak)]
    story.append(Ledger([Column(speak(say(title)), share) for title, share in HANDS], hands, language=language))
    for _ in range(BLANKS if trip.back is None else 1):
        story += [line(speak(say(words)), above=14.0) for words in SIGNED]
    return page.build(story, title=TITLE, about=figures.about, speak=speak)


def _cells(one: PackedContainer, speak: Speaker) -> list[str]:
    back = "–" if one.counted is None else speak(in_unit(one.counted, one.unit))
    return [
        one.label,
        one.product,
        one.lot,
        one.expires_on.isoformat(),
        speak(in_unit(one.books, one.unit)),
        speak(in_unit(one.drawn, one.unit)),
        f"{back} !" if one.differs else back,
    ]


def _hands(trip: Trip, speak: Speaker) -> list[list[str]]:
    def when(at: Moment) -> str:
        return speak(say(N_("%(at)s"), at=at))

    safe, none = speak(say(N_("safe"))), speak(NOT_SEALED)
    packed = speak(say(N_("packed and sealed")))
    cells = [[when(Moment(trip.packed_at)), safe, f"{trip.by} / {trip.witness}", trip.seal_no, packed]]
    cells += [
        [when(Moment(one.handed_at)), one.given_by, one.taken_by, one.seal_no or none, one.note] for one in trip.passed
    ]
    if trip.back is not None:
        back = trip.back
        note = " · ".join(words for words in (back.witness, back.note, back.count_note) if words)
        cells.append([when(Moment(back.returned_at)), back.by, safe, back.seal_no or none, note])
    return cells
