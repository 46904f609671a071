"""The month page of the calendar, and the days announced there as closed or taken back."""

from calendar import Calendar, monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from flask import abort, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import calendar as records
from dispensary.queries.calendar import CalendarDay
from dispensary.services import calendar
from dispensary.web import edge, gate
from dispensary.web.calendar.blueprint import bp
from dispensary.web.calendar.forms import AnnounceForm, CloseNowForm, TakeBackForm
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form
from dispensary.web.once import Work
from models.enums import ClosureKind

Answer = tuple[str, int] | Response
YEARS = range(2000, 2200)
"""No clinic of ours is older, or plans so far ahead."""


@dataclass(frozen=True)
class Month:
    """One month of the calendar by weeks, Monday first, and how to go to those beside it."""

    first: date
    weeks: list[list[CalendarDay]]
    before: str
    after: str

    @property
    def closures(self) -> list[records.Closure]:
        """The closed days of the month itself, oldest first."""
        days = (day for week in self.weeks for day in week if day.day.month == self.first.month)
        return [day.closure for day in days if day.closure is not None]


@bp.get("")
@gate.requires(Permission.CALENDAR_SET)
def this_month() -> Answer:
    """Show the month of today."""
    return month_page(edge.act().clinic_day)


@bp.get("/<month>")
@gate.requires(Permission.CALENDAR_SET)
def month(month: str) -> Answer:
    """Show one month."""
    return month_page(_first_of(month))


@bp.post("/closed-days")
@gate.requires(Permission.CALENDAR_SET)
def announce() -> Answer:
    """Announce a span of days as closed."""
    form = AnnounceForm()

    def change(work: Work) -> str:
        made = calendar.announce_closed(
            work.session,
            first=form.first.data,
            last=form.last.data or form.first.data,
            kind=ClosureKind(form.kind.data),
            reason=form.reason.data or "",
            act=work.act,
        )
        return _address(made[0].clinic_day)

    said = _("Announced. Nobody who stays away on these days has missed a visit; see who needs doses for them.")
    return carried_out(form, change, said=said) or month_page(_asked_for(form), announce=form)


@bp.post("/closed-days/now")
@gate.requires(Permission.CALENDAR_SET)
def close_now() -> Answer:
    """Mark today as closed from now on."""
    form = CloseNowForm()

    def change(work: Work) -> str:
        today = work.act.clinic_day
        calendar.announce_closed(
            work.session,
            first=today,
            last=today,
            kind=ClosureKind.SUDDEN,
            reason=form.happened.data or "",
            act=work.act,
        )
        return _address(today)

    said = _("Today is marked as closed. Whoever was not dosed today has not missed a visit, and has had no medicine.")
    return carried_out(form, change, said=said) or month_page(edge.act().clinic_day, close_now=form)


@bp.route("/closed-days/<int:closed_day_id>/take-back", methods=["GET", "POST"])
@gate.requires(Permission.CALENDAR_SET)
def take_back(closed_day_id: int) -> Answer:
    """Take a closed day back."""
    closed = records.closed_day(db.session(), closed_day_id, edge.sitting().site_id)
    if closed is None:
        abort(404)
    form = TakeBackForm()

    def change(work: Work) -> str:
        calendar.take_back(work.session, closed_day_id=closed_day_id, reason=form.reason.data or "", act=work.act)
        return _address(closed.day)

    said = _("The clinic is open on that day. Doses that a list allowed for it and nobody has handed out are taken back:"
             " what is left of the closure is signed anew.")  # fmt: skip
    return carried_out(form, change, said=said) or (
        render_template("calendar/take_back.html", form=form, closed=closed),
        form.status,
    )


def month_page(
    shown: date, announce: AnnounceForm | None = None, close_now: CloseNowForm | None = None
) -> tuple[str, int]:
    """Return the page of the month of a day; with what a rule refused, if a form there was sent in vain."""
    today, site_id = edge.act().clinic_day, edge.sitting().site_id
    sent: Form | None = announce or close_now
    page = render_template(
        "calendar/month.html",
        month=_month(shown.replace(day=1), site_id),
        today=today,
        closed_today=records.closures_of(db.session(), site_id, today, today),
        announce=announce or AnnounceForm(formdata=None),
        close_now=close_now or CloseNowForm(formdata=None),
    )
    return page, sent.status if sent else 200


def _month(first: date, site_id: int) -> Month:
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    days = records.calendar_of(db.session(), site_id, weeks[0][0], weeks[-1][-1])
    before = first - timedelta(days=1)
    after = first + timedelta(days=monthrange(first.year, first.month)[1])
    return Month(first, [[days[day] for day in week] for week in weeks], f"{before:%Y-%m}", f"{after:%Y-%m}")


def _first_of(month: str) -> date:
    """Return the first day of a month written as 2026-03, or answer that there is no such page."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        abort(404)
    return first if first.year in YEARS else abort(404)


def _asked_for(form: AnnounceForm) -> date:
    """Return a day of the month that the form is about; today's where that cannot be told."""
    asked: date | None = form.first.data
    return asked if asked and asked.year in YEARS else edge.act().clinic_day


def _address(day: date) -> str:
    return url_for("calendar.month", month=f"{day:%Y-%m}")
