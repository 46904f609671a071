"""Closing the day, which seals the chains, and the audit in plain sentences."""

from dispensary.web.register.views import bp

__all__ = ["bp"]
