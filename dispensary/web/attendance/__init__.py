"""Who misses doses, and who may be lost to follow-up."""

from dispensary.web.attendance import follow_up, missed
from dispensary.web.attendance.blueprint import bp

__all__ = ["bp", "follow_up", "missed"]
