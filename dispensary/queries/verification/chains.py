"""Walking the chains of a site row by row, their heads and their seals."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.queries.verification.results import ChainResult, Fault, Progress
from dispensary.queries.verification.stock import RunningBalance, entry_misfit
from dispensary.rules import chain, seals
from dispensary.wording import N_, Words, say
from models import AuditEvent, ChainHead, Movement, Product, RegisterEntry, Seal
from models.enums import AuditKind, ChainKind
from models.units import Quantity

AT_ONCE = 2000
"""Rows fetched together: few enough to stream a register of years."""

BROKEN: dict[str, str] = {
    "number_missing": N_("a row before it is missing"),
    "number_repeated": N_("its number stands twice, or out of order"),
    "does_not_follow": N_("it does not follow the row before: one of the two was changed"),
    "row_changed": N_("its text was changed"),
}
"""How a link can fail, in words."""


@dataclass(frozen=True)
class Name:
    """Which chain."""

    kind: ChainKind
    product_id: int = 0
    product: str = ""

    @property
    def words(self) -> Words:
        """Return the chain's name as people say it."""
        if self.kind is ChainKind.AUDIT:
            return say(N_("audit"))
        return say(N_("register of %(product)s"), product=self.product)

    def row(self, number: int, what: Words) -> Fault:
        """Return a fault at one row of this chain."""
        return Fault(say(N_("%(chain)s, row %(number)s"), chain=self.words, number=number), what)

    def whole(self, what: Words) -> Fault:
        """Return a fault of the chain as a whole."""
        return Fault(self.words, what)


@dataclass
class Walk:
    """What one walk along a chain has seen so far."""

    name: Name
    seals: Mapping[int, list[Seal]]
    fault: Fault | None = None
    number: int = 0
    digest: str = chain.GENESIS
    rows: int = 0
    balance: Quantity | None = None
    good: Seal | None = None
    """The last seal that holds."""
    seals_spoken_of: list[tuple[int, datetime, int]] = field(default_factory=list)
    """Audit only: row, moment and number of seals of each sealing."""
    sealed_by: dict[int, tuple[object, object, object, datetime]] = field(default_factory=dict)
    """Audit only: row of each sealing, with the occasion and who sealed, as the audit says."""

    def note(self, number: int, what: Words) -> None:
        """Keep a fault, if it is the first."""
        self.fault = self.fault or self.name.row(number, what)


def names(session: Session, site_id: int) -> list[Name]:
    """Return every chain of the site: those with a head, with rows, with stock that should be in one, or with a seal."""
    queries = (
        select(ChainHead.product_id).where(ChainHead.site_id == site_id, ChainHead.kind == ChainKind.REGISTER),
        select(RegisterEntry.product_id).where(RegisterEntry.site_id == site_id).distinct(),
        select(Movement.product_id).where(Movement.site_id == site_id).distinct(),
        select(Seal.product_id).where(Seal.site_id == site_id, Seal.kind == ChainKind.REGISTER).distinct(),
    )
    ids = sorted({product_id for query in queries for product_id in session.scalars(query)})
    products = {row.id: row.name for row in session.execute(select(Product.id, Product.name))}
    registers = [Name(ChainKind.REGISTER, i, products.get(i, f"no. {i}")) for i in ids]
    return [Name(ChainKind.AUDIT), *registers]


def walk(session: Session, site_id: int, name: Name, key: Ed25519PublicKey, progress: Progress) -> ChainResult:
    """Walk one chain from its first row to its head and hold its seals against it."""
    sealed = _seals(session, site_id, name)
    seen = Walk(name, sealed)
    rows = _audit(session, site_id, seen) if name.kind is ChainKind.AUDIT else _register(session, site_id, seen)
    for broken in chain.breaks(_looked_at(rows, seen, key, site_id, progress)):
        seen.note(broken.number, say(BROKEN[broken.what]))
    _check_seals_beyond(seen)
    if name.kind is ChainKind.AUDIT:
        _check_seals_of_no_chain(session, site_id, seen)
    if seen.seals_spoken_of:
        _check_seals_spoken_of(session, site_id, seen)
    _check_head(session, site_id, seen)
    return ChainResult(
        name.words,
        seen.rows,
        seen.good.number if seen.good else 0,
        seen.good.sealed_at if seen.good else None,
        seen.fault,
    )


def _seals(session: Session, site_id: int, name: Name) -> dict[int, list[Seal]]:
    query = select(Seal).where(Seal.site_id == site_id, Seal.kind == name.kind, Seal.product_id == name.product_id)
    found: dict[int, list[Seal]] = defaultdict(list)
    for seal in session.scalars(query.order_by(Seal.number, Seal.id).execution_options(populate_existing=True)):
        found[seal.number].append(seal)
    return found


def _looked_at(
    rows: Iterable[tuple[chain.Link, Words | None]],
    seen: Walk,
    key: Ed25519PublicKey,
    site_id: int,
    progress: Progress,
) -> Iterator[chain.Link]:
    """Hand on each link, after noting where the walk stands and whether the seals on it hold."""
    for link, misfit in rows:
        yield link  # first what the chain itself says of the row, then what its columns and seals say
        seen.rows += 1
        seen.number, seen.digest = link.number, link.digest
        if misfit is not None:
            seen.note(link.number, misfit)
        for seal in seen.seals.get(link.number, ()):
            _check_seal(seal, link, seen, key, site_id)
        if seen.rows % AT_ONCE == 0:
            progress(AT_ONCE)
    progress(seen.rows % AT_ONCE)


def _check_seal(seal: Seal, link: chain.Link, seen: Walk, key: Ed25519PublicKey, site_id: int) -> None:
    name = seals.chain_name(site_id, seen.name.kind, seen.name.product_id)
    if seal.key_id != seals.key_id(key):
        seen.note(link.number, say(N_("its seal was made with another key (%(key)s)"), key=seal.key_id))
    elif not seals.holds(key, seal.signature, name, seal.number, seal.digest, seal.sealed_at):
        seen.note(link.number, say(N_("its seal is not this clinic's: it was forged or changed")))
    elif seal.digest != link.digest:
        seen.note(link.number, say(N_("it is not the row that was sealed: this row or one before it was rewritten")))
    else:
        seen.good = seal


def _check_seals_beyond(seen: Walk) -> None:
    beyond = max(seen.seals, default=0)
    if beyond > seen.number:
        seen.note(
            seen.number + 1,
            say(N_("it and every row up to %(last)s are missing: they were sealed and are gone"), last=beyond),
        )


def _check_seals_of_no_chain(session: Session, site_id: int, seen: Walk) -> None:
    """Miss a seal that was taken from its chain by calling it one of the audit, which has no product."""
    of_none = select(func.min(Seal.id)).where(
        Seal.site_id == site_id, Seal.kind == ChainKind.AUDIT, Seal.product_id != seen.name.product_id
    )
    if (seal_id := session.scalar(of_none)) is not None:
        seen.fault = seen.fault or seen.name.whole(say(N_("seal no. %(n)s belongs to no chain"), n=seal_id))


def _check_seals_spoken_of(session: Session, site_id: int, seen: Walk) -> None:
    """Miss a seal that was taken away: each sealing says in the audit how many seals it made."""
    made: dict[datetime, int] = defaultdict(int)
    signed: dict[datetime, list[Seal]] = defaultdict(list)
    for seal in session.scalars(select(Seal).where(Seal.site_id == site_id).order_by(Seal.id)):
        made[seal.sealed_at] += 1
        signed[seal.sealed_at].append(seal)
    due: dict[datetime, int] = defaultdict(int)
    for _, at, count in seen.seals_spoken_of:
        due[at] += count
    for number, at, count in seen.seals_spoken_of:
        if number not in seen.seals or made[at] != due[at]:
            seen.note(number, say(N_("it speaks of %(count)s seals, and not all of them are there"), count=count))
    alike = set(seen.sealed_by.values())
    for number, said in seen.sealed_by.items():
        if any(_said_by(seal) not in alike for seal in signed[said[3]]):
            seen.note(number, say(N_("a seal that it speaks of says another occasion, moment or person")))
    if signed.keys() - due.keys() - {said[3] for said in alike}:
        seen.fault = seen.fault or seen.name.whole(say(N_("there is a seal of which no row speaks")))


def _said_by(seal: Seal) -> tuple[object, object, object, datetime]:
    return (seal.occasion.value, seal.recorded_by_id, seal.origin, seal.recorded_at)


def _check_head(session: Session, site_id: int, seen: Walk) -> None:
    table = ChainHead.__table__.c
    head = session.execute(
        select(table.last_number, table.last_digest, table.last_balance).where(
            table.site_id == site_id, table.kind == seen.name.kind, table.product_id == seen.name.product_id
        )
    ).one_or_none()
    if head is None:
        seen.fault = seen.fault or seen.name.whole(say(N_("it has no head: nothing says where it ends")))
    elif head.last_number > seen.number:
        seen.note(seen.number + 1, say(N_("it is missing: the chain goes to row %(last)s"), last=head.last_number))
    elif head.last_number < seen.number:
        seen.note(head.last_number + 1, say(N_("it was added behind the chain's end")))
    elif head.last_digest != seen.digest:
        seen.note(seen.number, say(N_("it is not the row that the chain ended with")))
    elif seen.balance is not None and head.last_balance != seen.balance:
        seen.note(seen.number, say(N_("the balance kept at the chain's end is another")))


def stray_head(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first head of a chain that cannot be: an audit of a product, or a register of none."""
    of_none = ChainHead.product_id == 0
    query = select(func.min(ChainHead.id)).where(
        ChainHead.site_id == site_id, (ChainHead.kind == ChainKind.AUDIT) != of_none
    )
    first = session.scalar(query)
    return (
        None if first is None else Fault(say(N_("chain head no. %(id)s"), id=first), say(N_("there is no such chain")))
    )


def _audit(session: Session, site_id: int, seen: Walk) -> Iterator[tuple[chain.Link, Words | None]]:
    table = AuditEvent.__table__
    query = select(*table.c).where(table.c.site_id == site_id).order_by(table.c.number, table.c.id)
    for row in session.execute(query.execution_options(yield_per=AT_ONCE)):
        body = chain.fields(row.body)
        if row.kind is AuditKind.CHAINS_SEALED and isinstance(body.get("at"), str):
            seen.seals_spoken_of.append((row.number, row.recorded_at, chain.whole(body.get("seals")) or 0))
            seen.sealed_by[row.number] = (str(body.get("occasion")), row.recorded_by_id, row.origin, row.recorded_at)
        yield _link(row), None if _audit_fits(row, body) else say(N_("its columns do not say what its text says"))


def _audit_fits(row: Any, body: Mapping[str, Any]) -> bool:
    return (
        body.get("number") == row.number
        and body.get("kind") == row.kind.value
        and body.get("subject") == row.subject
        and body.get("subject_id") == row.subject_id
        and body.get("by") == row.recorded_by_id
        and body.get("origin") == row.origin.value
        and body.get("at") == chain.written(row.recorded_at)
    )


def _register(session: Session, site_id: int, seen: Walk) -> Iterator[tuple[chain.Link, Words | None]]:
    entry, movement = RegisterEntry.__table__, Movement.__table__
    query = (
        select(entry, *(c.label(f"moved_{c.key}") for c in movement.c))
        .outerjoin_from(entry, movement, entry.c.movement_id == movement.c.id)
        .where(entry.c.site_id == site_id, entry.c.product_id == seen.name.product_id)
        .order_by(entry.c.number, entry.c.id)
    )
    running = RunningBalance.of_site(session, site_id)
    for row in session.execute(query.execution_options(yield_per=AT_ONCE)):
        body = chain.fields(row.body)
        misfit = entry_misfit(row, body, running)
        seen.balance = running.balance
        yield _link(row), misfit


def _link(row: Any) -> chain.Link:
    return chain.Link(row.number, row.body, row.previous_digest, row.digest)
