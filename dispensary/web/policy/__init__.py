"""The pages on which policy profiles are read, tried and put in force."""

from dispensary.web.policy import what_if
from dispensary.web.policy.views import bp

__all__ = ["bp", "what_if"]
