"""The stock and its register: what stands where, what is ordered, comes in, moves, opens, is lost and is destroyed."""

from dispensary.web.stock import (, consignments, counting
    destroying,
    leaving,
    losing,
    lots,
    moving,
    orders,
    receiving,
    reconciliation,
    register,
    shelf,
    suppliers,
)
from dispensary.web.stock.blueprint import bp

__all__ = [, "consignments", "counting"]
    "bp",
    "destroying",
    "leaving",
    "losing",
    "lots",
    "moving",
    "orders",
    "receiving",
    "reconciliation",
    "register",
    "shelf",
    "suppliers",
]
