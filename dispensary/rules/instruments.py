"""Scoring questionnaires: which answers cannot stand together, what they add up to, and what that means. Exact and pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from dispensary.policy.instruments import Band, Definition, Item, Scoring, When
from dispensary.wording import N_, Words, say
from models.enums import Substance

Values = Mapping[str, int]
"""What was entered, by the key of the item."""
LONGEST_LIST = 9
"""So many allowed values are named one by one; more are said as from and to."""


@dataclass(frozen=True)
class Fault:
    """An answer that is missing or cannot be."""

    item: str
    message: Words


@dataclass(frozen=True)
class Part:
    """The total of one substance."""

    substance: Substance
    total: int
    band: str


@dataclass(frozen=True)
class Score:
    """What the answers come to."""

    total: int | None
    """None where there is no total."""
    band: str
    """What the total means; empty where nothing sure is known of it."""
    parts: tuple[Part, ...] = ()


def faults_of(definition: Definition, values: Values) -> list[Fault]:
    """Return every answer that is missing or cannot be; none means the questionnaire can be scored."""
    known = {item.key: item for item in definition.items}
    found = [Fault(key, say(N_("This questionnaire has no such item."))) for key in values if key not in known]
    found += [
        Fault(item.key, _allowed(item))
        for item in definition.items
        if values.get(item.key, item.most) not in item.values
    ]
    return found + list(MISSING[definition.scoring](definition, values))


def _allowed(item: Item) -> Words:
    if len(item.values) > LONGEST_LIST:
        return say(N_("From %(least)s to %(most)s."), least=item.values[0], most=item.most)
    return say(N_("Only one of these: %(values)s."), values=", ".join(map(str, item.values)))


def _any_missing(definition: Definition, values: Values) -> Iterator[Fault]:
    """Yield every question without an answer: a sum over some of them would look like less."""
    for item in definition.items:
        if item.key not in values:
            yield Fault(item.key, say(N_("Answer this.")))


def _all_missing(definition: Definition, values: Values) -> Iterator[Fault]:
    """Yield the first question where none at all was answered."""
    if not values:
        yield Fault(definition.items[0].key, say(N_("Answer at least one question.")))


def _missing_of_substances(definition: Definition, values: Values) -> Iterator[Fault]:
    """Yield what is missing or too much in the row of any substance.

    Who never used a substance is asked nothing more of it; who has not used it lately is asked nothing of the last three
    months. Source: WHO ASSIST v3.1, instructions after questions 1 and 2.
    """
    rows = [definition.of(substance) for substance in definition.substances]
    if not any(item.key in values for row in rows for item in row):
        yield Fault(rows[0][0].key, say(N_("Ask of one substance at least.")))
    for row in rows:
        if any(item.key in values for item in row):
            yield from _faults_in_row(row, values)


def _faults_in_row(row: tuple[Item, ...], values: Values) -> Iterator[Fault]:
    by_when = {item.when: item for item in row}
    ever, recent = values.get(by_when[When.EVER].key), values.get(by_when[When.RECENT].key)
    for item in row:
        wanted = item.when is When.EVER or bool(ever and (item.when is not When.IF_RECENT or recent))
        if wanted and item.key not in values:
            yield Fault(item.key, say(N_("Answer this.")))
        elif not wanted and values.get(item.key):
            words = N_("Never used: leave it empty.") if not ever else N_("Not used lately: leave it empty.")
            yield Fault(item.key, say(words))


MISSING: Mapping[Scoring, Callable[[Definition, Values], Iterator[Fault]]] = {
    Scoring.SUM: _any_missing,
    Scoring.EACH: _all_missing,
    Scoring.SUBSTANCES: _missing_of_substances,
}


def score_of(definition: Definition, values: Values) -> Score:
    """Return what answers come to that hold no fault."""
    if definition.scoring is Scoring.EACH:
        return Score(None, "")
    if definition.scoring is Scoring.SUBSTANCES:
        return Score(None, "", tuple(_parts(definition, values)))
    total = sum(_counted(item, values[item.key]) for item in definition.items)
    return Score(total, _band_of(definition.bands, total))


def _counted(item: Item, value: int) -> int:
    return item.most - value if item.turned else value


def _parts(definition: Definition, values: Values) -> Iterator[Part]:
    for substance in definition.substances:
        row = definition.of(substance)
        if any(item.key in values for item in row):
            total = sum(values.get(item.key, 0) for item in definition.counted_of(substance))
            bands = tuple(band for band in definition.bands if substance in band.substances)
            yield Part(substance, total, _band_of(bands, total))


def _band_of(bands: tuple[Band, ...], total: int) -> str:
    return next((band.words for band in bands if band.least <= total <= band.most), "")


def asks_for_safety(definition: Definition, values: Values) -> bool:
    """Return whether an answer speaks of self-harm, so that something is done before the person leaves."""
    return any(values.get(key, 0) > 0 for key in definition.safety)
