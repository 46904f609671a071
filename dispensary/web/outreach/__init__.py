"""Outreach: people met before they are anybody's patient."""

from dispensary.web.outreach import views
from dispensary.web.outreach.blueprint import bp

__all__ = ["bp", "views"]
