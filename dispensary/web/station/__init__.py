"""The dosing station: one field, the safety picture, the queue, and what became of each dose."""

from dispensary.web.station import after_dose, changed, elsewhere, incidents, notices, shift_notes, views
from dispensary.web.station.blueprint import bp

__all__ = ["after_dose", "bp", "changed", "elsewhere", "incidents", "notices", "shift_notes", "views"]
