"""The shape of what is entered about whoever does not come."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, SubmitField
from wtforms.validators import NumberRange
from wtforms.widgets import HiddenInput

from dispensary.web.forms import DayField, Form, Required, TextField
from dispensary.web.reporting.forms import PrintForm
from reports.missed_doses import Order, Part

MOST_DAYS = 9999


class PrintMissedForm(PrintForm):
    """The list of those who missed at least so many days."""

    least = IntegerField(validators=[Required(), NumberRange(1, MOST_DAYS)], widget=HiddenInput())
    sort = SelectField(choices=list(Order), default=Order.DAYS.value)
    of = SelectField(choices=list(Part), default=Part.ALL.value)


class LostForm(Form):
    """Somebody confirms that a person is lost to follow-up."""

    note = TextField(
        _l("What was tried"),
        [Required()],
        longest=500,
        description=_l("Such as: called three times, the sister knows nothing."),
        render_kw={"autofocus": True},
    )
    submit = SubmitField(_l("End the episode as dropped out"))


class KeepForm(Form):
    """Somebody goes on looking for a person."""

    reason = TextField(
        _l("Why we go on looking"),
        [Required()],
        longest=500,
        description=_l("Such as: was seen at the market, a peer knows the way."),
        render_kw={"autofocus": True},
    )
    look_again_on = DayField(_l("Look again on"), [Required()], description=_l("Until then it is not proposed again."))
    submit = SubmitField(_l("Go on looking"))
