"""What the nightly scan says: lanes, factors, and why somebody is left out of it for a while."""

from enum import StrEnum


class RiskLane(StrEnum):
    """Which list somebody is on: missed in a row, or still coming and at risk."""

    RED = "red"
    AMBER = "amber"


class RiskFactor(StrEnum):
    """What the scorecard counts."""

    NO_SHOWS = "no_shows"
    OTHER_MISSED = "other_missed"
    DAYS_IN_TREATMENT = "days_in_treatment"
    LOW_AMOUNT = "low_amount"
    LOWERED = "lowered"
    OPIOID_URINE = "opioid_urine"
    NO_URINE = "no_urine"


class RiskModelKind(StrEnum):
    """What was fitted to a clinic's own people."""

    RECALIBRATION = "recalibration"
    LOCAL = "local"


class RiskModelStep(StrEnum):
    """What a person decided about a fitted version."""

    PROMOTED = "promoted"
    RETIRED = "retired"


class RiskTripKind(StrEnum):
    """By what the nightly scan was seen to drift."""

    CALIBRATION = "calibration"
    LOAD = "load"


class SnoozeReason(StrEnum):
    """Why somebody is not told of for a while, though they do not come."""

    TRANSFER = "transfer"
    CUSTODY = "custody"
    HOSPITAL = "hospital"
    TRAVEL = "travel"
    GUEST_DOSING = "guest_dosing"
    CLOSURE = "closure"
    OTHER = "other"
