"""The dosing station: one field, the safety picture, the queue, and what became of each dose."""

from dispensary.web.station import (
    after_dose,
    bottles,
    changed,
    clock,
    elsewhere,
    incidents,
    injections,
    notices,
    re_entry,
    shift_notes,
    views,
)
from dispensary.web.station.blueprint import bp

__all__ = [
    "after_dose",
    "bottles",
    "bp",
    "changed",
    "clock",
    "elsewhere",
    "incidents",
    "injections",
    "notices",
    "re_entry",
    "shift_notes",
    "views",
]
