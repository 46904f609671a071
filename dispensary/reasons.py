"""Reasons: what a rule answers with. No reason means go; every reason says what to do next."""

from dataclasses import dataclass

from dispensary.permissions import Permission
from dispensary.wording import Words


@dataclass(frozen=True)
class Reason:
    """Why something may not be done now.

    `code` is for machines and tests; `message` says what stands in the way, `next_step` what to do or whom to call;
    `citation` names the rule's source; `override` the permission that may decide otherwise, if any.
    """

    code: str
    message: Words
    next_step: Words
    citation: str = ""
    override: Permission | None = None
