"""What a request for paper says: which days, which page, which size; and how a file is answered."""

from datetime import date, timedelta

from flask import Response, request

from dispensary.errors import Refused
from dispensary.web import edge
from dispensary.web.database import db
from dispensary.wording import N_, say
from reports import page
from reports.page import Heading

LONGEST = timedelta(days=366)
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
"""No clinic asks beyond them; the calendar itself ends soon after."""
PDF = "application/pdf"
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def days(usual: tuple[date, date] | None = None) -> tuple[date, date]:
    """Return the clinic days that the address asks for; where it names none the usual ones, or today.

    Raises:
        Refused: not days, or none that can be printed.
    """
    today = edge.act().clinic_day
    first = _day(request.args.get("from", ""), usual[0] if usual else today)
    return checked(first, _day(request.args.get("until", ""), usual[1] if usual else first))


def checked(first: date, last: date) -> tuple[date, date]:
    """Return a period that can be printed.

    Raises:
        Refused: its days are in the wrong order, more than a year of them, or in no clinic's time.
    """
    if first < EARLIEST or last > LATEST:
        raise Refused(say(N_("Nothing is on record of such days. Choose days of this clinic.")), code="no_such_days")
    if first > last:
        raise Refused(say(N_("The first day comes after the last. Turn them round.")), code="days_reversed")
    if last - first > LONGEST:
        raise Refused(say(N_("This is more than a year. Ask for less at once.")), code="too_many_days")
    return first, last


def _day(text: str, default: date) -> date:
    if not text:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(say(N_("A day is written as year-month-day, such as 2026-03-02.")), code="not_a_day") from None


def page_number() -> int:
    """Return which page of a long table the address asks for, from 1."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1  # noqa: PLR2004 - digits


def heading(first: date, last: date, on_paper: str | None = None) -> Heading:
    """Return what a report printed now, by whoever is signed in, says about itself."""
    who = edge.sitting()
    return page.heading(
        db.session(), who.site_id, first, last, printed_by=who.name, printed_at=edge.now(), on_paper=on_paper
    )


def file(content: bytes, kind: str, name: str) -> Response:
    """Return a file; its name says nothing about anybody.

    A sheet is shown by the browser: it is looked at before it goes to the printer, and nothing about anybody is left in
    a folder of the terminal. A table is kept, for another program.
    """
    response = Response(content, content_type=kind)
    way = "inline" if kind == PDF else "attachment"
    response.headers["Content-Disposition"] = f'{way}; filename="{name}"'
    return response


def span(first: date, last: date) -> str:
    """Return a period as part of a file's name."""
    return first.isoformat() if first == last else f"{first.isoformat()}_{last.isoformat()}"
