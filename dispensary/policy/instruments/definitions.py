"""What a questionnaire asks, which values it allows and what its total means; read once and checked hard."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from dispensary.policy.entries import Mark
from models.enums import Instrument, Substance

FOLDER = Path(__file__).parent


class Scoring(StrEnum):
    """How the values of a questionnaire become a score."""

    SUM = "sum"
    """One total."""
    SUBSTANCES = "substances"
    """A total for each substance, none over all."""
    EACH = "each"
    """No total: each answer stands for itself."""


class When(StrEnum):
    """Of a question about a substance: of whom it is asked."""

    EVER = "ever"
    """Whether it was ever used; opens the row."""
    RECENT = "recent"
    """Asked of whoever ever used it; whether the next are asked too."""
    IF_RECENT = "if_recent"
    IF_EVER = "if_ever"
    BESIDE = "beside"
    """Asked once, beside all substances; counts for no total."""


@dataclass(frozen=True)
class Item:
    """One answer to be entered."""

    key: str
    words: str
    values: tuple[int, ...]
    answers: tuple[str, ...] = ()
    """What each value says, where that may be shown."""
    unit: str = ""
    turned: bool = False
    """Whether it counts the other way round."""
    trend: bool = False
    """Whether it is drawn over time where there is no total."""
    substance: Substance | None = None
    when: When | None = None

    @property
    def most(self) -> int:
        """The largest value."""
        return self.values[-1]

    @property
    def is_range(self) -> bool:
        """Whether it is a number out of a row without gaps, too long to choose from."""
        return not self.answers and len(self.values) > LONGEST_CHOICE


LONGEST_CHOICE = 9


@dataclass(frozen=True)
class Band:
    """What a total from one number to another means."""

    least: int
    most: int
    words: str
    substances: tuple[Substance, ...] = ()
    """Of which substances; empty where there is one total."""


@dataclass(frozen=True)
class Definition:
    """One questionnaire."""

    instrument: Instrument
    edition: str
    scoring: Scoring
    asks_about: str
    source: str
    mark: Mark
    licence: str
    most: int | None
    items: tuple[Item, ...]
    bands: tuple[Band, ...]
    safety: tuple[str, ...]
    """Items of which any answer but the first asks for a safety step at once."""

    @property
    def substances(self) -> tuple[Substance, ...]:
        """The substances asked about, in order."""
        return tuple(dict.fromkeys(item.substance for item in self.items if item.substance))

    def of(self, substance: Substance) -> tuple[Item, ...]:
        """Return the questions about one substance."""
        return tuple(item for item in self.items if item.substance is substance)

    def counted_of(self, substance: Substance) -> tuple[Item, ...]:
        """Return the questions that count for the total of one substance; whether it was ever used does not."""
        return tuple(item for item in self.of(substance) if item.when is not When.EVER)

    def most_of(self, substance: Substance) -> int:
        """Return the largest total of one substance, of which not every question may be asked."""
        return sum(item.most for item in self.counted_of(substance))


ASKED_OF = (
    Substance.TOBACCO,
    Substance.ALCOHOL,
    Substance.CANNABIS,
    Substance.COCAINE,
    Substance.AMPHETAMINES,
    Substance.INHALANTS,
    Substance.SEDATIVES,
    Substance.HALLUCINOGENS,
    Substance.OPIOIDS,
    Substance.PRESCRIBED_MEDICINES,
    Substance.SHOP_MEDICINES,
    Substance.OTHER,
)
"""The rows of a questionnaire that scores substances."""
NEEDED = frozenset({"instrument", "edition", "scoring", "asks_about", "source", "mark", "licence"})
ALLOWED = NEEDED | {"most", "values", "answers", "safety", "questions", "turned", "items", "bands"}
OF_ITEM = frozenset({"key", "words", "values", "answers", "range", "unit", "trend", "role", "not_of"})
OF_BAND = frozenset({"of", "least", "most", "words"})


@cache
def definitions() -> Mapping[Instrument, Definition]:
    """Return every questionnaire, read once.

    Raises:
        ValueError: one is missing, or says something that cannot be.
    """
    read = {found.instrument: found for found in map(_read, sorted(FOLDER.glob("*.toml")))}
    if missing := set(Instrument) - set(read):
        raise ValueError(f"no definition of {sorted(missing)}")
    return {instrument: read[instrument] for instrument in Instrument}


def definition(instrument: Instrument) -> Definition:
    """Return one questionnaire."""
    return definitions()[instrument]


def _read(path: Path) -> Definition:
    with path.open("rb") as file:
        return from_table(path.name, tomllib.load(file))


def from_table(where: str, table: Mapping[str, Any]) -> Definition:
    """Return the questionnaire that a file describes.

    Raises:
        ValueError: keys missing or unknown, a band with a gap, a sum that cannot be reached.
    """
    _check_keys(where, table, NEEDED, ALLOWED)
    made = Definition(
        instrument=Instrument(table["instrument"]),
        edition=table["edition"],
        scoring=Scoring(table["scoring"]),
        asks_about=table["asks_about"],
        source=table["source"],
        mark=Mark(table["mark"]),
        licence=table["licence"],
        most=table.get("most"),
        items=tuple(_items(where, table)),
        bands=tuple(_bands(where, table)),
        safety=tuple(table.get("safety", ())),
    )
    _check(where, made)
    return made


def _items(where: str, table: Mapping[str, Any]) -> Iterator[Item]:
    numbered = [{"key": str(n), "words": ""} for n in range(1, table.get("questions", 0) + 1)]
    for entry in [*table.get("items", ()), *numbered]:
        _check_keys(where, entry, frozenset({"key", "words"}) - {"words"}, OF_ITEM)
        yield from _of_substances(_item(entry, table), entry)


def _item(entry: Mapping[str, Any], table: Mapping[str, Any]) -> Item:
    values = range(entry["range"][0], entry["range"][1] + 1) if "range" in entry else entry.get("values")
    return Item(
        key=entry["key"],
        words=entry["words"],
        values=tuple(values or table["values"]),
        answers=tuple(entry.get("answers", table.get("answers", ()))),
        unit=entry.get("unit", ""),
        turned=entry["key"] in table.get("turned", ()),
        trend=entry.get("trend", False),
        when=When(entry["role"]) if "role" in entry else None,
    )


def _of_substances(item: Item, entry: Mapping[str, Any]) -> Iterator[Item]:
    """Yield the question once for each substance, or as it is."""
    if item.when in (None, When.BESIDE):
        yield item
        return
    for substance in ASKED_OF:
        if substance not in entry.get("not_of", ()):
            yield Item(
                f"{item.key}.{substance}", item.words, item.values, item.answers, substance=substance, when=item.when
            )


def _bands(where: str, table: Mapping[str, Any]) -> Iterator[Band]:
    entries = table.get("bands", ())
    named = [Substance(word) for entry in entries for word in entry.get("of", ())]
    others = tuple(s for s in ASKED_OF if s not in named) if table["scoring"] == Scoring.SUBSTANCES else ()
    for entry in entries:
        _check_keys(where, entry, frozenset({"most", "words"}), OF_BAND)
        of = tuple(Substance(word) for word in entry.get("of", ())) or others
        yield Band(entry["least"], entry["most"], entry["words"], of)


def _check_keys(where: str, table: Mapping[str, Any], needed: frozenset[str], allowed: frozenset[str]) -> None:
    missing = sorted(key for key in needed if table.get(key) in (None, ""))
    unknown = sorted(set(table) - allowed)
    if missing or unknown:
        raise ValueError(f"{where}: missing {missing}, unknown {unknown}")


def _check(where: str, made: Definition) -> None:
    keys = [item.key for item in made.items]
    if not keys or len(keys) != len(set(keys)) or set(made.safety) - set(keys):
        raise ValueError(f"{where}: items are missing or stand twice")
    for item in made.items:
        if list(item.values) != sorted(set(item.values)) or (item.answers and len(item.answers) != len(item.values)):
            raise ValueError(f"{where}: values of item {item.key} are out of order, or not all are named")
    if made.scoring is Scoring.SUM and made.most != sum(item.most for item in made.items):
        raise ValueError(f"{where}: the largest total is not the sum of the largest values")
    if made.scoring is Scoring.SUBSTANCES and made.most != max(map(made.most_of, made.substances)):
        raise ValueError(f"{where}: the largest total is none of a substance")
    for of in {band.substances for band in made.bands}:
        _check_whole(where, made.most, [band for band in made.bands if band.substances == of])


def _check_whole(where: str, most: int | None, bands: Sequence[Band]) -> None:
    """Check that bands follow each other from nothing to the largest total without a gap."""
    if _edges(bands) != [(-1, 0), *((band.most, band.most + 1) for band in bands[:-1])] or bands[-1].most != most:
        raise ValueError(f"{where}: bands leave a gap")


def _edges(bands: Iterable[Band]) -> list[tuple[int, int]]:
    edges, before = [], -1
    for band in bands:
        edges.append((before, band.least))
        before = band.most
    return edges
