"""The stock and its register: what stands where, what comes in, moves, opens and is lost, and whether it all adds up."""

from dispensary.web.stock import (
    consignments,
    counting,
    destroying,
    kits,
    leaving,
    losing,
    lots,
    moving,
    orders,
    pump_entries,
    pumps,
    receiving,
    reconciliation,
    register,
    shelf,
    suppliers,
    weighing,
)
from dispensary.web.stock.blueprint import bp

__all__ = [
    "bp",
    "consignments",
    "counting",
    "destroying",
    "kits",
    "leaving",
    "losing",
    "lots",
    "moving",
    "orders",
    "pump_entries",
    "pumps",
    "receiving",
    "reconciliation",
    "register",
    "shelf",
    "suppliers",
    "weighing",
]
