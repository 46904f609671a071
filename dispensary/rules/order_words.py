"""An order as a prescriber would read it aloud, the same on the screen and on paper."""

from functools import reduce

from dispensary.rules.orders import OrderFacts, Step
from dispensary.wording import N_, Words, say
from models.units import Mg, plain

UPWARD = say(
    N_(
        "A step up takes effect only when every dose due since the step before was taken in full. Otherwise the amount "
        "last taken stands, later steps up wait, and the prescriber decides. Steps down follow their date."
    )
)


def in_words(order: OrderFacts) -> list[Words]:
    """Return the order in sentences: what, how often, from when to when, the steps, and the condition on steps up."""
    sentences = [
        say(
            N_("%(medication)s, %(form)s: %(amount)s %(often)s, from %(first)s to %(last)s."),
            medication=order.medication,
            form=order.form,
            amount=amount(order.steps[0]),
            often=often(order),
            first=order.starts_on,
            last=order.ends_on,
        )
    ]
    if order.parts > 1:
        words = N_("In %(parts)s parts a day, at least %(hours)s hours apart.")
        sentences.append(say(words, parts=order.parts, hours=order.hours_between_parts))
    sentences += window(order)
    steps = order.steps[1:]
    sentences += [say(N_("From %(day)s: %(amount)s."), day=s.from_on, amount=amount(s)) for s in steps]
    if any(_goes_up(one, other) for one, other in zip(order.steps, steps, strict=False)):
        sentences.append(UPWARD)
    return sentences


def amount(step: Step) -> str:
    """Return a day's amount with its unit, and its parts: `80 mg`, or `80 mg (50 mg + 30 mg)`."""
    return in_parts(step.amounts_mg)


def in_parts(amounts_mg: tuple[Mg, ...]) -> str:
    """Return the total of a day's parts with its unit, and the parts if there are several."""
    total = f"{plain(sum(amounts_mg, amounts_mg[0] * 0))} mg"
    if len(amounts_mg) == 1:
        return total
    return f"{total} ({' + '.join(f'{plain(mg)} mg' for mg in amounts_mg)})"


def often(order: OrderFacts) -> Words:
    """Return how often a dose is due: every day, every n days, on which days of the week."""
    if order.weekdays:
        names = [say(WEEKDAYS[day - 1]) for day in order.weekdays]
        return reduce(lambda one, other: say(N_("%(one)s, %(other)s"), one=one, other=other), names)
    every = order.depot.interval_days if order.depot else order.every_n_days
    return say(N_("every day")) if every == 1 else say(N_("every %(n)s days"), n=every)


WEEKDAYS = (
    N_("on Mondays"),
    N_("on Tuesdays"),
    N_("on Wednesdays"),
    N_("on Thursdays"),
    N_("on Fridays"),
    N_("on Saturdays"),
    N_("on Sundays"),
)


def window(order: OrderFacts) -> list[Words]:
    """Return between which days the next injection may be given, and on what that rests; nothing for other medicine."""
    if (terms := order.depot) is None:
        return []
    words = N_(
        "The next one is due %(days)s days after the last. It may be given from %(early)s days before that day to"
        " %(late)s days after it; earlier or later the prescriber is asked."
    )
    said = [say(words, days=terms.interval_days, early=terms.early_days, late=terms.late_days)]
    if terms.second_after_days is not None:
        second = N_("The second may be given from %(days)s days after the first.")
        said.append(say(second, days=terms.second_after_days))
    if terms.profile is None:
        return [*said, say(N_("These days are the prescriber's own figures."))]
    return [*said, say(N_("These days are from the policy profile %(profile)s."), profile=terms.profile)]


def _goes_up(one: Step, other: Step) -> bool:
    return any(new > old for new, old in zip(other.amounts_mg, one.amounts_mg, strict=True))
