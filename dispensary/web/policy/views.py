"""Policy profiles: one page that lists each in plain words, and one a profile on which a prescriber decides."""

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.policy.profiles import Approval, Profile
from dispensary.queries import policy
from dispensary.services.policy import approve_profile
from dispensary.web import edge, gate, policies
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.policy.forms import ApprovalForm
from dispensary.wording import N_, say

bp = Blueprint("policy", __name__, url_prefix="/policy")


@bp.get("")
@gate.requires(Permission.ORDER_VIEW)
def profiles() -> str:
    """Show every profile in plain words, and which of them count here today."""
    return render_template(
        "policy/profiles.html",
        profiles=policies.profiles(),
        approved=_in_force(),
        limits=policies.order_limits(),
        bands=policies.vomit_bands(),
    )


@bp.route("/<profile_id>", methods=["GET", "POST"])
@gate.requires(Permission.POLICY_APPROVE)
def decide(profile_id: str) -> tuple[str, int] | Response:
    """Put a profile in force at this site, or take it out of force."""
    profile, approval = _profile(profile_id), _in_force().get(profile_id)
    form = ApprovalForm()
    form.submit.label.text = _("Take out of force") if approval else _("Approve for this site")
    if not form.is_submitted():
        form.digest.data, form.effective_on.data = profile.digest, edge.act().clinic_day

    def change(work: Work) -> str:
        approve_profile(
            work.session,
            profile=profile,
            digest=form.digest.data or "",
            in_force=approval is None,
            effective_on=form.effective_on.day,
            act=work.act,
        )
        return url_for("policy.profiles")

    page = {"form": form, "profile": profile, "approval": approval}
    return carried_out(form, change) or (render_template("policy/decide.html", **page), form.status)


def _in_force() -> dict[str, Approval]:
    """Return the approvals in force here today, by profile."""
    act = edge.act()
    return {a.profile: a for a in policy.approvals(db.session(), act.site_id, act.clinic_day) if a.in_force}


def _profile(profile_id: str) -> Profile:
    """Return one profile.

    Raises:
        NotFound: there is none with this id.
    """
    found = next((profile for profile in policies.profiles() if profile.id == profile_id), None)
    if found is None:
        raise NotFound(say(N_("There is no such policy profile.")), code="no_such_profile")
    return found
