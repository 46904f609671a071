"""Paper and back: packs printed before opening, days on paper, and the grid that enters them."""

from dispensary.web.downtime import days, entry, packs
from dispensary.web.downtime.blueprint import bp

__all__ = ["bp", "days", "entry", "packs"]
