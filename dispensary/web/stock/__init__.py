"""The stock and its register: what stands where, what comes in, moves, opens and is lost."""

from dispensary.web.stock import consignments, leaving, moving, receiving, register, shelf
from dispensary.web.stock.blueprint import bp

__all__ = ["bp", "consignments", "leaving", "moving", "receiving", "register", "shelf"]
