"""The shipped numbers of policy as they stand in docs/rulebook.md: each in words, with its source and mark."""

import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

from dispensary.policy.depot_windows import DepotWindow
from dispensary.policy.entries import Cited
from dispensary.policy.house import FILE
from dispensary.policy.indicators import FILE as INDICATORS
from dispensary.policy.missed_doses import MissedDoseRow, MissedDoseTable
from dispensary.policy.profiles import SHIPPED, Profile, load
from dispensary.policy.urine import FILE as URINE
from dispensary.policy.urine import NUMBERS
from models.units import plain

HEAD = ["| what it says | medicine | number | where it stands | mark | holds from |", "|---|---|---|---|---|---|"]


def numbers() -> str:
    """Return every number that ships: the house's own, then profile by profile."""
    return "\n".join(
        [
            "## The numbers\n",
            *_house(),
            *_urine(),
            *_indicators(),
            *(line for p in load([SHIPPED]) for line in _profile(p)),
        ]
    )


def _house() -> Iterator[str]:
    yield from (
        "### The house",
        "",
        "Ceilings that no site may raise, and what a new site starts with (`house.toml`).",
        "",
    )
    yield from ("| key | what it says | value | where it stands |", "|---|---|---|---|")
    with FILE.open("rb") as file:
        tables = tomllib.load(file)
    for table, entries in tables.items():
        for key, entry in entries.items():
            yield _row(f"{table}: {key}", entry["words"], f"{entry['value']} {entry['unit']}", entry["citation"])
    yield ""


def _urine() -> Iterator[str]:
    yield from ("### Urine tests", "", "What a urine is looked at for (`urine.toml`).", "")
    yield from ("| key | what it says | value | where it stands |", "|---|---|---|---|")
    with URINE.open("rb") as file:
        said = tomllib.load(file)
    for key in NUMBERS:
        yield _row(key, said[key]["words"], f"{said[key]['value']} {said[key]['unit']}", said[key]["citation"])
    for key, panel in said["panels"].items():
        yield _row(f"panel {key}", panel["words"], ", ".join(panel["substances"]), panel["citation"])
    yield ""


def _indicators() -> Iterator[str]:
    yield from ("### Indicators and data quality", "", "What the figures of a month go by (`indicators.toml`).", "")
    yield from ("| key | what it says | value | where it stands |", "|---|---|---|---|")
    with INDICATORS.open("rb") as file:
        said = tomllib.load(file)
    for key, entry in said.items():
        value = entry["value"]
        shown = ", ".join(f"{drug} {amount}" for drug, amount in value.items()) if isinstance(value, dict) else value
        yield _row(key, entry["words"], f"{shown} {entry['unit']}", entry["citation"])
    yield ""


def _profile(profile: Profile) -> Iterator[str]:
    yield from (f"### {profile.title}", "")
    status = (
        f"Superseded by {profile.superseded}: to be read and tried only." if profile.superseded else "Ships as a draft."
    )
    yield f"`{profile.id}`. {profile.jurisdiction}; {profile.document}; {profile.edition}. {status}"
    yield from ("", profile.words, "", *HEAD, *_entries(profile), "")


def _entries(profile: Profile) -> Iterator[str]:
    yield from (_missed(table, row) for table in profile.missed_doses for row in table.rows)
    yield from _going_home(profile)
    yield from (_cited(w, w.words, f"{w.name} {w.interval}", _window(w)) for w in profile.depot_windows)
    for minimum in profile.minimums:
        days = f"from day {minimum.from_day}{f' to {minimum.until_day}' if minimum.until_day else ''}"
        yield _cited(
            minimum,
            minimum.words,
            _drugs(minimum),
            f"{minimum.subject}: {minimum.times} in {minimum.in_days} days, {days}",
        )
    for limit in profile.order_limits:
        yield _cited(limit, limit.words, limit.medication, f"{limit.kind} {plain(limit.value)} {limit.unit}")
    for band in profile.vomit_bands:
        until = "on" if band.until_minutes is None else f"to {band.until_minutes}"
        yield _cited(band, band.words, band.medication, f"minute {band.from_minutes} {until}: {band.share}")
    yield from (_cited(line, line.words, _drugs(line), line.text) for line in profile.label_lines)
    yield from (_cited(d, d.words, d.step, f"within {d.within} {d.counted}") for d in profile.loss_deadlines)
    for alert in profile.alerts:
        numbers = (f"{name} {plain(n)}" for name in _OF_A_QTC if (n := getattr(alert, name)) is not None)
        yield _cited(alert, f"{alert.can_do} {alert.to_do}", _drugs(alert), f"{alert.key} {', '.join(numbers)}")


def _going_home(profile: Profile) -> Iterator[str]:
    for step in profile.take_home_steps:
        yield _cited(step, step.words, _drugs(step), f"from day {step.from_day}: {step.most_days} {step.kind}")
    for criterion in profile.take_home_criteria:
        yield _cited(criterion, criterion.words, _drugs(criterion), "")
    for rule in profile.take_home_rules:
        yield _cited(rule, rule.words, _drugs(rule), f"{rule.kind} {rule.most_days or ''}")


def _window(window: DepotWindow) -> str:
    second = f", second from {window.earliest_second}" if window.earliest_second != window.earliest else ""
    return f"{window.interval_days} days, from {window.earliest} to {window.latest}{second}"


def _missed(table: MissedDoseTable, row: MissedDoseRow) -> str:
    return _row(row.words, _drugs(table), _of_row(table, row), row.citation, row.mark, _held(table))


_OF_A_QTC = ("from_ms", "below_ms", "after_months", "above_mg")


def _of_row(table: MissedDoseTable, row: MissedDoseRow) -> str:
    formula = [f"{row.fraction} of the last dose"] if row.fraction is not None else []
    formula += [f"at most {plain(row.max_mg)} mg"] if row.max_mg is not None else []
    formula += [f"at least {plain(row.min_mg)} mg, never above the last dose"] if row.min_mg is not None else []
    agonist = "" if row.if_full_agonist is None else f", full agonist since: {row.if_full_agonist}"
    phases = ", ".join(table.phases)
    return f"{row.operator} {row.days} days{agonist}: {row.action}{'; '.join(['', *formula])} ({phases})"


def _drugs(entry: Any) -> str:
    return ", ".join(entry.medications)


def _held(entry: Cited) -> str:
    return f"{entry.effective_from}{f' to {entry.effective_to}' if entry.effective_to else ''}"


def _cited(entry: Cited, words: str, drugs: str, number: str) -> str:
    return _row(words, drugs, number, entry.citation, entry.mark, _held(entry))


def _row(*cells: str) -> str:
    return f"| {' | '.join(_readable(cells))} |"


def _readable(cells: Iterable[str]) -> Iterator[str]:
    for text in cells:
        yield " ".join(text.split()).replace("|", "\\|").replace("_", " ")
