"""The shape of what is noted after a dose, and of what was spilt before one."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import AnyOf

from dispensary.web.forms import Form, Required, TextField
from dispensary.web.orders.forms import WholeField
from dispensary.web.station.forms import ScanForm
from dispensary.web.witness import WitnessFields

SEEN, TOLD, NOT_SEEN = "seen", "told", "not"


class DoneForm(ScanForm):
    """The one field on the page that shows what was recorded last: the next person, or S or B for this dose."""

    dose_id = HiddenField()
    bottles = HiddenField()


class VomitedForm(Form):
    """How long after the dose it came up, and whether staff saw it."""

    dose_id = HiddenField()
    minutes_after = WholeField(
        _l("Came up so many minutes after it was swallowed"),
        [Required()],
        render_kw={"autofocus": True, "inputmode": "numeric", "autocomplete": "off"},
    )
    witnessed = RadioField(
        _l("Who saw it?"),
        [Required(_l("Choose one."))],
        choices=[
            SelectChoice(value=SEEN, label=_l("staff saw it come up")),
            SelectChoice(value=TOLD, label=_l("nobody of the staff saw it")),
        ],
        description=_l("Only what staff saw counts."),
    )
    note = TextField(_l("Note (may stay empty)"), longest=500)
    submit = SubmitField(_l("Record: came up"))


class SpiltForm(WitnessFields, Form):
    """How a poured dose was spilt, and who saw it."""

    shown = HiddenField()
    note = TextField(_l("How it happened"), [Required()], longest=500, render_kw={"autofocus": True})
    submit = SubmitField(_l("Record: spilt"))


class DissolvedForm(Form):
    """Whether a tablet or film was seen to dissolve; its two buttons stand on the list."""

    seen = HiddenField(validators=[AnyOf((SEEN, NOT_SEEN), message=_l("This page is not whole. Open it again."))])
    back = HiddenField()
