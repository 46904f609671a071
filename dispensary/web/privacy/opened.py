"""Opening a restricted part with a reason, and the clinic head's list of what was opened."""

from datetime import timedelta

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SubmitField

from dispensary.permissions import Permission, roles_with
from dispensary.policy.house import house_rules
from dispensary.queries import glass as records
from dispensary.queries.caseload import colleagues
from dispensary.services import glass
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.agencies.pages import show_form
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form, Required, TextField
from dispensary.web.glass import may_read
from dispensary.web.once import Work
from dispensary.web.patients.forms import Press
from dispensary.web.privacy.blueprint import bp
from models.enums import RestrictedPart

Answer = tuple[str, int] | Response
LATELY = timedelta(days=31)
PAGE_OF = {
    RestrictedPart.CASE_NOTES: "sessions.notes",
    RestrictedPart.HEALTH_TESTS: "health_tests.of_person",
    RestrictedPart.MARKERS: "harm_reduction.markers_of",
}
"""Where each part is read."""
WHOSE = {
    RestrictedPart.CASE_NOTES: _l("Case notes are read by counsellors and prescribers."),
    RestrictedPart.HEALTH_TESTS: _l("Results of health tests are read by counsellors and prescribers."),
    RestrictedPart.MARKERS: _l("Markers of special groups are read by counsellors and prescribers."),
}


class OpenForm(Form):
    """Why a restricted part has to be read now."""

    reason = TextField(
        _l("Why you have to read it now"),
        [Required()],
        longest=500,
        render_kw={"autofocus": True, "autocomplete": "off"},
    )
    submit = SubmitField(_l("Open it"))


@bp.route("/people/<int:person_id>/open/<restricted_part>", methods=["GET", "POST"])
@gate.requires(Permission.GLASS_BREAK)
def open_part(person_id: int, restricted_part: str) -> Answer:
    """Open a restricted part of a person's record for a while, with a reason that the clinic head reads."""
    if restricted_part not in PAGE_OF:
        abort(404)
    part = RestrictedPart(restricted_part)
    read_at = url_for(PAGE_OF[part], person_id=person_id)
    if may_read(person_id, part):
        return redirect(read_at, 303)
    note_access(person_id, "open a restricted part")
    form = OpenForm()

    def change(work: Work) -> str:
        glass.break_glass(work.session, person_id=person_id, part=part, reason=form.reason.data or "", act=work.act)
        return read_at

    hours = house_rules().glass_open_for // timedelta(hours=1)
    promise = _(
        "Opened with a reason it stays open for you for %(hours)s hours. The clinic head sees that you opened it, and"
        " why; the person may see it too.",
        hours=hours,
    )
    title = _("Closed: %(part)s", part=edge.speaker()(part))
    answer = carried_out(form, change, said=_("Open. The clinic head sees that you opened it, and why."))
    return answer or show_form(form, title, back=_back(person_id), person_id=person_id, hint=f"{WHOSE[part]} {promise}")


@bp.get("/privacy/opened")
@gate.requires(Permission.GLASS_REVIEW)
def opened() -> Answer:
    """Show what was opened with a reason: what is still to be seen, and what was ticked lately."""
    return _list(Press())


@bp.post("/privacy/opened/<int:glass_broken_id>/seen")
@gate.requires(Permission.GLASS_REVIEW)
def tick_seen(glass_broken_id: int) -> Answer:
    """Tick that it was seen."""
    form = Press()

    def change(work: Work) -> str:
        glass.tick_seen(work.session, glass_id=glass_broken_id, act=work.act)
        return url_for("privacy.opened")

    return carried_out(form, change) or _list(form)


@bp.app_template_global()
def glass_to_see() -> int:
    """Return how many opened parts wait for whoever is signed in; nothing is read for who ticks none."""
    if not current_user.may(Permission.GLASS_REVIEW):
        return 0
    who = edge.sitting()
    return records.count_to_be_seen(db.session(), who.site_id, who.staff_id)


def _list(form: Form) -> tuple[str, int]:
    session, who = db.session(), edge.sitting()
    waiting = records.to_be_seen(session, who.site_id)
    own = [one for one in waiting if one.by_id == who.staff_id]
    html = render_template(
        "privacy/opened.html",
        waiting=waiting,
        nobody_else=bool(own) and not _other_heads(who.site_id, who.staff_id),
        seen=records.seen_lately(session, who.site_id, edge.now() - LATELY),
        me=who.staff_id,
        refused=form,
        press=Press,
    )
    return html, form.status


def _back(person_id: int) -> str:
    if current_user.may(Permission.PERSON_VIEW):
        return url_for("patients.show", person_id=person_id)
    return url_for("sign_in.home")


def _other_heads(site_id: int, staff_id: int) -> bool:
    """Return whether somebody else here may tick what this one opened."""
    heads = colleagues(db.session(), site_id, edge.act().clinic_day, roles_with(Permission.GLASS_REVIEW))
    return any(one.id != staff_id for one in heads)
