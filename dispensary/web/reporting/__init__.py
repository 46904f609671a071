"""Paper: the dispensing log, the register, a person's history and card, on the screen, on paper and as files."""

from dispensary.web.reporting import handed_out, log, own_sheet, person, register, seconds, start
from dispensary.web.reporting.blueprint import bp

__all__ = ["bp", "handed_out", "log", "own_sheet", "person", "register", "seconds", "start"]
