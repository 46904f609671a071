"""The reconciliation of a period: one statement a product, in its unit and in mg, and everything that does not agree.

The same figures on the screen, on paper and as files. Differences are named in full, never rounded away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reportlab.platypus import Flowable
from reportlab.platypus.flowables import CondPageBreak
from sqlalchemy.orm import Session

from dispensary.queries import reconciliation as queries
from dispensary.rules.reconciliation import Account, AccountLine, Difference, ProductReconciliation, Reconciliation
from dispensary.wording import N_, Speaker, Words, in_unit, say
from models.enums import BaseUnit, MovementKind
from models.units import Quantity, plain
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading
from reports.sheet import Cell, Sheet

TITLE = say(N_("Reconciliation"))
COLUMNS = (
    (N_("What"), 150, False),
    (N_("In"), 58, True),
    (N_("Out"), 58, True),
    (N_("Balance"), 62, True),
    (N_("In, mg"), 62, True),
    (N_("Out, mg"), 62, True),
    (N_("Balance, mg"), 68, True),
)
"""Heading, share of the paper's width, and whether numbers stand in the column."""
OPENING, CLOSING = say(N_("Opening balance")), say(N_("Closing balance"))
APART = say(N_("Brought back by people and kept apart until it is destroyed: no stock of the site"))
DIFFERS = say(N_("What does not agree"))
NO_PRODUCT = say(N_("No stock has moved at this site up to this day."))
ALL_AGREE = say(
    N_(
        "Everything agrees: movements, the balance in the register, what the containers hold, and the dispensing log are"
        " equal to the thousandth, for every product."
    )
)
SOME_DIFFER = N_("Does not reconcile: %(n)s of %(of)s products. What differs is named below each.")
READ_SINCE = N_(
    "Sums are of all these days. Line by line the register was read from %(day)s on only; whoever runs `dispensary verify`"
    " has every line of it read."
)
ROWS = {
    "dose": N_("dose no. %(id)s"),
    "movement": N_("stock movement no. %(id)s"),
    "register_entry": N_("register line no. %(id)s"),
    "bottle": N_("bottle no. %(id)s"),
}
"""How the first row of a difference is named, by its table."""


@dataclass(frozen=True)
class ReconciliationFigures:
    """The reconciliation of the period of a heading."""

    about: Heading
    found: Reconciliation

    @property
    def verdict(self) -> Words:
        """Whether everything agrees, in a sentence."""
        wrong = sum(1 for product in self.found.products if not product.reconciles)
        if not self.found.products:
            return NO_PRODUCT
        return say(SOME_DIFFER, n=wrong, of=len(self.found.products)) if wrong else ALL_AGREE

    @property
    def read_since(self) -> Words | None:
        """From which day on the lines were read one by one, in a sentence; None where all were."""
        return say(READ_SINCE, day=self.found.lines_since) if self.found.lines_since else None


@dataclass(frozen=True)
class Entry:
    """One row of a statement."""

    what: Words | str
    came_in: Quantity | None = None
    went_out: Quantity | None = None
    balance: Quantity | None = None

    @property
    def is_balance(self) -> bool:
        """Whether it is an opening or closing balance."""
        return self.balance is not None


def figures(session: Session, site_id: int, *, about: Heading) -> ReconciliationFigures:
    """Return the reconciliation of a site over the clinic days of the heading."""
    return ReconciliationFigures(about, queries.reconciliation(session, site_id, about.first, about.last))


def entries(account: Account) -> list[Entry]:
    """Return a statement row by row, from the opening to the closing balance."""
    lines = [Entry(_what(line), line.came_in, line.went_out) for line in account.lines]
    return [Entry(OPENING, balance=account.opening), *lines, Entry(CLOSING, balance=account.closing)]


def _what(line: AccountLine) -> Words:
    if line.of is not None:
        return say(N_("%(kind)s: %(of)s"), kind=line.kind, of=line.of)
    if line.kind is MovementKind.BOTTLE_END:
        return say(N_("%(kind)s, over (in) and short (out)"), kind=line.kind)
    return say("%(kind)s", kind=line.kind)


def cells(entry: Entry, product: ProductReconciliation, speak: Speaker) -> tuple[str, ...]:
    """Return one row of a statement as text, in the order of COLUMNS; a dash where nothing moved."""
    amounts = (entry.came_in, entry.went_out, entry.balance)
    milligrams = [None if amount is None else product.in_mg(amount) for amount in amounts]
    return (speak(entry.what), *(_amount(one, entry) for one in (*amounts, *milligrams)))


def _amount(amount: Decimal | None, entry: Entry) -> str:
    if amount is None:
        return ""
    return plain(amount) if amount or entry.is_balance else "–"


def product_title(product: ProductReconciliation, speak: Speaker) -> str:
    """Return a product with its strength and the unit of its statement."""
    words = N_("%(product)s · %(mg)s mg in 1 %(unit)s · counted in %(unit)s")
    return speak(say(words, product=product.product, mg=product.strength, unit=product.unit))


def difference_words(one: Difference, unit: BaseUnit) -> Words:
    """Return a difference in a sentence: what, how much by either side, how far apart, and where it first shows."""
    values = {"check": one.check, "row": row_words(one.row), "ours": in_unit(one.by_movements, unit)}
    if one.otherwise is None:
        words = N_("%(check)s: nothing there; by the movements it is %(ours)s. First at: %(row)s")
        return say(words, **values)
    apart = Quantity(abs(one.by_movements - one.otherwise))
    words = N_("%(check)s: %(theirs)s; by the movements %(ours)s. Apart by %(apart)s. First at: %(row)s")
    return say(words, **values, theirs=in_unit(one.otherwise, unit), apart=in_unit(apart, unit))


def row_words(row: str) -> Words:
    """Return how a row is named."""
    table, _, row_id = row.partition(" ")
    if table not in ROWS:
        return say(N_("no single row"))
    return say(ROWS[table], id=row_id)


def as_sheets(figures: ReconciliationFigures, speak: Speaker) -> list[Sheet]:
    """Return statements and differences as tables for other programs; the first alone is the CSV."""
    heads = ["Product", "Unit", "mg per unit", "Account", "What", "In", "Out", "Balance"]
    rows: list[Sequence[Cell]] = []
    for product in figures.found.products:
        for name, account in (("stock", product.stock), ("brought back", product.apart)):
            if name == "stock" or account.moved:
                rows += [_sheet_row(product, name, entry, speak) for entry in entries(account)]
        checked = "reconciles" if product.reconciles else "DOES NOT RECONCILE"
        rows.append([product.product, product.unit, product.strength, checked, *[None] * 7])
    if figures.read_since:
        rows.append([speak(figures.read_since), *[None] * 10])
    return [
        Sheet(speak(TITLE), [*heads, "In, mg", "Out, mg", "Balance, mg"], rows),
        Sheet(
            speak(DIFFERS),
            ["Product", "Unit", "What", "By the movements", "Otherwise", "First row"],
            [
                [product.product, product.unit, speak(one.check), one.by_movements, one.otherwise, one.row]
                for product in figures.found.products
                for one in product.differences
            ],
        ),
    ]


def _sheet_row(product: ProductReconciliation, account: str, entry: Entry, speak: Speaker) -> Sequence[Cell]:
    amounts = (entry.came_in, entry.went_out, entry.balance)
    milligrams = [None if amount is None else product.in_mg(amount) for amount in amounts]
    about = (product.product, product.unit, product.strength, account, speak(entry.what))
    return [*about, *amounts, *milligrams]


def render(figures: ReconciliationFigures, *, speak: Speaker) -> bytes:
    """Return the reconciliation as PDF, a statement a product, and at the end two places to sign."""
    language = figures.about.language
    mark = "✓" if figures.found.reconciles else "✕"
    verdict = speak(figures.verdict)
    story: list[Flowable] = [Text(f"{mark} {verdict}", size=10, bold=True, language=language)]
    if figures.read_since:
        story.append(Text(speak(figures.read_since), language=language, above=4))
    for product in figures.found.products:
        story.append(CondPageBreak(170))
        story.append(_title(product_title(product, speak), language))
        story.append(_statement(product, product.stock, figures, speak))
        if product.apart.moved:
            story.append(Text(speak(APART), language=language, above=6, with_next=True))
            story.append(_statement(product, product.apart, figures, speak))
        if product.differences:
            story.append(Text(f"✕ {speak(DIFFERS)}", bold=True, language=language, above=4, with_next=True))
            story += [
                Text(speak(difference_words(one, product.unit)), language=language) for one in product.differences
            ]
    signed = say(N_("Checked by (name, signature, date): ______________________________"))
    second = say(N_("Second person (name, signature, date): ______________________________"))
    story += [
        CondPageBreak(60),
        *(Text(speak(words), size=9, language=language, above=16) for words in (signed, second)),
    ]
    return page.build(story, title=TITLE, about=figures.about, speak=speak)


def _title(text: str, language: str) -> Text:
    return Text(text, size=10, bold=True, language=language, above=10, with_next=True)


def _statement(
    product: ProductReconciliation, account: Account, figures: ReconciliationFigures, speak: Speaker
) -> Ledger:
    columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
    rows = [Row(cells(entry, product, speak), bold=entry.is_balance) for entry in entries(account)]
    return Ledger(columns, rows, language=figures.about.language)
