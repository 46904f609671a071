"""Who needs doses for days on which the clinic is closed, and what stands against taking them home."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dispensary.policy.take_homes import RuleInForce
from dispensary.wording import N_, Words, say
from models.enums import Form, Medication, TreatmentPhase
from models.units import Mg

STOP, INDUCTION, HELD, NO_ORDER, NO_SAFETY, INJECTION, AWAY, NO_PROFILE, TOO_LONG = (
    "stop",
    "induction",
    "days_without_medicine",
    "no_order",
    "no_safety_check",
    "injection",
    "away",
    "no_profile",
    "too_many_days",
)
WHY: dict[str, Words] = {
    AWAY: say(N_("in hospital or custody")),
    STOP: say(N_("a stop stands")),
    HELD: say(N_("held for days without medicine")),
    INDUCTION: say(N_("in induction")),
    NO_ORDER: say(N_("no order holds on these days")),
    INJECTION: say(N_("an injection is due, which nobody takes home")),
    NO_SAFETY: say(N_("storage and safety were not gone through, or too long ago")),
    NO_PROFILE: say(N_("no approved profile allows doses of this drug for a closure")),
    TOO_LONG: say(N_("more days than the approved profile allows for one closure")),
}
"""What stands against doses to take home, in words, the gravest first."""


@dataclass(frozen=True)
class Need:
    """Somebody who is due on a closed day, as far as that decides what can be proposed."""

    due: Mapping[date, Mg]
    """The days of the closure on which a dose is due and not covered, with its amount."""
    medication: Medication | None
    form: Form | None
    phase: TreatmentPhase | None
    stopped: bool
    away: bool
    days_without_medicine: int
    safety_until: date | None
    """The last day on which the talk about storing doses safely holds."""
    rule: RuleInForce | None
    """The approved rule that allows doses of this drug for closures."""


def against(need: Need, first: date, hold_from: int) -> tuple[str, ...]:
    """Return the codes of what stands against doses to take home, the gravest first; none means they are proposed.

    Source: product.md §7: people under a stop, in induction or without an order stand on the list by name with
    another way; doses only where an approved profile allows them for closure days.

    Args:
        first: the first day of the closure.
        hold_from: from how many days without medicine a dose would be held for this person.
    """
    found = {
        AWAY: need.away,
        STOP: need.stopped,
        HELD: need.days_without_medicine >= hold_from,
        INDUCTION: need.phase is TreatmentPhase.INDUCTION,
        NO_ORDER: need.medication is None,
        INJECTION: need.form is Form.INJECTION,
        NO_SAFETY: need.safety_until is None or need.safety_until < first,
        NO_PROFILE: need.medication is not None and need.form is not Form.INJECTION and need.rule is None,
        TOO_LONG: _too_long(need),
    }
    return tuple(code for code in WHY if found[code])


def _too_long(need: Need) -> bool:
    return need.rule is not None and need.rule.rule.most_days is not None and len(need.due) > need.rule.rule.most_days


def shown_digest(lines: Mapping[int, tuple[Mapping[date, Mg], tuple[str, ...]]]) -> str:
    """Return the digest of a list as it was shown, so that a change before it is signed is seen.

    Args:
        lines: for each person the days with their amounts, and what stands against them.
    """
    said = [
        f"{person}:{','.join(f'{day}={mg}' for day, mg in sorted(due.items()))}:{','.join(codes)}"
        for person, (due, codes) in sorted(lines.items())
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]
