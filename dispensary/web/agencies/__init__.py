"""The directory of agencies, and what waits with them."""

from dispensary.web.agencies import views
from dispensary.web.agencies.blueprint import bp

__all__ = ["bp", "views"]
