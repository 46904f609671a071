"""The shapes of what is typed when stock is counted. No field carries what the books expect."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.queries.stock_counts import OnShelf
from dispensary.rules import stock_counts as rule
from dispensary.rules.container_seals import LONGEST
from dispensary.rules.names import is_blank
from dispensary.rules.stock_counts import Looked
from dispensary.web import edge
from dispensary.web.forms import ExactField, Form, ParagraphsField, Required, TextField, id_in
from dispensary.web.stock.forms import LONGEST_NOTE
from dispensary.web.witness import WitnessFields
from dispensary.wording import label
from models.enums import BusinessMoment, CountFound, CountKind
from models.units import Grams

WEIGHED = {"autocomplete": "off", "inputmode": "decimal"}
LOOK = _l("Look at it, and choose.")
MOVED = _l("It moved since this page was opened: count it again.")
ASKED_FOR = tuple(kind for kind in CountKind if kind is not CountKind.KIT_RETURN)
"""Counts that somebody chooses; a kit that came back is counted on its own page."""
ONE_OF_TWO = _l("Either weigh it or measure it: leave one of the two empty.")
TYPED = ("found", "measured", "gross", "seal")
"""What is typed or chosen in a row."""
SEALED = (CountFound.WHOLE, CountFound.BROKEN, CountFound.OTHER_SEAL, CountFound.NOT_FOUND)
OPEN = (CountFound.MEASURED, CountFound.NOT_FOUND)


def _choices(words: Iterable[StrEnum], first: str = "") -> list[SelectChoice]:
    speak = edge.speaker()
    none_yet = [SelectChoice(value="", label=first)] if first else []
    return [*none_yet, *(SelectChoice(value=word.value, label=speak(word)) for word in words)]


class CountForm(WitnessFields, Form):
    """What was found at a place; the rows are added for what stands there, see `count_form`."""

    shelf: Sequence[OnShelf] = ()
    kind = CountKind.OPENING
    names_of: Mapping[tuple[str, int], str] = MappingProxyType({})
    """The names of the fields of each row. They carry the last movement too, so that nothing keyed before is put back later."""

    all_whole = BooleanField(
        _l("All sealed containers listed here are here, each seal whole and ours"), render_kw={"autofocus": True}
    )
    finds = ParagraphsField(
        _l("On the shelf, but not listed here"),
        longest=2000,
        description=_l("One a line: label, product, seal, about how much. Empty if there is nothing."),
        render_kw={"rows": 2},
    )
    business = SelectField(_l("Taken at"))
    note = TextField(_l("What is known about the difference"), longest=LONGEST_NOTE)
    submit = SubmitField(_l("Record the count"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the moments of an inventory, and send back every line that moved since it was shown."""
        super().__init__(*args, **kwargs)
        self.business.choices = _choices(BusinessMoment, first="–")
        if self.kind is not CountKind.BIENNIAL:
            del self.business
        self.moved = self._forget_what_moved() if request.method == "POST" else frozenset()
        self.looked: Mapping[int, Looked] = {}
        self.misread: dict[int, Looked] = {}
        """What was called whole, and carries another number than the one on record; the try is noted."""

    def row(self, part: str, container_id: int) -> Any:
        """Return one field of a container's row."""
        return self[self.names_of[part, container_id]]

    def put_back(self, kept: MultiDict[str, str]) -> set[str]:
        """Fill in what was keyed before the terminal locked; the tick only where the same rows stand here still."""
        rows = {self.names_of[part, one.id] for one in self.shelf for part in ("found", "measured")}
        same = rows == {name for name in kept if name.startswith(("found_", "measured_"))}
        left = super().put_back(kept)
        if not same:
            self.all_whole.data = False
        return left

    def _forget_what_moved(self) -> frozenset[int]:
        """Empty each row whose container moved since it was shown, or of which the page said nothing we know.

        A tare, a density or a seal that came on record since counts as a move: the page showed another, or none.
        """
        moved = frozenset(one.id for one in self.shelf if not self._is_as_shown(one))
        for one in self.shelf:
            self.row("seq", one.id).data = str(one.seq)
            if ("basis", one.id) in self.names_of:
                self.row("basis", one.id).data = _basis(one)
            if one.id in moved:
                for field in self._typed_of(one):
                    field.data, field.raw_data, field.process_errors, field.typed = None, None, [], ""
                if not one.sealed:
                    self.row("found", one.id).data = CountFound.MEASURED.value
                else:
                    self.row("found", one.id).data = ""
                    self.all_whole.data = False
        return moved

    def _is_as_shown(self, one: OnShelf) -> bool:
        if _sent(self.row("seq", one.id)) != one.seq:
            return False
        if ("basis", one.id) not in self.names_of:
            return True
        raw = self.row("basis", one.id).raw_data
        return bool(raw) and raw[0] == _basis(one)

    def _typed_of(self, one: OnShelf) -> list[Any]:
        return [self.row(part, one.id) for part in TYPED if (part, one.id) in self.names_of]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check each row for what cannot be; a line that moved has to be counted again."""
        good = super().validate(*args, **kwargs)
        looked = {one.id: seen for one in self.shelf if (seen := self._looked(one)) is not None}
        if not good or len(looked) != len(self.shelf):
            self.status = 422
            self._lead_to_refusal()
            return False
        self.looked = looked
        return True

    def _looked(self, one: OnShelf) -> Looked | None:
        """Return what was typed of a container; None with a message at its field if it cannot be."""
        found, measured = self.row("found", one.id), self.row("measured", one.id)
        if one.id in self.moved:
            found.errors = [MOVED]
            return None
        if any(field.errors for field in self._typed_of(one)):
            return None
        if one.sealed and not found.data:
            if not self.all_whole.data:
                found.errors = [LOOK]
                return None
            said = CountFound.WHOLE
        else:
            said = CountFound(found.data)
        gross = self._gross(one)
        if any(field.errors for field in self._typed_of(one)):
            return None
        quantity = rule.by_weight(one.expected, gross) if gross is not None else measured.data
        seen = Looked(one.seq, said, quantity, gross, one.expected.basis, self._seal(one))
        return self._unless_it_cannot_be(one, seen)

    def _gross(self, one: OnShelf) -> Grams | None:
        """Return what the scale showed; a message at its field if that cannot be, or it was measured too."""
        if one.scale is None:
            return None
        field = self.row("gross", one.id)
        if field.data is None:
            return None
        if self.row("measured", one.id).data is not None:
            field.errors = [ONE_OF_TWO]
        elif (fault := rule.fault_of_weight(one.expected, Grams(field.data))) is not None:
            field.errors = [edge.speaker()(fault)]
        return Grams(field.data)

    def _seal(self, one: OnShelf) -> str:
        return self.row("seal", one.id).data or "" if ("seal", one.id) in self.names_of else ""

    def _unless_it_cannot_be(self, one: OnShelf, seen: Looked) -> Looked | None:
        fault = rule.fault_of(one.expected, seen)
        if fault is not None:
            self.row("measured", one.id).errors = [edge.speaker()(fault)]
            return None
        fault = rule.fault_of_seal(one.expected, seen, self.kind)
        if fault is not None:
            self.row("seal", one.id).errors = [edge.speaker()(fault)]
            if rule.reads_another_seal(one.expected, seen, self.kind):
                self.misread[one.id] = seen
            return None
        return seen

    @property
    def found_besides(self) -> tuple[str, ...]:
        """What stands there and is not listed, each in words."""
        lines = (" ".join(line.split()) for line in (self.finds.data or "").splitlines())
        return tuple(line for line in lines if not is_blank(line))

    @property
    def taken_at(self) -> BusinessMoment | None:
        """Of an inventory: at opening or at close of business."""
        said = self.business.data if self.kind is CountKind.BIENNIAL else None
        return BusinessMoment(said) if said else None


def _sent(field: Any) -> int:
    """Return what a hidden field was sent with; 0 where the page did not have it, never what a fresh page would say."""
    return id_in(field.raw_data[0] if field.raw_data else None)


def _basis(one: OnShelf) -> str:
    """Return what a page says of the tare, the density and the seal that it knows of, by their ids."""
    return "-".join(str(number) for number in one.expected.basis)


def count_form(shelf: Sequence[OnShelf], kind: CountKind, shape: type[CountForm] = CountForm) -> CountForm:
    """Return a form with a row for each container that the books put there.

    Args:
        shape: what else it asks.
    """
    names = {(part, one.id): f"{part}_{one.id}_{one.seq}" for one in shelf for part in ("found", "measured")}
    names |= {("gross", one.id): f"gross_{one.id}_{one.seq}" for one in shelf if one.scale}
    names |= {("seal", one.id): f"seal_{one.id}_{one.seq}" for one in shelf}
    names |= {("seq", one.id): f"seq_{one.id}" for one in shelf}
    names |= {("basis", one.id): f"basis_{one.id}" for one in shelf if any(one.expected.basis)}
    rows: dict[str, Any] = {"shelf": tuple(shelf), "kind": kind, "names_of": names}
    sealed, opened = _choices(SEALED, first="–"), _choices(OPEN)
    for one in shelf:
        rows[names["seq", one.id]] = HiddenField(default=str(one.seq))
        rows[names["found", one.id]] = SelectField(
            gettext("%(label)s: found", label=one.label),
            choices=sealed if one.sealed else opened,
            default="" if one.sealed else CountFound.MEASURED.value,
        )
        rows[names["measured", one.id]] = ExactField(
            gettext("%(label)s: measured", label=one.label), render_kw={"autocomplete": "off", "inputmode": "decimal"}
        )
        rows[names["seal", one.id]] = TextField(
            gettext("%(label)s: number of the seal", label=one.label),
            longest=LONGEST,
            render_kw={"autocomplete": "off"},
        )
        if one.scale:
            rows[names["gross", one.id]] = ExactField(
                gettext("%(label)s: weight in g", label=one.label), render_kw=dict(WEIGHED)
            )
        if any(one.expected.basis):
            rows[names["basis", one.id]] = HiddenField(default=_basis(one))
    return type("CountOfPlaceForm", (shape,), rows)()


class AdjustForm(Form):
    """Why the books are brought to what was counted."""

    reason = TextField(_l("Why the books are adjusted"), [Required()], longest=LONGEST_NOTE)
    submit = SubmitField(_l("Authorise the adjustment"))


def kind_words() -> list[tuple[str, str]]:
    """Return every kind of count with its words, to choose from."""
    return [(kind.value, gettext(label(kind))) for kind in ASKED_FOR]
