"""What is known of a custody, and its end."""

from datetime import timedelta

from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import absences
from dispensary.queries import custody as records
from dispensary.queries.people import surviving
from dispensary.services import custody
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.turns.blueprint import Answer, address_of, bp, form_page
from dispensary.web.turns.forms import CustodyForm, ReleasedForm
from models.enums import ReleaseKind

A_DAY = timedelta(days=1)


def _opened(absence_id: int) -> int:
    person_id = surviving(db.session(), absences.stay(db.session(), absence_id).person_id)
    note_access(person_id, "turns")
    return person_id


@bp.route("/custody/<int:absence_id>", methods=["GET", "POST"])
@gate.requires(Permission.ABSENCE_RECORD)
def plan_custody(absence_id: int) -> Answer:
    """Write down who doses there, and the day of release with its slot."""
    person_id, form = _opened(absence_id), CustodyForm()
    form.fill_in(records.newest(db.session(), absence_id))

    def change(work: Work) -> str:
        custody.plan(work.session, absence_id=absence_id, known=form.known, act=work.act)
        return address_of(person_id)

    hint = _(
        "What is told to them needs a consent or another basis, and stands under Consents and what was told."
        " When the release is near, the prescriber prepares the first dose."
    )
    return carried_out(form, change, said=_("Written down.")) or form_page(person_id, form, _("In custody"), hint=hint)


@bp.route("/custody/<int:absence_id>/released", methods=["GET", "POST"])
@gate.requires(Permission.ABSENCE_RECORD)
def released(absence_id: int) -> Answer:
    """Record that somebody is out, and begin the calls."""
    person_id = _opened(absence_id)
    form = ReleasedForm(last_day=edge.act().clinic_day - A_DAY)

    def change(work: Work) -> str:
        custody.release(
            work.session,
            absence_id=absence_id,
            last_day=form.last_day.data,
            told_by=form.told_by.data or "",
            kind=ReleaseKind(form.release_kind.data),
            calls=bool(form.calls.data),
            act=work.act,
        )
        return address_of(person_id)

    hint = _("Without a confirmed last dose from there a prescriber decides before the next dose: call for it first.")
    return carried_out(form, change, said=_("On record.")) or form_page(person_id, form, _("Out of custody"), hint=hint)
