"""Layouts of the register: columns change with a new version only, and those of every version before stay readable."""

import json
from pathlib import Path

from dispensary.policy.register_layouts import every_layout, layout_in, register_layouts
from reports.register_cells import CELLS

GOLDEN = Path(__file__).with_name("golden") / "register_layouts.json"


def columns_of(layout):
    return {
        "head": list(layout.head),
        "columns": [[c.group, c.heading, *c.cells, c.share, c.number] for c in layout.columns],
    }


def test_columns_of_a_version_never_change():
    """A changed column needs the next version; the version before moves to register_layouts_before.toml, as it was."""
    known = json.loads(GOLDEN.read_text(encoding="utf-8"))
    now = {f"{layout.name} {layout.version}": columns_of(layout) for layout in every_layout()}

    changed = [name for name, said in known.items() if now.get(name) != said]
    assert changed == [], (
        "raise the layout's version, and keep its columns as they were in register_layouts_before.toml"
    )
    assert set(now) == set(known), "write the new version into the golden file"


def test_versions_go_up_one_by_one_and_each_is_found():
    for layout in register_layouts().values():
        assert [layout_in(layout.name, n).version for n in range(1, layout.version + 1)] == [
            *range(1, layout.version + 1)
        ]
        assert layout_in(layout.name, layout.version) is layout
        assert layout_in(layout.name, layout.version + 1) is None
    assert layout_in("atlantis", 1) is None


def test_every_cell_of_every_layout_is_known_and_every_column_cited():
    for layout in every_layout():
        assert {cell for column in layout.columns for cell in column.cells} <= set(CELLS)
        assert all(column.citation for column in layout.columns)
