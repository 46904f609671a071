"""Groups: the list, each with its roster and meetings, the sheet of a meeting, and who came."""

from dispensary.web.groups import meetings, roster, views
from dispensary.web.groups.blueprint import bp

__all__ = ["bp", "meetings", "roster", "views"]
