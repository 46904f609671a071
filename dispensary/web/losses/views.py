"""The list of reports, one report with what the books know of it, and a new one."""

from flask import render_template, url_for
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import losses, policy
from dispensary.queries import stock as stock_queries
from dispensary.queries.losses import LossCard
from dispensary.services import losses as services
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.losses.blueprint import bp
from dispensary.web.losses.forms import LossForm
from dispensary.web.once import Work
from dispensary.web.reporting import asked
from dispensary.web.reporting.forms import PrintForm
from reports import loss_report


@bp.get("")
@gate.requires(Permission.LOSS_VIEW)
def reports() -> str:
    """List what was reported stolen or lost, with what is still to be done."""
    act = edge.act()
    return render_template(
        "losses/reports.html",
        reports=losses.reports(db.session(), act.site_id, act.clinic_day),
        asked=policy.loss_deadlines(db.session(), act.site_id, act.clinic_day),
    )


@bp.route("/new", methods=["GET", "POST"])
@gate.requires(Permission.LOSS_REPORT)
def new() -> tuple[str, int] | Response:
    """Report a theft or a loss."""
    form = LossForm(discovered_on=edge.act().clinic_day, discovered_by=edge.sitting().name)
    form.offer(stock_queries.products(db.session()))

    def change(work: Work) -> str:
        made = services.report_loss(work.session, told=form.told, lines=form.told_lines, act=work.act)
        return url_for("losses.one", loss_report_id=made.id)

    answer = carried_out(form, change)
    return answer or (render_template("losses/new.html", form=form), form.status)


@bp.get("/<int:loss_report_id>")
@gate.requires(Permission.LOSS_VIEW)
def one(loss_report_id: int) -> str:
    """Show one report: what was told, what the books know, what was done and what is still asked for."""
    act, card = edge.act(), card_of(loss_report_id)
    about = asked.heading(card.first_on, card.discovered_on)
    return render_template(
        "losses/one.html",
        figures=loss_report.figures(db.session(), card.id, act.site_id, act.clinic_day, about=about),
        report=loss_report,
        form=PrintForm(formdata=None, paper=about.paper),
    )


def card_of(report_id: int) -> LossCard:
    """Return a report of this site.

    Raises:
        NotFound: there is none with this id here.
    """
    act = edge.act()
    return losses.report(db.session(), report_id, act.site_id, act.clinic_day)
