"""Pumps on the screen: the list with how each stands, one pump with its log, the site's rule, and the log on paper."""

from datetime import date, timedelta

from flask import Response as File
from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import pumps as records
from dispensary.queries import sites
from dispensary.queries import stock as stock_queries
from dispensary.queries.pumps import PumpCard
from dispensary.services import pumps as services
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form, id_in
from dispensary.web.once import Work
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintLogForm
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.pump_forms import ChangePumpForm, NewPumpForm, RuleForm
from models.enums import PrintedSheet
from reports import pump_log as report
from reports.pump_log import PumpLogFigures

Answer = tuple[str, int] | Response
USUAL = timedelta(days=30)


@bp.get("/pumps")
@gate.requires(Permission.STOCK_VIEW)
def pumps() -> str:
    """Show every pump and how it stands, with the rule by which that is judged."""
    site_id, today = edge.sitting().site_id, edge.act().clinic_day
    return render_template(
        "stock/pumps.html",
        pumps=records.pumps(db.session(), site_id, today),
        rule=records.rule_in_force(db.session(), site_id),
        report=report,
    )


@bp.route("/pumps/new", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_SET_UP)
def add_pump() -> Answer:
    """Put a pump in service."""
    form = NewPumpForm()
    form.offer_windows(sites.windows(db.session(), edge.sitting().site_id))
    form.offer_products(stock_queries.products(db.session()))

    def change(work: Work) -> str:
        made = services.list_pump(work.session, entry=form.entry, product_id=id_in(form.product_id.data), act=work.act)
        return url_for("stock.pump", pump_id=made.id)

    return carried_out(form, change) or _card_page(form, _("A pump for the list"), url_for("stock.pumps"))


@bp.route("/pumps/<int:pump_id>/change", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_SET_UP)
def change_pump(pump_id: int) -> Answer:
    """Change what the list says of a pump, take it out of service, or put it in again."""
    card = card_of(pump_id)
    form = ChangePumpForm(
        obj=card, window_id=str(card.window_id), out_of_service=not card.in_service, why=card.out_of_service_why
    )
    form.offer_windows(sites.windows(db.session(), card.site_id))

    def change(work: Work) -> str:
        services.change_pump(
            work.session,
            pump_id=pump_id,
            entry=form.entry,
            out_of_service_why=form.out_of_service_why,
            act=work.act,
        )
        return url_for("stock.pump", pump_id=pump_id)

    answer = carried_out(form, change, said=_("Changed."))
    return answer or _card_page(form, _("Change a pump"), url_for("stock.pump", pump_id=pump_id))


def _card_page(form: Form, title: str, back: str) -> tuple[str, int]:
    return render_template("stock/pump_card.html", form=form, title=title, back=back), form.status


@bp.route("/pumps/rule", methods=["GET", "POST"])
@gate.requires(Permission.PUMP_RULE_SET)
def pump_rule() -> Answer:
    """Set how far a pump may be off, and how often it is calibrated."""
    rules = records.rules_set(db.session(), edge.sitting().site_id)
    form = RuleForm(obj=rules[0] if rules else None)

    def change(work: Work) -> str:
        services.set_rule(
            work.session,
            tolerance=form.percent,
            every_days=form.every_days.data or 0,
            basis=form.basis.data or "",
            act=work.act,
        )
        return url_for("stock.pumps")

    return carried_out(form, change, said=_("Set.")) or (
        render_template("stock/pump_rule.html", form=form, rules=rules),
        form.status,
    )


@bp.get("/pumps/<int:pump_id>")
@gate.requires(Permission.STOCK_VIEW)
def pump(pump_id: int) -> str:
    """Show one pump and its log over the days that the address asks for; over the last month where it names none."""
    today = edge.act().clinic_day
    first, last = asked.days(usual=(today - USUAL, today))
    figures = _figures(pump_id, first, last)
    form = PrintLogForm(formdata=None, paper=figures.about.paper)
    return render_template("stock/pump.html", figures=figures, report=report, form=form, speak=edge.speaker())


@bp.post("/pumps/<int:pump_id>/log.pdf")
@gate.requires(Permission.STOCK_VIEW, Permission.REPORT_PRINT)
def pump_log_pdf(pump_id: int) -> File:
    """Note who prints, and answer the log of some days."""
    form = paper.understood(PrintLogForm())
    first, last = asked.checked(*form.days)
    figures = _figures(pump_id, first, last, form.paper.data)
    paper.note(PrintedSheet.PUMP_LOG, first, last)
    name = f"pump-{pump_id}-{asked.span(first, last)}.pdf"
    return asked.file(report.render(figures, speak=edge.speaker()), asked.PDF, name)


def card_of(pump_id: int) -> PumpCard:
    """Return a pump of this site as it stands today.

    Raises:
        NotFound: there is none such here.
    """
    return records.pump(db.session(), pump_id, edge.sitting().site_id, edge.act().clinic_day)


def _figures(pump_id: int, first: date, last: date, on_paper: str | None = None) -> PumpLogFigures:
    about = asked.heading(first, last, on_paper)
    return report.figures(db.session(), pump_id, edge.sitting().site_id, edge.act().clinic_day, about=about)
