"""Whether a pump may be relied on: what its last calibration says, when the next is due, and what a measured volume may be.

How far a pump may be off and how often it is calibrated is no law that we know of: the site's clinic head sets it and says
where the figures come from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from dispensary.rules.products import is_whole_parts
from dispensary.wording import N_, Words, say
from models.units import Percent, Quantity, exact

MOST_MEASURES = 6
"""Volumes measured in one calibration."""
LARGEST_TOLERANCE = Percent(Decimal(10))
MOST_DAYS = 366
A_HUNDRED = 100


class PumpState(StrEnum):
    """How a pump stands on a day."""

    FIT = "fit"
    DUE = "due"
    FAILED = "failed"
    NEVER = "never"
    OUT = "out"


SYMBOLS = {PumpState.FIT: "✓", PumpState.DUE: "⚠", PumpState.FAILED: "✕", PumpState.NEVER: "○", PumpState.OUT: "–"}
"""Beside the words, so that a list is read at a glance."""


@dataclass(frozen=True)
class Calibrated:
    """One calibration that was not taken back."""

    done_at: datetime
    clinic_day: date
    passed: bool


@dataclass(frozen=True)
class PumpStanding:
    """How a pump stands, and why."""

    state: PumpState
    last: Calibrated | None = None
    """The newest calibration that counts."""
    due_on: date | None = None
    """When the next is due, if the last one passed."""
    late: bool = False

    @property
    def symbol(self) -> str:
        """Its sign."""
        return SYMBOLS[self.state]

    @property
    def asks(self) -> bool:
        """Whether somebody has to see to it."""
        return self.state not in (PumpState.FIT, PumpState.OUT)

    @property
    def words(self) -> Words:
        """How it stands, in words."""
        if self.state is PumpState.FIT:
            return say(N_("fit; next calibration due on %(day)s"), day=self.due_on)
        if self.state is PumpState.DUE:
            words = N_("calibration overdue since %(day)s") if self.late else N_("calibration due today, %(day)s")
            return say(words, day=self.due_on)
        if self.state is PumpState.FAILED:
            assert self.last is not None
            return say(N_("failed its calibration on %(day)s"), day=self.last.clinic_day)
        return say(NOT_CALIBRATED if self.state is PumpState.NEVER else OUT_OF_SERVICE)


NOT_CALIBRATED = N_("not calibrated since it came into service")
OUT_OF_SERVICE = N_("out of service")


def standing_of(
    *,
    in_service_at: datetime,
    out_of_service: bool,
    calibrations: Iterable[Calibrated],
    every_days: int | None,
    today: date,
) -> PumpStanding:
    """Return how a pump stands.

    Out of service before all else. Then the newest calibration since it came into service counts alone: a failed one stays
    until one passes; one that passed holds for as many days as the site's rule says, and is due on the last of them.

    Args:
        calibrations: those that were not taken back; of two at the same moment the one recorded later stands later.
        every_days: the site's rule; None where the clinic head has set none, so that nothing can be judged.
    """
    if out_of_service:
        return PumpStanding(PumpState.OUT)
    counting = sorted((one for one in calibrations if one.done_at >= in_service_at), key=lambda one: one.done_at)
    last = counting[-1] if counting else None
    if last is None or every_days is None:
        return PumpStanding(PumpState.NEVER)
    if not last.passed:
        return PumpStanding(PumpState.FAILED, last)
    due_on = last.clinic_day + timedelta(days=every_days)
    state = PumpState.FIT if today < due_on else PumpState.DUE
    return PumpStanding(state, last, due_on, late=today > due_on)


def is_within(asked: Quantity, measured: Quantity, tolerance: Percent) -> bool:
    """Return whether a measured volume lies within the tolerance; at the very edge it does."""
    return abs(measured - asked) * A_HUNDRED <= tolerance * asked


def passes(asked: Quantity, measured: Sequence[Quantity], tolerance: Percent) -> bool:
    """Return whether a calibration passes: every volume within the tolerance, and not their mean."""
    return bool(measured) and all(is_within(asked, one, tolerance) for one in measured)


def off_by(asked: Quantity, measured: Quantity) -> Percent:
    """Return how far a volume lies from the one asked for, in percent of it, to a hundredth; less than zero is too little."""
    share = (measured - asked) * A_HUNDRED / asked
    return Percent(share.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def poured_in_all(measured: Iterable[Quantity], smallest_part: Quantity) -> Quantity:
    """Return what was poured out in a calibration, to the nearest part in which the books count the product."""
    parts = (sum(measured, Decimal(0)) / smallest_part).to_integral_value(rounding=ROUND_HALF_UP)
    return Quantity(exact(parts * smallest_part))


def fault_of_primed(quantity: Quantity, smallest_part: Quantity, holds: Quantity) -> Words | None:
    """Return what is wrong with an amount that a pump is said to have poured out, or None."""
    if quantity <= 0:
        return say(N_("This must be more than zero."))
    if not is_whole_parts(quantity, smallest_part):
        return say(N_("This product is measured in parts of %(part)s."), part=smallest_part)
    if quantity > holds:
        return say(N_("By the books the container in the reservoir holds %(holds)s."), holds=holds)
    return None


def fault_of_measures(
    asked: Quantity, measured: Sequence[Quantity], smallest_part: Quantity, holds: Quantity
) -> tuple[str, Words] | None:
    """Return at which field a calibration says something impossible, and what, or None."""
    if asked <= 0:
        return "asked", say(N_("This must be more than zero."))
    if not is_whole_parts(asked, smallest_part):
        return "asked", say(N_("This product is measured in parts of %(part)s."), part=smallest_part)
    if asked > holds:
        return "asked", say(N_("By the books the container in the reservoir holds %(holds)s."), holds=holds)
    if not 1 <= len(measured) <= MOST_MEASURES:
        return "measured", say(N_("Between 1 and %(most)s measured volumes."), most=MOST_MEASURES)
    for one in measured:
        if not 0 <= one <= holds:
            words = N_("A volume from nothing to the %(holds)s that the container in the reservoir holds by the books.")
            return "measured", say(words, holds=holds)
    return None


def fault_of_rule(tolerance: Percent, every_days: int) -> tuple[str, Words] | None:
    """Return at which field a rule says something impossible, and what, or None."""
    if not 0 < tolerance <= LARGEST_TOLERANCE:
        return "tolerance", say(N_("More than 0 and at most %(most)s percent."), most=LARGEST_TOLERANCE)
    if not 1 <= every_days <= MOST_DAYS:
        return "every_days", say(N_("A whole number from %(least)s to %(most)s."), least=1, most=MOST_DAYS)
    return None
