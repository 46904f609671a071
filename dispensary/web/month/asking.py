"""Which month a page is asked for, and its figures."""

from datetime import date

from flask import request

from dispensary.errors import Refused
from dispensary.rules.indicators import months_after
from dispensary.web import edge
from dispensary.web.database import db
from dispensary.web.reporting import asked
from dispensary.web.reporting.forms import PrintLogForm
from dispensary.wording import N_, say
from reports import month as report
from reports.month import MonthSummary


def month_named(first: date) -> str:
    """Return a month as an address writes it."""
    return first.isoformat()[:7]


def asked_month() -> date:
    """Return the first day of the month that the address asks for; where it names none, of the last that is over.

    Raises:
        Refused: it is written in another way, or in no clinic's time, or has not begun.
    """
    today = edge.act().clinic_day
    text = request.args.get("month", "")
    try:
        first = date.fromisoformat(f"{text}-01") if text else months_after(today.replace(day=1), -1)
    except ValueError:
        raise Refused(say(N_("A month is written as year-month, such as 2026-03.")), code="not_a_month") from None
    asked.checked(first, first)
    return _begun(first)


def printed_month(button: PrintLogForm) -> date:
    """Return the first day of the month that a print button stands for.

    Raises:
        Refused: it is in no clinic's time, or has not begun.
    """
    first, _ = asked.checked(*button.days)
    return _begun(first.replace(day=1))


def _begun(first: date) -> date:
    if first > edge.act().clinic_day:
        raise Refused(say(N_("This month has not begun.")), code="not_begun")
    return first


def summary_of(first: date, on_paper: str | None = None) -> MonthSummary:
    """Return the summary of a month of this site, as it is on record now."""
    about = asked.heading(*report.days_of(first), on_paper)
    return report.figures(db.session(), edge.sitting().site_id, today=edge.act().clinic_day, about=about)
