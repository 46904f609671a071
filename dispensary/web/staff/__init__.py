"""Accounts and roles, for the administrator; and everybody's own password."""

from dispensary.web.staff.views import bp

__all__ = ["bp"]
