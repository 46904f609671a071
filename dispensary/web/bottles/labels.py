"""What was handed over at one time, and its labels: L and Enter prints them."""

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from dispensary.errors import NotFound, Refused
from dispensary.permissions import Permission
from dispensary.queries import bottles as records
from dispensary.queries import handovers
from dispensary.queries import labels as label_records
from dispensary.queries.handovers import Issue
from dispensary.services import bottles
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.bottles.blueprint import bp
from dispensary.web.bottles.forms import IssueForm, LabelsForm
from dispensary.web.database import db, unit_of_work
from dispensary.web.reporting import asked
from dispensary.wording import N_, say
from models.enums import LabelLayout
from reports import bottle_labels

Answer = tuple[str, int] | BaseResponse
PRINT_KEY = "L"


@bp.get("/issues/<int:issue_id>")
@gate.requires(Permission.TAKE_HOME_VIEW)
def issue(issue_id: int) -> Answer:
    """Show what was handed over; the field prints the labels or opens the next person."""
    return _issue(_found(issue_id), IssueForm())


@bp.post("/issues/<int:issue_id>")
@gate.requires(Permission.BOTTLE_ISSUE)
def after_issue(issue_id: int) -> Answer:
    """Act on what was typed: L prints, a card or a name opens the next person, anything else does nothing."""
    form = IssueForm()
    if not form.validate_on_submit():
        return _issue(_found(issue_id), form)
    typed = (form.scan.data or "").strip()
    if typed.upper() == PRINT_KEY:
        return redirect(url_for("bottles.print_labels", issue_id=issue_id), 307)
    if len(typed) > 1:
        return redirect(url_for("station.find"), 307)
    form.scan.data = ""
    if typed:
        form.scan.errors = [_("L prints the labels. A card, name or number opens the next person.")]
        form.status = 422
    return _issue(_found(issue_id), form)


@bp.post("/issues/<int:issue_id>/labels.pdf")
@gate.requires(Permission.BOTTLE_ISSUE)
def print_labels(issue_id: int) -> Response:
    """Note that labels are printed, and answer them; each press is a printing of its own, and marked as one."""
    found = _found(issue_id)
    form = LabelsForm()
    by_key = (form.scan.data or "").strip().upper() == PRINT_KEY
    if not by_key and not form.validate_on_submit():
        raise Refused(say(N_("A sheet has 24 labels; name one of them to begin with.")), code="not_understood")
    layout = (
        label_records.last_layout(db.session(), edge.sitting().site_id) if by_key else LabelLayout(form.layout.data)
    )
    start = 1 if by_key else form.start.data or 1
    act = edge.act()
    with unit_of_work() as session:
        printed = bottles.note_labels_printed(session, issue_id=found.id, layout=layout, act=act)
        printing = printed.printing
    figures = bottle_labels.figures(
        db.session(), found.id, act.site_id, also=policies.label_lines(), printing=printing, printed_at=act.at
    )
    content = bottle_labels.render(figures, layout, speak=edge.speaker(), start=start)
    return asked.file(content, asked.PDF, f"labels-{found.id}-{printing}.pdf")


def _found(issue_id: int) -> Issue:
    found = handovers.issue(db.session(), issue_id, edge.sitting().site_id)
    if found is None:
        raise NotFound(say(N_("Nothing was handed out under this number here.")), code="no_such_issue")
    note_access(found.person_id, "bottles")
    return found


def _issue(found: Issue, form: IssueForm) -> Answer:
    layout = label_records.last_layout(db.session(), edge.sitting().site_id)
    page = {
        "issue": found,
        "bottles": records.of_issue(db.session(), found.id),
        "labels": LabelsForm(formdata=None, layout=layout.value, start=1),
    }
    return render_template("bottles/issue.html", form=form, **page), form.status
