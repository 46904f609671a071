"""The shapes of what is typed about suppliers, orders, levels, and what is destroyed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, SubmitField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.errors import Refused
from dispensary.queries.destructions import HeldContainer, WaitingReturn
from dispensary.queries.suppliers import ListedSupplier
from dispensary.rules.deliveries import OrderedLine
from dispensary.rules.reorder import Level
from dispensary.services.destruction import ChosenContainer, ChosenReturn
from dispensary.services.suppliers import SupplierEntry
from dispensary.web.forms import DayField, ExactField, Form, Required, TextField, choices, id_in, positive
from dispensary.web.orders.forms import WholeField
from dispensary.web.stock.forms import BatchForm, digest_or_none
from dispensary.web.witness import WitnessFields
from dispensary.wording import N_, say
from models import Product
from models.enums import DestructionMethod, DestructionReason, StockOrderEndKind
from models.units import Quantity

LINES = 6
"""Rows of an order; one of more is two forms, as on paper."""
LONGEST_NOTE = 500
FIRST = {"autofocus": True, "autocomplete": "off"}
OF_A_CONTAINER, OF_A_RETURN = "c", "r"


class SupplierForm(Form):
    """A supplier as the list knows it."""

    name = TextField(_l("Name"), [Required()], render_kw=FIRST)
    address = TextField(_l("Address"), [Required()], longest=300)
    phone = TextField(_l("Phone"))
    licence_no = TextField(
        _l("Licence number"), description=_l("The number under which they may supply: a licence, a DEA registration.")
    )
    submit = SubmitField(_l("Keep"))

    @property
    def entry(self) -> SupplierEntry:
        """What was typed, as the service wants it."""
        return SupplierEntry(
            name=self.name.data or "",
            address=self.address.data or "",
            phone=self.phone.data or "",
            licence_no=self.licence_no.data or "",
        )


class ChangeSupplierForm(SupplierForm):
    """The same, of one that is on the list."""

    retired = BooleanField(
        _l("On the list no more"), description=_l("Nothing new is ordered there; what came keeps its name and address.")
    )


class LineRow(PlainForm):
    """One line of an order; an empty row is none."""

    product_id = SelectField(_l("Product"), choices=[], default="")
    size = ExactField(_l("Content of one container"), [positive])
    count = WholeField(_l("How many containers"))
    lot_number = TextField(_l("Lot, if one was agreed"), longest=60)
    expires_from = DayField(_l("Expires no earlier than"))


class StockOrderForm(Form):
    """What was ordered of whom, under which form."""

    supplier_id = SelectField(_l("Supplier"), choices=[], default="")
    form_number = TextField(
        _l("Number of the order form"), description=_l("Of a DEA-222 or the country's own; empty where there is none.")
    )
    ordered_on = DayField(_l("Ordered on"), [Required()])
    note = TextField(_l("Note"), longest=LONGEST_NOTE)
    lines = FieldList(FormField(LineRow), min_entries=LINES, max_entries=LINES)
    submit = SubmitField(_l("Write the order down"))

    def offer(self, suppliers: Sequence[ListedSupplier], products: Sequence[Product]) -> None:
        """Offer these suppliers and products."""
        self.supplier_id.choices = supplier_choices(suppliers)
        offered = [SelectChoice(value="", label="—"), *(SelectChoice(value=str(p.id), label=p.name) for p in products)]
        for row in self.lines:
            row.form.product_id.choices = offered

    def fill(self, product_id: int, size: Quantity | None, count: int | None) -> None:
        """Fill in the first line of a fresh form."""
        row = self.lines[0].form
        row.product_id.data, row.size.data, row.count.data = str(product_id), size, count

    def ordered(self) -> list[OrderedLine]:
        """Return what was typed, as the service wants it; a row in which nothing was typed is none.

        Raises:
            Refused: a row says only part of what a line needs.
        """
        return list(self._ordered())

    def _ordered(self) -> Iterator[OrderedLine]:
        for number, row in enumerate(self.lines, start=1):
            form = row.form
            product_id, size, count = id_in(form.product_id.data), form.size.data, form.count.data
            if product_id and size is not None and count is not None:
                yield OrderedLine(product_id, Quantity(size), count, form.lot_number.data or "", form.expires_from.data)
            elif product_id or size is not None or count is not None or form.lot_number.data:
                words = N_("Line %(n)s: product, content of one container and number belong together.")
                raise Refused(say(words, n=number), code="line_not_whole", field="lines")


class EndOrderForm(Form):
    """Why nothing more comes."""

    kind = SelectField(_l("What becomes of it"))
    reason = TextField(_l("Reason"), [Required()], longest=LONGEST_NOTE)
    submit = SubmitField(_l("End the order"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what somebody may say; that all came, the second signature says."""
        super().__init__(*args, **kwargs)
        self.kind.choices = choices(StockOrderEndKind, but=frozenset({StockOrderEndKind.COMPLETE}))


class ReceiveOnOrderForm(WitnessFields, BatchForm):
    """A delivery on an order, as its document says; the supplier is the order's."""

    supplier = TextField(_l("Supplier as the document names it, if otherwise"), longest=120)
    document_no = TextField(_l("Document number"), [Required()], longest=60)
    shown = HiddenField(filters=[digest_or_none])
    submit = SubmitField(_l("Take in"))


class LevelForm(Form):
    """When a product is ordered again."""

    reorder_at = ExactField(_l("Order again at"), [Required()], render_kw=FIRST)
    order_up_to = ExactField(_l("Order up to"), [Required(), positive])
    delivery_days = WholeField(_l("Days a delivery takes"), [Required()])
    submit = SubmitField(_l("Set"))

    def level(self) -> Level:
        """Return what was typed, once the form is valid."""
        assert self.reorder_at.data is not None
        assert self.order_up_to.data is not None
        assert self.delivery_days.data is not None
        return Level(Quantity(self.reorder_at.data), Quantity(self.order_up_to.data), self.delivery_days.data)


class ThingRow(PlainForm):
    """One thing that may be destroyed."""

    key = HiddenField()
    shown = HiddenField(filters=[digest_or_none])
    chosen = BooleanField(_l("Destroy"))
    reason = SelectField(_l("Reason"))
    measured = ExactField(_l("Measured"))


class DestroyForm(WitnessFields, Form):
    """What is destroyed, how, and before whom."""

    document_no = TextField(
        _l("Document number"),
        [Required()],
        longest=60,
        description=_l("Of the form that goes to the authority: a DEA Form 41, or the country's."),
    )
    method = SelectField(_l("Method"))
    how = TextField(_l("The method in more words"), longest=LONGEST_NOTE)
    things = FieldList(FormField(ThingRow))
    submit = SubmitField(_l("We have destroyed this"))

    def offer(self) -> None:
        """Fill in what is chosen from; call once the rows are there."""
        self.method.choices = choices(DestructionMethod)
        for row in self.things:
            row.form.reason.choices = choices(DestructionReason, but=frozenset({DestructionReason.RETURNED}))

    def containers(self) -> list[ChosenContainer]:
        """Return the containers that were ticked, as the service wants them."""
        return [
            ChosenContainer(
                container_id=id_in(row.key.data[1:]),
                reason=DestructionReason(row.reason.data),
                shown=row.shown.data or "",
                measured=None if row.measured.data is None else Quantity(row.measured.data),
            )
            for row in self._chosen(OF_A_CONTAINER)
        ]

    def returns(self) -> list[ChosenReturn]:
        """Return the returned bottles that were ticked, as the service wants them."""
        return [ChosenReturn(id_in(row.key.data[1:]), row.shown.data or "") for row in self._chosen(OF_A_RETURN)]

    def _chosen(self, kind: str) -> Iterator[Any]:
        for row in self.things:
            key = row.form.key.data or ""
            if row.form.chosen.data and key[:1] not in (OF_A_CONTAINER, OF_A_RETURN):
                raise Refused(say(N_("This page is not whole. Open it again.")), code="no_such_thing")
            if row.form.chosen.data and key[:1] == kind:
                yield row.form


def rows_of(containers: Iterable[HeldContainer], returns: Iterable[WaitingReturn], today: Any) -> list[dict[str, Any]]:
    """Return the rows of a fresh page: each thing by its key, with the digest of what the page shows of it."""
    here = [
        {
            "key": f"{OF_A_CONTAINER}{c.id}",
            "shown": c.shown,
            "reason": DestructionReason.EXPIRED if c.expires_on < today else DestructionReason.CONTAMINATED,
        }
        for c in containers
    ]
    back = [{"key": f"{OF_A_RETURN}{r.id}", "shown": r.shown, "reason": DestructionReason.EXPIRED} for r in returns]
    return here + back


def by_key(
    containers: Iterable[HeldContainer], returns: Iterable[WaitingReturn]
) -> Mapping[str, HeldContainer | WaitingReturn]:
    """Return each thing by the key of its row."""
    return {f"{OF_A_CONTAINER}{c.id}": c for c in containers} | {f"{OF_A_RETURN}{r.id}": r for r in returns}


def supplier_choices(suppliers: Sequence[ListedSupplier]) -> list[SelectChoice]:
    """Return suppliers to choose from, each with its address; the only one is chosen already."""
    named = [SelectChoice(value=str(s.id), label=f"{s.name}, {s.address}") for s in suppliers]
    return named if len(named) == 1 else [SelectChoice(value="", label="—"), *named]


def chosen_supplier(form: Any) -> int:
    """Return the supplier that was chosen.

    Raises:
        Refused: none was.
    """
    if not (supplier_id := id_in(form.supplier_id.data)):
        raise Refused(say(N_("Choose the supplier.")), code="no_supplier", field="supplier_id")
    return supplier_id
