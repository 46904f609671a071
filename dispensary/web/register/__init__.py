"""Closing the day, which seals the chains, and the audit in plain sentences."""

from dispensary.web.register.views import audit_bp, bp

__all__ = ["audit_bp", "bp"]
