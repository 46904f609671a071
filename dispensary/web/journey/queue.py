"""The waiting list: one queue with a known place for everybody in it, and the way onto it and off it."""

from flask import Response, render_template, url_for
from flask_babel import gettext as _

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import waiting as records
from dispensary.services import waiting
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.journey.blueprint import Answer, address_of, bp, form_page
from dispensary.web.journey.forms import WaitedForm, WaitForm
from dispensary.web.once import Work
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintForm
from dispensary.wording import N_, say
from models.enums import PrintedSheet, WaitingEndReason
from reports import sheet
from reports import waiting_list as report
from reports.waiting_list import WaitingFigures


@bp.get("/journey/waiting")
@gate.requires(Permission.CASEWORK_VIEW)
def waiting_list() -> str:
    """Show who waits for treatment, in the order of the queue."""
    figures = _figures()
    return render_template(
        "journey/waiting.html",
        queue=figures.queue,
        target=figures.target,
        contact_every=figures.contact_every,
        today=figures.about.last,
        form=PrintForm(formdata=None, paper=figures.about.paper),
    )


@bp.get("/journey/waiting.csv")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def waiting_csv() -> Response:
    """Answer the waiting list as CSV."""
    figures, speak = _figures(), edge.speaker()
    return asked.file(sheet.to_csv(report.as_sheet(figures, speak), speak.zone), asked.CSV, f"{_name(figures)}.csv")


@bp.get("/journey/waiting.xlsx")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def waiting_xlsx() -> Response:
    """Answer the waiting list as a workbook."""
    figures, speak = _figures(), edge.speaker()
    content = sheet.to_xlsx([report.as_sheet(figures, speak)], speak.zone, edge.now())
    return asked.file(content, asked.XLSX, f"{_name(figures)}.xlsx")


@bp.post("/journey/waiting.pdf")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def waiting_pdf() -> Response:
    """Note who prints, and answer the waiting list as a sheet."""
    form = paper.understood(PrintForm())
    paper.note(PrintedSheet.WAITING_LIST)
    figures = _figures(form.paper.data)
    return asked.file(report.render(figures, speak=edge.speaker()), asked.PDF, f"{_name(figures)}.pdf")


def _figures(on_paper: str | None = None) -> WaitingFigures:
    act = edge.act()
    about = asked.heading(act.clinic_day, act.clinic_day, on_paper)
    return report.figures(db.session(), act.site_id, target=edge.settings().targets.waiting_days, about=about)


def _name(figures: WaitingFigures) -> str:
    return f"waiting-list-{figures.about.last.isoformat()}"


@bp.route("/people/<int:person_id>/journey/wait", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def wait(person_id: int) -> Answer:
    """Put somebody on the waiting list."""
    note_access(person_id, "journey")
    form = WaitForm(since_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        since_on, why = form.since_on.data, form.why.data or ""
        waiting.wait(work.session, person_id=person_id, since_on=since_on, why=why, act=work.act)
        return address_of(person_id)

    hint = _(
        "Only where treatment cannot begin today. Meanwhile: talks, groups, supplies and naloxone, as for anybody."
    )
    return carried_out(form, change, said=_("On the list.")) or form_page(person_id, form, _("Waiting list"), hint=hint)


@bp.route("/journey/waiting/<int:waiting_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def stop_waiting(waiting_id: int) -> Answer:
    """Take somebody off the waiting list who is not admitted."""
    person_id = records.person_of_waiting(db.session(), waiting_id)
    if person_id is None:
        raise NotFound(say(N_("There is no such place on the waiting list here.")), code="no_such_waiting")
    note_access(person_id, "journey")
    form = WaitedForm(ended_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        reason, ended_on = WaitingEndReason(form.reason.data), form.ended_on.data
        waiting.stop_waiting(work.session, waiting_id=waiting_id, reason=reason, ended_on=ended_on, act=work.act)
        return url_for("journey.waiting_list")

    hint = _("Whoever is admitted leaves the list by that. Anybody else may come back to it at any time.")
    return carried_out(form, change, said=_("Off the list.")) or form_page(
        person_id, form, _("No longer waiting"), hint=hint, back=url_for("journey.waiting_list")
    )
