"""The shape of what is entered about bottles."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, HiddenField, RadioField, SelectField, SelectMultipleField, SubmitField
from wtforms.validators import ValidationError

from dispensary.queries.bottle_contents import Content
from dispensary.rules.bottle_returns import Looked
from dispensary.web import edge
from dispensary.web.forms import DayField, ExactField, Form, Required, TextField, choices, id_in
from dispensary.web.orders.forms import WholeField
from dispensary.web.station.elsewhere_forms import not_long_ago
from dispensary.web.station.forms import ScanForm
from dispensary.web.station.told import ClockField, moment_of
from dispensary.web.witness import WitnessFields
from models.enums import (
    BottleFate,
    BottleState,
    CallBackOutcomeKind,
    CallBackReason,
    LabelLayout,
    Residue,
    SealState,
)
from models.units import Quantity
from reports.bottle_labels import ON_SHEET


def of_the_sheet(form: Form, field: WholeField) -> None:
    """Refuse a label that a sheet does not have."""
    if field.data is not None and not 1 <= field.data <= ON_SHEET:
        raise ValidationError(gettext("A sheet has 24 labels: a number from 1 to 24."))


RETURNED = frozenset({BottleFate.RETURNED})


class FindForm(ScanForm):
    """The one field: the code on a bottle, or a part of a name or number."""


class IssueForm(ScanForm):
    """The one field on the page of a handover: L for its labels, a card for the next person."""


class LabelsForm(Form):
    """On what the labels are printed, and where on a sheet of which some are gone; L alone prints as the last time."""

    scan = HiddenField()
    layout = SelectField(_l("Labels on"), [Required()], choices=choices(LabelLayout))
    start = WholeField(
        _l("First free label of the sheet, 1 to 24"), [Required(), of_the_sheet], render_kw={"inputmode": "numeric"}
    )
    submit = SubmitField(_l("Print the labels"))


class BackForm(WitnessFields, Form):
    """How a bottle that was brought back is found, and who saw what is left in it."""

    state = RadioField(
        _l("What is in it?"), [Required(_l("Choose one."))], choices=choices(BottleState), render_kw={"autofocus": True}
    )
    seal = RadioField(_l("Its seal"), [Required(_l("Choose one."))], choices=choices(SealState))
    residue = RadioField(_l("What it shows inside"), [Required(_l("Choose one."))], choices=choices(Residue))
    rest = FieldList(ExactField(_l("Left in it")), max_entries=8)
    submit = SubmitField(_l("Take it back"))

    def offer(self, contents: Sequence[Content]) -> None:
        """Ask for the rest of each product that is in the bottle."""
        while len(self.rest) < len(contents):
            self.rest.append_entry()

    @property
    def looked(self) -> Looked:
        """How it was found, once the form is valid."""
        return Looked(BottleState(self.state.data), SealState(self.seal.data), Residue(self.residue.data))

    def measured(self, contents: Sequence[Content]) -> dict[int, Quantity]:
        """Return what was measured, by product; nothing where it is empty or full."""
        if self.state.data != BottleState.PART:
            return {}
        typed = zip(contents, self.rest.entries, strict=False)
        return {one.product_id: Quantity(field.data) for one, field in typed if field.data}


class EmptiesForm(Form):
    """Which of somebody's bottles came back empty."""

    bottles = SelectMultipleField(_l("Bottles"), coerce=id_in, validate_choice=False)
    submit = SubmitField(_l("Take back the ticked ones as empty"))


class GoneForm(Form):
    """What became of a bottle that is not there."""

    fate = RadioField(_l("What became of it?"), [Required(_l("Choose one."))], choices=choices(BottleFate, RETURNED))
    told = TextField(
        _l("What the person says"),
        [Required()],
        longest=500,
        description=_l("Where and when; the number of the police report, if there is one."),
    )
    submit = SubmitField(_l("Record: not there"))


class CallBackForm(Form):
    """Why and how somebody is called back, and by when."""

    reason = RadioField(_l("Why?"), [Required(_l("Choose a reason."))], choices=choices(CallBackReason))
    channel = TextField(
        _l("How the person was reached"),
        [Required()],
        longest=100,
        description=_l("A call, a letter, in person, and with whom you spoke."),
    )
    due_day = DayField(_l("Bottles in by: day"), [Required(), not_long_ago])
    due_time = ClockField(_l("and time (hours and minutes)"), [Required()])
    note = TextField(_l("Note (may stay empty)"), longest=200)
    submit = SubmitField(_l("Call back"))

    def offer(self, due_by: datetime) -> None:
        """Fill in the deadline that is usual here."""
        local = due_by.astimezone(edge.settings().zone)
        self.due_day.data, self.due_time.data = local.date(), local.time().replace(second=0, microsecond=0)

    @property
    def due_by(self) -> datetime:
        """The deadline, once the form is valid."""
        return moment_of(self.due_day.data, self.due_time.data)


class CloseForm(Form):
    """What came of a call-back."""

    outcome = RadioField(_l("What came of it?"), [Required(_l("Choose one."))], choices=choices(CallBackOutcomeKind))
    brought = WholeField(
        _l("Bottles brought, full or empty"), [Required()], render_kw={"inputmode": "numeric", "autocomplete": "off"}
    )
    note = TextField(_l("Note; needed where it is excused"), longest=200)
    submit = SubmitField(_l("Close the call-back"))
