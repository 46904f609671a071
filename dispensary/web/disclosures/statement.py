"""The site's own statement of confidentiality: read by everybody who sees people, approved by the clinic head."""

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import consents
from dispensary.services import agencies
from dispensary.web import edge, gate
from dispensary.web.agencies.pages import show_form
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.disclosures.blueprint import bp
from dispensary.web.disclosures.forms import StatementForm, one_line
from dispensary.web.once import Work
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintForm
from models.enums import PrintedSheet
from reports import privacy_statement

Answer = tuple[str, int] | Response


@bp.get("/statement")
@gate.requires(Permission.CASEWORK_VIEW)
def statement() -> str:
    """Show the statement that holds, and the notice that stands on every sheet."""
    site_id, act = edge.sitting().site_id, edge.act()
    return render_template(
        "disclosures/statement.html",
        statement=consents.statement(db.session(), site_id),
        notice=consents.notice(db.session(), site_id),
        form=PrintForm(formdata=None, paper=asked.heading(act.clinic_day, act.clinic_day).paper),
    )


@bp.post("/statement.pdf")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def statement_pdf() -> Response:
    """Note who prints, and answer the statement as a sheet for the person; its name says nothing about anybody."""
    form, act = paper.understood(PrintForm()), edge.act()
    about = asked.heading(act.clinic_day, act.clinic_day, form.paper.data)
    figures = privacy_statement.figures(db.session(), act.site_id, about=about)
    paper.note(PrintedSheet.PRIVACY_STATEMENT)
    return asked.file(privacy_statement.render(figures, speak=edge.speaker()), asked.PDF, "how-it-is-kept.pdf")


@bp.route("/statement/approve", methods=["GET", "POST"])
@gate.requires(Permission.PRIVACY_APPROVE, Permission.CASEWORK_VIEW)
def approve() -> Answer:
    """Approve another statement; it holds from now on."""
    site_id = edge.sitting().site_id
    before = consents.statement(db.session(), site_id)
    form = StatementForm(
        text=before.text if before else "",
        notice=consents.notice(db.session(), site_id),
        approved_on=edge.act().clinic_day,
    )

    def change(work: Work) -> str:
        agencies.approve_statement(
            work.session,
            text=form.text.data or "",
            notice=one_line(form.notice.data),
            approved_on=form.approved_on.data,
            act=work.act,
        )
        return url_for("disclosures.statement")

    hint = _("Have it read by whoever knows the law of the place. The one before stays on record.")
    return carried_out(form, change, said=_("Approved.")) or show_form(
        form, _("Statement of confidentiality"), back=url_for("disclosures.statement"), hint=hint
    )
