"""Doses that leave the clinic, and the bottles they leave in."""

from enum import StrEnum


class TakeHomeEndReason(StrEnum):
    """Why a take-home decision no longer holds."""

    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    EPISODE_ENDED = "episode_ended"
    OWN_WISH = "own_wish"


class OneOffReason(StrEnum):
    """Why doses are taken home apart from the schedule."""

    JOURNEY = "journey"
    ILLNESS = "illness"
    WORK = "work"
    FAMILY = "family"
    CLOSURE = "closure"
    OTHER = "other"


class NaloxoneOffer(StrEnum):
    """Whether naloxone was offered with take-home doses, and what came of it."""

    GIVEN = "given"
    HAS_IT = "has_it"
    DECLINED = "declined"
    NONE_HERE = "none_here"


class LabelLayout(StrEnum):
    """On what the labels of bottles are printed."""

    SHEET = "sheet"
    ROLL_62 = "roll_62"


class BottleFate(StrEnum):
    """What became of a bottle."""

    RETURNED = "returned"
    LOST = "lost"
    STOLEN = "stolen"
    SPILT = "spilt"


class BottleState(StrEnum):
    """What was in a bottle that was brought back."""

    EMPTY = "empty"
    PART = "part"
    FULL = "full"


class SealState(StrEnum):
    """How the seal of a bottle was found."""

    INTACT = "intact"
    BROKEN = "broken"
    MISSING = "missing"


class Residue(StrEnum):
    """What an emptied or opened bottle still shows."""

    NONE = "none"
    EXPECTED = "expected"
    UNLIKE_THE_MEDICINE = "unlike_the_medicine"


class CallBackReason(StrEnum):
    """Why somebody is asked to bring in the bottles."""

    RANDOM = "random"
    DOSE_CHANGED = "dose_changed"
    MEDICINE_ABSENT = "medicine_absent"
    CONCERN = "concern"
    LOT_RECALLED = "lot_recalled"


class CallBackOutcomeKind(StrEnum):
    """How a call-back ended."""

    ALL_THERE = "all_there"
    SHORT = "short"
    ALTERED = "altered"
    DID_NOT_COME = "did_not_come"
    EXCUSED = "excused"
