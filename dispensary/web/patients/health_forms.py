"""The shape of what is entered about somebody's health."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SubmitField
from wtforms.validators import ValidationError

from dispensary.web.forms import DayField, ExactField, Form, Required, TextField, positive

FIRST = {"autofocus": True, "autocomplete": "off"}


def whole(form: Form, field: Any) -> None:
    """Refuse a part of a millisecond."""
    if field.data is not None and field.data != field.data.to_integral_value():
        raise ValidationError(gettext("Whole milliseconds."))


class AllergyForm(Form):
    """What somebody is allergic to."""

    substance = TextField(_l("Allergic to"), [Required()], longest=80, render_kw=FIRST)
    reaction = TextField(_l("What happens"), description=_l("If it is known."), longest=100)
    submit = SubmitField(_l("Enter"))


class PregnancyForm(Form):
    """A pregnancy."""

    until_on = DayField(_l("Expected on"), description=_l("May stay empty if nobody knows it."), render_kw=FIRST)
    submit = SubmitField(_l("Enter"))


class QtcForm(Form):
    """A QTc from an ECG."""

    qtc_ms = ExactField(_l("QTc"), [Required(), positive, whole], render_kw={**FIRST, "inputmode": "numeric"})
    noted_on = DayField(_l("Measured on"), [Required()])
    submit = SubmitField(_l("Enter"))


class MedicineForm(Form):
    """Another medicine."""

    name = TextField(
        _l("Medicine"),
        [Required()],
        description=_l("The name of the substance if you know it, so that the list can know it too."),
        render_kw={**FIRST, "list": "known-medicines"},
    )
    noted_on = DayField(_l("Since"), [Required()])
    until_on = DayField(_l("Last day"), description=_l("Empty if it goes on."))
    submit = SubmitField(_l("Enter"))


class NaloxoneForm(Form):
    """Naloxone that was handed out."""

    noted_on = DayField(_l("Supplied on"), [Required()], render_kw=FIRST)
    submit = SubmitField(_l("Enter"))
