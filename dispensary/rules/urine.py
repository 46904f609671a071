"""What a urine says: which substances were found, whether the expected medicine is absent, and who looks at it.

A question of safety, never a sanction: nothing here changes a dose or a take-home decision. Somebody who takes doses home
and in whose urine the medicine is absent may have lost tolerance, so dosing waits for a prescriber the same day; all else is
a proposal. (product.md §9)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dispensary.policy.urine import UrinePolicy
from dispensary.rules.depots import REACH
from dispensary.rules.person_days import DRUG_OF, DayDose, PersonDays
from dispensary.wording import N_, Words, say
from models.enums import DayStatus, Medication, UrineFound, UrineMethod, UrineOutcome

COVERED = frozenset(
    {DayStatus.OBSERVED, DayStatus.PART, DayStatus.ELSEWHERE, DayStatus.INJECTION_COVERS, DayStatus.TAKE_HOME}
)
"""Days on which a medicine was taken, or was to be taken at home."""
SAMPLE = "sample"
"""Not a substance: the reading showed that the sample itself was diluted or tampered with."""
NOT_FOUND = frozenset({"negative", "absent", "not found", "none", "-"})
"""What other programs write for a substance that was looked for and not found."""


class Finding(StrEnum):
    """What about a urine asks for a look."""

    MEDICINE_ABSENT = "medicine_absent"
    MEDICINE_PUT_IN = "medicine_put_in"
    NOT_PRESCRIBED = "not_prescribed"
    REFUSED = "refused"
    DILUTED = "diluted"
    TAMPERED = "tampered"


SAID: dict[Finding, Words] = {
    Finding.MEDICINE_ABSENT: say(N_("the medicine is absent")),
    Finding.MEDICINE_PUT_IN: say(
        N_("the medicine is there, what the body makes of it is not: it may have been put in")
    ),
    Finding.NOT_PRESCRIBED: say(N_("something that is not prescribed")),
    Finding.REFUSED: say(N_("refused")),
    Finding.DILUTED: say(N_("diluted")),
    Finding.TAMPERED: say(N_("tampered with")),
}
ABSENCES = frozenset({Finding.MEDICINE_ABSENT, Finding.MEDICINE_PUT_IN})
OF_OUTCOME = {
    UrineOutcome.REFUSED: Finding.REFUSED,
    UrineOutcome.DILUTED: Finding.DILUTED,
    UrineOutcome.TAMPERED: Finding.TAMPERED,
}


@dataclass(frozen=True)
class Expected:
    """What a urine of one person may show on one day."""

    medication: Medication | None = None
    """What is ordered; None without an order."""
    due: bool = False
    """A dose was taken, or was to be taken at home, so short before that it must show."""
    other_medicines: frozenset[str] = frozenset()
    """Keys of other medicines on record."""
    earlier: frozenset[Medication] = frozenset()
    """Our own medicines that were taken so short before that they may still show, as after a change of medicine."""


def taken_on(days: PersonDays, day: date) -> frozenset[Medication]:
    """Return which of our medicines somebody took on a day, or was to take at home, or had an injection of that covers it."""
    doses = {one.medication for one in days.doses if one.taken_mg > 0 and one.day <= day < _covered_until(one)}
    return frozenset(doses | {one.medication for one in days.bottles if one.day == day})


def of_medicine(days: PersonDays, day: date, medication: Medication) -> bool:
    """Return whether what was taken on a day is, as far as it is known, the medicine that is ordered now."""
    taken = {DRUG_OF[one] for one in taken_on(days, day)}
    return not taken or DRUG_OF[medication] in taken


def may_still_show(days: PersonDays, day: date, policy: UrinePolicy) -> frozenset[Medication]:
    """Return which of our medicines may still show on a day, by when they were last taken; an injection shows for months."""
    doses = {
        one.medication
        for one in days.doses
        if one.taken_mg > 0 and one.day <= day <= one.day + (REACH if one.injected else policy.still_shows)
    }
    since = day - policy.still_shows
    bottles = {one.medication for one in days.bottles if since <= one.day <= day}
    return frozenset(doses | bottles | {one.medication for one in days.transfers if since <= one.day <= day})


def _covered_until(dose: DayDose) -> date:
    return dose.day + timedelta(days=dose.covers_days)


def due_to_show(statuses: Iterable[DayStatus]) -> bool:
    """Return whether the medicine must show, from what became of the days just before the urine."""
    return any(status in COVERED for status in statuses)


def judged(looked_for: Mapping[str, bool], expected: Expected, policy: UrinePolicy) -> dict[str, UrineFound]:
    """Return what each substance of a reading means.

    A medicine whose own trace is missing while the body has made something of it was swallowed, and is not absent.

    Args:
        looked_for: each substance of the panel, and whether it was found.
        expected: what may and what must show.
    """
    return {key: _judged(key, found, looked_for, expected, policy) for key, found in looked_for.items()}


def _judged(
    key: str, found: bool, looked_for: Mapping[str, bool], expected: Expected, policy: UrinePolicy
) -> UrineFound:
    substance = policy.substances[key]
    medicine = expected.medication is not None and expected.medication in substance.medications
    if found:
        known = medicine or bool(expected.earlier.intersection(substance.medications))
        known = known or bool(expected.other_medicines.intersection(substance.medicines))
        return UrineFound.PRESENT if known else UrineFound.POSITIVE
    if not medicine or not expected.due or (not substance.made_by_body and _made(looked_for, expected, policy)):
        return UrineFound.NEGATIVE
    return UrineFound.ABSENT


def _made(looked_for: Mapping[str, bool], expected: Expected, policy: UrinePolicy) -> bool:
    """Return whether something was found that the body makes of the ordered medicine."""
    return any(
        found and policy.substances[key].made_by_body and expected.medication in policy.substances[key].medications
        for key, found in looked_for.items()
    )


def as_imported(substance: str, result: str, policy: UrinePolicy) -> UrineFound:
    """Return what a result of another program means; a medicine of this clinic's kind counts as prescribed."""
    medicine = _is_medicine(substance, policy)
    if result in list(UrineFound):
        found = result not in (UrineFound.NEGATIVE, UrineFound.ABSENT)
    else:
        found = result.strip().casefold() not in NOT_FOUND
    if found:
        return UrineFound.PRESENT if medicine else UrineFound.POSITIVE
    return UrineFound.ABSENT if medicine else UrineFound.NEGATIVE


def findings(
    outcome: UrineOutcome, results: Iterable[tuple[str, UrineFound]], policy: UrinePolicy
) -> tuple[Finding, ...]:
    """Return what about a urine asks for a look; nothing of one that nobody was able to give."""
    seen = list(results)
    found = [OF_OUTCOME[outcome]] if outcome in OF_OUTCOME else []
    absent, present = (_medications(seen, what, policy) for what in (UrineFound.ABSENT, UrineFound.PRESENT))
    if any(what is UrineFound.ABSENT for _, what in seen):
        found.append(Finding.MEDICINE_PUT_IN if absent & present else Finding.MEDICINE_ABSENT)
    if any(what is UrineFound.POSITIVE for _, what in seen):
        found.append(Finding.NOT_PRESCRIBED)
    return tuple(found)


def _medications(seen: Iterable[tuple[str, UrineFound]], found: UrineFound, policy: UrinePolicy) -> set[Medication]:
    """Return the medicines of ours that substances of one meaning stand for."""
    known = (policy.substances.get(key) for key, what in seen if what is found)
    return {medication for one in known if one is not None for medication in one.medications}


def _is_medicine(key: str, policy: UrinePolicy) -> bool:
    known = policy.substances.get(key)
    return known is not None and bool(known.medications)


@dataclass(frozen=True)
class Follows:
    """Who looks at a urine, and how soon."""

    stop: bool = False
    """Dosing waits for a prescriber, the same day."""
    second_test: bool = False
    """A strip is confirmed by a second test."""
    prescriber: bool = False
    take_home_review: bool = False
    """Proposed; the decision stands until a prescriber changes it."""
    counselling: bool = False


def follows(found: Iterable[Finding], *, takes_home: bool, method: UrineMethod | None) -> Follows:
    """Return what findings lead to.

    Args:
        found: what asks for a look.
        takes_home: whether doses to take home were decided on.
        method: how it was looked at; None where there is nothing to look at.
    """
    seen = set(found)
    absent = bool(seen & ABSENCES)
    return Follows(
        stop=absent and takes_home,
        second_test=absent and method is UrineMethod.STRIP,
        prescriber=absent and not takes_home,
        take_home_review=bool(seen) and takes_home,
        counselling=bool(seen - ABSENCES) and not takes_home,
    )
