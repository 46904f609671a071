"""Who may be lost to follow-up by the site's rule, and what a person decides of each."""

from flask import abort, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import follow_up as records
from dispensary.services import follow_up
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.attendance.blueprint import bp
from dispensary.web.attendance.forms import KeepForm, LostForm
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.patients.pages import show_form

Answer = tuple[str, int] | Response


@bp.get("/lost")
@gate.requires(Permission.ATTENDANCE_VIEW)
def lost() -> str:
    """Show whom the rule proposes, and whom somebody goes on looking for."""
    today, after = edge.act().clinic_day, edge.settings().lost_after_no_shows
    found = records.proposals(db.session(), edge.sitting().site_id, today, after_no_shows=after)
    return render_template(
        "attendance/lost.html",
        proposed=[one for one in found if not one.waits_on(today)],
        kept=[one for one in found if one.waits_on(today)],
        after=after,
    )


@bp.route("/lost/<int:episode_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.FOLLOW_UP_DECIDE)
def confirm_lost(episode_id: int) -> Answer:
    """Confirm that a person is lost to follow-up."""
    person_id = _person_in(episode_id)
    note_access(person_id, "lost")
    form = LostForm()

    def change(work: Work) -> str:
        follow_up.confirm_lost(work.session, episode_id=episode_id, note=form.note.data or "", act=work.act)
        return url_for("attendance.lost")

    hint = _("The episode and its orders end today. Whoever comes back is admitted again, and dosing starts as after days"
             " without medicine.")  # fmt: skip
    return carried_out(form, change, said=_("The episode has ended.")) or show_form(
        person_id, form, _("Lost to follow-up"), hint
    )


@bp.route("/lost/<int:episode_id>/keep-looking", methods=["GET", "POST"])
@gate.requires(Permission.FOLLOW_UP_DECIDE)
def keep_looking(episode_id: int) -> Answer:
    """Go on looking for a person."""
    person_id = _person_in(episode_id)
    note_access(person_id, "lost")
    form = KeepForm()

    def change(work: Work) -> str:
        follow_up.keep_looking(
            work.session,
            episode_id=episode_id,
            reason=form.reason.data or "",
            look_again_on=form.look_again_on.data,
            act=work.act,
        )
        return url_for("attendance.lost")

    return carried_out(form, change, said=_("Noted. The episode goes on.")) or show_form(
        person_id, form, _("Go on looking")
    )


def _person_in(episode_id: int) -> int:
    """Return whose open episode it is, or answer that there is no such page."""
    person_id = records.person_in(db.session(), episode_id, edge.sitting().site_id)
    return person_id if person_id is not None else abort(404)
