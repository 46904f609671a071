"""Layouts of the controlled-drug register: which columns a law asks for, each with its source."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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


def _layout(name: str, said: dict[str, object]) -> RegisterLayout:
    number = LayoutColumn(
        NUMBER_HEADING, "", ("number",), NUMBER_SHARE, True, "clinical-rules §4.4: numbered without gaps"
    )
    columns = [_column(column) for column in said["columns"]]  # type: ignore[attr-defined] # a table of tables
    return RegisterLayout(
        name,
        str(said["title"]),
        str(said["citation"]),
        str(said["words"]),
        tuple(said["head"]),
        (number, *columns),  # type: ignore[arg-type]
    )


def _column(said: dict[str, object]) -> LayoutColumn:
    return LayoutColumn(
        heading=str(said["heading"]),
        group=str(said.get("group", "")),
        cells=tuple(said["cells"]),  # type: ignore[arg-type]
        share=int(str(said["share"])),
        number=bool(said.get("number", False)),
        citation=str(said["citation"]),
    )
