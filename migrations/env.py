"""Runs the numbered migrations inside the app's own engine, in one transaction on both backends."""

from typing import Any

from alembic import context
from flask import current_app

from models.base import Instant, Thousandths


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our column types as the plain types they are stored as, so that a migration never imports them."""
    if kind != "type":
        return False
    if isinstance(item, Thousandths):
        return "sa.BigInteger()"
    if isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if item.__class__.__name__ == "Enum":
        return f"sa.String({item.length})"
    return False


def run() -> None:
    """Migrate; on SQLite foreign keys rest while tables are rebuilt."""
    database = current_app.extensions["migrate"].db
    with database.engine.connect().execution_options(writes=True) as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            raw = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute("PRAGMA legacy_alter_table=ON")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_item=render_item,
            render_as_batch=False,
            compare_type=False,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            connection.rollback()
            raw.execute("PRAGMA legacy_alter_table=OFF")
            raw.execute("PRAGMA foreign_keys=ON")
            if broken:
                raise RuntimeError(f"rows refer to nothing after the migration: {broken[:5]}")


run()
