"""The list of open flags, and leaving somebody out for a while."""

from flask import abort, render_template, url_for
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.policy.risk import risk_card
from dispensary.queries import risk_flags as records
from dispensary.queries import risk_models as models
from dispensary.services import risk
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.agencies.pages import show_form
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form
from dispensary.web.once import Work
from dispensary.web.patients.forms import Press
from dispensary.web.risk.blueprint import Answer, bp
from dispensary.web.risk.forms import SnoozeForm
from models.enums import RiskLane, RiskModelKind, SnoozeReason
from reports import risk_sheet as report


@bp.get("/risk")
@gate.requires(Permission.RISK_VIEW)
def open_flags() -> Answer:
    """Show everyone the nightly scan raised and nobody has answered yet, by lane."""
    return _list(Press())


@bp.route("/people/<int:person_id>/risk/leave-out", methods=["GET", "POST"])
@gate.requires(Permission.RISK_VIEW, Permission.CASEWORK_RECORD)
def leave_out(person_id: int) -> Answer:
    """Leave somebody out of the nightly scan until a day, with a reason."""
    note_access(person_id, "risk")
    form = SnoozeForm()

    def change(work: Work) -> str:
        risk.snooze(
            work.session,
            person_id=person_id,
            reason=SnoozeReason(form.reason.data),
            until_on=form.until_on.data,
            note=form.note.data or "",
            act=work.act,
        )
        return url_for("risk.open_flags")

    hint = _("The scan goes on counting; only nobody is told until then. A task that is open stays open.")
    return carried_out(form, change, said=_("Left out.")) or show_form(
        form, _("Leave out of the nightly scan"), back=url_for("risk.open_flags"), person_id=person_id, hint=hint
    )


@bp.post("/risk/left-out/<int:risk_snooze_id>/end")
@gate.requires(Permission.RISK_VIEW, Permission.CASEWORK_RECORD)
def end_leaving_out(risk_snooze_id: int) -> Answer:
    """Let somebody be in the nightly scan again."""
    found = records.snooze_of(db.session(), risk_snooze_id, edge.act().site_id)
    note_access(found.person_id if found else abort(404), "risk")
    form = Press()

    def change(work: Work) -> str:
        risk.end_snooze(work.session, snooze_id=risk_snooze_id, act=work.act)
        return url_for("risk.open_flags")

    return carried_out(form, change, said=_("In the scan again.")) or _list(form)


def _list(form: Form) -> tuple[str, int]:
    session, act = db.session(), edge.act()
    flags = records.open_flags(session, act.site_id, act.clinic_day)
    last = records.last_night(session, act.site_id)
    html = render_template(
        "risk/list.html",
        lanes=[(lane, [one for one in flags if one.lane is lane]) for lane in RiskLane],
        left_out=records.left_out(session, act.site_id, act.clinic_day),
        last=last,
        capped=records.capped_on(session, act.site_id, last) if last else 0,
        card=risk_card(),
        own=models.in_use(session, act.site_id, RiskModelKind.RECALIBRATION),
        local=models.in_use(session, act.site_id, RiskModelKind.LOCAL),
        have=edge.settings(),
        report=report,
        refused=form,
        press=Press,
    )
    return html, form.status
