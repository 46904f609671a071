"""Two records of one person: choosing the other, both side by side with what a link would do, and taking a link back."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from dispensary.errors import DomainError
from dispensary.permissions import Permission
from dispensary.queries import links as plans
from dispensary.queries import people as records
from dispensary.services import links
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.patients.forms import LinkForm, OtherRecordForm, UnlinkForm
from dispensary.web.patients.pages import address_of, bp
from dispensary.web.witness import prove_witness

Answer = tuple[str, int] | BaseResponse


@bp.route("/<int:person_id>/link", methods=["GET", "POST"])
@gate.requires(Permission.RECORD_LINK)
def choose_record(person_id: int) -> Answer:
    """Choose the other record of the same person, by its card, number or name."""
    note_access(person_id, "link")
    form, found = OtherRecordForm(), None
    if form.validate_on_submit():
        found = records.find_people(db.session(), form.text.data or "")
        found.people[:] = [other for other in found.people if other.id != person_id]
        if len(found.people) == 1:
            return redirect(url_for("patients.link", person_id=person_id, other_id=found.people[0].id), 303)
        if not found.people:
            form.text.errors = [_("No other record is found under this. Try its number, or part of the name.")]
            form.status = 422
    who = records.identity(db.session(), person_id)
    return render_template("patients/link_choose.html", form=form, found=found, person=who), form.status


@bp.route("/<int:person_id>/link/<int:other_id>", methods=["GET", "POST"])
@gate.requires(Permission.RECORD_LINK)
def link(person_id: int, other_id: int) -> Answer:
    """Show both records and what linking does, and link them: the first survives."""
    note_access(person_id, "link")
    note_access(other_id, "link")
    form = LinkForm()

    def change(work: Work) -> str:
        links.link_records(
            work.session,
            root_id=person_id,
            person_id=other_id,
            shown=form.shown.data or "",
            reason=form.reason.data or "",
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return address_of(person_id)

    done = carried_out(form, change, said=_("The two records are one."), witness=lambda: prove_witness(form))
    return done or _compare(form, person_id, other_id)


def _compare(form: LinkForm, person_id: int, other_id: int) -> Answer:
    plan = plans.plan(db.session(), root_id=person_id, person_id=other_id, clinic_day=edge.act().clinic_day)
    impossible = _impossible(plan)
    if request.method == "GET" or form.status == 409:  # noqa: PLR2004 - a conflict: what changed is shown anew
        form.shown.data = plan.digest
    page = render_template("patients/link.html", form=form, plan=plan, impossible=impossible)
    return page, form.status


def _impossible(plan: plans.LinkPlan) -> str:
    try:
        links.refuse_impossible(plan)
    except DomainError as refusal:
        return edge.speaker()(refusal.words)
    return ""


@bp.route("/links/<int:link_id>/undo", methods=["GET", "POST"])
@gate.requires(Permission.RECORD_LINK)
def undo_link(link_id: int) -> Answer:
    """Take back a link that was a mistake."""
    found = plans.link(db.session(), link_id)
    note_access(found.person_id, "unlink")
    form = UnlinkForm()

    def change(work: Work) -> str:
        links.unlink_records(
            work.session,
            link_id=link_id,
            reason=form.reason.data or "",
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return address_of(found.person_id)

    said = _("The two records are of two people again.")
    done = carried_out(form, change, said=said, witness=lambda: prove_witness(form))
    who = records.identity(db.session(), found.root_id)
    return done or (render_template("patients/unlink.html", form=form, link=found, person=who), form.status)
