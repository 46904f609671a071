"""The shape of what is entered about accounts."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length

from dispensary.web.forms import DayField, Form, Required, TextField, choices
from dispensary.web.sign_in.forms import LONGEST_PASSWORD
from models.enums import Role

TOO_LONG = Length(max=LONGEST_PASSWORD, message=_l("This is too long."))
NEW = {"autocomplete": "new-password"}
LAST_DAY = _l("The last day; an inspector's role always has one. Empty: until it is withdrawn.")


class NewPasswordFields:
    """A new password, typed twice, since nobody sees it."""

    password = PasswordField(
        _l("New password"),
        [Required(), TOO_LONG],
        description=_l("At least 10 characters, and not the sign-in name. A few words are easy to keep in mind."),
        render_kw=NEW,
    )
    again = PasswordField(_l("New password, once more"), [Required(), TOO_LONG], render_kw=NEW)


class AccountForm(NewPasswordFields, Form):
    """A new account with its first role."""

    name = TextField(_l("Name"), [Required()], render_kw={"autofocus": True, "autocomplete": "off"})
    username = TextField(
        _l("Sign-in name"),
        [Required()],
        longest=40,
        description=_l("Plain letters, digits, points and dashes."),
        render_kw={"autocomplete": "off"},
    )
    initials = TextField(
        _l("Initials"),
        [Required()],
        longest=5,
        description=_l("Printed in the log beside each dose."),
        render_kw={"autocomplete": "off"},
    )
    role = SelectField(_l("Role here"), [Required()], choices=[SelectChoice(value="", label="—"), *choices(Role)],
                       default="")  # fmt: skip
    until_on = DayField(_l("Until"), description=LAST_DAY)
    submit = SubmitField(_l("Make the account"))


class RoleForm(Form):
    """A further role."""

    role = SelectField(
        _l("Role"), [Required()], choices=[SelectChoice(value="", label="—"), *choices(Role)], default=""
    )
    from_on = DayField(_l("From"), [Required()])
    until_on = DayField(_l("Until"), description=LAST_DAY)
    submit = SubmitField(_l("Give this role"))


class SetPasswordForm(NewPasswordFields, Form):
    """A new password for somebody who has lost theirs."""

    submit = SubmitField(_l("Set this password"))


class OwnPasswordForm(NewPasswordFields, Form):
    """A new password of one's own, proved by the old."""

    old = PasswordField(
        _l("Present password"),
        [Required(), TOO_LONG],
        render_kw={"autocomplete": "current-password", "autofocus": True},
    )
    submit = SubmitField(_l("Change my password"))


class OwnPinForm(Form):
    """A PIN of one's own, proved by the password."""

    old = PasswordField(
        _l("Password"), [Required(), TOO_LONG], render_kw={"autocomplete": "current-password", "autofocus": True}
    )
    pin = PasswordField(
        _l("New PIN"),
        [Required(), TOO_LONG],
        description=_l("Six digits; no row such as 123456, no repetition, no year of birth."),
        render_kw={"autocomplete": "off", "inputmode": "numeric"},
    )
    pin_again = PasswordField(
        _l("New PIN, once more"), [Required(), TOO_LONG], render_kw={"autocomplete": "off", "inputmode": "numeric"}
    )
    submit = SubmitField(_l("Set my PIN"))


class Press(Form):
    """A single button, without any field."""

    submit = SubmitField(_l("End this account"))
