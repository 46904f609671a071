"""The shape of a decision on one policy profile."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SubmitField

from dispensary.web.forms import Form, Required
from dispensary.web.orders.forms import DayField


class ApprovalForm(Form):
    """Put the profile that was shown in force, or take it out of force."""

    digest = HiddenField()
    effective_on = DayField(_l("From"), [Required()])
    submit = SubmitField()
