"""Bottles that went home: who has some, what came back, their labels, and call-backs."""

from dispensary.web.bottles import call_backs, coming_back, labels, lists
from dispensary.web.bottles.blueprint import bp

__all__ = ["bp", "call_backs", "coming_back", "labels", "lists"]
