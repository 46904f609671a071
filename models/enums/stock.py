"""Where stock is, and why it moved."""

from enum import StrEnum


class BaseUnit(StrEnum):
    """What a product is counted in."""

    ML = "mL"
    TABLET = "tablet"
    FILM = "film"
    SYRINGE = "syringe"


class PlaceKind(StrEnum):
    """Where stock is or goes; the sum over all places, those outside included, is zero."""

    SUPPLIER = "supplier"
    INVENTORY = "inventory"
    SAFE = "safe"
    WINDOW = "window"
    PERSON = "person"
    WASTE = "waste"
    DESTROYED = "destroyed"
    IN_TRANSIT = "in_transit"
    OTHER_SITE = "other_site"
    BOTTLE_END = "bottle_end"
    ADJUSTMENT = "adjustment"
    RETURNED = "returned"


class MovementKind(StrEnum):
    """Why stock moved."""

    INITIAL = "initial"
    RECEIVE = "receive"
    TRANSFER = "transfer"
    DISPENSE = "dispense"
    TAKE_HOME = "take_home"
    WASTE = "waste"
    SPILL = "spill"
    REVERSAL = "reversal"
    DESTROY = "destroy"
    RETURN = "return"
    BOTTLE_END = "bottle_end"
    ADJUSTMENT = "adjustment"


class WasteReason(StrEnum):
    """Why stock was lost for use."""

    LEFT_OVER = "left_over"
    NOT_SWALLOWED = "not_swallowed"
    SPILT = "spilt"
    BROKEN = "broken"
    EXPIRED = "expired"
    CONTAMINATED = "contaminated"


class ConsignmentFate(StrEnum):
    """What became of a container that was on its way to another site."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    """An addressee with books of its own has confirmed it on paper."""
    CAME_BACK = "came_back"
    LOST = "lost"
