"""The controlled-drug register as it is read and printed: lines of one product, page by page.

Screens and paper share these rows. Balances are those of the chained text itself, so that a page shows what is sealed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.rules.chain import GENESIS, Break, Link, breaks, fields, whole
from dispensary.rules.register_slip import PAGE_ROWS, span_of_page
from dispensary.rules.stock import HERE
from models import (
    Bottle,
    BottleEnd,
    BottleLine,
    BottleRest,
    ChainHead,
    Collector,
    Consignment,
    ConsignmentEnd,
    ConsignmentLine,
    Container,
    Dose,
    DoseOrder,
    IdentityVersion,
    Lot,
    Movement,
    Person,
    Place,
    Product,
    Receipt,
    ReceiptMatch,
    RegisterEntry,
    RegisterFootnote,
    Site,
    Spill,
    Staff,
    TakeHomeIssue,
    Window,
)
from models.enums import BaseUnit, ChainKind, DoseOutcome, Form, Medication, MovementKind, PlaceKind, WasteReason
from models.stock import amount_mg
from models.units import Mg, MgPerUnit, Quantity


@dataclass(frozen=True)
class AsOf:
    """How far a page was known when it was printed: later lines, footnotes and names do not stand on it."""

    number: int
    """The last line that was sealed."""
    footnote_id: int
    at: datetime


@dataclass(frozen=True)
class Footnote:
    """A dated, signed note on a line."""

    id: int
    number: int
    """Of the line."""
    text: str
    written_at: datetime
    by: str
    by_initials: str


@dataclass(frozen=True)
class RegisterRow:
    """One line: what moved, from where to where, who did it before whom, and what the site holds afterwards."""

    id: int
    number: int
    at: datetime
    clinic_day: date
    kind: MovementKind
    lot: str
    expires_on: date
    container: str
    from_kind: PlaceKind
    from_window: str
    to_kind: PlaceKind
    to_window: str
    quantity: Quantity
    person_number: str
    """Whose dose it was: swallowed, wasted, spilt, taken home or brought back."""
    person_id: int | None
    person_name: str
    person_address: str
    prescriber: str
    """Who signed the order on which it was given or taken home."""
    order_id: int | None
    order_version: int | None
    outcome: DoseOutcome | None
    """What became of that dose; None where the line belongs to none, or it was spilt."""
    covers_on: date | None
    """Of what goes home or comes back in a bottle: the day on which it is, or was, to be taken."""
    bottle: str
    """Which of how many bottles of its issue: `2/6`."""
    collector_name: str
    """Who took the bottle, if not the person."""
    identity_seen: str
    """Which document the collector showed."""
    supplier: str
    """Who sent it, or to whom it was sent; as its document, its number, says."""
    document_no: str
    by: str
    by_initials: str
    witness: str
    witness_initials: str
    waste_reason: WasteReason | None
    note: str
    recorded_at: datetime
    reverses: int | None
    reversed_by: int | None
    body: str
    previous_digest: str
    digest: str
    supplier_listed: str = ""
    """Name and address of the supplier, as the list had them when it came in."""

    @property
    def balance(self) -> Quantity:
        """What the site held after this line, as the chained text says."""
        return balance_in(self.body)

    @property
    def collector(self) -> str:
        """Who took the bottle, if not the person, with the document that was seen."""
        return f"{self.collector_name} / {self.identity_seen}" if self.collector_name else ""

    @property
    def came_in(self) -> Quantity | None:
        """What this line added to the site's stock, if it did."""
        return self.quantity if self.to_kind in HERE and self.from_kind not in HERE else None

    @property
    def went_out(self) -> Quantity | None:
        """What this line took from the site's stock, if it did."""
        return self.quantity if self.from_kind in HERE and self.to_kind not in HERE else None


@dataclass(frozen=True)
class RegisterBook:
    """The register of one product at one site: its head, and how far it goes."""

    product_id: int
    product: str
    medication: Medication
    form: Form
    unit: BaseUnit
    strength: MgPerUnit
    naloxone_strength: MgPerUnit | None
    last_number: int
    last_digest: str
    balance: Quantity

    @property
    def pages(self) -> int:
        """How many pages have been begun."""
        return max(1, -(-self.last_number // PAGE_ROWS))

    @property
    def balance_mg(self) -> Mg:
        """The balance in milligrams."""
        return amount_mg(self.balance, self.strength)


@dataclass(frozen=True)
class RegisterPage:
    """One page: its lines between the balance brought forward and the one carried on, and whether the chain holds."""

    book: RegisterBook
    number: int
    brought_forward: Quantity
    rows: tuple[RegisterRow, ...]
    breaks: tuple[Break, ...]
    footnotes: tuple[Footnote, ...] = ()

    @property
    def carried_on(self) -> Quantity:
        """The balance after the last line."""
        return self.rows[-1].balance if self.rows else self.brought_forward


def balance_in(body: str) -> Quantity:
    """Return the running balance that a chained line holds; nothing where somebody made it unreadable, which breaks the chain."""
    return Quantity(Decimal(whole(fields(body).get("balance")) or 0) / 1000)


def books(session: Session, site_id: int) -> list[RegisterBook]:
    """Return the registers of a site, by drug, form and strength."""
    query = (
        select(
            Product.id.label("product_id"),
            Product.name.label("product"),
            Product.medication,
            Product.form,
            Product.unit,
            Product.strength,
            Product.naloxone_strength,
            ChainHead.last_number,
            ChainHead.last_digest,
            ChainHead.last_balance.label("balance"),
        )
        .join(ChainHead, ChainHead.product_id == Product.id)
        .where(ChainHead.site_id == site_id, ChainHead.kind == ChainKind.REGISTER)
        .order_by(Product.medication, Product.form, Product.strength.desc(), Product.name)
    )
    return [RegisterBook(**row) for row in session.execute(query).mappings()]


def register_page(session: Session, site_id: int, product_id: int, number: int | None = None) -> RegisterPage | None:
    """Return one page of a product's register, the newest if no number is given; None where there is no such page."""
    book = book_of(session, site_id, product_id)
    if book is None:
        return None
    number = book.pages if number is None else number
    if not 1 <= number <= book.pages:
        return None
    return lines_of_page(session, site_id, book, number, *span_of_page(number, 1, book.last_number))


def lines_of_page(
    session: Session, site_id: int, book: RegisterBook, number: int, first: int, last: int, as_of: AsOf | None = None
) -> RegisterPage:
    """Return these lines of a page, from the first number to the last."""
    rows = register_rows(session, site_id, book.product_id, first, last, as_of)
    before = _line_before(session, site_id, book.product_id, first)
    return RegisterPage(
        book=book,
        number=number,
        brought_forward=balance_in(before.body) if before else Quantity(Decimal(0)),
        rows=tuple(rows),
        breaks=breaks_among(rows, first, before.digest if before else GENESIS),
        footnotes=tuple(footnotes(session, [row.id for row in rows], as_of)),
    )


def breaks_among(rows: Sequence[RegisterRow], first: int, digest_before: str) -> tuple[Break, ...]:
    """Return where these lines do not follow each other."""
    links = (Link(row.number, row.body, row.previous_digest, row.digest) for row in rows)
    return tuple(breaks(links, number=first - 1, previous=digest_before))


def _line_before(session: Session, site_id: int, product_id: int, number: int) -> RegisterEntry | None:
    return session.scalar(
        select(RegisterEntry).where(
            RegisterEntry.site_id == site_id,
            RegisterEntry.product_id == product_id,
            RegisterEntry.number == number - 1,
        )
    )


def register_rows(
    session: Session, site_id: int, product_id: int, from_number: int, to_number: int, as_of: AsOf | None = None
) -> list[RegisterRow]:
    """Return the lines of a product's register from one number to another, both included.

    A reversal and the line it takes back name each other's numbers; neither is ever changed.
    """
    come, gone, there, here = aliased(Place), aliased(Place), aliased(Window), aliased(Window)
    by, witness, prescriber, addressee = aliased(Staff), aliased(Staff), aliased(Staff), aliased(Site)
    reversing, taken_back, taking_back = aliased(Movement), aliased(RegisterEntry), aliased(RegisterEntry)
    query = (
        select(
            RegisterEntry.id,
            RegisterEntry.number,
            Movement.moved_at.label("at"),
            RegisterEntry.clinic_day,
            Movement.kind,
            Lot.number.label("lot"),
            Lot.expires_on,
            Container.label.label("container"),
            come.kind.label("from_kind"),
            func.coalesce(there.name, "").label("from_window"),
            gone.kind.label("to_kind"),
            func.coalesce(here.name, "").label("to_window"),
            Movement.quantity,
            func.coalesce(Person.number, "").label("person_number"),
            Person.id.label("person_id"),
            func.coalesce(Person.family_name + " " + Person.given_name, "").label("person_name"),
            func.coalesce(Person.address, "").label("person_address"),
            func.coalesce(prescriber.name, "").label("prescriber"),
            DoseOrder.id.label("order_id"),
            DoseOrder.version.label("order_version"),
            Dose.outcome,
            Bottle.covers_on,
            func.coalesce(cast(Bottle.number, String) + "/" + cast(Bottle.of_number, String), "").label("bottle"),
            func.coalesce(Collector.name, "").label("collector_name"),
            func.coalesce(TakeHomeIssue.identity_seen, "").label("identity_seen"),
            func.coalesce(Receipt.supplier, addressee.name, Consignment.addressee, "").label("supplier"),
            func.coalesce(Receipt.document_no, Consignment.document_no, "").label("document_no"),
            by.name.label("by"),
            by.initials.label("by_initials"),
            func.coalesce(witness.name, "").label("witness"),
            func.coalesce(witness.initials, "").label("witness_initials"),
            Movement.waste_reason,
            Movement.note,
            RegisterEntry.recorded_at,
            taken_back.number.label("reverses"),
            taking_back.number.label("reversed_by"),
            RegisterEntry.body,
            RegisterEntry.previous_digest,
            RegisterEntry.digest,
            func.coalesce(ReceiptMatch.supplier_name + ", " + ReceiptMatch.supplier_address, "").label(
                "supplier_listed"
            ),
        )
        .join(Movement, Movement.id == RegisterEntry.movement_id)
        .join(Lot, Lot.id == Movement.lot_id)
        .join(Container, Container.id == Movement.container_id)
        .join(come, come.id == Movement.from_place_id)
        .join(gone, gone.id == Movement.to_place_id)
        .outerjoin(there, there.id == come.window_id)
        .outerjoin(here, here.id == gone.window_id)
        .outerjoin(Dose, Dose.id == Movement.dose_id)
        .outerjoin(Spill, Spill.movement_id == Movement.id)
        .outerjoin(BottleLine, BottleLine.movement_id == Movement.id)
        .outerjoin(BottleRest, BottleRest.movement_id == Movement.id)
        .outerjoin(BottleEnd, BottleEnd.id == BottleRest.bottle_end_id)
        .outerjoin(Bottle, Bottle.id == func.coalesce(BottleLine.bottle_id, BottleEnd.bottle_id))
        .outerjoin(TakeHomeIssue, (TakeHomeIssue.id == Bottle.issue_id) & BottleLine.id.is_not(None))
        .outerjoin(Collector, Collector.id == TakeHomeIssue.collector_id)
        .outerjoin(Person, Person.id == func.coalesce(Dose.person_id, Spill.person_id, Bottle.person_id))
        .outerjoin(DoseOrder, DoseOrder.id == func.coalesce(Dose.order_id, Bottle.order_id))
        .outerjoin(prescriber, prescriber.id == DoseOrder.signed_by_id)
        .outerjoin(Receipt, Receipt.id == Movement.receipt_id)
        .outerjoin(ReceiptMatch, ReceiptMatch.receipt_id == Receipt.id)
        .outerjoin(ConsignmentEnd, ConsignmentEnd.movement_id == Movement.id)
        .outerjoin(
            ConsignmentLine,
            (ConsignmentLine.movement_id == Movement.id) | (ConsignmentLine.id == ConsignmentEnd.line_id),
        )
        .outerjoin(Consignment, Consignment.id == ConsignmentLine.consignment_id)
        .outerjoin(addressee, addressee.id == Consignment.to_site_id)
        .join(by, by.id == RegisterEntry.recorded_by_id)
        .outerjoin(witness, witness.id == Movement.witnessed_by_id)
        .outerjoin(taken_back, taken_back.movement_id == Movement.reverses_id)
        .outerjoin(reversing, reversing.reverses_id == Movement.id)
        .outerjoin(taking_back, taking_back.movement_id == reversing.id)
        .where(
            RegisterEntry.site_id == site_id,
            RegisterEntry.product_id == product_id,
            RegisterEntry.number.between(from_number, to_number),
        )
        .order_by(RegisterEntry.number)
    )
    rows = [RegisterRow(**row) for row in session.execute(query).mappings()]
    return rows if as_of is None else _as_known(session, rows, as_of)


def _as_known(session: Session, rows: list[RegisterRow], as_of: AsOf) -> list[RegisterRow]:
    """Return lines as they stood then: not yet taken back by a later line, and people by the names of then."""
    names = _names_before(session, {row.person_id for row in rows if row.person_id is not None}, as_of.at)
    return [
        replace(
            row,
            reversed_by=row.reversed_by if (row.reversed_by or 0) <= as_of.number else None,
            person_name=names.get(row.person_id or 0, row.person_name),
        )
        for row in rows
    ]


def _names_before(session: Session, people: set[int], at: datetime) -> dict[int, str]:
    """Return the names that people had at a moment, of those whose name was changed since."""
    changed: dict[int, str] = {}
    query = select(IdentityVersion).where(IdentityVersion.person_id.in_(people), IdentityVersion.recorded_at > at)
    for version in session.scalars(query.order_by(IdentityVersion.id.desc())):  # the first change after it is read last
        changed[version.person_id] = f"{version.family_name} {version.given_name}".strip()
    return changed


def footnotes(session: Session, entry_ids: Sequence[int], as_of: AsOf | None = None) -> list[Footnote]:
    """Return the footnotes on some lines, line by line, the oldest first."""
    by = aliased(Staff)
    query = (
        select(
            RegisterFootnote.id,
            RegisterEntry.number,
            RegisterFootnote.text,
            RegisterFootnote.written_at,
            by.name.label("by"),
            by.initials.label("by_initials"),
        )
        .join(RegisterEntry, RegisterEntry.id == RegisterFootnote.register_entry_id)
        .join(by, by.id == RegisterFootnote.recorded_by_id)
        .where(RegisterFootnote.register_entry_id.in_(entry_ids))
        .order_by(RegisterEntry.number, RegisterFootnote.id)
    )
    if as_of is not None:
        query = query.where(RegisterFootnote.id <= as_of.footnote_id)
    return [Footnote(**row) for row in session.execute(query).mappings()]


@dataclass(frozen=True)
class LinePlace:
    """Where a line of a register stands."""

    product_id: int
    number: int

    @property
    def page(self) -> int:
        """The page on which it stands."""
        return (self.number - 1) // PAGE_ROWS + 1


def place_of(session: Session, site_id: int, entry_id: int) -> LinePlace | None:
    """Return where a line of this site's registers stands; None where it has no such line."""
    query = select(RegisterEntry.product_id, RegisterEntry.number).where(
        RegisterEntry.id == entry_id, RegisterEntry.site_id == site_id
    )
    row = session.execute(query).one_or_none()
    return None if row is None else LinePlace(row.product_id, row.number)


def last_footnote(session: Session) -> int:
    """Return the id of the newest footnote; 0 where there is none."""
    return session.scalar(select(func.max(RegisterFootnote.id))) or 0


def lines_of_days(session: Session, site_id: int, product_id: int, first: date, last: date) -> tuple[int, int] | None:
    """Return the first and the last line of some clinic days; None where nothing was entered for them.

    A line entered late stands where it was entered, so that lines of other days may lie between.
    """
    query = select(func.min(RegisterEntry.number), func.max(RegisterEntry.number)).where(
        RegisterEntry.site_id == site_id,
        RegisterEntry.product_id == product_id,
        RegisterEntry.clinic_day.between(first, last),
    )
    lowest, highest = session.execute(query).one()
    return None if lowest is None else (lowest, highest)


def book_of(session: Session, site_id: int, product_id: int) -> RegisterBook | None:
    """Return the register of one product at a site, if there is one."""
    return next((book for book in books(session, site_id) if book.product_id == product_id), None)
