"""Badge and PIN: what a member of staff sets themself, and what the administrator issues."""

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from dispensary.permissions import Permission
from dispensary.services import badges as verbs
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.reporting import asked
from dispensary.web.staff.forms import OwnPinForm, Press
from dispensary.web.staff.passwords import hashed_pin, owner_proved
from dispensary.web.staff.views import account_page, bp
from reports import badge

Answer = tuple[str, int] | BaseResponse


@bp.route("/pin", methods=["GET", "POST"])
@gate.requires()
def own_pin() -> Answer:
    """Set one's own PIN, which with the badge opens one's own locked terminal."""
    form, who = OwnPinForm(), edge.sitting()
    pin_hash = hashed_pin(form) if request.method == "POST" else None
    if pin_hash and not owner_proved(form):
        pin_hash = None

    def change(work: Work) -> str:
        verbs.change_pin(work.session, staff_id=who.staff_id, pin_hash=pin_hash or "", act=work.act)
        return url_for("sign_in.home")

    if pin_hash and (done := carried_out(form, change, said=_("Your PIN is set."))):
        return done
    hint = _("With your badge it opens a terminal that you have locked. It never signs anybody in.")
    page = render_template("staff/form.html", form=form, title=_("My PIN"), hint=hint,
                           beside=[(url_for("staff.own_password"), _("Change my password"))])  # fmt: skip
    return page, form.status


@bp.post("/staff/<int:staff_id>/badge")
@gate.requires(Permission.STAFF_MANAGE)
def issue_badge(staff_id: int) -> Answer:
    """Issue a badge; the one before opens nothing any more."""
    form = Press()

    def change(work: Work) -> str:
        verbs.issue_badge(work.session, staff_id=staff_id, act=work.act)
        return url_for("staff.account", staff_id=staff_id)

    done = carried_out(form, change, said=_("The badge is issued. Print it; an earlier one opens nothing any more."))
    return done or account_page(staff_id, form)


@bp.get("/staff/<int:staff_id>/badge.pdf")
@gate.requires(Permission.STAFF_MANAGE)
def print_badge(staff_id: int) -> Response:
    """Answer the badge in use as a sheet of its own size."""
    language = asked.heading(edge.act().clinic_day, edge.act().clinic_day).language
    figures = badge.figures(db.session(), staff_id, language=language, printed_at=edge.now())
    return asked.file(badge.render(figures, speak=edge.speaker()), asked.PDF, "badge.pdf")
