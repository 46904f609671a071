"""Where an order goes beyond what approved policy allows. Nothing is forbidden here: the prescriber types a reason.

Five limits: the first dose, the total of the first day, the size of a step up, the days between steps up, and the rise
within the first week. A day of several parts is compared by its total; the first dose by its largest part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dispensary.policy.profiles import LimitKind
from dispensary.policy.stack import Limit, OrderLimits
from dispensary.reasons import Reason
from dispensary.rules.order_drafts import LastTaken, OrderDraft
from dispensary.wording import N_, Words, say
from models.enums import Medication, TreatmentPhase
from models.units import Mg

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class DayTotal:
    """What was swallowed on one day, all parts together."""

    day: date
    medication: Medication
    total_mg: Mg
    injected: bool = False

    @property
    def last(self) -> LastTaken:
        """The day as the last one taken."""
        return LastTaken(self.medication, self.total_mg, self.day, self.injected)


@dataclass(frozen=True)
class DoseHistory:
    """What the limits need to know of the time before an order."""

    days: tuple[DayTotal, ...]
    """Days with something swallowed in this episode, oldest first; a transfer's confirmed last dose among them."""
    in_induction_since: date | None
    """The first day of the induction that the order in force belongs to; None when it is not one."""

    @property
    def last(self) -> LastTaken | None:
        """The last day on which something was swallowed."""
        return self.days[-1].last if self.days else None

    def before(self, draft: OrderDraft) -> tuple[DayTotal, ...]:
        """Return the days before the draft's first one, on the same drug as it, since any other drug was taken."""
        same: list[DayTotal] = []
        for day in self.days:
            if day.day < draft.starts_on:
                same = [*same, day] if day.last.compares_with(draft) else []
        return tuple(same)


@dataclass(frozen=True)
class Rise:
    """An upward step: its day, by how much, and how many days after the rise or the start before it."""

    on: date
    by_mg: Mg
    after_days: int | None
    """None: the rise before it lies before the record."""


def is_start(draft: OrderDraft, history: DoseHistory) -> bool:
    """Return whether the draft's first day is a first day on this drug: nothing taken before, or a new induction."""
    if not history.before(draft):
        return True
    since = history.in_induction_since
    return draft.treatment_phase is TreatmentPhase.INDUCTION and (since is None or since >= draft.starts_on)


def rises(draft: OrderDraft, history: DoseHistory) -> list[Rise]:
    """Return every upward step that the order would make, the one from the last dose taken among them."""
    since: date | None
    level, since = draft.steps[0].total_mg, draft.starts_on
    if not is_start(draft, history):
        before = history.before(draft)
        level, since = before[-1].total_mg, last_rise_on(before)
    found = []
    for step in draft.steps:
        if step.total_mg > level:
            days = (step.from_on - since).days if since else None
            found.append(Rise(step.from_on, Mg(step.total_mg - level), days))
            since = step.from_on
        level = step.total_mg
    return found


def last_rise_on(days: Sequence[DayTotal]) -> date | None:
    """Return the day on which the total was last raised, or the first day; None when there is none."""
    for one, other in zip(reversed(days[:-1]), reversed(days), strict=False):
        if other.total_mg > one.total_mg:
            return other.day
    return days[0].day if days else None


def reasons_over_limit(draft: OrderDraft, history: DoseHistory, limits: OrderLimits) -> list[Reason]:
    """Return every way in which a draft goes over a limit, or is covered by none; with any, a reason must be typed.

    The limits are those of daily medicine: an injection's milligrams do not compare with them.
    """
    if draft.is_injection:
        return []
    return [reason for check in OVER_LIMIT for reason in check(draft, history, limits)]


def _first_dose(draft: OrderDraft, history: DoseHistory, limits: OrderLimits) -> Iterator[Reason]:
    limit = limits.of(LimitKind.FIRST_DOSE, draft.medication)
    largest = max(draft.steps[0].amounts_mg)
    if limit and is_start(draft, history) and largest > limit.rule.value:
        yield over(limit, N_("The first dose of %(mg)s mg is more than %(limit)s mg."), mg=largest)


def _first_day(draft: OrderDraft, history: DoseHistory, limits: OrderLimits) -> Iterator[Reason]:
    limit = limits.of(LimitKind.FIRST_DAY, draft.medication)
    total = draft.steps[0].total_mg
    if limit and is_start(draft, history) and total > limit.rule.value:
        yield over(limit, N_("The first day's total of %(mg)s mg is more than %(limit)s mg."), mg=total)


def _step_size(draft: OrderDraft, history: DoseHistory, limits: OrderLimits) -> Iterator[Reason]:
    limit = limits.of(LimitKind.STEP, draft.medication)
    for rise in rises(draft, history):
        if limit and rise.by_mg > limit.rule.value:
            words = N_("The step up of %(mg)s mg on %(day)s is more than %(limit)s mg.")
            yield over(limit, words, mg=rise.by_mg, day=rise.on)


def _step_interval(draft: OrderDraft, history: DoseHistory, limits: OrderLimits) -> Iterator[Reason]:
    limit = limits.of(LimitKind.STEP_INTERVAL, draft.medication)
    for rise in rises(draft, history):
        if limit and rise.after_days is not None and rise.after_days < limit.rule.value:
            words = N_("The step up on %(day)s comes after %(days)s days; at least %(limit)s are asked for.")
            yield over(limit, words, day=rise.on, days=rise.after_days)


def _first_week(draft: OrderDraft, history: DoseHistory, limits: OrderLimits) -> Iterator[Reason]:
    limit = limits.of(LimitKind.FIRST_WEEK_RISE, draft.medication)
    if limit is None:
        return
    first_on, first_mg = _start_of(draft, history)
    highest = max((s.total_mg for s in draft.steps if s.from_on < first_on + WEEK), default=first_mg)
    if highest - first_mg > limit.rule.value:
        words = N_("In the first week the order rises by %(mg)s mg, which is more than %(limit)s mg.")
        yield over(limit, words, mg=highest - first_mg)


def _start_of(draft: OrderDraft, history: DoseHistory) -> tuple[date, Mg]:
    """Return the first day on this drug, or of this induction, and its total."""
    before = history.before(draft)
    if is_start(draft, history):
        return draft.starts_on, draft.steps[0].total_mg
    since = history.in_induction_since or before[0].day
    first = next((day for day in before if day.day >= since), before[0])
    return first.day, first.total_mg


def _nothing_covers(draft: OrderDraft, history: DoseHistory, limits: OrderLimits) -> Iterator[Reason]:
    starting = is_start(draft, history)
    if not starting and draft.treatment_phase is not TreatmentPhase.INDUCTION:
        return
    if starting and not any(limits.of(kind, draft.medication) for kind in (LimitKind.FIRST_DOSE, LimitKind.FIRST_DAY)):
        yield uncovered(draft.medication, say(N_("the first dose and the first day")))
    if rises(draft, history) and limits.of(LimitKind.STEP, draft.medication) is None:
        yield uncovered(draft.medication, say(N_("steps up")))


def uncovered(medication: Medication, what: Words) -> Reason:
    """Return the reason that no approved policy has a limit for this."""
    return Reason(
        "no_approved_limit",
        say(N_("No approved policy limits %(what)s for %(medication)s here."), what=what, medication=medication),
        say(N_("Type why this order is right without one.")),
    )


def over(limit: Limit, words: str, **values: object) -> Reason:
    """Return the reason that a number is over a limit, with the policy that sets it."""
    return Reason(
        f"over_{limit.rule.kind}",
        say(words, limit=limit.rule.value, **values),
        say(N_("Policy: %(profile)s, %(citation)s. Type why more is right here, or order less."),
            profile=limit.profile, citation=limit.rule.citation),
        citation=f"{limit.profile}: {limit.rule.citation}",
    )  # fmt: skip


OVER_LIMIT = (_first_dose, _first_day, _step_size, _step_interval, _first_week, _nothing_covers)
