"""Relatives in the family programme: registered in their own right, their meetings, and whose they are by consent."""

from dispensary.web.relatives import views
from dispensary.web.relatives.blueprint import bp

__all__ = ["bp", "views"]
