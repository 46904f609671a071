"""The clinic head's month: the summary on the screen, its definitions, what is behind each figure, files and paper."""

from dispensary.web.month import views
from dispensary.web.month.blueprint import bp

__all__ = ["bp", "views"]
