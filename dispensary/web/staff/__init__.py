"""Accounts, roles, passwords, badges and PINs."""

from dispensary.web.staff import badges
from dispensary.web.staff.views import bp

__all__ = ["badges", "bp"]
