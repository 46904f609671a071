"""The shape of what is entered at the window."""

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, RadioField, StringField, SubmitField
from wtforms.validators import Length

from dispensary.web.forms import ExactField, Form, Required, TextField, choices, positive, sane_text
from dispensary.web.station.commands import Command, read
from dispensary.web.witness import WitnessFields
from models.enums import RefusedReason, ReversalReason, WithheldReason

LONGEST_SCAN = 200
DIGITS = {"autocomplete": "off", "inputmode": "numeric"}


class ScanForm(Form):
    """The one field: scan a card, type a name or number, or confirm."""

    scan = StringField(
        _l("Scan or confirm"),
        [sane_text, Length(max=LONGEST_SCAN, message=_l("This is too long for a card, number or name."))],
        render_kw={"autocomplete": "off", "autofocus": True, "spellcheck": "false", "autocapitalize": "off"},
    )
    keeps_focus = True

    def put_back(self, kept: MultiDict[str, str]) -> set[str]:
        """Fill in what was typed, but nothing that Enter pressed once too often would record."""
        if read(kept.get("scan")).command in (Command.FIT, Command.BOTTLES, Command.SPOKE):
            return set(kept)
        return super().put_back(kept)


class ConfirmForm(ScanForm):
    """The one field on a person's page, with the digest of what that page shows."""

    shown = HiddenField()
    digits = HiddenField()


class PartForm(WitnessFields, Form):
    """What was swallowed of a dose, why no more, and who saw the rest destroyed."""

    shown = HiddenField()
    digits = TextField(_l("Last two digits of the number, as the person says them"), longest=20, render_kw=DIGITS)
    taken_mg = ExactField(
        _l("Swallowed"), [Required(), positive], render_kw={"autofocus": True, "inputmode": "decimal"}
    )
    reason = RadioField(_l("Why not all of it?"), [Required(_l("Choose a reason."))], choices=choices(RefusedReason))
    submit = SubmitField(_l("Record part of the dose"))


class WithholdForm(Form):
    """Why staff gives no dose."""

    reason = RadioField(
        _l("Why is no dose given?"), [Required(_l("Choose a reason."))], choices=choices(WithheldReason)
    )
    note = TextField(_l("Note (may stay empty)"), longest=500)
    submit = SubmitField(_l("Record: withheld"))


class RefuseForm(Form):
    """Why the person takes no dose."""

    reason = RadioField(_l("Why does the person take none?"), [Required(_l("Choose a reason."))],
                        choices=choices(RefusedReason))  # fmt: skip
    note = TextField(_l("Note (may stay empty)"), longest=500)
    submit = SubmitField(_l("Record: refused"))


class ReverseForm(WitnessFields, Form):
    """Why a record is of what did not happen, and what became of what was poured."""

    reason = RadioField(_l("What happened?"), [Required(_l("Choose a reason."))], choices=choices(ReversalReason))
    note = TextField(_l("In your own words"), [Required()], longest=500, render_kw={"autofocus": True})
    poured = BooleanField(
        _l("It was poured"),
        description=_l("It goes to waste, and a witness signs below. Leave empty if it never left the container."),
    )
    submit = SubmitField(_l("Reverse the record"))
