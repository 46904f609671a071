"""The site's settings, windows and terminals, for the administrator."""

from dispensary.web.site.views import bp

__all__ = ["bp"]
