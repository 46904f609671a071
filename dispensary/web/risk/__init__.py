"""Who the nightly scan raised, with every reason as a count that can be checked; and the person's own sheet about it."""

from dispensary.web.risk import evaluation, flags, person
from dispensary.web.risk.blueprint import bp

__all__ = ["bp", "evaluation", "flags", "person"]
