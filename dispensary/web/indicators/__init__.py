"""The indicators of a month or any other days, and who is behind each of them."""

from dispensary.web.indicators import views
from dispensary.web.indicators.blueprint import bp

__all__ = ["bp", "views"]
