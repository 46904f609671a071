"""The shape of what is entered about somebody met in outreach, and of a brief intervention with anybody."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SubmitField

from dispensary.web.assessment.forms import LongField, SmallNumberField
from dispensary.web.forms import DayField, Form, Required, TextField, choices
from models.enums import InterventionResult, OutreachPlace, Substance

NUMERIC = {"inputmode": "numeric", "autocomplete": "off"}


class FirstMeetingForm(Form):
    """The first meeting with somebody."""

    called = TextField(
        _l("What they are called"),
        [Required()],
        longest=60,
        description=_l("Whatever they say; it need not be a name."),
        render_kw={"autocomplete": "off"},
    )
    met_on = DayField(_l("Met on"), [Required()])
    place = SelectField(_l("Where"), choices=choices(OutreachPlace))
    minutes = SmallNumberField(_l("For how long, in minutes"), [Required()], render_kw=NUMERIC)
    note = LongField(_l("Note (may stay empty)"), longest=1000, render_kw={"rows": 3})
    submit = SubmitField(_l("Save"))


class MeetingForm(FirstMeetingForm):
    """A further meeting."""

    called = None  # type: ignore[assignment]  # how WTForms leaves out a field of the class above


class InterventionForm(Form):
    """A short talk about one substance, and what came of it."""

    about = SelectField(_l("About"), choices=choices(Substance), default=Substance.OPIOIDS.value)
    minutes = SmallNumberField(_l("For how long, in minutes"), [Required()], render_kw=NUMERIC)
    result = RadioField(_l("What came of it"), [Required(_l("Choose one."))], choices=choices(InterventionResult))
    agreed = LongField(_l("What was agreed (may stay empty)"), longest=1000, render_kw={"rows": 3})
    given_on = DayField(_l("Day"), [Required()])
    submit = SubmitField(_l("Save"))


class RecogniseForm(Form):
    """Who a contact turned out to be."""

    number = TextField(
        _l("The person's number"),
        [Required()],
        longest=20,
        description=_l("As it stands on their page, such as P00012."),
        render_kw={"autocomplete": "off"},
    )
    submit = SubmitField(_l("This is the same person"))
