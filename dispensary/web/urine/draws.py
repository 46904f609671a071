"""Random draws: the newest, one with its list and seed, as a file that anybody can check, and on paper."""

from flask import Response, render_template, url_for
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import urine_draws
from dispensary.services import urine_draws as verbs
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.urine.blueprint import Answer, bp
from dispensary.web.urine.forms import DrawForm
from models.enums import PrintedSheet
from reports import sheet
from reports import urine_draw as report
from reports.urine_draw import DrawFigures


@bp.get("/urine/draws")
@gate.requires(Permission.CASEWORK_VIEW)
def draws() -> str:
    """List the draws, the newest first."""
    return render_template("urine/draws.html", draws=urine_draws.draws(db.session(), edge.act().site_id))


@bp.route("/urine/draws/new", methods=["GET", "POST"])
@gate.requires(Permission.URINE_DRAW)
def make() -> Answer:
    """Draw at random from those in treatment here."""
    form = DrawForm()

    def change(work: Work) -> str:
        made = verbs.draw(work.session, wanted=form.wanted.data or 0, act=work.act)
        return url_for("urine.draw", urine_draw_id=made.id)

    listed = len(verbs.frozen_list(db.session(), edge.act()))
    return carried_out(form, change, said=_("Drawn.")) or (
        render_template("urine/make_draw.html", form=form, listed=listed),
        form.status,
    )


@bp.get("/urine/draws/<int:urine_draw_id>")
@gate.requires(Permission.CASEWORK_VIEW)
def draw(urine_draw_id: int) -> str:
    """Show a draw: who was drawn, the seed and the frozen list."""
    figures = _figures(urine_draw_id)
    return render_template(
        "urine/draw.html",
        figures=figures,
        report=report,
        form=PrintForm(formdata=None, paper=figures.about.paper),
        speak=edge.speaker(),
    )


@bp.get("/urine/draws/<int:urine_draw_id>.csv")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def draw_csv(urine_draw_id: int) -> Response:
    """Answer a draw as the file that `dispensary urine-draw check` does again."""
    figures, speak = _figures(urine_draw_id), edge.speaker()
    return asked.file(sheet.to_csv(report.as_sheet(figures), speak.zone), asked.CSV, f"{_name(figures)}.csv")


@bp.post("/urine/draws/<int:urine_draw_id>.pdf")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def draw_pdf(urine_draw_id: int) -> Response:
    """Note who prints, and answer a draw as a sheet."""
    form = paper.understood(PrintForm())
    figures = _figures(urine_draw_id, form.paper.data)
    paper.note(PrintedSheet.URINE_DRAW, figures.draw.drawn_on)
    return asked.file(report.render(figures, speak=edge.speaker()), asked.PDF, f"{_name(figures)}.pdf")


def _figures(draw_id: int, on_paper: str | None = None) -> DrawFigures:
    session, site_id = db.session(), edge.sitting().site_id
    day = urine_draws.draw(session, draw_id, site_id).drawn_on
    return report.figures(session, draw_id, site_id, about=asked.heading(day, day, on_paper))


def _name(figures: DrawFigures) -> str:
    return f"urine-draw-{figures.draw.drawn_on.isoformat()}-{figures.draw.turn}"
