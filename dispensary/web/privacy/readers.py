"""Who read a person's record: shown on the screen, and printed for the person's own hand."""

from datetime import timedelta
from functools import partial

from flask import render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.rules.consents import Ground
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.database import db
from dispensary.web.disclosures.forms import HandForm
from dispensary.web.disclosures.paper import handed_out
from dispensary.web.forms import Form
from dispensary.web.privacy.blueprint import bp
from dispensary.web.reporting import asked
from models.enums import ConsentScope, PrintedSheet
from reports import readers as report
from reports.readers import ReadersFigures

Answer = tuple[str, int] | Response
USUAL = timedelta(days=90)
SHOWN_AT_ONCE = 100


@bp.get("/people/<int:person_id>/readers")
@gate.requires(Permission.READERS_VIEW)
def readers_of(person_id: int) -> Answer:
    """Show who opened a person's record, and what was opened with a reason."""
    note_access(person_id, "who read the record")
    return _page(person_id, HandForm())


@bp.post("/people/<int:person_id>/readers")
@gate.requires(Permission.READERS_VIEW, Permission.REPORT_PRINT, Permission.DISCLOSE)
def print_readers(person_id: int) -> Answer:
    """Print it for the person's own hand."""
    note_access(person_id, "who read the record")
    form = HandForm()

    def draw(session: Session, ground: Ground) -> bytes:
        return report.render(_figures(person_id), ground, speak=edge.speaker())

    sheet, scopes = PrintedSheet.READERS, frozenset({ConsentScope.IN_TREATMENT})
    answer = handed_out(form, person_id, sheet=sheet, scopes=scopes, draw=draw, name="record.pdf")
    return answer or _page(person_id, form)


def _page(person_id: int, form: Form) -> tuple[str, int]:
    figures, number = _figures(person_id), asked.page_number()
    start = (number - 1) * SHOWN_AT_ONCE
    html = render_template(
        "privacy/readers.html",
        figures=figures,
        rows=figures.rows[start : start + SHOWN_AT_ONCE],
        page=number,
        pages=max(1, -(-len(figures.rows) // SHOWN_AT_ONCE)),
        form=form,
        report=report,
        cells=partial(report.cells, speak=edge.speaker()),
    )
    return html, form.status


def _figures(person_id: int) -> ReadersFigures:
    """Return the figures over the days that the address asks for; over the last three months where it names none."""
    today, have = edge.act().clinic_day, edge.settings()
    first, last = asked.days(usual=(today - USUAL, today))
    return report.figures(
        db.session(), person_id, about=asked.heading(first, last), zone=have.zone, day_starts=have.day_starts
    )
