"""A profile of our own for tests, and approvals of any."""

from datetime import UTC, date, datetime

from dispensary.policy.profiles import SHIPPED, Approval, Profile, load

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
HEAD = """
id = "mine"
title = "Ours"
jurisdiction = "Harbour Clinic"
document = "Local protocol"
edition = "2026"
words = "What we agreed."
"""
CITED = """
citation = "Local protocol, section 2"
mark = "seen"
effective_from = 2026-01-01
checked_on = 2026-01-01
words = "As we agreed."
"""


def shipped() -> dict[str, Profile]:
    """Return the shipped profiles by id."""
    return {profile.id: profile for profile in load([SHIPPED])}


def approval(profile: Profile, *, in_force: bool = True, effective_on: date = DAY) -> Approval:
    """Return a prescriber's decision on a profile."""
    return Approval(profile.id, profile.digest, in_force, effective_on, AT, "Dana Frost")
