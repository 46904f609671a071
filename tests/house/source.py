"""Our own source as syntax trees, for the tests of style."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("app.py", "models", "dispensary", "reports")


@dataclass(frozen=True)
class Source:
    """One file of ours."""

    path: str

    @cached_property
    def text(self) -> str:
        return (ROOT / self.path).read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    def calls(self) -> Iterator[ast.Call]:
        """Yield every call in the file."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def functions(self) -> list[ast.FunctionDef]:
        """Return the functions at the top of the file."""
        return [node for node in self.tree.body if isinstance(node, ast.FunctionDef)]

    def at(self, node: ast.AST) -> str:
        """Return where something stands, for a failing test's message."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


def sources(*under: str) -> list[Source]:
    """Return our files under these folders, all of the product's if none is named; never a compiled or foreign one."""
    found: list[Path] = []
    for name in under or PRODUCT:
        place = ROOT / name
        found += [place] if place.is_file() else place.rglob("*.py")
    return [Source(str(path.relative_to(ROOT))) for path in sorted(found)]


def name_of(node: ast.AST) -> str:
    """Return a dotted name such as `func.now`, or nothing for what is no plain name."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{name_of(value)}.{attribute}"
    return ""
