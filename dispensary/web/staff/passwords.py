"""New passwords at the edge: held to the rule and hashed before any change begins, since hashing takes its time."""

from flask import current_app

from dispensary.errors import Refused
from dispensary.rules import passwords
from dispensary.services import sign_in, submissions
from dispensary.web import edge
from dispensary.web.database import db, unit_of_work
from dispensary.web.sign_in.terminal import this_terminal, throttle_key
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
    act, key = edge.act(), throttle_key(this_terminal(db.session()))
    staff = db.session.get_one(Staff, act.by_id)
    account = staff.username
    try:
        sign_in.refuse_while_waiting(sign_in.wait_until(db.session(), account, key, act.at), field="old")
        good = sign_in.check_password(current_app.extensions["hasher"], staff, form.old.data or "")
        with unit_of_work() as session:
            sign_in.note_attempt(session, account=account, terminal=key, at=act.at, succeeded=good)
            if not good:
                sign_in.note_failure(session, staff=staff, act=act)
        if not good:
            raise Refused(say(N_("This is not your present password.")), code="wrong_password", field="old")
    except Refused as refusal:
        form.refuse(refusal)
        return False
    return True
