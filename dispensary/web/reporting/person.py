"""Paper about one person: the dosing history with its chart, and the card. Whoever opens it is noted first."""

from flask import Response, render_template

from dispensary.permissions import Permission
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.database import db
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.blueprint import bp
from dispensary.web.reporting.forms import PrintForm
from models.enums import PrintedSheet
from reports import charts, dose_history, patient_card, sheet
from reports.dose_history import DoseHistoryFigures

SHOWN_AT_ONCE = 100


@bp.get("/person/<int:person_id>/history")
@gate.requires(Permission.HISTORY_VIEW)
def history(person_id: int) -> str:
    """Show every dose on a person's record, newest first, with the chart."""
    note_access(person_id, "history")
    figures, number = _figures(person_id), asked.page_number()
    newest = figures.rows[::-1]
    start = (number - 1) * SHOWN_AT_ONCE
    return render_template(
        "reporting/history.html",
        figures=figures,
        rows=newest[start : start + SHOWN_AT_ONCE],
        page=number,
        pages=max(1, -(-len(newest) // SHOWN_AT_ONCE)),
        form=PrintForm(formdata=None, paper=figures.about.paper),
        history=dose_history,
        speak=edge.speaker(),
    )


@bp.post("/person/<int:person_id>/history.pdf")
@gate.requires(Permission.HISTORY_VIEW, Permission.REPORT_PRINT)
def history_pdf(person_id: int) -> Response:
    """Note who prints, and answer the history as a sheet."""
    note_access(person_id, "history")
    form = paper.understood(PrintForm())
    paper.note_of_person(PrintedSheet.DOSE_HISTORY, person_id)
    figures = _figures(person_id, form.paper.data)
    content = dose_history.render(figures, speak=edge.speaker())
    return asked.file(content, asked.PDF, f"history-{figures.person.number}.pdf")


@bp.get("/person/<int:person_id>/history.csv")
@gate.requires(Permission.HISTORY_VIEW)
def history_csv(person_id: int) -> Response:
    """Answer the history as CSV, under the person's number alone."""
    note_access(person_id, "history")
    figures, speak = _figures(person_id), edge.speaker()
    content = sheet.to_csv(dose_history.as_sheet(figures, speak), speak.zone)
    return asked.file(content, asked.CSV, f"history-{figures.person.number}.csv")


@bp.get("/person/<int:person_id>/dose-chart.svg")
@gate.requires(Permission.HISTORY_VIEW)
def dose_chart(person_id: int) -> Response:
    """Answer the chart of ordered and taken milligrams as a picture."""
    note_access(person_id, "dose_chart")
    drawing = dose_history.chart(_figures(person_id), edge.speaker())
    return Response(charts.svg(drawing), content_type="image/svg+xml")


@bp.get("/person/<int:person_id>/card.pdf")
@gate.requires(Permission.CARD_ISSUE)
def card(person_id: int) -> Response:
    """Answer the card in use as a sheet of its own size."""
    note_access(person_id, "card")
    language = asked.heading(edge.act().clinic_day, edge.act().clinic_day).language
    figures = patient_card.figures(db.session(), person_id, language=language, printed_at=edge.now())
    return asked.file(patient_card.render(figures, speak=edge.speaker()), asked.PDF, "card.pdf")


def _figures(person_id: int, on_paper: str | None = None) -> DoseHistoryFigures:
    today = edge.act().clinic_day
    about = asked.heading(today, today, on_paper)
    return dose_history.figures(db.session(), person_id, edge.sitting().site_id, about=about)
