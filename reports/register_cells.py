"""Every cell that a layout of the register may ask for, each figured in one place from a line: a layout only chooses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dispensary.policy.register_layouts import RegisterLayout
from dispensary.queries.register import Footnote, RegisterBook, RegisterRow
from dispensary.wording import N_, Speaker, Words, in_unit, say
from models.enums import DoseOutcome, MovementKind, PlaceKind
from models.stock import amount_mg
from models.units import Quantity, plain

DIGEST_SHOWN = 12
"""So many characters of a digest are printed: enough that no second line of a clinic has the same by chance."""
BETWEEN = " · "
"""Between the cells that share a column."""
GIVEN = frozenset({MovementKind.DISPENSE, MovementKind.TAKE_HOME})


OBTAINED_FROM = frozenset({PlaceKind.SUPPLIER, PlaceKind.INVENTORY, PlaceKind.OTHER_SITE})
ON_THE_WAY = frozenset({PlaceKind.IN_TRANSIT, PlaceKind.OTHER_SITE})


@dataclass(frozen=True)
class Line:
    """One line of the register with what its cells need besides."""

    row: RegisterRow
    book: RegisterBook
    footnotes: tuple[Footnote, ...]
    speak: Speaker

    def amount(self, quantity: Quantity | None) -> str:
        """Return a quantity with its unit; nothing where there is none."""
        return "" if quantity is None else self.speak(in_unit(quantity, self.book.unit))

    def milligrams(self, quantity: Quantity | None) -> str:
        """Return the same in milligrams."""
        return "" if quantity is None else f"{plain(amount_mg(quantity, self.book.strength))} mg"

    @property
    def obtained(self) -> bool:
        """Whether the site got it from somebody outside; what came back, or was found over, it had obtained before."""
        row = self.row
        return row.came_in is not None and row.kind is not MovementKind.REVERSAL and row.from_kind in OBTAINED_FROM

    @property
    def supplied(self) -> bool:
        """Whether it went to a person, to be taken here or at home."""
        return self.row.kind in GIVEN and self.row.to_kind is PlaceKind.PERSON

    @property
    def consumed(self) -> Quantity | None:
        """What was dispensed to be taken before staff."""
        return self.row.quantity if self.supplied and self.row.kind is MovementKind.DISPENSE else None

    @property
    def taken_home(self) -> Quantity | None:
        """What left in a bottle."""
        return self.row.quantity if self.supplied and self.row.kind is MovementKind.TAKE_HOME else None

    def quantity_if(self, holds: bool) -> Quantity | None:
        """Return the quantity of the line if something is true of it."""
        return self.row.quantity if holds else None


def place(kind: PlaceKind, window: str, speak: Speaker) -> str:
    """Return a place as it is printed: a window by its name."""
    return window or speak(kind)


def moment(at: datetime, speak: Speaker) -> str:
    """Return day, local time and offset: `2026-03-02 08:00 +01:00`, which no spreadsheet takes for a date of its own."""
    local = at.astimezone(speak.zone)
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:5]}"


def remarks(row: RegisterRow) -> list[Words]:
    """Return what a reader must not miss about a line: a mistake; which line it takes back, or which took it back; a reason."""
    said = []
    if row.outcome is DoseOutcome.INCIDENT:
        said.append(say(N_("⚠ DOSING INCIDENT")))
    if row.outcome is DoseOutcome.REPLACEMENT:
        said.append(say("%(what)s", what=row.outcome))
    said += _of_a_bottle(row)
    if row.reverses is not None:
        said.append(say(N_("takes back no. %(n)s"), n=row.reverses))
    if row.reversed_by is not None:
        said.append(say(N_("TAKEN BACK by no. %(n)s"), n=row.reversed_by))
    if row.waste_reason is not None:
        said.append(say("%(why)s", why=row.waste_reason))
    if row.note:
        said.append(say("%(note)s", note=row.note))
    return said


def _of_a_bottle(row: RegisterRow) -> list[Words]:
    """Return for which day a bottle is, and who collected it."""
    said = [say(N_("for %(day)s"), day=row.covers_on)] if row.covers_on is not None else []
    return [*said, say(N_("collected by %(who)s"), who=row.collector)] if row.collector else said


def _remarks(line: Line) -> str:
    said = [line.speak(words) for words in remarks(line.row)]
    said += [line.speak(say(N_("FOOTNOTE of %(at)s"), at=line.speak.moment(f.written_at))) for f in line.footnotes]
    return ", ".join(said)


def _from_to(line: Line) -> str:
    row, speak = line.row, line.speak
    named = f" ({row.supplier})" if row.supplier and row.to_kind in ON_THE_WAY else ""
    return f"{place(row.from_kind, row.from_window, speak)} → {place(row.to_kind, row.to_window, speak)}{named}"


def _kind(line: Line) -> str:
    """Return what moved, with how much where it neither came nor went."""
    row = line.row
    inside = row.came_in is None and row.went_out is None
    return line.speak(row.kind) + (f" {line.amount(row.quantity)}" if inside else "")


def _other(line: Line) -> str:
    """Return what became of stock that was neither obtained nor supplied."""
    return "" if line.obtained or line.supplied else f"{line.speak(line.row.kind)}: {_from_to(line)}"


def _covers(line: Line) -> str:
    row = line.row
    if row.covers_on is None:
        return ""
    day = line.speak(say(N_("for %(day)s"), day=row.covers_on))
    return f"{line.speak(say(N_('bottle %(n)s'), n=row.bottle))}, {day}" if row.bottle else day


def _collected_by(line: Line) -> str:
    if not line.supplied:
        return ""
    return line.row.collector_name or line.speak(say(N_("the person")))


def _order(line: Line) -> str:
    row = line.row
    if row.order_id is None:
        return ""
    return line.speak(say(N_("order %(id)s v%(version)s"), id=row.order_id, version=row.order_version))


def _obtained_from(line: Line) -> str:
    row = line.row
    named = row.supplier_listed or row.supplier or place(row.from_kind, row.from_window, line.speak)
    return named if line.obtained else ""


def _yes(line: Line) -> str:
    """Return yes where a collector showed a document; of people who come themselves the register keeps nothing."""
    return line.speak(say(N_("yes"))) if line.row.identity_seen else ""


CELLS: dict[str, Callable[[Line], str]] = {
    "number": lambda line: str(line.row.number),
    "moment": lambda line: moment(line.row.at, line.speak),
    "day": lambda line: f"{line.row.clinic_day:%Y-%m-%d (%a)}",
    "kind": _kind,
    "from_to": _from_to,
    "lot": lambda line: line.row.lot,
    "expires": lambda line: line.speak(line.row.expires_on),
    "container": lambda line: line.row.container,
    "person_number": lambda line: line.row.person_number,
    "person_name": lambda line: line.row.person_name,
    "person_address": lambda line: line.row.person_address,
    "supplier": lambda line: line.row.supplier_listed or line.row.supplier,
    "document": lambda line: line.row.document_no,
    "prescriber": lambda line: line.row.prescriber,
    "order": _order,
    "came_in": lambda line: line.amount(line.row.came_in),
    "came_in_mg": lambda line: line.milligrams(line.row.came_in),
    "went_out": lambda line: line.amount(line.row.went_out),
    "went_out_mg": lambda line: line.milligrams(line.row.went_out),
    "consumed": lambda line: line.amount(line.consumed),
    "consumed_mg": lambda line: line.milligrams(line.consumed),
    "taken_home": lambda line: line.amount(line.taken_home),
    "taken_home_mg": lambda line: line.milligrams(line.taken_home),
    "taken_home_form": lambda line: line.speak(line.book.form) if line.taken_home is not None else "",
    "covers": _covers,
    "collector": lambda line: line.row.collector_name,
    "collected_by": _collected_by,
    "identity_asked": _yes,
    "identity_shown": _yes,
    "identity_seen": lambda line: line.row.identity_seen,
    "balance": lambda line: line.amount(line.row.balance),
    "by_initials": lambda line: line.row.by_initials,
    "witness_initials": lambda line: line.row.witness_initials,
    "remarks": _remarks,
    "digest": lambda line: f"#{line.row.digest[:DIGEST_SHOWN]}",
    "received_from": _obtained_from,
    "received_lot": lambda line: line.row.lot if line.obtained else "",
    "received_container": lambda line: line.row.container if line.obtained else "",
    "received": lambda line: line.amount(line.quantity_if(line.obtained)),
    "other_kind": _other,
    "other_quantity": lambda line: line.amount(line.quantity_if(not line.obtained and not line.supplied)),
    "obtained_on": lambda line: moment(line.row.at, line.speak) if line.obtained else "",
    "obtained_from": _obtained_from,
    "obtained": lambda line: line.amount(line.quantity_if(line.obtained)),
    "supplied_at": lambda line: moment(line.row.at, line.speak) if line.supplied else "",
    "supplied": lambda line: line.amount(line.quantity_if(line.supplied)),
    "uk_other_kind": lambda line: f"{moment(line.row.at, line.speak)} {_other(line)}" if _other(line) else "",
    "uk_other_quantity": lambda line: line.amount(line.quantity_if(not line.obtained and not line.supplied)),
}
"""What each cell says; a column shows one or several of them."""


def cells(line: Line, layout: RegisterLayout) -> tuple[str, ...]:
    """Return a line as a layout shows it, column by column."""
    return tuple(BETWEEN.join(filter(None, (CELLS[name](line) for name in column.cells))) for column in layout.columns)
