"""Appending to a chain: lock its head, take the next number, write the row, move the head.

Heads are locked last of all, the audit's before the register's and those by product, so that no two writers can wait for
each other. Reading the last row instead of locking a head would fork the chain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from dispensary.rules import chain
from models import ChainHead
from models.enums import ChainKind
from models.units import Quantity


@dataclass(frozen=True)
class Head:
    """A locked head: where the chain stands, and what the next row must follow."""

    id: int
    number: int
    digest: str
    balance: Quantity


@dataclass(frozen=True)
class Sealing:
    """The chained columns of a new row."""

    number: int
    body: str
    previous_digest: str
    digest: str


_TABLE = ChainHead.__table__.c
_HEAD = (
    select(_TABLE.id, _TABLE.last_number, _TABLE.last_digest, _TABLE.last_balance)
    .where(
        _TABLE.site_id == bindparam("site_id"),
        _TABLE.kind == bindparam("kind"),
        _TABLE.product_id == bindparam("product_id"),
    )
    .with_for_update(key_share=True)
)
_MOVE = (
    update(ChainHead)
    .where(ChainHead.id == bindparam("head"))
    .values(last_number=bindparam("number"), last_digest=bindparam("digest"), last_balance=bindparam("balance"))
)


def create_head(session: Session, site_id: int, kind: ChainKind, product_id: int = 0) -> None:
    """Begin a chain; a site's audit begins with the site, a register with the product's first stock there."""
    session.execute(insert(ChainHead).values(site_id=site_id, kind=kind, product_id=product_id))


def lock_head(session: Session, site_id: int, kind: ChainKind, product_id: int = 0) -> Head:
    """Lock the head of a chain and return where it stands; begins a register that does not exist yet."""
    which = {"site_id": site_id, "kind": kind, "product_id": product_id}
    row = session.execute(_HEAD, which).one_or_none()
    if row is None:
        create_head(session, site_id, kind, product_id)
        row = session.execute(_HEAD, which).one()
    return Head(*row)


def next_row(
    head: Head, layout: int, fields: Mapping[str, Any], balance: Quantity | None = None
) -> tuple[Sealing, Head]:
    """Return the chained columns of the row that follows a head, and the head as it stands after it."""
    number = head.number + 1
    text = chain.body(layout, {**fields, "number": number})
    sealing = Sealing(number, text, head.digest, chain.digest(head.digest, text))
    return sealing, Head(head.id, number, sealing.digest, head.balance if balance is None else balance)


def move_head(session: Session, head: Head) -> None:
    """Write down where a locked head stands now."""
    stands = {"head": head.id, "number": head.number, "digest": head.digest, "balance": head.balance}
    session.connection().execute(_MOVE, stands)


def append(
    session: Session,
    head: Head,
    layout: int,
    fields: Mapping[str, Any],
    balance: Quantity | None = None,
) -> Sealing:
    """Return the chained columns of the next row and move the locked head onto it."""
    sealing, moved = next_row(head, layout, fields, balance)
    move_head(session, moved)
    return sealing
