"""The import contracts hold, and each would notice if it were broken."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.source import ROOT

BREACHES = {
    "Layers point downward": ("models/site.py", "import dispensary.services.audit"),
    "Rules are pure": ("dispensary/rules/names.py", "import sqlalchemy"),
    "Reports only read": ("reports/page.py", "import dispensary.services.audit"),
    "Only the edges know Flask": ("dispensary/queries/sites.py", "import flask"),
}
"""For each contract a file and a line in it that would break it."""


def lint(folder: Path) -> dict[str, str]:
    """Return what became of each contract."""
    answer = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(folder), "NO_COLOR": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return dict(re.findall(r"^(\S.*) (KEPT|BROKEN)\b", answer.stdout, re.M))


def test_every_contract_notices_when_it_is_broken(tmp_path):
    for name in ("models", "dispensary", "reports"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert lint(tmp_path) == dict.fromkeys(BREACHES, "KEPT")

    for path, line in BREACHES.values():
        with (tmp_path / path).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")

    assert lint(tmp_path) == dict.fromkeys(BREACHES, "BROKEN")
