"""What somebody with the database's own password can do to any table, drawn from the metadata."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Enum, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from dispensary.rules import chain
from models import Base, Container
from models.enums import ChainKind

CHAINS = {"audit_event", "register_entry"}
BY_NUMBER = CHAINS | {"seal"}
"""Tables whose order is their number; the ids of their rows are in nobody's mouth."""


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


def done_to(session, chance, table_name, way):
    """Delete from, or make up in, one named table; None where the database refuses each row that was tried."""
    for _ in range(12):
        try:
            return way(session, chance, Base.metadata.tables[table_name], ())
        except DBAPIError:
            session.rollback()
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
        if values[column.key] is not None and column.key not in ("turn", "version", "kind"):
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


PART_OF = {
    "destruction_line": ("destruction", "destruction_id"),
    "loss_report_line": ("loss report", "report_id"),
    "receipt_difference": ("receipt", "receipt_id"),
    "stock_count_line": ("count", "count_id"),
    "stock_find": ("count", "count_id"),
    "stock_order_line": ("stock_order", "stock_order_id"),
}
"""Lines that are named by what they are part of."""


def marks(session, table, row) -> tuple[str, ...]:
    """Return the words of which one must stand in the fault that names this row."""
    name = table.name
    if name in CHAINS:
        return (f"row {row.number}:", f"row {row.number + 1}:", f"{name} no. {row.id}")
    if name in ("seal", "chain_head"):
        number = row.number if name == "seal" else row.last_number
        return (f"row {number}:", f"row {number + 1}:", "audit", "register of", "chain head no.")
    found = [f"{name} no. {row.id} ", f"{name} no. {row.id}:"]
    if name == "archived_paper_content":
        found += [f"kept paper no. {row.archived_paper_id}:", f"bytes no. {row.id} of a kept paper:"]
    if name in PART_OF:
        whole, key = PART_OF[name]
        found.append(f"{whole} no. {getattr(row, key)}:")
    if name == "movement":
        entry = Base.metadata.tables["register_entry"]
        number = session.scalar(select(entry.c.number).where(entry.c.movement_id == row.id))
        label = session.scalar(select(Container.label).where(Container.id == row.container_id))
        found += [f"container {label}, movement {row.container_seq + n}:" for n in (0, 1)]
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
    """Return another value that fits the column's type; `far` from any that is there."""
    if column.nullable and old is not None and chance.random() < 0.2 and not far:
        return None
    kind = column.type
    if isinstance(kind, Enum):
        return chance.choice([word for word in kind.enum_class if word != old])
    if column.foreign_keys and not far:
        return _another_id(session, chance, column, old)
    name = type(kind).__name__
    made = name if name in OTHERS else kind.python_type.__name__
    return OTHERS[made](old, chance.choice([1, 7]) if not far else 1000)


def _another_id(session, chance, column, old):
    target = next(iter(column.foreign_keys)).column
    others = [i for i in session.scalars(select(target).order_by(target)) if i != old]
    return chance.choice(others) if others else (old or 0) + 1


OTHERS = {
    "Thousandths": lambda old, by: (old or Decimal(0)) + Decimal("0.001") * by,
    "Instant": lambda old, by: (old or datetime(2026, 3, 2, 8, tzinfo=UTC)) + timedelta(seconds=by),
    "bytes": lambda old, by: old + b"\n" * by,
    "bool": lambda old, by: not old,
    "int": lambda old, by: (old or 0) + by,
    "date": lambda old, by: (old or date(2026, 3, 2)) + timedelta(days=by),
    "UUID": lambda old, by: uuid.uuid5(uuid.NAMESPACE_OID, f"{old} {by}"),
    "str": lambda old, by: (old or "") + ("x" if by == 1 else "\u200b" if by == 7 else f" {by}"),
}
"""Another value of each type, a little or far from what was there; text gets a letter or something invisible."""


def recompute(session, table_name, site_id, product_id=0):
    """Compute every digest of a chain anew and move its head there, as somebody who knows the recipe would."""
    table, head = Base.metadata.tables[table_name], Base.metadata.tables["chain_head"]
    kind = ChainKind.REGISTER if product_id else ChainKind.AUDIT
    query = select(*table.c).where(table.c.site_id == site_id).order_by(table.c.number)
    if product_id:
        query = query.where(table.c.product_id == product_id)
    previous, number, at = "", 0, None
    for number, row in enumerate(session.execute(query).all(), start=1):
        fields = json.loads(row.body)
        body = chain.body(fields["layout"], fields | {"number": number})
        now = chain.digest(previous, body)
        values = {"number": number, "body": body, "previous_digest": previous, "digest": now}
        session.execute(update(table).where(table.c.id == row.id).values(values))
        previous, at = now, row.recorded_at
    of = (head.c.site_id == site_id, head.c.kind == kind, head.c.product_id == product_id)
    session.execute(update(head).where(*of).values(last_number=number, last_digest=previous))
    return number, previous, at
