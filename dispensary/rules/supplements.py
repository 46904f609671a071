"""A further part on an induction day: after what was taken, some hours later, on an assessment. Source: product.md §4.

How much is a matter of the first-day limit of the approved policy; over it the prescriber types a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispensary.policy.profiles import LimitKind
from dispensary.policy.stack import OrderLimits
from dispensary.reasons import Reason
from dispensary.rules.order_limits import over, uncovered
from dispensary.wording import N_, say
from models.enums import Medication, TreatmentPhase
from models.units import Mg

MOST_COWS = 48
MOST_HOURS = 12


@dataclass(frozen=True)
class InductionDay:
    """How today stands under an order, when a further part is thought of."""

    medication: Medication
    treatment_phase: TreatmentPhase
    due_today: bool
    """Whether the order holds today and has a dose."""
    parts_due: int
    """The parts ordered for today so far, further ones among them."""
    parts_taken: int
    taken_mg: Mg
    """All that was swallowed today."""
    last_taken_at: datetime | None
    stopped: bool


def reasons_against(day: InductionDay) -> list[Reason]:
    """Return every reason why no further part can be ordered now; none means one can."""
    checks: Sequence[tuple[bool, Reason]] = (
        (day.treatment_phase is not TreatmentPhase.INDUCTION, NOT_INDUCTION),
        (not day.due_today, NOT_TODAY),
        (day.due_today and not day.parts_taken, NOTHING_TAKEN),
        (0 < day.parts_taken < day.parts_due, PART_WAITS),
        (day.stopped, STOPPED),
    )
    return [reason for holds, reason in checks if holds]


def reasons_over_limit(amount_mg: Mg, day: InductionDay, limits: OrderLimits) -> list[Reason]:
    """Return why the day would go over the first day's limit, or that no approved policy has one."""
    limit = limits.of(LimitKind.FIRST_DAY, day.medication)
    total = Mg(day.taken_mg + amount_mg)
    if limit is None:
        return [uncovered(day.medication, say(N_("the total of an induction day")))]
    if total <= limit.rule.value:
        return []
    return [over(limit, N_("With it the day would come to %(mg)s mg, more than %(limit)s mg."), mg=total)]


NOT_INDUCTION = Reason(
    "not_induction",
    say(N_("A further part for one day belongs to induction; this order is in another phase.")),
    say(N_("Sign a new version of the order: its parts may be more than were taken.")),
)
NOT_TODAY = Reason(
    "not_due_today",
    say(N_("The order has no dose for today.")),
    say(N_("A further part follows a first one; change the order if one is to be given.")),
)
NOTHING_TAKEN = Reason(
    "nothing_taken",
    say(N_("Nothing was taken today yet: a further part follows the first.")),
    say(N_("Have the ordered dose given first, then see the person again.")),
)
PART_WAITS = Reason(
    "part_waits",
    say(N_("A part ordered for today was not taken yet.")),
    say(N_("It is given first; then the person is seen again.")),
)
STOPPED = Reason(
    "stop_stands",
    say(N_("A stop stands.")),
    say(N_("Decide the stop first.")),
)
