"""The pages about people: finding, registering, and what is known of each."""

from dispensary.web.patients import care, health, views
from dispensary.web.patients.pages import bp

__all__ = ["bp", "care", "health", "views"]
