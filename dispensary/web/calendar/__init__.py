"""The clinic's calendar: its months, and the days announced as closed."""

from dispensary.web.calendar import views
from dispensary.web.calendar.blueprint import bp

__all__ = ["bp", "views"]
