"""Forms that programmes ask of a clinic each month, as data: which figure of the monthly summary stands on which line.

A new form is a TOML file in this folder. A line names a figure, or several by a pattern with a star; it never works out a
number of its own.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
NONE = "none"


@dataclass(frozen=True)
class FormLine:
    """One line of a form: what the programme calls it, and which figures stand on it."""

    code: str
    figure: str
    """The key of a figure; with a star, of every figure whose key fits."""


@dataclass(frozen=True)
class ProgrammeForm:
    """One form, and who asks for it."""

    key: str
    title: str
    asked_by: str
    citation: str
    words: str
    lines: tuple[FormLine, ...]


@cache
def programme_forms() -> dict[str, ProgrammeForm]:
    """Return every form by its name, read once."""
    return {path.stem: _form(path) for path in sorted(FOLDER.glob("*.toml"))}


def named(value: str) -> tuple[str, ...]:
    """Return the names that a site has set, blanks between them."""
    return () if value == NONE else tuple(value.split())


def _form(path: Path) -> ProgrammeForm:
    with path.open("rb") as file:
        said = tomllib.load(file)
    return ProgrammeForm(
        key=path.stem,
        title=said["title"],
        asked_by=said["asked_by"],
        citation=said["citation"],
        words=said["words"],
        lines=tuple(FormLine(one["code"], one["figure"]) for one in said["line"]),
    )
