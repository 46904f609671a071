"""What replaces a dose that came up: the prescriber reads what was seen and what the policy suggests, and orders."""

from decimal import Decimal

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField, SubmitField

from dispensary.permissions import Permission
from dispensary.queries import after_dose, people
from dispensary.queries.after_dose import LastDose
from dispensary.rules.vomiting import needs_no_replacement, suggestion_for
from dispensary.services import replacements
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import ExactField, Form, Required, TextField, id_in, positive
from dispensary.web.once import Work
from dispensary.web.orders.blueprint import bp
from models.units import Mg


class ReplacementForm(Form):
    """The amount that replaces a dose, and why."""

    dose_id = HiddenField()
    amount_mg = ExactField(
        _l("Replacement"), [Required(), positive], render_kw={"autofocus": True, "inputmode": "decimal"}
    )
    reason = TextField(_l("Reason"), [Required()])
    submit = SubmitField(_l("Order the replacement"))


@bp.route("/people/<int:person_id>/replacement", methods=["GET", "POST"])
@gate.requires(Permission.ORDER_SIGN)
def replacement(person_id: int) -> tuple[str, int] | Response:
    """Order what replaces the dose of today that came up, for today only."""
    note_access(person_id, "replacement")
    form, session = ReplacementForm(), db.session()
    dose = after_dose.vomited_dose(session, person_id, edge.act().clinic_day)

    def change(work: Work) -> str:
        reason, amount_mg = form.reason.data or "", Mg(form.amount_mg.data or Decimal(0))
        dose_id = id_in(form.dose_id.data)
        replacements.order_replacement(work.session, dose_id=dose_id, amount_mg=amount_mg, reason=reason, act=work.act)
        return url_for("orders.of_person", person_id=person_id)

    said = _("The replacement is ordered; the window shows it.")
    if answer := carried_out(form, change, said=said):
        return answer
    if dose is not None:
        form.dose_id.data = str(dose.id)
    page = {"form": form, "person": people.identity(session, person_id), "dose": dose, "meaning": meaning_of(dose)}
    return render_template("orders/replacement.html", **page), form.status


def meaning_of(dose: LastDose | None) -> dict[str, object]:
    """Return what the approved policy suggests for a dose that came up, and what was ordered and given in its place."""
    if dose is None or dose.vomiting_id is None:
        return {}
    waiting = after_dose.waiting_replacement(db.session(), dose.person_id, dose.clinic_day)
    band = policies.vomit_bands().recorded(dose.medication, dose.profile, dose.band)
    return {
        "suggestion": suggestion_for(band, dose.taken_mg),
        "dissolves": needs_no_replacement(dose.medication, dose.form),
        "waiting": waiting if waiting and waiting.dose_id == dose.id else None,
        "replaced_at": after_dose.replaced_at(db.session(), dose.id),
    }


@bp.app_template_global()
def came_up_to_decide(person_id: int) -> bool:
    """Return whether a dose of this person came up today and a replacement could still be ordered."""
    dose = after_dose.vomited_dose(db.session(), person_id, edge.act().clinic_day)
    return dose is not None and after_dose.replaced_at(db.session(), dose.id) is None
