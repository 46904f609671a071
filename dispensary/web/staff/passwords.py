"""New passwords and PINs at the edge: held to the rule and hashed before any change begins, since hashing takes its time."""

from flask import current_app

from dispensary.errors import Refused
from dispensary.rules import passwords, pins
from dispensary.services import submissions
from dispensary.web import edge
from dispensary.web.database import db
from dispensary.web.proof import Wrong, prove
from dispensary.web.staff.forms import AccountForm, OwnPasswordForm, OwnPinForm, SetPasswordForm
from dispensary.wording import N_, say
from models import Staff

Asking = AccountForm | SetPasswordForm | OwnPasswordForm


def hashed(form: Asking, username: str) -> str | None:
    """Return the hash of the new password in a well-formed form; None if it may not be used, and the form says why."""
    if not form.validate():
        return None
    password = form.password.data or ""
    try:
        if fault := passwords.fault_of(password, username):
            raise Refused(fault, code="password_rule", field="password")
        if form.again.data != password:
            raise Refused(say(N_("The two are not the same.")), code="passwords_differ", field="again")
    except Refused as refusal:
        form.refuse(refusal)
        return None
    return str(current_app.extensions["hasher"].hash(password))


def hashed_pin(form: OwnPinForm) -> str | None:
    """Return the hash of the new PIN in a well-formed form; None if it may not be used, and the form says why."""
    if not form.validate():
        return None
    pin = form.pin.data or ""
    try:
        if fault := pins.fault_of(pin):
            raise Refused(fault, code="pin_rule", field="pin")
        if form.pin_again.data != pin:
            raise Refused(say(N_("The two are not the same.")), code="pins_differ", field="pin_again")
    except Refused as refusal:
        form.refuse(refusal)
        return None
    return str(current_app.extensions["hasher"].hash(pin))


def owner_proved(form: OwnPasswordForm | OwnPinForm) -> bool:
    """Return whether the present password was typed rightly; wrong tries are noted and slowed down as when signing in."""
    if submissions.sent(db.session(), form.token.data or ""):
        return True  # a second press of the same button only leads to the first result, and changes nothing
    act = edge.act()
    try:
        prove(
            db.session.get_one(Staff, act.by_id).username,
            form.old.data or "",
            wrong=Wrong(say(N_("This is not your present password.")), "wrong_password", "old"),
            failed_act=lambda _: act,
        )
    except Refused as refusal:
        form.refuse(refusal)
        return False
    return True
