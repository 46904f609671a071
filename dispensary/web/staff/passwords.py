"""New passwords at the edge: held to the rule and hashed before any change begins, since hashing takes its time."""

from flask import current_app

from dispensary.errors import Refused
from dispensary.rules import passwords
from dispensary.services import submissions
from dispensary.web import edge
from dispensary.web.database import db
from dispensary.web.proof import Wrong, prove
from dispensary.web.staff.forms import AccountForm, OwnPasswordForm, SetPasswordForm
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


def owner_proved(form: OwnPasswordForm) -> bool:
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
