"""The one form of these pages: which day is closed, and, where its books do not agree, why and before whom."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SubmitField

from dispensary.web.forms import Form, Required, TextField
from dispensary.web.witness import WitnessFields

LONGEST_NOTE = 500


class CloseDayForm(WitnessFields, Form):
    """The day that is closed, as it was shown."""

    clinic_day = DateField(_l("Clinic day"), [Required()])
    seen = HiddenField()
    """What stands for the differences that the page showed."""
    note = TextField(_l("Why the day is closed all the same"), longest=LONGEST_NOTE)
    submit = SubmitField(_l("Close the day and seal"))
