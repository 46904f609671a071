"""Sealing: the heads of a site's chains signed with its key, so that what came before can no longer change unseen."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from dispensary.rules import seals
from dispensary.services import audit, chains
from dispensary.services.act import Act
from models import ChainHead, Seal, Site
from models.enums import AuditKind, ChainKind, SealOccasion


def seal_heads(session: Session, *, occasion: SealOccasion, key: Ed25519PrivateKey, act: Act) -> list[Seal]:
    """Seal every chain head of the site that has moved since its last seal.

    Call it last in a change: it holds the audit's head. The audit row that says so is written first and lies under the
    audit's own seal, so that a seal taken away is missed.

    Returns:
        The new seals, flushed, the audit's first; none when nothing has moved.
    """
    chains.lock_head(session, act.site_id, ChainKind.AUDIT)
    moved = _moved(session, act.site_id)
    if not moved:
        return []
    registers = {head.product_id for head in moved if head.kind is ChainKind.REGISTER}
    site = session.get_one(Site, act.site_id)
    audit.record(session, AuditKind.CHAINS_SEALED, site, act, occasion=occasion, seals=len(registers) + 1)
    made = [_seal(head, occasion, key, act) for head in _moved(session, act.site_id)]
    session.add_all(made)
    session.flush()
    return made


def _moved(session: Session, site_id: int) -> Sequence[ChainHead]:
    """Return the heads that no seal stands on, the audit's first, registers by product."""
    on_it = exists().where(
        and_(
            Seal.site_id == ChainHead.site_id,
            Seal.kind == ChainHead.kind,
            Seal.product_id == ChainHead.product_id,
            Seal.number == ChainHead.last_number,
        )
    )
    query = (
        select(ChainHead)
        .where(ChainHead.site_id == site_id, ChainHead.last_number > 0, ~on_it)
        .order_by(ChainHead.product_id)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def _seal(head: ChainHead, occasion: SealOccasion, key: Ed25519PrivateKey, act: Act) -> Seal:
    chain = seals.chain_name(head.site_id, head.kind, head.product_id)
    return Seal(
        kind=head.kind,
        product_id=head.product_id,
        number=head.last_number,
        digest=head.last_digest,
        occasion=occasion,
        sealed_at=act.at,
        key_id=seals.key_id(key.public_key()),
        signature=seals.sign(key, chain, head.last_number, head.last_digest, act.at),
        **act.stamp,
    )
