"""The data-quality list on the screen and as a file, each row with its reason and the way to the record."""

from datetime import date, timedelta

from flask import Response, render_template, request

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.policy.indicators import indicator_rules
from dispensary.rules.data_quality import Fault
from dispensary.web import edge, gate
from dispensary.web.data_quality.blueprint import bp
from dispensary.web.database import db
from dispensary.web.reporting import asked
from dispensary.wording import N_, say
from reports import data_quality as report
from reports import sheet
from reports.data_quality import QualityFigures

SHOWN_AT_ONCE = 100


@bp.get("/data-quality")
@gate.requires(Permission.DATA_QUALITY_VIEW)
def faults() -> str:
    """Show what cannot be right or is missing, the newest first."""
    found, of, number = _figures(), _fault(), asked.page_number()
    rows = found.of(of)
    start = (number - 1) * SHOWN_AT_ONCE
    return render_template(
        "data_quality/faults.html",
        figures=found,
        report=report,
        rows=rows[start : start + SHOWN_AT_ONCE],
        page=number,
        pages=max(1, -(-len(rows) // SHOWN_AT_ONCE)),
        of=of,
        told=_told(found, of),
        whole=_told(found),
    )


@bp.get("/data-quality.csv")
@gate.requires(Permission.DATA_QUALITY_VIEW, Permission.REPORT_PRINT)
def as_csv() -> Response:
    """Answer the list as CSV; it stays in the clinic, for it names people."""
    speak = edge.speaker()
    content = sheet.to_csv(report.as_sheet(_figures().of(_fault()), speak), speak.zone)
    return asked.file(content, asked.CSV, f"data-quality-{edge.act().clinic_day.isoformat()}.csv")


def _fault() -> Fault | None:
    """Return the kind that the address asks for; None for all of them."""
    word = request.args.get("of", "")
    return Fault(word) if word in set(Fault) else None


def _told(found: QualityFigures, of: Fault | None = None) -> dict[str, str]:
    """Return what is asked for, as it stands in an address."""
    return ({"of": of.value} if of else {}) | {"from": found.since.isoformat()}


def _figures() -> QualityFigures:
    today = edge.act().clinic_day
    usual = today - timedelta(days=indicator_rules().looked_at_days)
    try:
        since = date.fromisoformat(request.args.get("from") or usual.isoformat())
    except ValueError:
        raise Refused(say(N_("A day is written as year-month-day, such as 2026-03-02.")), code="not_a_day") from None
    return report.figures(db.session(), edge.sitting().site_id, today=today, since=since)
