"""The page on which two people confirm date and time, after which dosing goes on."""

from flask import current_app, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SubmitField

from dispensary.permissions import Permission
from dispensary.queries.clock import newest_recording
from dispensary.rules.dosing import DosingFacts, clock_behind, clock_skipped_a_day
from dispensary.services.clock_check import confirm_clock
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form
from dispensary.web.navigation import start
from dispensary.web.once import Work
from dispensary.web.station.blueprint import bp
from dispensary.web.witness import WitnessFields, prove_witness
from models.enums import Origin


class ClockForm(WitnessFields, Form):
    """The second person who has compared date and time."""

    submit = SubmitField(_l("We both compared: date and time above are right"))


@bp.route("/clock", methods=["GET", "POST"])
@gate.requires(Permission.CLOCK_CONFIRM)
def clock() -> tuple[str, int] | BaseResponse:
    """Show this computer's date and time, and record that two people found them right."""
    form = ClockForm()

    def change(work: Work) -> str:
        confirm_clock(work.session, witnessed_by_id=work.witness_id, act=work.act)
        return url_for(start(edge.sitting().permissions, frozenset(current_app.view_functions)) or "station.clock")

    said = _("Date and time are confirmed. Dosing goes on.")
    if answer := carried_out(form, change, said=said, origin=Origin.WINDOW, witness=lambda: prove_witness(form)):
        return answer
    page = render_template(
        "station/clock.html",
        form=form,
        now=edge.now(),
        today=edge.now().astimezone(edge.settings().zone).date(),
        newest=newest_recording(db.session(), edge.now()),
    )
    return page, form.status


@bp.app_template_test("clock_doubted")
def clock_doubted(facts: DosingFacts) -> bool:
    """Return whether a dose is held because this computer's clock may be wrong, for the page that leads here."""
    rules = edge.settings().rules
    return bool(clock_behind(facts, rules) or clock_skipped_a_day(facts, rules))
