"""The list of a desk, on the screen and on paper."""

from flask import abort, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import worklist as records
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.worklist.blueprint import bp
from models.enums import Desk, PrintedSheet
from reports import worklist as report
from reports.worklist import WorkFigures


@bp.get("/worklist")
@gate.requires(Permission.TASK_WORK)
def own() -> str:
    """Show the list of the desk at which somebody works."""
    return _page(Desk.NURSE if current_user.may(Permission.STATION_USE) else Desk.COUNSELLING)


@bp.get("/worklist/<desk>")
@gate.requires(Permission.TASK_WORK)
def of_desk(desk: str) -> str:
    """Show the open tasks of a desk, the one due first on top."""
    return _page(desk_in(desk))


@bp.post("/worklist/<desk>.pdf")
@gate.requires(Permission.TASK_WORK, Permission.REPORT_PRINT)
def pdf(desk: str) -> Response:
    """Note who prints, and answer the list as a sheet."""
    of, form = desk_in(desk), paper.understood(PrintForm())
    paper.note(PrintedSheet.WORKLIST)
    content = report.render(_figures(of, form.paper.data), speak=edge.speaker())
    return asked.file(content, asked.PDF, f"worklist-{of.value}-{edge.act().clinic_day.isoformat()}.pdf")


def desk_in(text: str) -> Desk:
    """Return the desk in an address, or answer that there is no such page."""
    return Desk(text) if text in set(Desk) else abort(404)


def _figures(desk: Desk, on_paper: str | None = None) -> WorkFigures:
    act = edge.act()
    everyone = desk is not Desk.COUNSELLING or request.values.get("who") == "all"
    about = asked.heading(act.clinic_day, act.clinic_day, on_paper)
    return report.figures(db.session(), act.site_id, desk, staff_id=act.by_id, everyone=everyone, about=about)


def _page(desk: Desk) -> str:
    figures = _figures(desk)
    return render_template(
        "worklist/list.html",
        desk=desk,
        desks=list(Desk),
        counts=records.counts(db.session(), edge.act().site_id),
        figures=figures,
        report=report,
        now=edge.now(),
        form=PrintForm(formdata=None, paper=figures.about.paper),
    )
