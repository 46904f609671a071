"""The record of one destruction on paper: what, how much, which lot, how, and the two who did it."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from reportlab.platypus import Flowable, KeepTogether
from sqlalchemy.orm import Session

from dispensary.queries import destructions
from dispensary.queries.destructions import DestroyedThing, DestructionOnRecord
from dispensary.wording import N_, Moment, Speaker, in_unit, say
from models.units import Mg, Quantity, plain
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Record of a destruction"))
COLUMNS = (
    (N_("No."), 24, True),
    (N_("Product"), 150, False),
    (N_("Drug, form"), 104, False),
    (N_("Strength"), 56, True),
    (N_("Lot"), 62, False),
    (N_("Expiry"), 54, False),
    (N_("Container"), 56, False),
    (N_("Quantity"), 66, True),
    (N_("mg"), 48, True),
    (N_("Reason"), 96, False),
    (N_("Register\nline"), 42, True),
)
"""Heading, share of the paper's width, and whether numbers stand in the column."""
ROOM = 21.0


@dataclass(frozen=True)
class ProductTotal:
    """What was destroyed of one product."""

    product: str
    things: int
    quantity: str
    amount_mg: Mg


@dataclass(frozen=True)
class DestructionFigures:
    """What the sheet says."""

    about: Heading
    found: DestructionOnRecord
    things: tuple[DestroyedThing, ...]


def figures(session: Session, destruction_id: int, site_id: int, *, about: Heading) -> DestructionFigures:
    """Return one destruction of a site.

    Raises:
        NotFound: there is none such.
    """
    found = destructions.destruction(session, destruction_id, site_id)
    return DestructionFigures(about, found, tuple(destructions.things_destroyed(session, found.id)))


def totals(figures: DestructionFigures, speak: Speaker) -> list[ProductTotal]:
    """Return what was destroyed of each product: the sums of the lines shown."""
    of: defaultdict[int, list[DestroyedThing]] = defaultdict(list)
    for thing in figures.things:
        of[thing.product_id].append(thing)
    return [
        ProductTotal(
            things[0].product,
            len(things),
            speak(in_unit(Quantity(sum((t.quantity for t in things), Decimal(0))), things[0].unit)),
            Mg(sum((t.amount_mg for t in things), Decimal(0))),
        )
        for things in of.values()
    ]


def cells(thing: DestroyedThing, speak: Speaker) -> list[str]:
    """Return one line in the order of COLUMNS."""
    reason = speak(thing.reason)
    return [
        str(thing.line),
        thing.product,
        f"{speak(thing.medication)}, {speak(thing.form)}",
        f"{plain(thing.strength)} mg/{speak(thing.unit)}",
        thing.lot,
        thing.expires_on.isoformat(),
        thing.container,
        speak(in_unit(thing.quantity, thing.unit)),
        plain(thing.amount_mg),
        f"{reason} ({thing.person_number})" if thing.person_number else reason,
        "" if thing.register_number is None else str(thing.register_number),
    ]


def render(figures: DestructionFigures, *, speak: Speaker) -> bytes:
    """Return the sheet as PDF, with a line for the hand of each of the two."""
    language, found = figures.about.language, figures.found
    method = speak(found.method) + (f": {found.how}" if found.how else "")
    head = [
        say(N_("Document number: %(number)s"), number=found.document_no),
        say(N_("Destroyed: %(at)s"), at=Moment(found.destroyed_at)),
        say(N_("Method: %(method)s"), method=method),
        say(N_("Carried out by %(by)s, witnessed by %(witness)s, each signed in as themselves."), by=found.by,
            witness=found.witness),
    ]  # fmt: skip
    story: list[Flowable] = [Text(speak(line), size=10.5, language=language, above=2) for line in head]
    columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
    rows = [Row(cells(thing, speak)) for thing in figures.things]
    story += [Text(" ", size=4, language=language), Ledger(columns, rows, language=language, row_height=ROOM)]
    for total in totals(figures, speak):
        words = say(
            N_("%(product)s together: %(quantity)s, %(mg)s mg, in %(things)s lines"),
            product=total.product,
            quantity=total.quantity,
            mg=plain(total.amount_mg),
            things=total.things,
        )
        story.append(Text(speak(words), size=10.5, bold=True, language=language, above=4))
    story.append(KeepTogether([_hand(speak, N_("Carried out by"), found.by, language),
                               _hand(speak, N_("Witness"), found.witness, language)]))  # fmt: skip
    return page.build(story, title=TITLE, about=figures.about, speak=speak, landscape=True)


def _hand(speak: Speaker, role: str, name: str, language: str) -> Text:
    line = "_" * 44
    return Text(f"{speak(say(role))}: {name}  {line}", size=10.5, language=language, above=22)
