"""Reading the rows of the grid: from what was typed to a row of paper, or to what is wrong at which field."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from dispensary.queries.paper_entry import Hand
from dispensary.queries.sites import SiteSettings
from dispensary.rules.downtime import moment_on, read_time
from dispensary.rules.names import composed, printable
from dispensary.rules.paper_entry import REFUSED_LETTERS, WITHHELD_LETTERS, PaperOutcome, PaperRow
from dispensary.wording import N_, Words, say
from models.enums import Form, Medication
from models.units import Mg, mg

FIELDS = ("n", "o", "m", "t", "b", "r", "w", "x")
"""What is typed in a row: number or card, outcome, mg, time, given by, reason, witness, medicine."""
HIDDEN = ("p", "d", "k")
"""What a row carries: whom it is of, what was shown as due, and what was ticked."""
LONGEST = 60
MOST_ROWS = 2000


@dataclass
class Typed:
    """One row as it was typed, and what is to be said of it."""

    key: str
    values: dict[str, str]
    faults: dict[str, Words] = field(default_factory=dict)
    reasons: list[Words] = field(default_factory=list)
    """What is asked before it is recorded all the same, or what stands in its way."""
    mark: str = ""
    """What a tick would acknowledge; empty where no tick helps."""
    incident: Words | None = None
    """What it would become, where that is a dosing incident."""

    def __getitem__(self, name: str) -> str:
        """Return what was typed in a field."""
        return self.values.get(name, "")

    @property
    def blank(self) -> bool:
        """Whether nothing of this row stands on the paper."""
        return not any(self[name] for name in FIELDS if name != "x")

    @property
    def stays(self) -> bool:
        """Whether something is to be said of it before it is recorded."""
        return bool(self.faults or self.reasons)

    @property
    def person_id(self) -> int | None:
        """Whom the row is of, where the page named somebody."""
        return int(self["p"]) if self["p"].isdecimal() and len(self["p"]) < LONGEST else None

    def token(self, page: str, row: PaperRow) -> str:
        """Return the token of this row with this content: the same row sent twice is recorded once."""
        return f"{page}-{self.key}-{hashlib.sha256(repr(row).encode()).hexdigest()[:16]}"


def rows_sent(sent: Iterable[tuple[str, str]]) -> list[Typed]:
    """Return the rows of a form that was sent, in its order; what no page can hold is left out."""
    rows: dict[str, Typed] = {}
    for name, value in sent:
        key, _, which = name.partition("-")
        if which in FIELDS or which in HIDDEN:
            text = composed(printable(value[: LONGEST * 4]))[:LONGEST]
            rows.setdefault(key, Typed(key, {})).values[which] = text
    return [row for row in list(rows.values())[:MOST_ROWS] if not row.blank]


@dataclass(frozen=True)
class Reader:
    """Reads the rows of one clinic day at one site."""

    clinic_day: date
    settings: SiteSettings
    hands: Sequence[Hand]
    people: Mapping[str, int]
    """Whom each number or card that was typed means."""
    usual: str
    """Who gave what names nobody."""

    def read(self, typed: Typed) -> PaperRow | None:
        """Return the row of paper; None if a field was not understood, each with its fault."""
        person_id = self._person(typed)
        outcome = self._outcome(typed)
        at = self._at(typed)
        given_by = self._hand(typed, "b", typed["b"] or self.usual, may_give=True)
        witness = self._hand(typed, "w", typed["w"]) if typed["w"] else None
        taken_mg = self._mg(typed)
        self._reason(typed, outcome)
        if typed.faults or person_id is None or outcome is None or at is None or given_by is None:
            return None
        letter = typed["r"].upper()
        return PaperRow(
            person_id=person_id,
            outcome=outcome,
            at=at,
            given_by_id=given_by.id,
            taken_mg=taken_mg,
            shown_mg=_exact(typed["d"]),
            medicine=self._medicine(typed),
            withheld_reason=WITHHELD_LETTERS.get(letter) if outcome is PaperOutcome.WITHHELD else None,
            refused_reason=REFUSED_LETTERS.get(letter) if outcome is not PaperOutcome.WITHHELD else None,
            witness_id=witness.id if witness else None,
        )

    def _person(self, typed: Typed) -> int | None:
        if typed.person_id is not None:
            return typed.person_id
        found = self.people.get(typed["n"])
        if found is None:
            typed.faults["n"] = say(N_("Nobody has this number or card. Type the whole number."))
        return found

    def _outcome(self, typed: Typed) -> PaperOutcome | None:
        letter = typed["o"].upper()
        if letter in set(PaperOutcome):
            return PaperOutcome(letter)
        typed.faults["o"] = say(N_("G given, P part, W withheld or R refused."))
        return None

    def _at(self, typed: Typed) -> datetime | None:
        at = read_time(typed["t"])
        if at is None:
            typed.faults["t"] = say(N_("The time as on the paper, such as 8:05."))
            return None
        return moment_on(self.clinic_day, at, self.settings.zone, self.settings.day_starts)

    def _hand(self, typed: Typed, which: str, text: str, may_give: bool = False) -> Hand | None:
        known = [hand for hand in self.hands if hand.may_give] if may_give else [h for h in self.hands if h.may_witness]
        found = [hand for hand in known if text.casefold() in (hand.initials.casefold(), hand.username.casefold())]
        if len(found) == 1:
            return found[0]
        typed.faults[which] = _nobody(text, len(found), may_give)
        return None

    def _mg(self, typed: Typed) -> Mg | None:
        amount = _exact(typed["m"])
        if typed["m"] and (amount is None or amount <= 0):
            typed.faults["m"] = say(N_("Digits, more than 0, with a point before decimals."))
        return amount

    def _reason(self, typed: Typed, outcome: PaperOutcome | None) -> None:
        letters = WITHHELD_LETTERS.keys() if outcome is PaperOutcome.WITHHELD else REFUSED_LETTERS.keys()
        if typed["r"] and outcome is not None and typed["r"].upper() not in letters:
            typed.faults["r"] = say(N_("One of the letters %(letters)s."), letters=", ".join(letters))

    def _medicine(self, typed: Typed) -> tuple[Medication, Form] | None:
        medication, _, form = typed["x"].partition(":")
        if medication in set(Medication) and form in set(Form):
            return Medication(medication), Form(form)
        return None


def _nobody(text: str, found: int, may_give: bool) -> Words:
    if found:
        return say(N_("Several people have these initials. Type the sign-in name."))
    if not text:
        return say(N_("Who gave it? Type the initials, or once for all rows above the grid."))
    if may_give:
        return say(N_("Nobody with these initials gave doses here on that day."))
    return say(N_("Nobody with these initials could witness here on that day."))


def _exact(text: str) -> Mg | None:
    """Return an amount as typed, or None for what is none."""
    if not text.replace(",", ".", 1).replace(".", "", 1).isdecimal() or not text.isascii():
        return None
    try:
        return mg(text.replace(",", "."))
    except ValueError:
        return None
