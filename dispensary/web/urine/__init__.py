"""Urine tests: what waits, one person's tests with the forms about them, and random draws."""

from dispensary.web.urine import draws, person, views
from dispensary.web.urine.blueprint import bp

__all__ = ["bp", "draws", "person", "views"]
