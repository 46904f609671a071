"""The pages about people: finding, registering, and what is known of each."""

from dispensary.web.patients import absences, cards, care, guests, health, links, views
from dispensary.web.patients.pages import bp

__all__ = ["absences", "bp", "cards", "care", "guests", "health", "links", "views"]
