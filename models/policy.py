"""Which policy profiles a named prescriber has approved for a site."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped

from models.base import Fact


class PolicyApproval(Fact):
    """A prescriber puts one version of a profile in force at a site from a day on, or takes it out of force."""

    __tablename__ = "policy_approval"

    profile: Mapped[str]
    """The profile's id, as in its file name."""
    digest: Mapped[str]
    """SHA-256 of the file that was read; a file that changed since is refused at start."""
    in_force: Mapped[bool]
    effective_on: Mapped[date]
    approved_at: Mapped[datetime]
