"""The shape of what is entered about single days, about a wish for take-home doses, and about a review of them."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SubmitField

from dispensary.queries.take_home_requests import RequestLine
from dispensary.web.forms import DayField, Form, Required, TextField, choices
from dispensary.web.take_homes.forms import LONG, LimitedForm
from models.enums import OneOffReason

ANY_WEEK = ("every_week", _l("nothing special: to come on fewer days from now on"))
NOT_A_CLOSURE = frozenset({OneOffReason.CLOSURE})


class OneOffForm(LimitedForm):
    """Doses for some days apart from the schedule."""

    reason = RadioField(
        _l("What for?"), [Required(_l("Choose one."))], choices=choices(OneOffReason, but=NOT_A_CLOSURE)
    )
    first_on = DayField(_l("First day away"), [Required()])
    last_on = DayField(_l("Last day away"), [Required()])
    rationale = TextField(_l("Why"), [Required()], render_kw=LONG)
    over_ladder_reason = TextField(
        _l("Why more than the approved profiles give"), description=_l("Only where it is more."), render_kw=LONG
    )
    submit = SubmitField(_l("Allow these days"))

    def begin(self, asked: RequestLine | None) -> None:
        """Fill in what the person asked for, on a fresh page."""
        if asked is None or asked.reason is None or self.is_submitted():
            return
        self.reason.data = asked.reason.value
        self.first_on.data, self.last_on.data = asked.first_on, asked.last_on


class RequestForm(Form):
    """What somebody asks for, in their words."""

    wish = TextField(
        _l("What the person asks for"),
        [Required()],
        longest=500,
        description=_l("In their words, with what makes it hard to come."),
        render_kw=LONG,
    )
    reason = RadioField(_l("What are the days for?"), [Required(_l("Choose one."))], choices=[])
    first_on = DayField(_l("First day away; empty if it is about every week"))
    last_on = DayField(_l("Last day away"))
    submit = SubmitField(_l("Hand to the prescriber"))

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.reason.choices = [ANY_WEEK, *choices(OneOffReason, but=NOT_A_CLOSURE)]

    def asked(self) -> dict[str, Any]:
        """Return the request as the service wants it."""
        return {
            "wish": self.wish.data or "",
            "reason": OneOffReason(self.reason.data) if self.reason.data != ANY_WEEK[0] else None,
            "first_on": self.first_on.data,
            "last_on": self.last_on.data,
        }


class DeclineForm(Form):
    """Why a wish is not met."""

    reason = TextField(_l("Why, as the person is told"), [Required()], render_kw=LONG)
    submit = SubmitField(_l("Decline"))


class KeepForm(Form):
    """Why a decision stands after its review."""

    rationale = TextField(_l("What was found and agreed"), [Required()], render_kw=LONG)
    submit = SubmitField(_l("It stays as decided"))
