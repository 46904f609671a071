"""How many doses somebody may take home by the time in treatment, what is known for and against it, and what is missing.

The ladder and the criteria are policy; of several profiles in force the fewest days and all criteria count. The system
shows what it knows beside each criterion; whether it is met a named person decides. (product.md §7, clinical-rules §2)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dispensary.rules.take_home_evidence import EvidenceKind, Record, days_until_regular
from dispensary.rules.take_homes import Decision, OpenDays
from dispensary.wording import N_, Words, say
from models.enums import Medication

WEEKS_COMPARED = 4
FOUR_WEEKS = 7 * WEEKS_COMPARED


@dataclass(frozen=True)
class LadderStep:
    """From a day in treatment on, how many doses may be at home; a number that is None does not limit."""

    from_day: int
    at_once: int | None
    a_week: int | None = None

    @property
    def most(self) -> int | None:
        """How many at one time: what may go home in a week is never more at once."""
        return min((n for n in (self.at_once, self.a_week) if n is not None), default=None)


@dataclass(frozen=True)
class Ladder:
    """One profile's steps for a drug."""

    profile: str
    citation: str
    steps: tuple[LadderStep, ...]

    def on_day(self, number: int) -> LadderStep:
        """Return the step on a day in treatment; before the first step nothing goes home."""
        reached = [step for step in self.steps if step.from_day <= number]
        return max(reached, key=lambda step: step.from_day, default=LadderStep(0, 0))


@dataclass(frozen=True)
class Criterion:
    """What one profile asks before doses go home, and which evidence of ours speaks to it."""

    key: str
    profile: str
    words: str
    citation: str
    evidence: tuple[EvidenceKind, ...]


@dataclass(frozen=True)
class TakeHomePolicy:
    """What is in force for take-homes at a site on a day; empty where no prescriber approved anything."""

    ladders: dict[Medication, tuple[Ladder, ...]]
    criteria: tuple[Criterion, ...] = ()
    induction_allowed: bool = False

    def of(self, medication: Medication) -> tuple[Ladder, ...]:
        """Return the ladders that limit a drug; none for a drug that every profile exempts."""
        return self.ladders.get(medication, ())


@dataclass(frozen=True)
class Limit:
    """The strictest of the ladders on a day in treatment, and whose it is."""

    at_once: int
    a_week: int | None
    profile: str
    citation: str


@dataclass(frozen=True)
class NextStep:
    """When more may go home, how much, and the visits a week that it saves."""

    limit: Limit
    from_day: int
    days_to_go: int
    visits_saved: Decimal


@dataclass(frozen=True)
class CriterionSeen:
    """A criterion with what the system knows about it."""

    criterion: Criterion
    evidence: tuple[Words, ...]


@dataclass(frozen=True)
class Eligibility:
    """All that a named person looks at before deciding."""

    days_in_treatment: int
    """Credit among them; 0 before the first dose."""
    limit: Limit | None
    """None where no ladder in force limits this drug."""
    next_step: NextStep | None
    criteria: tuple[CriterionSeen, ...]
    missing: tuple[Words, ...]
    """What still has to come for the next step, or for regular attendance."""
    visits_a_week: Decimal
    """At present."""


def days_in_treatment(first_dose_on: date | None, today: date, credit_days: int = 0) -> int:
    """Return the day in treatment: the first dose of the episode is day 1, and days credited come on top."""
    if first_dose_on is None or first_dose_on > today:
        return 0
    return (today - first_dose_on).days + 1 + credit_days


def limit_on(ladders: Sequence[Ladder], number: int) -> Limit | None:
    """Return the strictest limit on a day in treatment: the fewest at once, and the fewest a week.

    Of equal ones the first by profile is named.
    """
    limits = [(ladder, step) for ladder in ladders if (step := ladder.on_day(number)).most is not None]
    if not limits:
        return None
    ladder, step = min(limits, key=lambda found: (found[1].most, found[0].profile))
    weekly = [step.a_week for _, step in limits if step.a_week is not None]
    assert step.most is not None
    return Limit(step.most, min(weekly, default=None), ladder.profile, ladder.citation)


def eligibility(
    record: Record, medication: Medication, policy: TakeHomePolicy, calendar: OpenDays, standing: Decision | None
) -> Eligibility:
    """Return what speaks for and against doses to take home, and what is missing for more.

    Args:
        record: what the system knows about the person.
        medication: the drug in force; a drug that no ladder limits has no next step.
        policy: what is in force here today.
        calendar: when the clinic is open.
        standing: the decision in force, whose visits are those of today.
    """
    number = days_in_treatment(record.first_dose_on, record.today, record.credit_days)
    now = rhythm(standing, calendar).visits if standing else visits_of_daily(calendar)
    limit = limit_on(policy.of(medication), number)
    coming = _next_step(policy.of(medication), number, limit, calendar, now)
    return Eligibility(
        days_in_treatment=number,
        limit=limit,
        next_step=coming,
        criteria=tuple(CriterionSeen(c, record.evidence(c.evidence)) for c in policy.criteria),
        missing=tuple(_missing(record, number, coming)),
        visits_a_week=Decimal(now) / WEEKS_COMPARED,
    )


def _next_step(
    ladders: Sequence[Ladder], number: int, limit: Limit | None, calendar: OpenDays, visits_now: int
) -> NextStep | None:
    """Return the first later day on which the strictest limit grows."""
    if limit is None:
        return None
    for day in sorted({step.from_day for ladder in ladders for step in ladder.steps if step.from_day > number}):
        later = limit_on(ladders, day)
        if later is None:
            return None
        if later.at_once > limit.at_once or (limit.a_week is not None and (later.a_week or 7) > limit.a_week):
            saved = max(visits_now - visits_under(later, calendar), 0)
            return NextStep(later, day, day - number, Decimal(saved) / WEEKS_COMPARED)
    return None


def _missing(record: Record, number: int, coming: NextStep | None) -> list[Words]:
    words = []
    if number == 0:
        words.append(say(N_("The first dose of this episode.")))
    elif coming is not None:
        words.append(_counted(coming.days_to_go, N_("1 more day in treatment."), N_("%(n)s more days in treatment.")))
    if attended := days_until_regular(record.days):
        words.append(
            _counted(
                attended,
                N_("1 more attended day, until none is missed in the last four weeks."),
                N_("%(n)s more attended days, until none is missed in the last four weeks."),
            )
        )
    if record.stops_standing:
        words.append(say(N_("The prescriber's decision on the stop that stands.")))
    if record.safety_until is None or record.safety_until < record.today:
        words.append(say(N_("The talk about storing doses safely.")))
    return words


def _counted(n: int, one: str, more: str) -> Words:
    return say(one if n == 1 else more, n=n)


@dataclass(frozen=True)
class Rhythm:
    """What a decision comes to over four weeks in which nothing unusual happens."""

    visits: int
    at_once: int
    """The most open days at one time."""
    a_week: int
    """The most open days in one week."""


def rhythm(decision: Decision, calendar: OpenDays) -> Rhythm:
    """Return how often somebody comes under a decision, and how much goes home, with a dose due on every day."""
    open_days = OpenDays(calendar.weekdays)
    first = next(d for d in _days_from(decision.effective_on) if open_days.on(d))
    visits, home, counted, due_to_come, at_once = 0, [0] * WEEKS_COMPARED, decision.most_days, True, 0
    for number, day in enumerate(_days_from(first)[:FOUR_WEEKS]):
        due_to_come |= decision.attends(day)
        if not open_days.on(day):
            continue
        if due_to_come or counted >= decision.most_days:
            visits, counted, due_to_come = visits + 1, 0, False
            continue
        counted += 1
        at_once = max(at_once, counted)
        home[number // 7] += 1
    return Rhythm(visits, at_once, max(home))


def visits_of_daily(calendar: OpenDays) -> int:
    """Return the visits in four weeks of somebody who comes on every open day."""
    return len(calendar.weekdays) * WEEKS_COMPARED


def visits_under(limit: Limit, calendar: OpenDays) -> int:
    """Return the fewest visits in four weeks that a limit allows."""
    at_most_at_once = Decision(0, "", 1, limit.at_once, date.min)
    fewest = rhythm(at_most_at_once, calendar).visits
    weekly = 0 if limit.a_week is None else (len(calendar.weekdays) - limit.a_week) * WEEKS_COMPARED
    return max(fewest, weekly)


def over_the_ladder(decision: Decision, limit: Limit | None, calendar: OpenDays) -> Words | None:
    """Return in words by how much a decision goes over the ladder, or None if it does not."""
    if limit is None:
        return None
    comes_to = rhythm(decision, calendar)
    if decision.most_days > limit.at_once:
        words = N_("The ladder gives %(most)s days at one time (%(profile)s); this gives %(given)s.")
        return say(words, most=limit.at_once, profile=limit.profile, given=decision.most_days)
    if limit.a_week is not None and comes_to.a_week > limit.a_week:
        words = N_("The ladder gives %(most)s days a week (%(profile)s); this gives %(given)s.")
        return say(words, most=limit.a_week, profile=limit.profile, given=comes_to.a_week)
    return None


def _days_from(day: date) -> list[date]:
    return [day + timedelta(days=n) for n in range(FOUR_WEEKS + 7)]
