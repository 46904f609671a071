"""The shapes of what is sent from the archive: a button that hands out a paper, and a signature."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SubmitField
from wtforms.validators import Length

from dispensary.web.forms import Form, Required

LONGEST_PASSWORD = 200


class TakeForm(Form):
    """A button: open the paper, or take it to print."""


class SignForm(Form):
    """The password of whoever signs, and the paper that the page showed."""

    digest = HiddenField()
    password = PasswordField(
        _l("Your password"),
        [Required(), Length(max=LONGEST_PASSWORD, message=_l("This is too long."))],
        render_kw={"autocomplete": "current-password"},
    )
    submit = SubmitField(_l("Sign this paper"))
