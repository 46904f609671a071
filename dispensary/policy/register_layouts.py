"""Layouts of the controlled-drug register: which columns a law asks for, each with its source."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("register_layouts.toml")
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
    title: str
    citation: str
    words: str
    head: tuple[str, ...]
    columns: tuple[LayoutColumn, ...]


@cache
def register_layouts() -> dict[str, RegisterLayout]:
    """Return every layout by its name, read once."""
    with FILE.open("rb") as file:
        data = tomllib.load(file)
    return {name: _layout(name, said) for name, said in data.items()}


def _layout(name: str, said: dict[str, Any]) -> RegisterLayout:
    number = LayoutColumn(NUMBER_HEADING, "", ("number",), NUMBER_SHARE, True, "clinical-rules §4.4: numbered, no gaps")
    return RegisterLayout(
        name=name,
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
