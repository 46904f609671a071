"""Which of the approved profiles counts, number by number: the strictest, and it is named."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dispensary.policy.alerts import AlertList
from dispensary.policy.depot_windows import DepotWindows, WindowInForce
from dispensary.policy.label_lines import LabelLines
from dispensary.policy.loss_deadlines import DeadlineInForce, LossDeadlines
from dispensary.policy.minimums import MinimumInForce, Minimums
from dispensary.policy.missed_doses import MissedDoseTables, TableInForce
from dispensary.policy.profiles import Approval, LimitKind, OrderLimit, Profile
from dispensary.policy.take_homes import CriterionInForce, RuleInForce, StepInForce, TakeHomePolicy
from dispensary.policy.vomit_bands import VomitBand
from models.enums import Medication


@dataclass(frozen=True)
class Limit:
    """A limit in force, and the profile that won with it."""

    rule: OrderLimit
    profile: str


@dataclass(frozen=True)
class OrderLimits:
    """What orders are held against at a site on a day; empty where no approved profile says anything."""

    in_force: tuple[Limit, ...] = ()

    def of(self, kind: LimitKind, medication: Medication) -> Limit | None:
        """Return the limit of a kind for a drug, if there is one."""
        wanted = (kind, medication)
        return next((limit for limit in self.in_force if (limit.rule.kind, limit.rule.medication) == wanted), None)


def stack(profiles: Sequence[Profile], approvals: Iterable[Approval], day: date) -> OrderLimits:
    """Return the limits in force on a day: of those approved by then, the strictest of each kind and drug.

    First dose, first day, step and first week: the smallest. Interval between steps: the longest. Of equal ones the
    first by id.

    Args:
        profiles: as loaded; order does not matter.
        approvals: the newest decision on each profile at this site.
        day: the clinic day on which the order is signed.
    """
    candidates = [
        Limit(rule, profile.id)
        for profile in approved(profiles, approvals, day)
        for rule in profile.order_limits
        if rule.holds_on(day)
    ]
    strictest: dict[tuple[LimitKind, Medication], Limit] = {}
    for limit in candidates:
        key = (limit.rule.kind, limit.rule.medication)
        if key not in strictest or _stricter(limit.rule, strictest[key].rule):
            strictest[key] = limit
    return OrderLimits(tuple(strictest.values()))


def _stricter(one: OrderLimit, other: OrderLimit) -> bool:
    if one.kind is LimitKind.STEP_INTERVAL:
        return one.value > other.value
    return one.value < other.value


def approved(profiles: Sequence[Profile], approvals: Iterable[Approval], day: date) -> list[Profile]:
    """Return the profiles that are in force on a day, by id; what was superseded never is."""
    decided = {(a.profile, a.digest) for a in approvals if a.in_force and a.effective_on <= day}
    found = (p for p in profiles if (p.id, p.digest) in decided and not p.superseded)
    return sorted(found, key=lambda profile: profile.id)


@dataclass(frozen=True)
class Band:
    """A vomit band in force, and the profile that won with it."""

    rule: VomitBand
    profile: str


@dataclass(frozen=True)
class VomitBands:
    """What vomited doses are worth at a site on a day; empty where no approved profile says anything."""

    in_force: tuple[Band, ...] = ()

    def of(self, medication: Medication, minutes: int) -> Band | None:
        """Return the band for so many minutes: of several approved ones that which replaces least, the first by id."""
        found = [b for b in self.in_force if b.rule.medication is medication and b.rule.holds_at(minutes)]
        return min(found, key=lambda band: band.rule.share, default=None)

    def recorded(self, medication: Medication, profile: str | None, number: int | None) -> Band | None:
        """Return the band that was read when a dose came up, if it is still in force."""
        wanted = (medication, profile, number)
        return next((b for b in self.in_force if (b.rule.medication, b.profile, b.rule.number) == wanted), None)


def bands_in_force(profiles: Sequence[Profile], approvals: Iterable[Approval], day: date) -> VomitBands:
    """Return the vomit bands of every profile in force on a day; the strictest is picked minute by minute."""
    return VomitBands(
        tuple(
            Band(rule, profile.id)
            for profile in approved(profiles, approvals, day)
            for rule in profile.vomit_bands
            if rule.holds_on(day)
        )
    )


def alert_list(profiles: Sequence[Profile], approvals: Iterable[Approval], day: date) -> AlertList:
    """Return what the profiles in force say of people's health; while none does, the drafts, which is safer than silence."""
    in_force = [profile for profile in approved(profiles, approvals, day) if profile.alerts]
    said = [entry for profile in in_force or profiles for entry in profile.alerts if entry.holds_on(day)]
    return AlertList(tuple(said), approved=bool(in_force))


def label_lines(profiles: Sequence[Profile], approvals: Iterable[Approval], day: date) -> LabelLines:
    """Return what every profile in force on a day wants printed on labels."""
    found = approved(profiles, approvals, day)
    return LabelLines(tuple(line for profile in found for line in profile.label_lines if line.holds_on(day)))


def missed_dose_tables(profiles: Sequence[Profile], approvals: Iterable[Approval], day: date) -> MissedDoseTables:
    """Return the missed-dose tables of every profile in force on a day; the strictest row is picked person by person."""
    return MissedDoseTables(
        tuple(
            TableInForce(rule, profile.id, profile.digest)
            for profile in approved(profiles, approvals, day)
            for rule in profile.missed_doses
            if rule.holds_on(day)
        )
    )


def take_home_policy(profiles: Sequence[Profile], approvals: Iterable[Approval], day: date) -> TakeHomePolicy:
    """Return the take-home ladders, criteria and rules of every profile in force on a day: fewest days, all criteria."""
    found = approved(profiles, approvals, day)
    return TakeHomePolicy(
        steps=tuple(StepInForce(r, p.id, p.digest) for p in found for r in p.take_home_steps if r.holds_on(day)),
        criteria=tuple(
            CriterionInForce(r, p.id, p.digest) for p in found for r in p.take_home_criteria if r.holds_on(day)
        ),
        rules=tuple(RuleInForce(r, p.id, p.digest) for p in found for r in p.take_home_rules if r.holds_on(day)),
    )


def depot_windows(profiles: Sequence[Profile], approvals: Iterable[Approval], day: date) -> DepotWindows:
    """Return the depot windows of every profile in force on a day."""
    return DepotWindows(
        tuple(
            WindowInForce(rule, profile.id, profile.digest)
            for profile in approved(profiles, approvals, day)
            for rule in profile.depot_windows
            if rule.holds_on(day)
        )
    )


def minimums_in_force(profiles: Sequence[Profile], approvals: Iterable[Approval], day: date) -> Minimums:
    """Return how often things are done at least, of every profile in force on a day; the shortest interval counts."""
    return Minimums(
        tuple(
            MinimumInForce(rule, profile.id, profile.digest)
            for profile in approved(profiles, approvals, day)
            for rule in profile.minimums
            if rule.holds_on(day)
        )
    )


def loss_deadlines(profiles: Sequence[Profile], approvals: Iterable[Approval], day: date) -> LossDeadlines:
    """Return by when a loss is to be reported, of every profile in force on a day; the earliest of a step counts.

    Which edition of a rule holds is asked by the day of discovery, later.
    """
    return LossDeadlines(
        tuple(
            DeadlineInForce(rule, profile.id, profile.title, profile.words)
            for profile in approved(profiles, approvals, day)
            for rule in profile.loss_deadlines
        )
    )
