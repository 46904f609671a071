"""The pages about people: finding, registering, and what is known of each."""

from dispensary.web.patients import cards, care, guests, health, links, views
from dispensary.web.patients.pages import bp

__all__ = ["bp", "cards", "care", "guests", "health", "links", "views"]
