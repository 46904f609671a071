"""What ran by itself, and the word at sign-in about what failed."""

from dispensary.web.jobs.views import bp

__all__ = ["bp"]
