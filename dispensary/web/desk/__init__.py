"""The counsellor's desk: the day on one screen."""

from dispensary.web.desk.views import bp

__all__ = ["bp"]
