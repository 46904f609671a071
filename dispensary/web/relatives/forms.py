"""The shape of what is entered about relatives; what it means the services decide."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.queries.relatives import RelativeLine
from dispensary.web.forms import DayField, Form, Required, TextField

PLAIN = {"autocomplete": "off"}


class RelativeForm(Form):
    """How a relative is called and reached."""

    name = TextField(_l("Name"), [Required()], render_kw={**PLAIN, "autofocus": True})
    phone = TextField(_l("Phone"), longest=40, render_kw=PLAIN)
    submit = SubmitField(_l("Keep"))


class LinkForm(Form):
    """A relative's record belongs to a person's."""

    relative_id = SelectField(_l("Relative"), coerce=int)
    agreed = BooleanField(_l("The person themselves agreed"), description=_l("Not the relative: the person."))
    consent_on = DayField(_l("Agreed on"), [Required()])
    submit = SubmitField(_l("Link the two"))

    def offer(self, relatives: Sequence[RelativeLine]) -> None:
        """Offer these relatives."""
        self.relative_id.choices = [SelectChoice(value=one.id, label=one.name) for one in relatives]
