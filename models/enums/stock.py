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
    OFF_SITE_KIT = "off_site_kit"
    """A case that leaves for a visit; it has a window of its own."""
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
    PUMP = "pump"
    """Poured out by a pump that was primed or calibrated."""


class Shift(StrEnum):
    """A part of the clinic's day, by its local time."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class LossKind(StrEnum):
    """How stock was lost, as far as it is known."""

    BREAK_IN = "break_in"
    ROBBERY = "robbery"
    PILFERAGE = "pilferage"
    TAKEN_BY_VISITOR = "taken_by_visitor"
    IN_TRANSIT = "in_transit"
    UNEXPLAINED = "unexplained"
    OTHER = "other"


class PoliceTold(StrEnum):
    """Whether the police was told of a loss."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


class LossStepKind(StrEnum):
    """What is done about a reported loss."""

    REGULATOR_NOTICE = "regulator_notice"
    REGULATOR_FORM = "regulator_form"
    POLICE = "police"
    OTHER = "other"


class StockOrderEndKind(StrEnum):
    """Why nothing more comes on an order of stock."""

    COMPLETE = "complete"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class DeliveryDifference(StrEnum):
    """How a delivery differs from its order."""

    FEWER = "fewer"
    MORE = "more"
    OTHER_SIZE = "other_size"
    NOT_ORDERED = "not_ordered"
    OTHER_LOT = "other_lot"
    EXPIRES_EARLIER = "expires_earlier"


class DestructionMethod(StrEnum):
    """How controlled stock is made useless for good."""

    DENATURED = "denatured"
    INCINERATED = "incinerated"
    CHEMICAL = "chemical"
    OTHER = "other"


class DestructionReason(StrEnum):
    """Why a thing is destroyed."""

    EXPIRED = "expired"
    CONTAMINATED = "contaminated"
    BROKEN = "broken"
    NOT_NEEDED = "not_needed"
    RETURNED = "returned"


class ReconciliationCheck(StrEnum):
    """What the movements of a product are held against."""

    REGISTER = "register"
    LINES = "lines"
    CONTAINERS = "containers"
    LOTS = "lots"
    DISPENSED = "dispensed"
    REVERSED = "reversed"
    WASTED = "wasted"
    TAKEN_HOME = "taken_home"
    BROUGHT_BACK = "brought_back"


class CountKind(StrEnum):
    """Why a place is counted."""

    OPENING = "opening"
    CLOSING = "closing"
    WEEKLY = "weekly"
    BIENNIAL = "biennial"
    KIT_RETURN = "kit_return"
    """Of a kit that came back, by whoever took it."""


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


class ConsignmentFate(StrEnum):
    """What became of a container that was on its way to another site."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    """An addressee with books of its own has confirmed it on paper."""
    CAME_BACK = "came_back"
    LOST = "lost"


class PumpEventKind(StrEnum):
    """What was done at a pump."""

    PRIME = "prime"
    CALIBRATION = "calibration"
    RESERVOIR = "reservoir"
    CLEANING = "cleaning"


class PumpPoured(StrEnum):
    """Where what a pump poured out went, that was for nobody."""

    RETURNED = "returned"
    WASTED = "wasted"


class PumpRest(StrEnum):
    """What became of the rest in a reservoir when the next container was put in."""

    EMPTIED = "emptied"
    MIXED = "mixed"
    """It stayed in, so that two lots may pour together."""
    TAKEN_OFF = "taken_off"


class ContainerSealing(StrEnum):
    """On what occasion the number of a container's seal came on record."""

    RECEIVED = "received"
    COUNTED = "counted"
    RESEALED = "resealed"
