"""The backups and what their drills proved, and the word on every page when they cannot be relied on."""

from dispensary.web.backups.views import bp

__all__ = ["bp"]
