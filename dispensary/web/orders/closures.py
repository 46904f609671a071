"""Closures on the prescriber's side: which are coming, who needs doses for one, and the list that is signed."""

from collections.abc import Iterator
from datetime import date

from flask import Response, abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, SubmitField

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import closure_needs
from dispensary.queries import closures as records
from dispensary.queries.calendar import calendar_of
from dispensary.queries.closure_needs import Needs
from dispensary.rules.calendar import LONGEST_CLOSURE
from dispensary.rules.closures import WHY
from dispensary.rules.names import printable
from dispensary.services import closures
from dispensary.web import edge, gate, policies
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import LONGEST_ID, Form, TextField
from dispensary.web.once import Work
from dispensary.web.orders.blueprint import bp
from dispensary.web.reporting import asked, paper
from dispensary.wording import N_, say
from models.enums import PrintedSheet
from reports import closure_list as report

Answer = tuple[str, int] | BaseResponse
WAY = "way-"
"""How the field of one person's other way begins; the record's number follows."""
YEARS = range(2000, 2200)
"""No clinic of ours is older, or plans so far ahead."""


class SignForm(Form):
    """The list of a closure, as it was shown; the other ways stand beside the people, one field each."""

    shown = HiddenField()
    otherwise = TextField(
        _l("For everybody else without doses"),
        longest=200,
        description=_l("Counts for whoever has no doses proposed and nothing typed beside the name."),
    )
    sign = SubmitField(_l("Sign the list"))


@bp.get("/orders/closures")
@gate.requires(Permission.TAKE_HOME_VIEW)
def coming_closures() -> Answer:
    """Show the closures of the coming three months, and for which a list was signed."""
    act = edge.act()
    return render_template("orders/closures.html", spans=records.coming(db.session(), act.site_id, act.clinic_day)), 200


@bp.get("/orders/closures/<first_on>/<last_on>")
@gate.requires(Permission.TAKE_HOME_VIEW)
def closure(first_on: str, last_on: str) -> Answer:
    """Show who needs doses for a closure, and the list that was signed."""
    return _page(*_span(first_on, last_on), SignForm())


@bp.post("/orders/closures/<first_on>/<last_on>")
@gate.requires(Permission.ORDER_SIGN, Permission.TAKE_HOME_DECIDE)
def sign_closure(first_on: str, last_on: str) -> Answer:
    """Sign the list."""
    first, last = _span(first_on, last_on)
    form, ways = SignForm(), _ways()
    policy = policies.take_homes()

    def change(work: Work) -> str:
        closures.sign_list(
            work.session,
            first=first,
            last=last,
            other_ways=ways,
            otherwise=form.otherwise.data or "",
            shown=form.shown.data or "",
            policy=policy,
            act=work.act,
        )
        return _address(first, last)

    said = _("The list is signed. The doses are handed out with the last visit before the closure.")
    return carried_out(form, change, said=said) or _page(first, last, form)


@bp.post("/orders/closures/<first_on>/<last_on>/list.pdf")
@gate.requires(Permission.TAKE_HOME_VIEW, Permission.REPORT_PRINT)
def closure_list(first_on: str, last_on: str) -> Response:
    """Note who prints, and answer the signed list."""
    first, last = _span(first_on, last_on)
    signed = records.signed_list(db.session(), edge.sitting().site_id, first, last)
    if signed is None:
        raise NotFound(say(N_("No list was signed for these days yet.")), code="no_list")
    paper.note(PrintedSheet.CLOSURE_LIST, first, last)
    content = report.render(signed, about=asked.heading(first, last), speak=edge.speaker())
    return asked.file(content, asked.PDF, f"closure-{asked.span(first, last)}.pdf")


def _page(first: date, last: date, form: SignForm) -> tuple[str, int]:
    act, session = edge.act(), db.session()
    opened = [day for day in calendar_of(session, act.site_id, first, last).values() if day.open]
    needed = None if opened or first < act.clinic_day else _needs(first, last)
    if needed is not None:
        form.shown.data = needed.digest
    page = render_template(
        "orders/closure.html",
        first=first,
        last=last,
        form=form,
        open_days=opened,
        needs=needed,
        ways=_ways(),
        way_name=WAY,
        why=WHY,
        signed=records.signed_list(session, act.site_id, first, last),
    )
    return page, form.status


def _needs(first: date, last: date) -> Needs:
    act = edge.act()
    return closure_needs.needs(
        db.session(), act.site_id, first=first, last=last, today=act.clinic_day, at=act.at, policy=policies.take_homes()
    )


def _ways() -> dict[int, str]:
    """Return what was typed as another way, by person."""
    return dict(_typed())


def _typed() -> Iterator[tuple[int, str]]:
    for name, value in request.form.items():
        number = name.removeprefix(WAY)
        if name.startswith(WAY) and number.isascii() and number.isdigit() and len(number) <= LONGEST_ID:
            yield int(number), printable(value)


def _span(first_on: str, last_on: str) -> tuple[date, date]:
    """Return the days that an address names, or answer that there is no such page."""
    try:
        first, last = date.fromisoformat(first_on), date.fromisoformat(last_on)
    except ValueError:
        abort(404)
    if not 0 <= (last - first).days < LONGEST_CLOSURE or first.year not in YEARS:
        abort(404)
    return first, last


def _address(first: date, last: date) -> str:
    return url_for("orders.closure", first_on=first.isoformat(), last_on=last.isoformat())
