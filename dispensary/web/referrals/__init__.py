"""Referrals of a person, calls on a schedule, case conferences, and visits elsewhere."""

from dispensary.web.referrals import calls, conferences, views, visits
from dispensary.web.referrals.blueprint import bp

__all__ = ["bp", "calls", "conferences", "views", "visits"]
