"""Who is sitting down: the shape of the sign-in and the unlock form."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SubmitField
from wtforms.validators import Length

from dispensary.web.forms import Form, Required, TextField

LONGEST_PASSWORD = 200


class SignInForm(Form):
    """Name and password."""

    username = TextField(_l("Sign-in name"), [Required()], render_kw={"autocomplete": "username", "autofocus": True})
    password = PasswordField(
        _l("Password"),
        [Required(), Length(max=LONGEST_PASSWORD, message=_l("This is too long."))],
        render_kw={"autocomplete": "current-password"},
    )
    submit = SubmitField(_l("Sign in"))


class UnlockForm(Form):
    """The password of whoever locked the terminal."""

    password = PasswordField(
        _l("Password"),
        [Required(), Length(max=LONGEST_PASSWORD, message=_l("This is too long."))],
        render_kw={"autocomplete": "current-password", "autofocus": True},
    )
    submit = SubmitField(_l("Unlock"))
