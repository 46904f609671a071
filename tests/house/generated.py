"""What docs/security.md says of roles and tables, made from the code: `python -m tests.house.generated` writes it."""

from pathlib import Path

from dispensary.permissions import DESCRIPTIONS, ROLES, Permission
from models import card_tables, fact_tables
from models.enums import Role
from models.walls import SET_ONCE

PAGE = Path(__file__).parents[2] / "docs" / "security.md"


def roles() -> str:
    """Return who may do what, one row a permission."""
    head = "| permission | " + " | ".join(role.value.replace("_", " ") for role in Role) + " |"
    rows = [f"| `{p}` | " + " | ".join("yes" if p in ROLES[role] else "" for role in Role) + " |" for p in Permission]
    sentences = [f"- **{role.value.replace('_', ' ')}**: {DESCRIPTIONS[role]}" for role in Role]
    return "\n".join([*sentences, "", head, "|---|" + "---|" * len(Role), *rows])


def tables() -> str:
    """Return which tables are append-only and which may change."""
    once = [f"`{table}` ({', '.join(columns)})" for table, columns in SET_ONCE.items()]
    return "\n".join(
        [
            "- **Facts**, append-only: " + ", ".join(f"`{name}`" for name in fact_tables()) + ".",
            "- **Cards**, may change: " + ", ".join(f"`{name}`" for name in card_tables()) + ".",
            "- **Set once**: " + "; ".join(once) + ".",
        ]
    )


SECTIONS = {"roles": roles, "tables": tables}


def renewed(text: str) -> str:
    """Return the page with every generated section as the code has it now."""
    for name, make in SECTIONS.items():
        start, end = f"<!-- generated: {name} -->\n", "\n<!-- end -->"
        before, _, rest = text.partition(start)
        assert end in rest, f"docs/security.md has lost its section {name}"
        text = before + start + make() + end + rest.partition(end)[2]
    return text


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
