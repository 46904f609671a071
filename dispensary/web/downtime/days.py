"""The page of paper and back: what is printed, which days went onto paper, and which wait to be entered."""

from datetime import date

from flask import abort, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import archive
from dispensary.queries import downtime as records
from dispensary.rules.downtime import must_be_ticked
from dispensary.services import downtime
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.downtime.blueprint import bp
from dispensary.web.downtime.forms import DeclareForm, PackForm, TickForm
from dispensary.web.once import Work
from dispensary.web.reporting import asked

Answer = tuple[str, int] | Response
COPIES = 2
"""How many copies are usual: one for the window, one that stays in the drawer."""


@bp.get("")
@gate.requires(Permission.PAPER_ENTER)
def home() -> Answer:
    """Show what was printed and what waits."""
    return home_page()


@bp.post("/days")
@gate.requires(Permission.PAPER_ENTER)
def declare() -> Answer:
    """Declare that doses of a day went onto paper."""
    form = DeclareForm()

    def change(work: Work) -> str:
        day = downtime.declare_day(
            work.session, clinic_day=form.clinic_day.data, reason=form.reason.data or "", act=work.act
        )
        return url_for("downtime.grid", clinic_day=day.clinic_day.isoformat())

    said = _("Declared. The day is not yet entered until somebody signs that all its paper is.")
    return carried_out(form, change, said=said) or home_page(declare=form)


def home_page(
    pack: PackForm | None = None, declare: DeclareForm | None = None, tick: TickForm | None = None
) -> tuple[str, int]:
    """Return the page, with one of its forms as it was sent."""
    session, site_id, today = db.session(), edge.sitting().site_id, edge.act().clinic_day
    paper = asked.heading(today, today).paper
    pack = pack or PackForm(formdata=None, clinic_day=today, copies=COPIES, paper=paper)
    declare = declare or DeclareForm(formdata=None, clinic_day=today)
    tick = tick or TickForm(formdata=None)
    return render_template(
        "downtime/home.html",
        pack=pack,
        declare=declare,
        tick=tick,
        kept=archive.pack_of(session, site_id, today),
        packs=records.packs(session, site_id),
        days=records.paper_days(session, site_id),
        today=today,
        must_be_ticked=must_be_ticked,
    ), max(form.status for form in (pack, declare, tick))


def home_address() -> str:
    """Return the address of the page."""
    return url_for("downtime.home")


def day_in(text: str) -> date:
    """Return the clinic day that an address names; one that is no day has no page."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)
