"""What somebody with the database's own password can do to any table, drawn from the metadata."""

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Enum, delete, func, insert, literal, select, update
from sqlalchemy.exc import DBAPIError

from dispensary.rules import chain
from models import Base
from models.enums import ChainKind

CHAINS = {"audit_event", "register_entry"}
BY_NUMBER = CHAINS | {"seal"}
"""Tables whose order is their number; the ids of their rows are in nobody's mouth."""
LIKE_A_DIGEST = "0" * 64


@dataclass(frozen=True)
class Done:
    """One tampering: how, in which table, which rows; and the words of which one must be in the fault that names it."""

    how: str
    table: str
    row_id: int
    column: str = ""
    marks: tuple[str, ...] = ()

    def __str__(self):
        return f"{self.how} {self.table}.{self.column or '*'} of {self.row_id}"


def change(session, chance, table, passed_over):
    """Change one column of one row, of any that is held, to another value that the database takes."""
    columns = [c for c in table.c if c.key not in ("id", "request_id", *passed_over)]
    column, row = chance.choice(columns), _any_row(session, chance, table)
    value = _another(session, chance, column, getattr(row, column.key))
    session.execute(update(table).where(table.c.id == row.id).values({column.key: value}))
    return Done("changed", table.name, row.id, column.key, marks(session, table, row))


def tamper_column(session, chance, table_name, column_name):
    """Change one named column of some row; None where the database takes no other value there."""
    table = Base.metadata.tables[table_name]
    column = table.c[column_name]
    for _ in range(12):
        row = _any_row(session, chance, table)
        value = _another(session, chance, column, getattr(row, column_name))
        try:
            session.execute(update(table).where(table.c.id == row.id).values({column_name: value}))
        except DBAPIError:
            session.rollback()
            continue
        return Done("changed", table_name, row.id, column_name, marks(session, table, row))
    return None


def remove(session, chance, table, passed_over):
    """Delete one row."""
    row = _any_row(session, chance, table)
    where = marks(session, table, row)
    session.execute(delete(table).where(table.c.id == row.id))
    return Done("deleted", table.name, row.id, "", where)


def make_up(session, chance, table, passed_over):
    """Insert a row like another, with whatever must be unique made anew."""
    row = _any_row(session, chance, table)
    values = dict(row._mapping) | {"id": session.scalar(select(func.max(table.c.id))) + 1}
    for column in _unique(table):
        values[column.key] = _another(session, chance, column, values[column.key], far=True)
    session.execute(insert(table).values(values))
    made = session.execute(select(*table.c).where(table.c.id == values["id"])).one()
    return Done("made up", table.name, made.id, "", marks(session, table, made))


def swap(session, chance, table, passed_over):
    """Let two rows change places: their ids, or their numbers where it is those that count."""
    if session.scalar(select(func.count()).select_from(table)) < 2:
        return None
    key = table.c.number if table.name in BY_NUMBER else table.c.id
    one, two = _any_row(session, chance, table), _any_row(session, chance, table)
    if one.id == two.id or table.name == "chain_head":
        return None
    if table.name == "seal" and one.number == two.number:
        return None
    if table.name == "register_entry" and one.product_id != two.product_id:
        return None
    first, second = (getattr(row, key.key) for row in (one, two))
    where = marks(session, table, one) + marks(session, table, two)
    for old, new, row in ((first, -1, one), (second, first, two), (-1, second, one)):
        which = table.c.id == row.id if key.key == "number" else key == old
        session.execute(update(table).where(which).values({key.key: new}))
    return Done("swapped", table.name, one.id, key.key, where)


WAYS = (change, change, change, remove, make_up, swap)


def tamper(session, chance, tables, passed_over):
    """Do one thing that the database lets be done, to a row of one of these tables; say what."""
    for _ in range(200):
        table = Base.metadata.tables[chance.choice(tables)]
        try:
            done = chance.choice(WAYS)(session, chance, table, passed_over.get(table.name, ()))
        except DBAPIError:  # a constraint stood in the way: as good as refused
            session.rollback()
            continue
        if done is not None:
            return done
    raise AssertionError("nothing could be tampered with")


def marks(session, table, row) -> tuple[str, ...]:
    """Return the words of which one must stand in the fault that names this row."""
    name = table.name
    if name in CHAINS:
        return tuple(f"row {n}:" for n in (row.number, row.number + 1)) + (f"{name} no. {row.id}",)
    if name in ("seal", "chain_head"):
        number = row.number if name == "seal" else row.last_number
        return (f"row {number}:", f"row {number + 1}:", "audit", "register of")
    found = [f"{name} no. {row.id} ", f"{name} no. {row.id}:"]
    if name == "movement":
        entry = Base.metadata.tables["register_entry"]
        number = session.scalar(select(entry.c.number).where(entry.c.movement_id == row.id))
        found += [f"stock movement no. {row.id}", f"movement no. {row.id}", f"row {number}:"]
    return tuple(found)


def _any_row(session, chance, table) -> Any:
    ids = session.scalars(select(table.c.id).order_by(table.c.id)).all()
    return session.execute(select(*table.c).where(table.c.id == chance.choice(ids))).one()


def _unique(table):
    named = {column for c in table.constraints if type(c).__name__ == "UniqueConstraint" for column in c.columns}
    named |= {column for index in table.indexes if index.unique for column in index.columns}
    return [c for c in sorted(named, key=lambda c: c.key) if c.key not in ("id", "site_id")]


def _another(session, chance, column, old, far=False):
    """Return another value that fits the column's type."""
    if column.nullable and old is not None and chance.random() < 0.2 and not far:
        return None
    kind = column.type
    if isinstance(kind, Enum):
        return chance.choice([word for word in kind.enum_class if word != old])
    made = kind.python_type if old is None and type(kind).__name__ not in ("Thousandths", "Instant") else type(old)
    if type(kind).__name__ == "Thousandths":
        return (old or Decimal(0)) + Decimal("0.001") * chance.randint(1, 5000)
    if type(kind).__name__ == "Instant":
        return (old or datetime.fromisoformat("2026-03-02T08:00:00+00:00")) + timedelta(seconds=1)
    if made is bool:
        return not old
    if made is int:
        if column.foreign_keys and not far:
            target = next(iter(column.foreign_keys)).column
            others = [i for i in session.scalars(select(target).order_by(target)) if i != old]
            return chance.choice(others) if others else (old or 0) + 1
        return (old or 0) + (1000 if far else chance.choice([1, 7]))
    if made is date:
        return (old or date(2026, 3, 2)) + timedelta(days=1)
    if made is uuid.UUID:
        return uuid.UUID(int=chance.getrandbits(128))
    return (old or "") + chance.choice(["x", " ", "\u200b"])


def recompute(session, site_id, table_name, where, seal_again=None):
    """Compute every digest of a chain anew and move its head there, as somebody who knows the recipe would."""
    table, head = Base.metadata.tables[table_name], Base.metadata.tables["chain_head"]
    previous, number = "", 0
    for row in session.execute(select(*table.c).where(*where).order_by(table.c.number)).all():
        number += 1
        body = chain.body(json.loads(row.body)["layout"], {**json.loads(row.body), "number": number})
        now = chain.digest(previous, body)
        values = {"number": number, "body": body, "previous_digest": previous, "digest": now}
        session.execute(update(table).where(table.c.id == row.id).values(values))
        previous = now
    kind = ChainKind.AUDIT if table_name == "audit_event" else ChainKind.REGISTER
    product = literal(0) if table_name == "audit_event" else select(table.c.product_id).where(*where).limit(1)
    of = (head.c.site_id == site_id, head.c.kind == kind, head.c.product_id == (
        session.scalar(select(product)) if table_name == "audit_event" else session.scalar(product)
    ))  # fmt: skip
    session.execute(update(head).where(*of).values(last_number=number, last_digest=previous))
    return number, previous
