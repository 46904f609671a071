"""Who is sitting down: the shape of the sign-in and the unlock form."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SubmitField
from wtforms.validators import Length

from dispensary.web.forms import Form, Required, TextField

LONGEST_PASSWORD = 200
TOO_LONG = Length(max=LONGEST_PASSWORD, message=_l("This is too long."))


class SignInForm(Form):
    """Name and password."""

    username = TextField(_l("Sign-in name"), [Required()], render_kw={"autocomplete": "username", "autofocus": True})
    password = PasswordField(
        _l("Password"),
        [Required(), TOO_LONG],
        render_kw={"autocomplete": "current-password"},
    )
    submit = SubmitField(_l("Sign in"))


class UnlockForm(Form):
    """Badge and PIN, or the password, of whoever sits here."""

    back = HiddenField()
    badge = PasswordField(_l("Badge"), [TOO_LONG], render_kw={"autocomplete": "off"})
    pin = PasswordField(_l("PIN"), [TOO_LONG], render_kw={"autocomplete": "off", "inputmode": "numeric"})
    password = PasswordField(_l("Password"), [TOO_LONG], render_kw={"autocomplete": "current-password"})
    submit = SubmitField(_l("Unlock"))
