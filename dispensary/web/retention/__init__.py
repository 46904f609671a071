"""Retention: how long people stay in treatment, with who is behind each number."""

from dispensary.web.retention import views
from dispensary.web.retention.blueprint import bp

__all__ = ["bp", "views"]
