"""How many doses somebody may take home by the time in treatment, what is known for and against it, and what is missing.

The ladder and the criteria are policy; of several profiles in force the fewest days and all criteria count. The system
shows what it knows beside each criterion; whether it is met a named person decides. (product.md §7, clinical-rules §2)
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dispensary.policy.take_homes import Allowance, CriterionInForce, TakeHomePolicy
from dispensary.rules.take_home_evidence import Record, days_until_regular
from dispensary.rules.take_homes import Decision, OpenDays
from dispensary.wording import N_, Words, say
from models.enums import Medication, StopKind

WEEKS_COMPARED = 4
FOUR_WEEKS = 7 * WEEKS_COMPARED


@dataclass(frozen=True)
class NextStep:
    """When more may go home, how much, and the visits a week that it saves."""

    allowance: Allowance
    from_day: int
    days_to_go: int
    visits_saved: Decimal


@dataclass(frozen=True)
class CriterionSeen:
    """A criterion with what the system knows about it."""

    criterion: CriterionInForce
    evidence: tuple[Words, ...]


@dataclass(frozen=True)
class Eligibility:
    """All that a named person looks at before deciding."""

    days_in_treatment: int
    """Credit among them; 0 before the first dose."""
    allowance: Allowance | None
    """None where no ladder in force speaks of this drug."""
    next_step: NextStep | None
    criteria: tuple[CriterionSeen, ...]
    besides: tuple[Words, ...]
    """What is known and stands beside none of the criteria; all of it where none is in force."""
    missing: tuple[Words, ...]
    """What still has to come for the next step, or for any."""
    visits_a_week: Decimal
    """At present."""
    stops_standing: tuple[StopKind, ...] = ()


def allowed_in_induction(policy: TakeHomePolicy, medication: Medication, number: int) -> bool:
    """Return whether a profile in force allows doses to take home from the first days on: by its ladder, or exempt from it."""
    allowance = policy.allowance(medication, number)
    if allowance is None:
        return policy.exempt(medication) is not None
    return allowance.most_days > 0


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
    number = record.days_in_treatment
    now = rhythm(standing, calendar).visits if standing else visits_of_daily(calendar)
    coming, asked = _next_step(policy, medication, number, calendar, now), policy.criteria_for(medication)
    return Eligibility(
        days_in_treatment=number,
        allowance=policy.allowance(medication, number),
        next_step=coming,
        criteria=tuple(CriterionSeen(c, record.evidence(c.rule.evidence)) for c in asked),
        besides=record.besides([kind for c in asked for kind in c.rule.evidence]),
        missing=tuple(_missing(record, number, coming)),
        visits_a_week=Decimal(now) / WEEKS_COMPARED,
        stops_standing=record.stops_standing,
    )


def _next_step(
    policy: TakeHomePolicy, medication: Medication, number: int, calendar: OpenDays, visits_now: int
) -> NextStep | None:
    """Return the first later day on which the ladder gives more."""
    coming = policy.next_step(medication, number)
    if coming is None:
        return None
    day, allowance = coming
    saved = max(visits_now - visits_under(allowance, calendar), 0)
    return NextStep(allowance, day, day - number, Decimal(saved) / WEEKS_COMPARED)


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
    in_a_row: int
    """The most days in a row, closed ones among them."""
    a_week: int
    """The most open days in one week."""


def rhythm(decision: Decision, calendar: OpenDays) -> Rhythm:
    """Return how often somebody comes under a decision, and how much goes home, with a dose due on every day."""
    open_days = OpenDays(calendar.weekdays)
    days = [day for day in _days_from(decision.effective_on) if open_days.on(day)]
    first = next((day for day in days if decision.attends(day)), days[0])
    visits, home, due_to_come = 0, [0] * WEEKS_COMPARED, True
    counted = in_a_row = at_once = longest = 0
    for number, day in enumerate(_days_from(first)[:FOUR_WEEKS]):
        due_to_come |= decision.attends(day)
        is_open = open_days.on(day)
        if is_open and (due_to_come or counted >= decision.most_days):
            visits, counted, in_a_row, due_to_come = visits + 1, 0, 0, False
            continue
        counted, in_a_row = counted + is_open, in_a_row + 1
        at_once, longest = max(at_once, counted), max(longest, in_a_row)
        home[number // 7] += is_open
    return Rhythm(visits, at_once, longest, max(home))


def visits_of_daily(calendar: OpenDays) -> int:
    """Return the visits in four weeks of somebody who comes on every open day."""
    return len(calendar.weekdays) * WEEKS_COMPARED


def visits_under(allowance: Allowance, calendar: OpenDays) -> int:
    """Return the fewest visits in four weeks that a ladder allows."""
    as_rarely_as_may_be = Decision(0, "", 1, allowance.most_days, date.min)
    fewest, weekly = rhythm(as_rarely_as_may_be, calendar).visits, allowance.most_per_week
    return fewest if weekly is None else max(fewest, (len(calendar.weekdays) - weekly) * WEEKS_COMPARED)


def _days_from(day: date) -> list[date]:
    return [day + timedelta(days=n) for n in range(FOUR_WEEKS + 7)]
