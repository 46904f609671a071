"""A second person signs on the same page: fields for any form, and the proof that it was really that person.

The witness authenticates as themselves without a sitting of their own; wrong tries are slowed down and put on the audit.
"""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import Length

from dispensary.errors import Refused
from dispensary.permissions import Permission, permissions_of
from dispensary.queries import accounts
from dispensary.services.act import Act
from dispensary.web import edge
from dispensary.web.database import db
from dispensary.web.forms import TextField
from dispensary.web.proof import Wrong, prove
from dispensary.wording import N_, say
from models import Staff

LONGEST_PASSWORD = 200
NAME, PASSWORD = "witness_username", "witness_password"
WRONG = Wrong(say(N_("Name or password of the witness is not right.")), "wrong_witness_password", PASSWORD)
SELF = say(N_("You cannot witness your own act: ask a second person to sign."))
NOT_HERE = say(N_("This person may not witness here today: ask a nurse, a prescriber or the clinic head."))


class WitnessFields:
    """What a form needs so that a witness can sign in it; mix in before `Form`. The password never goes back."""

    witness_username = TextField(_l("Witness: sign-in name"), render_kw={"autocomplete": "off"})
    witness_password = PasswordField(
        _l("Witness: password"),
        [Length(max=LONGEST_PASSWORD, message=_l("This is too long."))],
        render_kw={"autocomplete": "off"},
    )


def prove_witness(form: WitnessFields) -> int:
    """Return the id of the witness whose name and password are in the form; starts no sitting.

    Call before the unit of work of the change itself: the try is noted in one of its own, so that it stays on record
    whatever becomes of the change.

    Raises:
        Refused: missing, wrong, too many wrong tries, the acting person themself, or no right to witness here today.
    """
    account, act = (form.witness_username.data or "").strip().casefold(), edge.act()
    if not account:
        raise Refused(say(N_("A second person must sign here.")), code="witness_needed", field=NAME)
    if account == db.session.get_one(Staff, act.by_id).username:
        raise Refused(SELF, code="witness_is_self", field=NAME)
    staff = prove(account, form.witness_password.data or "", wrong=WRONG, failed_act=lambda _: act)
    if not _may_witness(staff, act):
        raise Refused(NOT_HERE, code="may_not_witness", field=NAME)
    return staff.id


def _may_witness(staff: Staff, act: Act) -> bool:
    roles = accounts.roles_of(db.session(), staff.id, act.site_id, act.clinic_day)
    return Permission.WITNESS in permissions_of(roles)
