"""Doses given elsewhere: noted at the window, verified by calling the source."""

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import elsewhere as records
from dispensary.queries.elsewhere import ElsewhereReport
from dispensary.services import elsewhere as verbs
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.station.blueprint import bp
from dispensary.web.station.elsewhere_forms import Answer as SourceAnswer
from dispensary.web.station.elsewhere_forms import ElsewhereForm, VerdictForm
from dispensary.web.station.pictures import picture_of
from dispensary.wording import N_, say
from models.enums import Origin

Answer = tuple[str, int] | Response


@bp.route("/<int:person_id>/elsewhere", methods=["GET", "POST"])
@gate.requires(Permission.ELSEWHERE_RECORD)
def elsewhere(person_id: int) -> Answer:
    """Note a dose that is said to have been given elsewhere; what waits for its source is listed."""
    picture = picture_of(person_id)
    note_access(person_id, "elsewhere")
    form = ElsewhereForm()
    form.offer(picture.facts.order.medication if picture.facts.order else None)

    def change(work: Work) -> str:
        report = verbs.report_elsewhere(work.session, person_id=person_id, told=form.told(), act=work.act)
        return url_for("station.elsewhere_report", elsewhere_dose_id=report.id)

    answer = carried_out(form, change, origin=Origin.WINDOW)
    waiting = records.undecided_of(db.session(), person_id)
    return answer or (
        render_template("station/elsewhere_form.html", form=form, picture=picture, waiting=waiting),
        form.status,
    )


@bp.route("/elsewhere/<int:elsewhere_dose_id>", methods=["GET", "POST"])
@gate.requires(Permission.ELSEWHERE_RECORD)
def elsewhere_report(elsewhere_dose_id: int) -> Answer:
    """Show a report, and take down what its source says."""
    report = _report(elsewhere_dose_id)
    note_access(report.person_id, "elsewhere")
    form = VerdictForm()
    form.offer(report)

    def change(work: Work) -> str:
        verifier = form.verifier.data or ""
        if SourceAnswer(form.answer.data) is SourceAnswer.GAVE_IT:
            verbs.verify_elsewhere(
                work.session,
                elsewhere_dose_id=elsewhere_dose_id,
                confirmed=form.confirmed(),
                verifier=verifier,
                act=work.act,
            )
        else:
            verbs.deny_elsewhere(work.session, elsewhere_dose_id=elsewhere_dose_id, verifier=verifier, act=work.act)
        return url_for("station.elsewhere_report", elsewhere_dose_id=elsewhere_dose_id)

    said = _("Recorded. The stop stands until the prescriber releases it.")
    answer = carried_out(form, change, said=said, origin=Origin.WINDOW)
    return answer or (render_template("station/elsewhere.html", form=form, report=report), form.status)


@bp.app_template_global()
def asks_source(person_id: int) -> bool:
    """Return whether the source of a dose elsewhere is still to be asked; read only where a stop stands for one."""
    return bool(records.undecided_of(db.session(), person_id))


def _report(elsewhere_dose_id: int) -> ElsewhereReport:
    report = records.report(db.session(), elsewhere_dose_id, edge.sitting().site_id)
    if report is None:
        raise NotFound(say(N_("There is no such report here.")), code="no_such_report")
    return report
