"""The page on which policy profiles are read and put in force."""

from dispensary.web.policy.views import bp

__all__ = ["bp"]
