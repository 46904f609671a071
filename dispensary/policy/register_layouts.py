"""Layouts of the controlled-drug register: which columns a law asks for, each with its source.

A page names its layout and that layout's version. Where columns change the version goes up, and the columns as they were stay
in `register_layouts_before.toml`, so that a page from before is read and held against the record in its own columns.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("register_layouts.toml")
BEFORE = Path(__file__).with_name("register_layouts_before.toml")
"""Columns of superseded versions, each under its layout's name and its number: `[who.1]`."""
NUMBER_SHARE = 26
NUMBER_HEADING = "No."


@dataclass(frozen=True)
class LayoutColumn:
    """One column: what stands over it, what stands in it, and why it is there."""

    heading: str
    group: str
    """The part of the register that it belongs to, such as what was obtained; empty for none."""
    cells: tuple[str, ...]
    share: int
    number: bool
    citation: str


@dataclass(frozen=True)
class RegisterLayout:
    """The columns of one layout, after the number of the line, and what the page's head says."""

    name: str
    version: int
    title: str
    citation: str
    words: str
    head: tuple[str, ...]
    columns: tuple[LayoutColumn, ...]


@cache
def register_layouts() -> dict[str, RegisterLayout]:
    """Return every layout by its name, read once."""
    return {name: _layout(name, said) for name, said in _read(FILE).items()}


def layout_in(name: str, version: int) -> RegisterLayout | None:
    """Return a layout as it was in one of its versions; None where this program knows no such version."""
    now = register_layouts().get(name)
    return now if now is not None and now.version == version else _layouts_before().get((name, version))


def every_layout() -> tuple[RegisterLayout, ...]:
    """Return every version of every layout that a page may have been printed in."""
    return (*register_layouts().values(), *_layouts_before().values())


@cache
def _layouts_before() -> dict[tuple[str, int], RegisterLayout]:
    made = [
        _layout(name, said | {"version": int(version)})
        for name, versions in _read(BEFORE).items()
        for version, said in versions.items()
    ]
    return {(layout.name, layout.version): layout for layout in made}


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _layout(name: str, said: dict[str, Any]) -> RegisterLayout:
    number = LayoutColumn(NUMBER_HEADING, "", ("number",), NUMBER_SHARE, True, "clinical-rules §4.4: numbered, no gaps")
    return RegisterLayout(
        name=name,
        version=said["version"],
        title=said["title"],
        citation=said["citation"],
        words=said["words"],
        head=tuple(said["head"]),
        columns=(number, *map(_column, said["columns"])),
    )


def _column(said: dict[str, Any]) -> LayoutColumn:
    return LayoutColumn(
        heading=said["heading"],
        group=said.get("group", ""),
        cells=tuple(said["cells"]),
        share=said["share"],
        number=said.get("number", False),
        citation=said["citation"],
    )
