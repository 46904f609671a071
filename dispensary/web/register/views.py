"""Closing the day, and the audit."""

from datetime import date

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import audit, day_close, downtime
from dispensary.queries.reconciliation import reconciliation
from dispensary.rules.reconciliation import digest_of
from dispensary.services import day_close as closing
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.register.forms import CloseDayForm
from dispensary.web.register.presenters import sentence
from dispensary.web.sealing import seal_key
from dispensary.web.witness import prove_witness
from reports import reconciliation as report

bp = Blueprint("register", __name__)
audit_bp = Blueprint("audit", __name__)


@bp.route("/day-close", methods=["GET", "POST"])
@gate.requires(Permission.DAY_CLOSE)
def day() -> tuple[str, int] | Response:
    """Show what a clinic day comes to, and close it."""
    form = CloseDayForm()

    def change(work: Work) -> str:
        clinic_day = form.clinic_day.data or work.act.clinic_day
        closed = closing.close_day(
            work.session,
            clinic_day=clinic_day,
            key=seal_key(),
            act=work.act,
            note=form.note.data or "",
            witnessed_by_id=work.witness_id,
            seen=form.seen.data or "",
        )
        return url_for("register.day", day=closed.clinic_day.isoformat())

    witness = (lambda: prove_witness(form)) if form.witness_username.data else None
    said = _("The day is closed, and its chains are sealed.")
    return carried_out(form, change, said=said, witness=witness) or _day_page(form)


def _day_page(form: CloseDayForm) -> tuple[str, int]:
    today, site_id = edge.act().clinic_day, edge.sitting().site_id
    shown = min(_day_asked() or form.clinic_day.data or today, today)
    form.clinic_day.data = shown
    figures = day_close.day_figures(db.session(), site_id, shown)
    found = reconciliation(db.session(), site_id, shown, shown)
    form.seen.data = digest_of(found)
    unclosed = day_close.open_days(db.session(), site_id, today)
    page = render_template(
        "register/day.html",
        form=form,
        figures=figures,
        found=found,
        agrees={product.product_id: product.reconciles for product in found.products},
        report=report,
        today=today,
        open_days=unclosed,
        on_paper=downtime.not_yet_entered(db.session(), site_id),
    )
    return page, form.status


def _day_asked() -> date | None:
    """Return the day in the address; None for none, or for what is no day."""
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None


@audit_bp.get("/audit")
@gate.requires(Permission.AUDIT_VIEW)
def events() -> str:
    """Show the audit, newest first, each row as a sentence."""
    page = request.args.get("page", default=1, type=int)
    shown = audit.audit_page(db.session(), edge.sitting().site_id, page)
    lines = [(line, sentence(line)) for line in shown.lines]
    return render_template("register/audit.html", shown=shown, lines=lines)
