"""Each line, claim, bottle, container, lot and product against the digest by which the audit names it, both ways."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dispensary.queries.verification.chains import AT_ONCE
from dispensary.queries.verification.results import Fault, Progress
from dispensary.rules import chain
from dispensary.wording import N_, Words, say
from models import AuditEvent, Base, chained_tables, fact_tables
from models.enums import Origin


@dataclass(frozen=True)
class Mention:
    """One row as one audit row names it."""

    number: int
    table: str
    id: int
    digest: str


def unlike_its_mention(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first row that is not what the audit last said of it, is gone, or of which the audit knows nothing.

    A row from before the first that the audit names in its table was written by an earlier version of this program,
    and is held against its neighbours only.
    """
    tables = frozenset(chained_tables())
    facts = frozenset(fact_tables())
    seen: dict[str, set[int]] = defaultdict(set)
    cards: dict[tuple[str, int], Mention] = {}
    waiting: list[Mention] = []
    found: list[tuple[int, Fault]] = []
    for mention in _mentions(session, site_id):
        if mention.table not in tables:
            continue
        seen[mention.table].add(mention.id)
        if mention.table not in facts:
            cards[mention.table, mention.id] = mention  # a card may change: what was said last holds
            continue
        waiting.append(mention)
        if len(waiting) >= AT_ONCE:
            found += _unlike(session, waiting)
            waiting = []
    found += _unlike(session, [*waiting, *cards.values()])
    if found:
        return min(found, key=lambda pair: pair[0])[1]
    return _unnamed(session, site_id, seen)


def _mentions(session: Session, site_id: int) -> Iterator[Mention]:
    audit = AuditEvent.__table__.c
    query = select(audit.number, audit.body).where(audit.site_id == site_id, audit.body.contains('"with":'))
    with session.execute(query.order_by(audit.number).execution_options(yield_per=AT_ONCE)) as rows:
        for row in rows:
            for table, number, digest in chain.mentioned(chain.fields(row.body).get("with")):
                yield Mention(row.number, table, number, digest)


def _unlike(session: Session, mentions: list[Mention]) -> list[tuple[int, Fault]]:
    by_table: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_table[mention.table].append(mention)
    found = []
    for name, named in by_table.items():
        table = Base.metadata.tables[name]
        columns = [column for column in table.c if column.key != "request_id"]
        possible = {mention.id for mention in named if 0 < mention.id < chain.TOO_LARGE}
        query = select(*columns).where(table.c.id.in_(possible))
        rows = {row.id: row for row in session.execute(query)}
        found += [(m.number, _fault(m, what)) for m in named if (what := _what(rows.get(m.id), m))]
    return found


def _what(row: Any, mention: Mention) -> Words | None:
    if row is None:
        return say(N_("it is gone"))
    if chain.row_digest(dict(row._mapping)) != mention.digest:
        return say(N_("it is not what was recorded: it was changed behind the program's back"))
    return None


def _fault(mention: Mention, what: Words) -> Fault:
    where = say(
        N_("%(table)s no. %(id)s (audit row %(number)s)"), table=mention.table, id=mention.id, number=mention.number
    )
    return Fault(where, what)


def _unnamed(session: Session, site_id: int, seen: dict[str, set[int]]) -> Fault | None:
    """Return the first row that no audit names: an act between two sites may stand in the audit of the other."""
    exempt = bulk_origins(session, site_id)
    for name in sorted(seen):
        table = Base.metadata.tables[name].c
        query = select(table.id).where((table.id > min(seen[name])) | (table.id < 1))
        if "site_id" in table:
            query = query.where(table.site_id == site_id)
        if "origin" in table:
            query = query.where(table.origin.not_in(exempt))
        with session.execute(query.order_by(table.id).execution_options(yield_per=AT_ONCE)) as rows:
            unknown = [row_id for (row_id,) in rows if row_id not in seen[name]]
        if unknown and (left := sorted(set(unknown) - _named_elsewhere(session, site_id, name))):
            where = say(N_("%(table)s no. %(id)s"), table=name, id=left[0])
            return Fault(where, say(N_("the audit knows nothing of it")))
    return None


def bulk_origins(session: Session, site_id: int) -> tuple[Origin, ...]:
    """Return how rows came in that the audit does not name one by one: an import, and a demonstration at its own site.

    A real clinic's audit holds no row of a demonstration, so a row that says it came from one is not passed over there.
    """
    audit = AuditEvent.__table__.c
    demonstration = exists().where(audit.site_id == site_id, audit.origin == Origin.DEMO)
    return (Origin.IMPORT, Origin.DEMO) if session.scalar(select(demonstration)) else (Origin.IMPORT,)


def _named_elsewhere(session: Session, site_id: int, name: str) -> set[int]:
    """Return the rows of a table that the audits of the other sites name."""
    audit = AuditEvent.__table__.c
    query = select(audit.body).where(audit.site_id != site_id, audit.body.contains(f"{name} "))
    with session.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        named = [chain.mentioned(chain.fields(row.body).get("with")) for row in rows]
    return {number for mentions in named for table, number, _ in mentions if table == name}
