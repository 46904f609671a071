"""Policy profiles: the list, one page a profile in plain words, and the page on which a prescriber decides on it."""

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.services.policy import approve_profile
from dispensary.web import edge, gate, policies
from dispensary.web.changes import carried_out
from dispensary.web.once import Work
from dispensary.web.policy.forms import ApprovalForm
from dispensary.web.policy.shelf import on_shelf, shelf

bp = Blueprint("policy", __name__, url_prefix="/policy")


@bp.get("")
@gate.requires(Permission.POLICY_VIEW)
def profiles() -> str:
    """Show every profile, and what of them counts here today."""
    return render_template(
        "policy/profiles.html",
        shelf=shelf(),
        limits=policies.order_limits(),
        bands=policies.vomit_bands(),
        tables=policies.missed_doses(),
        take_homes=policies.take_homes(),
        windows=policies.depots(),
        minimums=policies.minimums(),
    )


@bp.get("/<profile_id>")
@gate.requires(Permission.POLICY_VIEW)
def profile(profile_id: str) -> str:
    """Explain one profile in plain words, with where each number stands."""
    return render_template("policy/profile.html", shown=on_shelf(profile_id))


@bp.route("/<profile_id>/decision", methods=["GET", "POST"])
@gate.requires(Permission.POLICY_APPROVE)
def decide(profile_id: str) -> tuple[str, int] | Response:
    """Put a profile in force at this site, or take it out of force."""
    shown = on_shelf(profile_id)
    form = ApprovalForm()
    form.submit.label.text = _("Take out of force") if shown.approval else _("Approve for this site")
    if not form.is_submitted():
        form.digest.data, form.effective_on.data = shown.profile.digest, edge.act().clinic_day

    def change(work: Work) -> str:
        approve_profile(
            work.session,
            profile=shown.profile,
            digest=form.digest.data or "",
            in_force=shown.approval is None,
            effective_on=form.effective_on.day,
            act=work.act,
        )
        return url_for("policy.profile", profile_id=profile_id)

    page = {"form": form, "shown": shown}
    return carried_out(form, change) or (render_template("policy/decide.html", **page), form.status)
