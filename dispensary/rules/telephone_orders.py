"""What a prescriber may order by telephone: to continue, to lower, to release, for one clinic day, and never to raise.

A stop is not among it: a prescriber releases stops after signing in, with the record open. Source: product.md §4.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dispensary.policy.house import house_rules
from dispensary.reasons import Reason
from dispensary.wording import N_, Words, say
from models.enums import TelephoneOrderKind
from models.units import Mg

NOTHING = Mg(Decimal(0))


@dataclass(frozen=True)
class Lapsed:
    """The order that held last and ran out on its own last day."""

    order_id: int
    last_day: date
    amounts_mg: tuple[Mg, ...]
    """What it said for its last day, part by part."""
    due_today: bool
    """Whether its rhythm has a dose today."""
    last_taken_mg: Mg | None
    """The total of the last day on which something was swallowed."""

    @property
    def total_mg(self) -> Mg:
        """The day's total."""
        return Mg(sum(self.amounts_mg, NOTHING))


@dataclass(frozen=True)
class CallFacts:
    """What stands about a person when a prescriber is on the telephone."""

    clinic_day: date
    in_treatment: bool
    """In treatment here, on the record that survives."""
    stopped: bool
    dosed_today: bool
    order_parts: int | None
    """The parts of today under the order in force, further ones among them; None where none holds today."""
    due_mg: Mg | None
    """What is ordered for today, all parts together; None when nothing is due."""
    held_mg: Mg | None
    """The same, if it is held after days without medicine and not released."""
    lapsed: Lapsed | None
    injection: bool = False
    """The order in force, or the one that ran out, is for injections."""


def reasons_against(kind: TelephoneOrderKind, facts: CallFacts) -> list[Reason]:
    """Return every reason why this cannot be ordered by telephone now; none means it can."""
    return [reason for check in (*ALWAYS, *OF_KIND[kind]) if (reason := check(facts))]


def most_mg(kind: TelephoneOrderKind, facts: CallFacts) -> Mg:
    """Return the most that may be ordered: what was ordered and taken last, or what is due today."""
    if kind is TelephoneOrderKind.CONTINUE and facts.lapsed is not None:
        return min(facts.lapsed.total_mg, facts.lapsed.last_taken_mg or NOTHING)
    return facts.due_mg or NOTHING


def amount_fault(kind: TelephoneOrderKind, amount_mg: Mg, facts: CallFacts) -> Words | None:
    """Return what is wrong with an amount, or None: nothing is raised, a lower one is lower, a release is as ordered."""
    most = most_mg(kind, facts)
    if amount_mg <= 0:
        return say(N_("This must be more than zero."))
    if kind is TelephoneOrderKind.RELEASE and amount_mg != most:
        return say(
            N_("A release is for the ordered amount, %(mg)s mg. For less, take down a lower order first."), mg=most
        )
    if kind is TelephoneOrderKind.LOWER and amount_mg >= most:
        return say(N_("Today's order is %(mg)s mg; lower means less than that."), mg=most)
    if amount_mg > most:
        return say(N_("No more than %(mg)s mg by telephone: the last amount ordered and taken."), mg=most)
    if kind is TelephoneOrderKind.CONTINUE and facts.lapsed and len(facts.lapsed.amounts_mg) > 1 and amount_mg != most:
        return say(N_("An order in parts is continued as it was, %(mg)s mg; any change is signed."), mg=most)
    return None


def _not_in_treatment(facts: CallFacts) -> Reason | None:
    if facts.in_treatment:
        return None
    return Reason(
        "not_in_treatment",
        say(N_("Not in treatment here on this record.")),
        say(N_("A prescriber admits the person and signs an order.")),
    )


def _stop_stands(facts: CallFacts) -> Reason | None:
    if not facts.stopped:
        return None
    return Reason(
        "stop_stands",
        say(N_("A stop stands. It is not released by telephone.")),
        say(N_("The prescriber signs in and decides it; nothing is given until then.")),
    )


def _dosed_today(facts: CallFacts) -> Reason | None:
    if not facts.dosed_today:
        return None
    return Reason(
        "dosed_today",
        say(N_("Today's dose was already taken, or part of it.")),
        say(N_("Anything further today needs the prescriber's own signature.")),
    )


def _injection(facts: CallFacts) -> Reason | None:
    if not facts.injection:
        return None
    return Reason(
        "injection",
        say(N_("An injection is not ordered by telephone.")),
        say(N_("The prescriber signs in, and releases it or signs an order.")),
    )


def _nothing_lapsed(facts: CallFacts) -> Reason | None:
    if facts.order_parts is not None:
        return Reason(
            "order_holds",
            say(N_("An order holds today: there is nothing to continue.")),
            say(N_("Give the dose as ordered, or take down what the prescriber lowers or releases.")),
        )
    within = house_rules().telephone_continue_within
    if facts.lapsed is not None and facts.clinic_day - facts.lapsed.last_day <= within:
        return None
    return Reason(
        "nothing_lapsed",
        say(N_("No order ran out here in the last %(days)s days."), days=within.days),
        say(N_("The prescriber signs an order; one that was stopped is not continued by telephone.")),
    )


def _nothing_to_go_by(facts: CallFacts) -> Reason | None:
    if facts.lapsed is None or facts.lapsed.last_taken_mg is not None:
        return None
    return Reason(
        "nothing_taken",
        say(N_("Nothing was ever taken under it: a first dose is not ordered by telephone.")),
        say(N_("The prescriber signs in and signs an order.")),
    )


def _parts_not_all_taken(facts: CallFacts) -> Reason | None:
    """Refuse to continue parts of which the last day took only some: an amount read back could not say which."""
    old = facts.lapsed
    if old is None or len(old.amounts_mg) == 1 or old.last_taken_mg is None or old.last_taken_mg >= old.total_mg:
        return None
    return Reason(
        "parts_not_all_taken",
        say(N_("The order was in parts, and of the last day only %(mg)s mg were taken."), mg=old.last_taken_mg),
        say(N_("The prescriber signs in and signs an order.")),
    )


def _not_due(facts: CallFacts) -> Reason | None:
    continues = facts.lapsed is not None and facts.order_parts is None
    due = facts.lapsed.due_today if continues and facts.lapsed else facts.due_mg is not None
    if due or facts.dosed_today or (facts.order_parts is None and not continues):
        return None
    return Reason(
        "not_due_today",
        say(N_("The order has no dose for today.")),
        say(N_("Tell the person the next day on which a dose is due; a change is the prescriber's.")),
    )


def _no_order(facts: CallFacts) -> Reason | None:
    if facts.order_parts is not None:
        return None
    return Reason(
        "no_active_order",
        say(N_("No signed order holds today.")),
        say(N_("If the last one ran out, it can be continued for today; otherwise the prescriber signs one.")),
    )


def _several_parts(facts: CallFacts) -> Reason | None:
    if facts.order_parts is None or facts.order_parts == 1:
        return None
    return Reason(
        "several_parts",
        say(N_("The day is ordered in parts; which of them is lowered cannot be said by telephone.")),
        say(N_("The prescriber signs a new version.")),
    )


def _not_held(facts: CallFacts) -> Reason | None:
    if facts.held_mg is not None:
        return None
    return Reason(
        "nothing_held",
        say(N_("No dose of this person is held now.")),
        say(N_("Look at the reasons at the window again.")),
    )


Check = Callable[[CallFacts], Reason | None]

ALWAYS: tuple[Check, ...] = (_not_in_treatment, _stop_stands, _dosed_today, _injection)
OF_KIND: dict[TelephoneOrderKind, tuple[Check, ...]] = {
    TelephoneOrderKind.CONTINUE: (_nothing_lapsed, _nothing_to_go_by, _parts_not_all_taken, _not_due),
    TelephoneOrderKind.LOWER: (_no_order, _several_parts, _not_due),
    TelephoneOrderKind.RELEASE: (_no_order, _not_held),
}
"""What is asked before each kind of order; the first four hold for all of them."""
