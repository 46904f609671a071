"""docs/rulebook.md, made from tests/spec and from the shipped policy: `python -m tests.house.rulebook` writes it.

Each test of tests/spec is a sentence, its cases a table, its module's docstring the key to both. A test that is not true
of the program fails, so that what the page says is what the program does.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.policy_in_words import numbers

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "rulebook.md"
SPEC = ROOT / "tests" / "spec"
HEAD = """# Rulebook

What the program decides, and on which numbers. Made from the tests in `tests/spec` and from the policy files; to renew it
after a change: `python -m tests.house.rulebook`. Each sentence is a test that passes, each line of a table one of its
cases.

Two parts: [the rules](#the-rules) and [the numbers](#the-numbers), each number with where it stands and how far it was
checked. Numbers of a profile count only where a prescriber has approved it for a site.
"""
PLAIN = re.compile(r"[^\W_][^_*<>`|\[\]{}~\\]*")
"""Text that Markdown shows as it is."""


def page() -> str:
    """Return the whole page as it should be."""
    parts = [HEAD, "## The rules\n", *(chapter(file) for file in sorted(SPEC.glob("test_*.py"))), numbers()]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def chapter(file: Path) -> str:
    """Return one file of tests/spec: its title, its key, its tests."""
    module = ast.parse(file.read_text(encoding="utf-8"))
    names = Names(module)
    lines = [f"### {sentence(file.stem)}\n", ast.get_docstring(module) or "", ""]
    lines += [line for table in names.tables for line in (*table, "")]
    for test in module.body:
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
            lines += [f"**{sentence(test.name)}.**", ""]
            if said := ast.get_docstring(test):
                lines += [said, ""]
            lines += [line for table in cases(test, names) for line in (*table, "")]
    return "\n".join(lines)


def sentence(name: str) -> str:
    """Return the name of a test as the sentence that it is."""
    words = name.removeprefix("test_").replace("_", " ")
    return words[:1].upper() + words[1:]


@dataclass
class Names:
    """What a module calls things: words of vocabularies by short names, lists of cases, tables written as text."""

    module: ast.Module
    words: dict[str, str] = field(default_factory=dict)
    lists: dict[str, ast.expr] = field(default_factory=dict)
    tables: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for statement in self.module.body:
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                self._know(statement.targets[0], statement.value)

    def _know(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, its in zip(target.elts, value.elts, strict=True):
                self._know(one, its)
        elif isinstance(target, ast.Name):
            if isinstance(value, ast.Attribute):
                self.words[target.id] = value.attr
            elif isinstance(value, ast.List):
                self.lists[target.id] = value
            elif table := text_table(value):
                self.tables.append(table)


def cases(test: ast.FunctionDef, names: Names) -> Iterator[list[str]]:
    """Yield every table of cases of one test."""
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("parametrize"):
            yield from parametrized(decorator, names)
    for call in (node for node in ast.walk(test) if isinstance(node, ast.Call)):
        for n, argument in enumerate(call.args):
            if table := text_table(argument):
                if said := [a.value for a in call.args[:n] if isinstance(a, ast.Constant)]:
                    yield [f"With {', '.join(map(str, said))}:"]
                yield table


def parametrized(decorator: ast.Call, names: Names) -> Iterator[list[str]]:
    """Yield the table of one parametrization."""
    named, listed = decorator.args[:2]
    columns = [c.value for c in named.elts] if isinstance(named, (ast.Tuple, ast.List)) else [named.value]  # type: ignore[attr-defined]
    if not isinstance(listed, ast.List):
        of = next((n.id for n in ast.walk(listed) if isinstance(n, ast.Name) and n.id in names.lists), None)
        if of is None:
            return
        listed = names.lists[of]
    rows = [[cell(c, names) for c in parts(case, len(columns))] for case in listed.elts]  # type: ignore[attr-defined]
    if rows and len(rows[0]) == len(columns) + 1:
        columns = ["case", *columns]
    if rows and all(len(row) == len(columns) for row in rows):
        yield markdown([str(c).replace("_", " ") for c in columns], rows)


def parts(case: ast.expr, columns: int) -> Sequence[ast.expr]:
    """Return the cells of one case."""
    if isinstance(case, ast.Call) and ast.unparse(case.func) == "pytest.param":
        return case.args
    return case.elts if columns > 1 and isinstance(case, ast.Tuple) else [case]


def cell(value: ast.expr, names: Names) -> str:
    """Return one value as it is read: words and numbers bare, all else as it is written."""
    match value:
        case ast.Constant(value=constant):
            said = CONSTANTS.get(constant) if constant is None or isinstance(constant, bool) else shown(str(constant))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=number)):
            said = f"-{number}"
        case ast.Name(id=name) if name.isupper():
            said = words(names.words.get(name, name))
        case ast.Attribute(attr=name) if name.isupper():
            said = words(name)
        case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
            said = ", ".join(cell(one, names) for one in elts) or "–"
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if all(isinstance(a, ast.Constant) for a in args):
            said = shown(called(name, [str(a.value) for a in args if isinstance(a, ast.Constant)]))
        case _:
            said = shown(ast.unparse(value), code=True)
    return said or ""


CONSTANTS = {None: "–", True: "yes", False: "no"}


def called(name: str, values: Sequence[str]) -> str:
    """Return what a small maker of cases makes, as in `takes diazepam`; an amount with its unit, nothing for an empty set."""
    if name == "set":
        return "–"
    return " ".join([*values, "mg"] if name == "mg" else [name.replace("_", " "), *values])


def words(name: str) -> str:
    """Return a name in capitals as words."""
    return shown(name.lower().replace("_", " "))


def shown(text: str, *, code: bool = False) -> str:
    """Return a text for a cell of a table; as code where Markdown would change it."""
    text = " ".join(text.split()).replace("|", "\\|")
    if text in ("", "-", "–"):
        return "–" if text else "nothing"
    return f"`{text}`" if code or not PLAIN.fullmatch(text) else text


def text_table(value: ast.expr) -> list[str]:
    """Return a table that a test has as text, its columns between strokes; empty if it is none."""
    if not (isinstance(value, ast.Constant) and isinstance(value.value, str) and "|" in value.value):
        return []
    lines = [line.strip() for line in value.value.splitlines() if line.strip()]
    cells = [[one.strip() for one in line.split("|")] for line in lines]
    if len(cells) < 2 or len({len(row) for row in cells}) != 1:
        return []
    return markdown(cells[0], [[shown(one) for one in row] for row in cells[1:]])


def markdown(columns: Iterable[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table in Markdown."""
    head = list(columns)
    return [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *(f"| {' | '.join(row)} |" for row in rows)]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
