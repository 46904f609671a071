"""Which limits of the approved profiles a decision goes over, in words; each of them asks for a typed reason.

Days on which the clinic is closed count only among those in a row. (product.md §7, clinical-rules §2)
"""

from collections import Counter
from dataclasses import replace
from datetime import date

from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.rules.calendar import days_of
from dispensary.rules.take_home_steps import Rhythm, rhythm
from dispensary.rules.take_homes import Decision, OneOff, OpenDays
from dispensary.wording import N_, Words, say
from models.enums import Medication


def over_the_ladder(
    decision: Decision, medication: Medication, policy: TakeHomePolicy, number: int, calendar: OpenDays
) -> tuple[Words, ...]:
    """Return in words each limit of the approved profiles that a decision goes over; none if it goes over none.

    Args:
        decision: what is to be decided.
        medication: the drug in force.
        policy: what is in force here today.
        number: the day in treatment on which it begins.
        calendar: when the clinic is open.
    """
    given = rhythm(decision, calendar)
    return _over(replace(given, at_once=decision.most_days), medication, policy, number)


def once_over_the_ladder(
    one_off: OneOff, medication: Medication, policy: TakeHomePolicy, number: int, calendar: OpenDays
) -> tuple[Words, ...]:
    """Return in words each limit of the approved profiles that one-off doses go over; none if they go over none.

    Args:
        one_off: the days that are to be allowed.
        medication: the drug in force.
        policy: what is in force here today.
        number: the day in treatment on which they begin.
        calendar: when the clinic is open.
    """
    days = days_of(one_off.first_on, one_off.last_on)
    weeks = Counter(_week(day) for day in days if calendar.on(day))
    given = Rhythm(visits=0, at_once=weeks.total(), in_a_row=len(days), a_week=max(weeks.values(), default=0))
    return _over(given, medication, policy, number)


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def _over(given: Rhythm, medication: Medication, policy: TakeHomePolicy, number: int) -> tuple[Words, ...]:
    allowance, over = policy.allowance(medication, number), []
    if allowance is not None and given.at_once > allowance.most_days:
        words = N_("At one time %(given)s days; %(profile)s gives at most %(most)s.")
        strictest = allowance.strictest
        over.append(say(words, given=given.at_once, profile=strictest.profile, most=strictest.rule.most_days))
    if allowance is not None and allowance.per_week is not None and given.a_week > allowance.per_week.rule.most_days:
        words, weekly = N_("In a week %(given)s days; %(profile)s gives at most %(most)s."), allowance.per_week
        over.append(say(words, given=given.a_week, profile=weekly.profile, most=weekly.rule.most_days))
    in_a_row = policy.most_consecutive(medication)
    if in_a_row is not None and given.in_a_row > (in_a_row.rule.most_days or 0):
        words = N_("In a row %(given)s days; %(profile)s gives at most %(most)s.")
        over.append(say(words, given=given.in_a_row, profile=in_a_row.profile, most=in_a_row.rule.most_days))
    return tuple(over)
