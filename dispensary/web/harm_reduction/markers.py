"""Markers of special groups: of one person, for the few who may read them; and the counts, for those who plan for them."""

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispensary.permissions import Permission
from dispensary.policy.house import house_rules
from dispensary.queries import markers as records
from dispensary.queries import people
from dispensary.rules.harm_reduction import shown_count
from dispensary.services import markers
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.agencies.pages import show_form
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.glass import may_read, opened_until, to_open
from dispensary.web.harm_reduction.blueprint import Answer, bp
from dispensary.web.harm_reduction.forms import EndMarkerForm, MarkerForm
from dispensary.web.once import Work
from models.enums import MarkerKind, RestrictedPart


@bp.get("/people/<int:person_id>/markers")
@gate.requires(Permission.PERSON_VIEW)
def markers_of(person_id: int) -> Answer:
    """Show a person's markers to who may read them; to anybody else the way to open them with a reason."""
    if not may_read(person_id, RestrictedPart.MARKERS):
        return to_open(person_id, RestrictedPart.MARKERS)
    note_access(person_id, "markers")
    html = render_template(
        "harm_reduction/markers.html",
        person=people.identity(db.session(), person_id),
        markers=records.of_person(db.session(), person_id),
        opened_until=opened_until(person_id, RestrictedPart.MARKERS),
    )
    return html, 200


@bp.route("/people/<int:person_id>/markers/set", methods=["GET", "POST"])
@gate.requires(Permission.MARKER_SET)
def set_marker(person_id: int) -> Answer:
    """Mark that a person belongs to a group."""
    note_access(person_id, "markers")
    form = MarkerForm(from_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        kind = MarkerKind(form.kind.data)
        markers.set_marker(work.session, person_id=person_id, kind=kind, from_on=form.from_on.data, act=work.act)
        return _address_of(person_id)

    hint = _("Only with the person's knowledge. It opens help, never closes any.")
    return carried_out(form, change, said=_("Marked.")) or show_form(
        form, _("Special groups"), back=_address_of(person_id), person_id=person_id, hint=hint
    )


@bp.route("/markers/<int:marker_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.MARKER_SET)
def end_marker(marker_id: int) -> Answer:
    """End a marker."""
    person_id = records.person_of(db.session(), marker_id)
    note_access(person_id, "markers")
    form = EndMarkerForm(ended_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        markers.end_marker(work.session, marker_id=marker_id, ended_on=form.ended_on.data, act=work.act)
        return _address_of(person_id)

    return carried_out(form, change, said=_("Ended.")) or show_form(
        form, _("Special groups"), back=_address_of(person_id), person_id=person_id
    )


@bp.get("/harm-reduction/groups")
@gate.requires(Permission.CASEWORK_VIEW)
def counts() -> str:
    """Show how many of those in treatment belong to each group; few of a kind only to who may know of whom."""
    act, least = edge.act(), house_rules().least_shown
    in_treatment, found = records.counts(db.session(), act.site_id, act.clinic_day)
    if not current_user.may(Permission.MARKER_VIEW):
        shown = {kind: shown_count(people, least) for kind, people in found.items()}
    else:
        shown = dict(found)
    return render_template("harm_reduction/groups.html", counts=shown, in_treatment=in_treatment, least=least)


def _address_of(person_id: int) -> str:
    return url_for("harm_reduction.markers_of", person_id=person_id)
