"""The one form of these pages: which day is closed."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SubmitField

from dispensary.web.forms import Form, Required


class CloseDayForm(Form):
    """The day that is closed, as it was shown."""

    clinic_day = DateField(_l("Clinic day"), [Required()])
    submit = SubmitField(_l("Close the day and seal"))
