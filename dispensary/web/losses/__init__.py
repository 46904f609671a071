"""Theft and loss of stock: reported, worked, closed, printed."""

from dispensary.web.losses import paper, views, work
from dispensary.web.losses.blueprint import bp

__all__ = ["bp", "paper", "views", "work"]
