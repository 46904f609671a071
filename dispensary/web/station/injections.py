"""Injections at the window: given and recorded with the place on the body, or asked about when early or late."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField, SubmitField

from dispensary.permissions import Permission
from dispensary.queries.injections import next_window
from dispensary.queries.recorded_doses import RecordedDose
from dispensary.rules.depots import InjectionWindow
from dispensary.rules.dosing import shown_digest
from dispensary.rules.order_words import often
from dispensary.rules.orders import OrderFacts
from dispensary.services import injections as verbs
from dispensary.services.dosing import Shown
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form, Required, TextField, choices
from dispensary.web.once import Work
from dispensary.web.station.blueprint import bp
from dispensary.web.station.checked import forget_checked, was_checked
from dispensary.web.station.forms import DIGITS
from dispensary.web.station.pictures import picture_of, reasons_of
from dispensary.web.station.timing import scanned_at, served
from dispensary.wording import Words
from models.enums import Form as DrugForm
from models.enums import InjectionSite, Origin

Answer = tuple[str, int] | Response
CHANGED = 409


class InjectionForm(Form):
    """Where on the body an injection was given."""

    shown = HiddenField()
    digits = TextField(_l("Last two digits of the number, as the person says them"), longest=20, render_kw=DIGITS)
    into = RadioField(_l("Injected into"), [Required(_l("Choose the place."))], choices=choices(InjectionSite))
    submit = SubmitField(_l("Record: injected"))


class AskForm(Form):
    """The question to the prescriber, put with one press."""

    submit = SubmitField(_l("Ask the prescriber"))


@bp.route("/<int:person_id>/injection", methods=["GET", "POST"])
@gate.requires(Permission.DOSE_RECORD)
def injection(person_id: int) -> Answer:
    """Record that today's injection was given."""
    note_access(person_id, "injection")
    form = InjectionForm()

    def change(work: Work) -> str:
        shown = Shown(person_id, form.shown.data or "", form.digits.data or "", scanned_at(person_id))
        into = InjectionSite(form.into.data)
        dose = verbs.record_injection(work.session, shown=shown, into=into, site=edge.settings().rules, act=work.act)
        served(dose.person_id)
        forget_checked()
        return url_for("station.done", dose_id=dose.id)

    if answer := carried_out(form, change, origin=Origin.WINDOW):
        return answer
    picture = picture_of(person_id)
    if picture.facts.injection is None:
        return redirect(url_for("station.person", person_id=person_id), 303)
    if request.method == "GET" or form.status == CHANGED:
        form.shown.data = shown_digest(picture.facts, edge.settings().rules)
    if was_checked(person_id):
        form.digits.data = picture.facts.check_digits
    page = {"form": form, "picture": picture, "reasons": reasons_of(picture)}
    return render_template("station/injection.html", **page), form.status


@bp.route("/<int:person_id>/injection/ask", methods=["GET", "POST"])
@gate.requires(Permission.DOSE_RECORD)
def ask_injection(person_id: int) -> Answer:
    """Ask the prescriber about an injection that would be early or late today."""
    note_access(person_id, "injection")
    form = AskForm()

    def change(work: Work) -> str:
        verbs.ask_prescriber(work.session, person_id=person_id, act=work.act)
        return url_for("station.person", person_id=person_id)

    said = _("It is on the prescriber's desk. Nothing is given until they have decided.")
    if answer := carried_out(form, change, said=said, origin=Origin.WINDOW):
        return answer
    picture = picture_of(person_id)
    if picture.facts.injection is None:
        return redirect(url_for("station.person", person_id=person_id), 303)
    page = {"form": form, "picture": picture, "reasons": reasons_of(picture)}
    return render_template("station/ask_injection.html", **page), form.status


@bp.app_template_global()
def order_rhythm(order: OrderFacts) -> Words:
    """Return how often the order has a dose."""
    return often(order)


@bp.app_template_global()
def next_injection(recorded: RecordedDose) -> InjectionWindow | None:
    """Return when the next injection is due after this one; looked up for injections only."""
    if recorded.form is not DrugForm.INJECTION or not recorded.taken_mg or recorded.reversed_at:
        return None
    return next_window(db.session(), recorded.id)
