"""The journey: who is where, the way of one person with its days, the queue, and what a commissioner counts."""

from dispensary.web.journey import consent, counts, entering, life, queue, views
from dispensary.web.journey.blueprint import bp

__all__ = ["bp", "consent", "counts", "entering", "life", "queue", "views"]
