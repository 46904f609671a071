"""Each kept paper against the bytes and figures that are kept of it, and each signature against the paper it names."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.queries.verification.results import Fault, Progress
from dispensary.rules import archive as rule
from dispensary.wording import N_, Words, say
from models import ArchivedPaper, ArchivedPaperContent, PaperSignature

STAMP = ("site_id", "recorded_at", "recorded_by_id", "origin")
"""Columns in which a paper and its bytes are the same: they were written in one act."""


def wrong_paper(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first kept paper whose bytes or figures are not those that its digests were taken of, or are gone.

    One paper after the other is read, so that a year of them never stands in memory together.
    """
    papers = session.scalars(
        select(ArchivedPaper.id).where(ArchivedPaper.site_id == site_id).order_by(ArchivedPaper.id)
    )
    for paper_id in papers.all():
        progress(1)
        if (what := _what(session, paper_id)) is not None:
            return Fault(say(N_("kept paper no. %(id)s"), id=paper_id), what)
    return _stray(session, site_id)


def _what(session: Session, paper_id: int) -> Words | None:
    paper, held = ArchivedPaper.__table__.c, ArchivedPaperContent.__table__.c
    query = (
        select(
            paper.digest,
            paper.size,
            paper.figures_digest,
            held.id,
            held.content,
            held.figures,
            *(paper[name].label(f"paper_{name}") for name in STAMP),
            *(held[name].label(f"held_{name}") for name in STAMP),
        )
        .outerjoin_from(ArchivedPaper.__table__, ArchivedPaperContent.__table__, held.archived_paper_id == paper.id)
        .where(paper.id == paper_id)
    )
    rows = session.execute(query).all()
    if len(rows) != 1 or rows[0].id is None:
        return say(N_("its bytes are gone"))
    (row,) = rows
    if len(row.content) != row.size or rule.digest(row.content) != row.digest:
        return say(N_("its bytes are not those that were kept"))
    if rule.digest(row.figures.encode()) != row.figures_digest:
        return say(N_("its figures are not those that were kept"))
    if any(getattr(row, f"paper_{name}") != getattr(row, f"held_{name}") for name in STAMP):
        return say(N_("who kept its bytes was changed"))
    return None


def _stray(session: Session, site_id: int) -> Fault | None:
    """Return the first bytes that belong to no paper of this site."""
    known = select(ArchivedPaper.id).where(ArchivedPaper.site_id == site_id)
    held = ArchivedPaperContent
    first = session.scalar(
        select(func.min(held.id)).where(held.site_id == site_id, held.archived_paper_id.not_in(known))
    )
    if first is None:
        return None
    return Fault(say(N_("bytes no. %(id)s of a kept paper"), id=first), say(N_("the audit knows nothing of it")))


def wrong_paper_signature(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first signature that is over other bytes than those of the paper it names."""
    query = (
        select(func.min(PaperSignature.id))
        .join(ArchivedPaper, ArchivedPaper.id == PaperSignature.archived_paper_id)
        .where(PaperSignature.site_id == site_id, PaperSignature.digest != ArchivedPaper.digest)
    )
    first = session.scalar(query)
    if first is None:
        return None
    return Fault(say(N_("signature no. %(id)s"), id=first), say(N_("it is over other bytes than its paper has")))
