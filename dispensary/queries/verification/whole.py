"""One verification of one site, from the first row to the last."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.queries.verification import (
    bottles,
    chains,
    counts,
    doses,
    facts,
    losses,
    mentions,
    mishaps,
    papers,
    pumps,
    stock,
    supply,
)
from dispensary.queries.verification.results import Progress, Verification
from dispensary.rules import seals
from models import AuditEvent, Dose, RegisterEntry, Site

CHECKS: tuple[facts.Check, ...] = (
    chains.stray_head,
    facts.changed_fact,
    facts.unaudited_fact,
    facts.wrong_import,
    mentions.unlike_its_mention,
    stock.unregistered_movement,
    stock.wrong_container,
    stock.wrong_card,
    stock.wrong_consignment,
    stock.wrong_kit,
    doses.wrong_claim,
    doses.wrong_release,
    doses.wrong_amount,
    doses.wrong_draw,
    mishaps.wrong_vomiting,
    mishaps.wrong_replacement,
    mishaps.wrong_incident,
    mishaps.wrong_elsewhere,
    mishaps.wrong_spill,
    mishaps.wrong_step,
    bottles.wrong_bottle,
    bottles.wrong_bottle_draw,
    bottles.wrong_return,
    bottles.wrong_handover,
    losses.wrong_loss_line,
    supply.wrong_card,
    supply.wrong_contents,
    supply.wrong_receipt_match,
    supply.wrong_destruction,
    counts.wrong_count,
    counts.wrong_adjustment,
    pumps.wrong_waste,
    pumps.wrong_verdict,
    papers.wrong_paper,
    papers.wrong_paper_signature,
)
"""What is asked of the facts, once the chains were walked; each names the first that fails it."""


def rows_to_walk(session: Session, site_id: int) -> int:
    """Return about how many rows a verification looks at, for a progress bar."""
    tables = (AuditEvent, AuditEvent, RegisterEntry)
    counts = [select(func.count()).select_from(t).where(t.site_id == site_id) for t in tables]
    return sum(session.scalars(count).one() for count in counts)


def verify(
    session: Session, site_id: int, public_key: Ed25519PublicKey, progress: Progress | None = None
) -> Verification:
    """Walk every chain of a site, its heads and seals, and hold each fact against its chained row, both ways.

    Args:
        public_key: of the key that sealed; an inspector brings the one from the printed page.
        progress: told how many further rows were looked at.
    """
    tell = progress or _say_nothing
    walked = tuple(chains.walk(session, site_id, name, public_key, tell) for name in chains.names(session, site_id))
    found = tuple(fault for check in CHECKS if (fault := check(session, site_id, tell)))
    return Verification(
        site=session.get_one(Site, site_id).name,
        key_id=seals.key_id(public_key),
        chains=walked,
        facts=found,
        facts_checked=session.scalars(select(func.count()).select_from(Dose).where(Dose.site_id == site_id)).one(),
    )


def _say_nothing(rows: int) -> None:
    """Keep quiet, where nobody watches."""
