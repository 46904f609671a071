"""The shape of leaving somebody out of the nightly scan for a while."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SubmitField

from dispensary.web.agencies.pages import sensible_day
from dispensary.web.forms import DayField, Form, Required, TextField, choices
from models.enums import SnoozeReason


class SnoozeForm(Form):
    """Why somebody who does not come is not looked for, and until when."""

    reason = RadioField(_l("Why"), [Required(_l("Choose one."))], choices=choices(SnoozeReason))
    until_on = DayField(_l("Last night on which nobody is told"), [Required(), sensible_day])
    note = TextField(_l("What it is, if none of these says it"), longest=200, render_kw={"autocomplete": "off"})
    submit = SubmitField(_l("Leave out until then"))
