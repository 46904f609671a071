"""When somebody reads a restricted part of a record: with the permission, or for a while after opening it with a reason."""

from collections.abc import Collection
from datetime import datetime

from dispensary.permissions import Permission
from models.enums import RestrictedPart

PERMISSION_FOR: dict[RestrictedPart, Permission] = {
    RestrictedPart.CASE_NOTES: Permission.CASE_NOTE_VIEW,
    RestrictedPart.HEALTH_TESTS: Permission.HEALTH_TEST_VIEW,
    RestrictedPart.MARKERS: Permission.MARKER_VIEW,
}
"""Who holds it reads the part without opening anything."""
LEAST_REASON = 10
"""Characters of a reason that says anything; “x” does not."""


def reads(part: RestrictedPart, permissions: Collection[Permission], open_until: datetime | None, at: datetime) -> bool:
    """Return whether somebody reads a part now.

    Args:
        open_until: until when this person's part stands open for them, if they ever opened it.
    """
    return PERMISSION_FOR[part] in permissions or (open_until is not None and at < open_until)
