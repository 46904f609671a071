"""Sessions with people: the day's list, a person's dates, what became of each, case notes and caseloads."""

from dispensary.web.sessions import caseload, day, notes, one
from dispensary.web.sessions.blueprint import bp

__all__ = ["bp", "caseload", "day", "notes", "one"]
