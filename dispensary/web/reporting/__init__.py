"""Paper: the dispensing log, the register, a person's history and card, on the screen, on paper and as files."""

from dispensary.web.reporting import log, own_sheet, person, register, seconds
from dispensary.web.reporting.blueprint import bp

__all__ = ["bp", "log", "own_sheet", "person", "register", "seconds"]
