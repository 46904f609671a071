"""Which numbered schema a database has, and which one the program needs."""

from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def newest(migrations: Path) -> str:
    """Return the newest revision in a folder of migrations."""
    head = ScriptDirectory(str(migrations)).get_current_head()
    if head is None:
        raise ValueError(f"no migrations in {migrations}")
    return head


def known(migrations: Path, revision: str) -> bool:
    """Return whether a revision is one of those in the folder."""
    return revision in {script.revision for script in ScriptDirectory(str(migrations)).walk_revisions()}


def of(connection: Connection) -> str | None:
    """Return the revision of a database; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()
