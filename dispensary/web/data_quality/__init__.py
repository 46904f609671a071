"""The data-quality list: what on record cannot be right, or is missing."""

from dispensary.web.data_quality import views
from dispensary.web.data_quality.blueprint import bp

__all__ = ["bp", "views"]
