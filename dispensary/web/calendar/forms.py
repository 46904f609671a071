"""The shape of what is entered about closed days."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SubmitField

from dispensary.web.forms import DayField, Form, Required, TextField, choices
from models.enums import ClosureKind

FROM_NOW: frozenset[StrEnum] = frozenset({ClosureKind.SUDDEN})


class AnnounceForm(Form):
    """A day, or a span of days, on which no doses are given."""

    first = DayField(_l("First day"), [Required()])
    last = DayField(_l("Last day"), description=_l("Empty: the first day alone."))
    kind = RadioField(_l("Why"), choices=choices(ClosureKind), validators=[Required(_l("Choose one."))])
    reason = TextField(_l("In words"), [Required()], description=_l("Such as: New year; the floor is renewed."))
    submit = SubmitField(_l("Announce as closed"))


class CloseNowForm(Form):
    """The clinic has to close at once."""

    happened = TextField(_l("What happened"), [Required()], description=_l("Such as: no power since 10:20."))
    close = SubmitField(_l("The clinic closes now"))


class TakeBackForm(Form):
    """A closed day is open after all."""

    reason = TextField(_l("Why it is open after all"), [Required()], render_kw={"autofocus": True})
    submit = SubmitField(_l("Take it back"))
