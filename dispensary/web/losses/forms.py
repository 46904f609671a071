"""The shapes of what is told of a loss, and of what is done about it."""

from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, SelectField, SubmitField
from wtforms import Form as PlainForm

from dispensary.errors import Refused
from dispensary.services.losses import LONGEST, LONGEST_STORY, LineTold, LossTold
from dispensary.web.forms import DayField, ExactField, Form, ParagraphsField, Required, TextField, choices, id_in
from dispensary.wording import N_, say
from models import Product
from models.enums import LossKind, LossStepKind, PoliceTold
from models.units import Quantity

ROWS = 4
"""Lines that one page has room for; a further product stands in a further report."""
FIRST = {"autofocus": True, "autocomplete": "off"}


class LineRow(PlainForm):
    """How much of one product is missing."""

    product_id = SelectField(_l("Product"), choices=[], default="")
    quantity = ExactField(_l("How much is missing"))
    container = TextField(_l("Container's label, if known"), longest=60)
    lot = TextField(_l("Lot, if known"), longest=60)


class LossForm(Form):
    """A theft or a loss, as it is told."""

    kind = SelectField(_l("What happened"), [Required(_l("Choose one."))], default="", render_kw=FIRST)
    first_on = DayField(
        _l("Not before"),
        [Required()],
        description=_l("The day it happened. If nobody knows: the last count at which all was there."),
    )
    last_on = DayField(_l("Not after"), [Required()], description=_l("The same day, or the day of the discovery."))
    discovered_on = DayField(_l("Discovered on"), [Required()])
    discovered_by = TextField(_l("Discovered by"), [Required()], longest=120)
    circumstances = ParagraphsField(
        _l("Circumstances"),
        [Required()],
        longest=LONGEST_STORY,
        description=_l("What was seen, by whom, and what was done at once. No patient's name."),
    )
    lines = FieldList(FormField(LineRow), min_entries=ROWS, max_entries=ROWS)
    police = SelectField(_l("Police told"), [Required(_l("Choose one."))], default="")
    police_who = TextField(_l("Which police, and whom there"), longest=LONGEST)
    police_number = TextField(_l("Their number of the case"), longest=120)
    carrier = TextField(_l("Who carried it, if it was lost on the way"), longest=LONGEST)
    measures = ParagraphsField(
        _l("What is done so that it does not happen again"),
        longest=LONGEST_STORY,
        description=_l("Leave it empty if that is not known yet: it can be told as a further step."),
    )
    submit = SubmitField(_l("Report it"))

    def offer(self, products: Sequence[Product]) -> None:
        """Fill in what is chosen from."""
        self.kind.choices = [("", gettext("Choose one.")), *((c.value, c.label) for c in choices(LossKind))]
        self.police.choices = [("", gettext("Choose one.")), *((c.value, c.label) for c in choices(PoliceTold))]
        for row in self.lines:
            row.form.product_id.choices = [("", "–"), *((str(p.id), p.name) for p in products)]

    @property
    def told(self) -> LossTold:
        """What was told, as the service wants it."""
        return LossTold(
            kind=LossKind(self.kind.data),
            first_on=self.first_on.data,
            last_on=self.last_on.data,
            discovered_on=self.discovered_on.data,
            discovered_by=self.discovered_by.data or "",
            circumstances=self.circumstances.data or "",
            police=PoliceTold(self.police.data),
            police_who=self.police_who.data or "",
            police_number=self.police_number.data or "",
            carrier=self.carrier.data or "",
            measures=self.measures.data or "",
        )

    @property
    def told_lines(self) -> list[LineTold]:
        """The lines in which something was typed.

        Raises:
            Refused: a line names no product, or not how much of it.
        """
        lines = []
        for number, row in enumerate(self.lines, start=1):
            fields = row.form
            typed = (fields.product_id.data, fields.quantity.data, fields.container.data, fields.lot.data)
            if not any(value is not None and value != "" for value in typed):
                continue
            if not fields.product_id.data or fields.quantity.data is None:
                words = N_("Line %(number)s: product and quantity belong together. Fill in both.")
                raise Refused(say(words, number=number), code="line_by_half", field="lines")
            lines.append(
                LineTold(
                    product_id=id_in(fields.product_id.data),
                    quantity=Quantity(fields.quantity.data),
                    lot=fields.lot.data or "",
                    container=fields.container.data or "",
                )
            )
        return lines


class StepForm(Form):
    """Something that was done about a loss."""

    kind = SelectField(_l("What was done"), [Required(_l("Choose one."))], default="", render_kw=FIRST)
    done_on = DayField(_l("Done on"), [Required()])
    to_whom = TextField(_l("Told or sent to"), [Required()], longest=LONGEST)
    number = TextField(_l("Number that was given for it"), longest=120, description=_l("Empty if none was given."))
    note = ParagraphsField(
        _l("Note"), longest=LONGEST_STORY, description=_l("Needed for something else: say what was done.")
    )
    submit = SubmitField(_l("Record it"))

    def offer(self) -> None:
        """Fill in what is chosen from."""
        self.kind.choices = [("", gettext("Choose one.")), *((c.value, c.label) for c in choices(LossStepKind))]


class TakeBackForm(Form):
    """Why a step on record was not done."""

    reason = TextField(_l("Why it does not count"), [Required()], longest=LONGEST, render_kw=FIRST)
    submit = SubmitField(_l("Take it back"))


class CloseForm(Form):
    """Why a report is closed."""

    reason = ParagraphsField(_l("Why it is closed"), [Required()], longest=LONGEST_STORY, render_kw=FIRST)
    recovered = ParagraphsField(
        _l("What was found again"),
        longest=LONGEST_STORY,
        description=_l("Empty if nothing was. What comes back into stock is entered in the stock's own pages."),
    )
    despite_open = BooleanField(_l("What is not done stays undone; the reason says why"))
    submit = SubmitField(_l("Close the report"))
