"""The profiles on the shelf, as pages show them: what each speaks of, and whether it counts here today."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from dispensary.errors import NotFound
from dispensary.policy.profiles import Approval, Profile
from dispensary.queries import policy
from dispensary.web import edge, policies
from dispensary.web.database import db
from dispensary.wording import N_, say


@dataclass(frozen=True)
class OnShelf:
    """A profile and the approval that puts it in force here, if it is."""

    profile: Profile
    approval: Approval | None

    @property
    def status(self) -> str:
        """Draft, approved or superseded, in words."""
        if self.profile.superseded:
            return _("Superseded")
        return _("Approved") if self.approval else _("Draft")

    @property
    def speaks_of(self) -> str:
        """What the profile speaks of, in words."""
        return ", ".join(_kinds(self.profile))


def _kinds(profile: Profile) -> Iterator[str]:
    said = (
        (profile.missed_doses, _("missed doses")),
        (profile.take_home_steps or profile.take_home_criteria or profile.take_home_rules, _("take-home doses")),
        (profile.depot_windows, _("injections")),
        (profile.minimums, _("how often at least")),
        (profile.order_limits, _("limits of orders")),
        (profile.vomit_bands, _("doses that came up")),
        (profile.alerts, _("health before a dose")),
        (profile.label_lines, _("labels")),
        (profile.loss_deadlines, _("theft and loss")),
    )
    return (words for entries, words in said if entries)


def shelf() -> list[OnShelf]:
    """Return every profile, by id, with what was decided about it here."""
    decided = _in_force()
    return [OnShelf(profile, decided.get(profile.id)) for profile in policies.profiles()]


def on_shelf(profile_id: str) -> OnShelf:
    """Return one profile.

    Raises:
        NotFound: there is none with this id.
    """
    found = next((one for one in shelf() if one.profile.id == profile_id), None)
    if found is None:
        raise NotFound(say(N_("There is no such policy profile.")), code="no_such_profile")
    return found


def _in_force() -> dict[str, Approval]:
    """Return the approvals in force here today, by profile."""
    act = edge.act()
    return {a.profile: a for a in policy.approvals(db.session(), act.site_id, act.clinic_day) if a.in_force}
