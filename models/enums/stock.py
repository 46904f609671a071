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


class CountKind(StrEnum):
    """Why a place is counted."""

    OPENING = "opening"
    CLOSING = "closing"
    WEEKLY = "weekly"
    BIENNIAL = "biennial"


class BusinessMoment(StrEnum):
    """When on its day an inventory is taken."""

    OPENING = "opening"
    CLOSE = "close"


class CountFound(StrEnum):
    """What was found of a container that the books put there."""

    WHOLE = "whole"
    BROKEN = "broken"
    OTHER_SEAL = "other_seal"
    MEASURED = "measured"
    NOT_FOUND = "not_found"
