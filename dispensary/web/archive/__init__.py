"""The archive: papers as they were kept, who opened or printed them, and the clinic head's signature."""

from dispensary.web.archive import views
from dispensary.web.archive.blueprint import bp

__all__ = ["bp", "views"]
