"""Walls that the database itself keeps: fact tables refuse change, and a container's dates are set once.

The statements are made here, once, for both backends; the migrations and a freshly created schema use the same ones.
"""

from typing import Any

from sqlalchemy import Connection, MetaData, event

from models.base import Base, fact_tables

SET_ONCE = {"container": ("opened_at", "opened_by_id", "emptied_at", "emptied_by_id")}
"""Columns of card tables that may be filled in but never changed again."""

REFUSE_CHANGE = """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
  RAISE EXCEPTION USING ERRCODE='23001', MESSAGE=TG_TABLE_NAME || ' is append-only'; END$$"""


def append_only(table: str, dialect: str) -> list[str]:
    """Return the statements that make a table refuse UPDATE, DELETE and, where there is one, TRUNCATE."""
    if dialect == "postgresql":
        return [
            f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f"CREATE TRIGGER {table}_all BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def set_once(table: str, columns: tuple[str, ...], dialect: str) -> list[str]:
    """Return the statements that let each column be filled in, but not changed once it holds a value."""
    changed = " OR ".join(f"(OLD.{c} IS NOT NULL AND (NEW.{c} IS NULL OR NEW.{c} <> OLD.{c}))" for c in columns)
    if dialect == "postgresql":
        return [
            f"CREATE TRIGGER {table}_set_once BEFORE UPDATE ON {table}"
            f" FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION refuse_change()"
        ]
    return [
        f"CREATE TRIGGER {table}_set_once BEFORE UPDATE ON {table}"
        f" WHEN {changed} BEGIN SELECT RAISE(ABORT, '{table} dates are set once'); END"
    ]


def walls(dialect: str) -> list[str]:
    """Return every statement that walls in the present tables, in a stable order."""
    first = [REFUSE_CHANGE] if dialect == "postgresql" else []
    facts = [sql for table in fact_tables() for sql in append_only(table, dialect)]
    cards = [sql for table, columns in SET_ONCE.items() for sql in set_once(table, columns, dialect)]
    return first + facts + cards


@event.listens_for(Base.metadata, "after_create")
def _build_walls(metadata: MetaData, connection: Connection, **kwargs: Any) -> None:
    for sql in walls(connection.dialect.name):
        connection.exec_driver_sql(sql)
