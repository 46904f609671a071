"""What happened to a person that is seen at the window before the next dose, whoever entered it and wherever.

It stops nothing: it is shown until a prescriber has answered, and only what it is, never what somebody wrote about it.
"""

from collections.abc import Sequence

from dispensary.policy.alerts import AlertEntry
from dispensary.rules.alerts import keys_of
from models.enums import AbsenceKind, TaskReasonKind

TOLD_IN_WORDS = (
    TaskReasonKind.OVERDOSE,
    TaskReasonKind.HOSPITAL,
    TaskReasonKind.CUSTODY,
    TaskReasonKind.PREGNANCY,
    TaskReasonKind.NEW_MEDICINE,
)
"""What a note in free words may tell of, so that whoever writes it ticks it."""
EVENTS = (*TOLD_IN_WORDS, TaskReasonKind.ABSENCE)
"""What reaches the window; before hospital and custody were told apart, both were written as an absence."""
OF_A_STAY = {AbsenceKind.HOSPITAL: TaskReasonKind.HOSPITAL, AbsenceKind.CUSTODY: TaskReasonKind.CUSTODY}


def event_of_medicine(name: str, listed: Sequence[AlertEntry]) -> TaskReasonKind | None:
    """Return what a prescriber hears of a new medicine, however it is written.

    Args:
        listed: what the site's list says of medicines.

    Returns:
        A medicine to ask about where the list asks for the prescriber before the dose, as of sedatives, other opioids and
        antagonists; something new about health where the list knows it; None where it does not.
    """
    known = keys_of(name, listed)
    if any(entry.urgent for entry in listed if entry.key in known):
        return TaskReasonKind.NEW_MEDICINE
    return TaskReasonKind.HEALTH if known else None
