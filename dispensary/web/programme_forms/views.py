"""The forms that the site has named, filled in from the figures of a month, as they may leave the clinic."""

from flask import Response, abort, render_template

from dispensary.permissions import Permission
from dispensary.policy.programme_forms import ProgrammeForm, programme_forms
from dispensary.rules.indicators import months_after
from dispensary.web import edge, gate
from dispensary.web.month.asking import asked_month, month_named, printed_month, summary_of
from dispensary.web.programme_forms.blueprint import bp
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintLogForm
from models.enums import PrintedSheet
from reports import programme_forms as report
from reports import sheet
from reports.month import days_of


@bp.get("/programme-forms")
@gate.requires(Permission.INDICATOR_VIEW)
def overview() -> str:
    """List the forms that the site has named."""
    return render_template("programme_forms/overview.html", forms=_own(), month=month_named(asked_month()))


@bp.get("/programme-forms/<programme_form>")
@gate.requires(Permission.INDICATOR_VIEW)
def filled(programme_form: str) -> str:
    """Show a form of a month; of the last that is over where none is asked for."""
    first, asked_for = asked_month(), _form(programme_form)
    made = report.figures(asked_for, summary_of(first))
    about = made.month.about
    return render_template(
        "programme_forms/filled.html",
        filled=made,
        report=report,
        speak=edge.speaker(),
        names=Permission.PERSON_VIEW in edge.sitting().permissions,
        first=first,
        before=month_named(months_after(first, -1)),
        after=month_named(months_after(first, 1)),
        month=month_named(first),
        form=PrintLogForm(formdata=None, paper=about.paper, first=first, last=about.last),
    )


@bp.get("/programme-forms/<programme_form>.csv")
@gate.requires(Permission.INDICATOR_VIEW, Permission.REPORT_PRINT)
def as_csv(programme_form: str) -> Response:
    """Answer a form as CSV."""
    first, speak = asked_month(), edge.speaker()
    content = sheet.to_csv(report.as_sheet(report.figures(_form(programme_form), summary_of(first)), speak), speak.zone)
    return asked.file(content, asked.CSV, f"{programme_form}-{month_named(first)}.csv")


@bp.post("/programme-forms/<programme_form>.pdf")
@gate.requires(Permission.INDICATOR_VIEW, Permission.REPORT_PRINT)
def as_pdf(programme_form: str) -> Response:
    """Note who prints, and answer a form as a sheet."""
    asked_for, button = _form(programme_form), paper.understood(PrintLogForm())
    first = printed_month(button)
    made = report.figures(asked_for, summary_of(first, button.paper.data))
    paper.note(PrintedSheet.PROGRAMME_FORM, *days_of(first))
    return asked.file(
        report.render(made, speak=edge.speaker()), asked.PDF, f"{programme_form}-{month_named(first)}.pdf"
    )


def _own() -> list[ProgrammeForm]:
    """Return the forms that the site has named, in its order."""
    return [programme_forms()[key] for key in edge.settings().programme_forms]


def _form(key: str) -> ProgrammeForm:
    return programme_forms().get(key) or abort(404)
