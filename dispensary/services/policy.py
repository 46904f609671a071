"""Putting policy in force: a named prescriber's dated decision on one version of a profile, for one site."""

from datetime import date

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.policy.profiles import Profile
from dispensary.queries import policy
from dispensary.services import audit
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import PolicyApproval
from models.enums import AuditKind


def approve_profile(
    session: Session, *, profile: Profile, digest: str, in_force: bool, effective_on: date, act: Act
) -> PolicyApproval:
    """Put a profile in force at this site from a day on, or take it out of force.

    Args:
        profile: as loaded now.
        digest: of the text that the prescriber read on the page.
        in_force: False takes it out of force.
        effective_on: the first clinic day on which the decision counts; today or later.

    Raises:
        Conflict: the file is not the one that was shown.
        Refused: it was superseded, a day in the past, or nothing would change.
    """
    if profile.superseded and in_force:
        replaced = N_(
            "This profile was replaced by %(by)s: it can be read and tried, not approved. Approve what replaced it."
        )
        raise Refused(say(replaced, by=profile.superseded), code="superseded")
    if digest != profile.digest:
        raise Conflict(say(N_("The profile has changed since it was shown. Read it again.")), code="profile_changed")
    if effective_on < act.clinic_day:
        raise Refused(say(N_("A decision counts from today or later.")), code="in_the_past", field="effective_on")
    before = {a.profile: a for a in policy.approvals(session, act.site_id, effective_on)}.get(profile.id)
    stands = before is not None and before.in_force and before.digest == digest
    if stands == in_force:
        words = say(N_("This profile is in force already.")) if in_force else say(N_("This profile is not in force."))
        raise Refused(words, code="nothing_changes")
    approval = PolicyApproval(
        profile=profile.id,
        digest=digest,
        in_force=in_force,
        effective_on=effective_on,
        approved_at=act.at,
        **act.stamp,
    )
    session.add(approval)
    session.flush()
    audit.record(
        session,
        AuditKind.POLICY_APPROVED,
        approval,
        act,
        profile=profile.id,
        digest=digest,
        in_force=int(in_force),
        effective_on=effective_on,
    )
    return approval
