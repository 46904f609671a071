"""Take-home doses of a person: what stands, what speaks for it, and the forms on which it is decided."""

from dispensary.web.take_homes import care, decisions, one_offs, views, wishes
from dispensary.web.take_homes.blueprint import bp

__all__ = ["bp", "care", "decisions", "one_offs", "views", "wishes"]
