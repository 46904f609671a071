"""What a profile says of doses taken home: a ladder by days in treatment, criteria, and rules beside the ladder.

A ladder says the most, never what is given: a named person decides, with every criterion before their eyes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise
from typing import Any, TypeVar

from dispensary.policy.entries import CITED, Cited, bad, check_keys, cited, whole_number, words_of
from models.enums import Medication

T = TypeVar("T")


class LadderKind(StrEnum):
    """What the number of a step counts."""

    AT_ONE_TIME = "at_one_time"
    PER_WEEK = "per_week"


class Evidence(StrEnum):
    """What of the record is shown beside a criterion; a person decides whether it is met."""

    ATTENDANCE = "attendance"
    URINE = "urine"
    DIVERSION = "diversion"
    DOSE = "dose"
    STOPS = "stops"
    STORAGE = "storage"


class TakeHomeRuleKind(StrEnum):
    """Rules beside the ladder."""

    CLOSURE_DAYS = "closure_days"
    """Doses for days on which the clinic is closed are outside the ladder, from the first day of treatment on."""
    EXEMPT = "exempt"
    """The source's ladder does not limit these drugs."""
    MOST_CONSECUTIVE = "most_consecutive"
    """At most so many days in a row, whatever the ladder gives."""


@dataclass(frozen=True)
class LadderStep(Cited):
    """From a day in treatment on, the most days of doses that may be taken home."""

    number: int
    """1 for the first step of its drugs."""
    medications: tuple[Medication, ...]
    from_day: int
    """Day 1 is the first dose of the episode."""
    kind: LadderKind
    most_days: int
    words: str


@dataclass(frozen=True)
class TakeHomeCriterion(Cited):
    """One thing that is looked at before doses are taken home."""

    key: str
    medications: tuple[Medication, ...]
    evidence: tuple[Evidence, ...]
    """Empty where the record has nothing to say of it."""
    words: str


@dataclass(frozen=True)
class TakeHomeRule(Cited):
    """A rule beside the ladder."""

    kind: TakeHomeRuleKind
    medications: tuple[Medication, ...]
    most_days: int | None
    """Of closure days: the most at one closure, None for as long as it is closed. Of days in a row: the most."""
    words: str


@dataclass(frozen=True)
class StepInForce:
    """A step with the version of the profile that it comes from."""

    rule: LadderStep
    profile: str
    digest: str


@dataclass(frozen=True)
class CriterionInForce:
    """A criterion with the version of the profile that it comes from."""

    rule: TakeHomeCriterion
    profile: str
    digest: str


@dataclass(frozen=True)
class RuleInForce:
    """A rule beside the ladder with the version of the profile that it comes from."""

    rule: TakeHomeRule
    profile: str
    digest: str


@dataclass(frozen=True)
class Allowance:
    """The most that the approved ladders give on a day in treatment; of several the fewest days, by name."""

    strictest: StepInForce
    """Fewest days, at one time."""
    per_week: StepInForce | None
    """Fewest days in one week, where an approved ladder counts by the week."""

    @property
    def most_days(self) -> int:
        """The most days at one time."""
        return self.strictest.rule.most_days

    @property
    def most_per_week(self) -> int | None:
        """The most days in one week; None where no approved ladder counts by the week."""
        return self.per_week.rule.most_days if self.per_week else None

    @property
    def size(self) -> tuple[int, int]:
        """How much it gives, to be compared: a step counted by the week is smaller than one that is not."""
        return self.most_days, 7 if self.most_per_week is None else self.most_per_week


@dataclass(frozen=True)
class TakeHomePolicy:
    """Ladders, criteria and rules in force at a site on a day; empty where no approved profile says anything."""

    steps: tuple[StepInForce, ...] = ()
    criteria: tuple[CriterionInForce, ...] = ()
    rules: tuple[RuleInForce, ...] = ()

    def allowance(self, medication: Medication, days_in_treatment: int) -> Allowance | None:
        """Return the most that may be taken home; None where no approved ladder speaks of this drug on this day."""
        reached: dict[str, StepInForce] = {}
        for step in self.steps:
            if medication in step.rule.medications and step.rule.from_day <= days_in_treatment:
                reached[step.profile] = max(reached.get(step.profile, step), step, key=lambda s: s.rule.from_day)
        if not reached:
            return None
        by_week = [step for step in reached.values() if step.rule.kind is LadderKind.PER_WEEK]
        return Allowance(
            strictest=min(reached.values(), key=_smallness),
            per_week=min(by_week, key=_smallness, default=None),
        )

    def next_step(self, medication: Medication, days_in_treatment: int) -> tuple[int, Allowance] | None:
        """Return from which day in treatment on more may be taken home, and how much; None where nothing more comes."""
        now = self.allowance(medication, days_in_treatment)
        starts = {step.rule.from_day for step in self.steps if step.rule.from_day > days_in_treatment}
        for day in sorted(starts):
            then = self.allowance(medication, day)
            if then is not None and (now is None or then.size > now.size):
                return day, then
        return None

    def criteria_for(self, medication: Medication) -> tuple[CriterionInForce, ...]:
        """Return every criterion of every approved profile for a drug; all of them are looked at."""
        return tuple(criterion for criterion in self.criteria if medication in criterion.rule.medications)

    def exempt(self, medication: Medication) -> RuleInForce | None:
        """Return the rule that frees a drug from its source's ladder; another approved ladder may still speak of it."""
        return self._first(TakeHomeRuleKind.EXEMPT, medication)

    def closure_days(self, medication: Medication) -> RuleInForce | None:
        """Return the rule that allows doses for a closure outside the ladder: of several the one that gives fewest days."""
        return self._first(TakeHomeRuleKind.CLOSURE_DAYS, medication)

    def most_consecutive(self, medication: Medication) -> RuleInForce | None:
        """Return the rule that says how many days in a row at most: of several the fewest."""
        return self._first(TakeHomeRuleKind.MOST_CONSECUTIVE, medication)

    def _first(self, kind: TakeHomeRuleKind, medication: Medication) -> RuleInForce | None:
        found = [r for r in self.rules if r.rule.kind is kind and medication in r.rule.medications]
        return min(found, key=lambda r: (r.rule.most_days is None, r.rule.most_days or 0, r.profile), default=None)


def _smallness(step: StepInForce) -> tuple[int, bool, str]:
    """Return what makes a step the strictest: fewest days, then by the week, then the first by id."""
    return step.rule.most_days, step.rule.kind is not LadderKind.PER_WEEK, step.profile


STEP = CITED | {"medications", "from_day", "kind", "most_days", "words"}
CRITERION = CITED | {"key", "medications", "words"}
RULE = CITED | {"kind", "medications", "words"}
MAY = frozenset({"effective_to"})
LONGEST = 31
"""No supply is longer than a month."""


def read_ladder(file: str, entries: Sequence[dict[str, Any]]) -> tuple[LadderStep, ...]:
    """Return the ladder of one profile, in the order in which it is written.

    Raises:
        Refused: keys missing or unknown, a number that is none, or steps of a drug that do not begin on day 1, are out of
            order, overlap or grow smaller.
    """
    steps: list[LadderStep] = []
    for n, entry in enumerate(entries, start=1):
        where = f"{file}, take_home_step {n}"
        check_keys(where, entry, STEP, MAY)
        steps.append(_read(where, entry, lambda e: _step(e, steps)))
    for medication in Medication:
        _check_ladder(file, [step for step in steps if medication in step.medications])
    return tuple(steps)


def _step(entry: dict[str, Any], before: Sequence[LadderStep]) -> LadderStep:
    medications = _medications(entry)
    where_it_stands = cited(entry)
    since = where_it_stands["effective_from"]
    return LadderStep(
        number=1 + sum(1 for step in before if (step.medications, step.effective_from) == (medications, since)),
        medications=medications,
        from_day=whole_number(entry["from_day"]),
        kind=LadderKind(entry["kind"]),
        most_days=_days(entry["most_days"], LONGEST if entry["kind"] == LadderKind.AT_ONE_TIME else 7),
        words=entry["words"],
        **where_it_stands,
    )


def _check_ladder(file: str, steps: Sequence[LadderStep]) -> None:
    """Check that the steps of a drug that hold at one time make one ladder from day 1 up."""
    for since in {step.effective_from for step in steps}:
        ladder = [step for step in steps if step.holds_on(since)]
        whose = f"the take-home steps of {ladder[0].medications[0]}"
        if ladder[0].from_day != 1:
            raise bad(file, f"{whose} leave a gap: the first counts from day 1")
        for before, after in pairwise(ladder):
            if after.from_day <= before.from_day:
                raise bad(file, f"{whose} overlap or are out of order")
            if after.most_days < before.most_days:
                raise bad(file, f"{whose} give less to those longer in treatment")


def read_criteria(file: str, entries: Sequence[dict[str, Any]]) -> tuple[TakeHomeCriterion, ...]:
    """Return the take-home criteria of one profile.

    Raises:
        Refused: keys missing or unknown, or one key twice at one time.
    """
    criteria = []
    for n, entry in enumerate(entries, start=1):
        where = f"{file}, take_home_criterion {n}"
        check_keys(where, entry, CRITERION, MAY | {"evidence"})
        criteria.append(_read(where, entry, _criterion))
    for one, other in combinations(criteria, 2):
        if one.key == other.key and one.overlaps(other):
            raise bad(file, f"two take-home criteria are called {one.key}")
    return tuple(criteria)


def _criterion(entry: dict[str, Any]) -> TakeHomeCriterion:
    return TakeHomeCriterion(
        key=entry["key"],
        medications=_medications(entry),
        evidence=tuple(Evidence(word) for word in words_of(entry.get("evidence", []))),
        words=entry["words"],
        **cited(entry),
    )


def read_rules(file: str, entries: Sequence[dict[str, Any]]) -> tuple[TakeHomeRule, ...]:
    """Return the rules beside the ladder of one profile.

    Raises:
        Refused: keys missing or unknown, a number where none belongs, or two rules of a kind for a drug at one time.
    """
    rules = []
    for n, entry in enumerate(entries, start=1):
        where = f"{file}, take_home_rule {n}"
        check_keys(where, entry, RULE, MAY | {"most_days"})
        rules.append(_read(where, entry, _rule))
    for one, other in combinations(rules, 2):
        if one.kind is other.kind and set(one.medications) & set(other.medications) and one.overlaps(other):
            raise bad(file, f"two take-home rules of the kind {one.kind} overlap in time")
    return tuple(rules)


def _rule(entry: dict[str, Any]) -> TakeHomeRule:
    kind = TakeHomeRuleKind(entry["kind"])
    most = _days(entry["most_days"], LONGEST) if "most_days" in entry else None
    if (kind is TakeHomeRuleKind.MOST_CONSECUTIVE and most is None) or (kind is TakeHomeRuleKind.EXEMPT and most):
        raise ValueError("most_days belongs to most_consecutive, may be with closure_days, and is not with exempt")
    return TakeHomeRule(
        kind=kind, medications=_medications(entry), most_days=most, words=entry["words"], **cited(entry)
    )


def _read(where: str, entry: dict[str, Any], make: Callable[[dict[str, Any]], T]) -> T:
    try:
        return make(entry)
    except (ValueError, TypeError) as error:
        raise bad(where, str(error)) from error


def _medications(entry: dict[str, Any]) -> tuple[Medication, ...]:
    return tuple(Medication(word) for word in words_of(entry["medications"]))


def _days(text: str, most: int) -> int:
    days = whole_number(text)
    if days > most:
        raise ValueError(f"most_days is at most {most}")
    return days
