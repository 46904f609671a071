"""What about somebody's health to see before a dose. It is shown and never stops a dose: that is decided by people.

What was entered always shows. What the site's cited list says of it stands beside it, for the drug that is ordered.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from dispensary.policy.alerts import AlertEntry, AlertList
from dispensary.rules.names import folded
from dispensary.wording import N_, Words, say
from models.enums import HealthFactKind, Medication
from models.units import Mg


class Severity(IntEnum):
    """How much an alert asks for, the most first."""

    ASK_FIRST = 1
    """Ask the prescriber before the dose."""
    WATCH = 2
    KNOWN = 3
    """On record, with nothing that the list says of it."""
    NOT_HELD = 4
    """Nothing is on record: an offer, for the person's page and not for the window."""


@dataclass(frozen=True)
class HealthSeen:
    """Something on record about a person's health that nothing has ended."""

    id: int
    kind: HealthFactKind
    item: str
    text: str
    qtc_ms: int | None
    noted_on: date
    until_on: date | None
    new: bool
    """Entered since the last dose here."""


@dataclass(frozen=True)
class Alert:
    """One thing to see before a dose."""

    kind: HealthFactKind
    severity: Severity
    words: Words
    """What is on record."""
    remark: Words | None
    """What follows from its dates, or that the list does not know it."""
    says: tuple[AlertEntry, ...]
    """What the list says of it: what it can do, what to do, and where that stands."""
    new: bool

    @property
    def at_the_window(self) -> bool:
        """Whether it is shown at the window too."""
        return self.severity is not Severity.NOT_HELD


def alerts_for(
    facts: Sequence[HealthSeen], listed: AlertList, medication: Medication | None, total_mg: Mg | None, on: date
) -> tuple[Alert, ...]:
    """Return what to see before a dose, the most pressing first, and of those what is new.

    Args:
        facts: what is on record and was not ended.
        listed: what the site's list says; a draft counts too, and the page says that it is one.
        medication: what is ordered; None for everything that the list says of any drug.
        total_mg: ordered for the day; None if nothing is.
        on: the clinic day.
    """
    standing = [fact for fact in facts if not course_is_over(fact, on)]
    older = {id(fact) for kind in NEWEST_COUNTS for fact in _but_the_newest(standing, kind)}
    alerts = [_alert(fact, listed, medication, on) for fact in standing if id(fact) not in older]
    kinds = {fact.kind for fact in standing}
    if HealthFactKind.QTC not in kinds:
        alerts += _ecg_missing(listed, medication, total_mg)
    if HealthFactKind.NALOXONE not in kinds:
        alerts += _naloxone_missing(listed, medication)
    return tuple(sorted(alerts, key=lambda alert: (alert.severity, not alert.new)))


NEWEST_COUNTS = (HealthFactKind.QTC, HealthFactKind.NALOXONE)
"""Of which only what was noted last is seen; the ones before it are history."""


def _but_the_newest(facts: Sequence[HealthSeen], kind: HealthFactKind) -> Sequence[HealthSeen]:
    return sorted((fact for fact in facts if fact.kind is kind), key=lambda fact: (fact.noted_on, fact.id))[:-1]


def keys_of(text: str, entries: Sequence[AlertEntry]) -> frozenset[str]:
    """Return the keys of the entries that a text names, however it is written: `Diazepam 10mg` names benzodiazepines."""
    return frozenset(entry.key for entry in entries if any(_names(text, name) for name in entry.names))


def qtc_entries(qtc_ms: int, entries: Sequence[AlertEntry]) -> tuple[AlertEntry, ...]:
    """Return the bands that a QTc lies in."""
    return tuple(
        e
        for e in entries
        if e.from_ms is not None and e.from_ms <= qtc_ms and (e.below_ms is None or qtc_ms < e.below_ms)
    )


def _alert(fact: HealthSeen, listed: AlertList, medication: Medication | None, on: date) -> Alert:
    says, remark = _said_of(fact, listed, medication), _remark(fact, listed, medication, on)
    if any(entry.urgent for entry in says):
        severity = Severity.ASK_FIRST
    else:
        severity = Severity.WATCH if says or fact.kind in ALWAYS_WATCHED else Severity.KNOWN
    return Alert(fact.kind, severity, words_of(fact), remark, says, fact.new)


ALWAYS_WATCHED = (HealthFactKind.ALLERGY, HealthFactKind.PREGNANCY)


def _said_of(fact: HealthSeen, listed: AlertList, medication: Medication | None) -> tuple[AlertEntry, ...]:
    entries = listed.about(fact.kind, medication)
    match fact.kind:
        case HealthFactKind.MEDICINE | HealthFactKind.ALLERGY:
            keys = keys_of(fact.text, entries) | {fact.item}
            return tuple(entry for entry in entries if entry.key in keys)
        case HealthFactKind.QTC:
            return qtc_entries(fact.qtc_ms or 0, entries)
        case HealthFactKind.PREGNANCY:
            return entries
    return ()


SENTENCES: dict[tuple[HealthFactKind, bool], str] = {
    (HealthFactKind.ALLERGY, False): N_("Allergy: %(text)s"),
    (HealthFactKind.PREGNANCY, True): N_("Pregnant, expected on %(until_on)s"),
    (HealthFactKind.PREGNANCY, False): N_("Pregnant"),
    (HealthFactKind.QTC, False): N_("QTc %(qtc_ms)s ms, measured on %(noted_on)s"),
    (HealthFactKind.MEDICINE, True): N_("Takes %(text)s until %(until_on)s"),
    (HealthFactKind.MEDICINE, False): N_("Takes %(text)s since %(noted_on)s"),
    (HealthFactKind.NALOXONE, False): N_("Holds naloxone, supplied on %(noted_on)s"),
}
"""What is on record, by kind and by whether it has a last or an expected day."""


def words_of(fact: HealthSeen) -> Words:
    """Return in words what is on record."""
    return say(SENTENCES[fact.kind, fact.until_on is not None], **vars(fact))


def _remark(fact: HealthSeen, listed: AlertList, medication: Medication | None, on: date) -> Words | None:
    match fact.kind:
        case HealthFactKind.PREGNANCY if fact.until_on and fact.until_on < on:
            return say(N_("The day has passed: ask how it went, and enter it."))
        case HealthFactKind.MEDICINE if not fact.item and not keys_of(fact.text, listed.entries):
            return say(N_("Not on this site's list, which does not make it safe: ask the prescriber if in doubt."))
        case HealthFactKind.QTC:
            months = _whole_months(fact.noted_on, on)
            ages = [e.after_months for e in listed.about(fact.kind, medication) if e.after_months is not None]
            if ages and months >= min(ages):
                return say(N_("Measured %(months)s months ago: ask for a new ECG."), months=months)
    return None


def _ecg_missing(listed: AlertList, medication: Medication | None, total_mg: Mg | None) -> list[Alert]:
    entries = listed.about(HealthFactKind.QTC, medication)
    due = tuple(e for e in entries if e.above_mg is not None and medication and total_mg and total_mg > e.above_mg)
    words = say(N_("No QTc on record, at %(mg)s mg a day"), mg=total_mg)
    return [Alert(HealthFactKind.QTC, Severity.NOT_HELD, words, None, due, new=False)] if due else []


def _naloxone_missing(listed: AlertList, medication: Medication | None) -> list[Alert]:
    offers = listed.about(HealthFactKind.NALOXONE, medication)[:1]
    words = say(N_("No naloxone supplied that we know of"))
    return [Alert(HealthFactKind.NALOXONE, Severity.NOT_HELD, words, None, offers, new=False)] if offers else []


def course_is_over(fact: HealthSeen, on: date) -> bool:
    """Return whether a medicine's last day has passed, so that it is shown no more."""
    return fact.kind is HealthFactKind.MEDICINE and fact.until_on is not None and fact.until_on < on


def _whole_months(since: date, on: date) -> int:
    return (on.year - since.year) * 12 + on.month - since.month - (on.day < since.day)


def _names(text: str, name: str) -> bool:
    """Return whether a text holds a name as whole words; scripts without blanks between words, anywhere in it."""
    wanted, written = _apart(name), _apart(text)
    return f" {wanted} " in f" {written} " if wanted.isascii() else wanted in written


def _apart(text: str) -> str:
    """Return a text folded, its words and numbers set apart, so that `10mg` hides no name."""
    return " ".join(re.findall(r"[^\W\d_]+|\d+", folded(text)))
