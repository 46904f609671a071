"""Keeping papers as they were made, noting who opens or prints them, and signing them. Nothing here changes a kept paper."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import accounts
from dispensary.rules import archive as rule
from dispensary.services import audit
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import ArchivedPaper, ArchivedPaperContent, ArchiveOpening, PaperSignature
from models.enums import ArchivedKind, ArchiveUse, AuditKind, Origin, Role

PDF, PDF_BEGINS = "application/pdf", b"%PDF-"


def keep(
    session: Session,
    *,
    kind: ArchivedKind,
    first: date,
    last: date,
    content: bytes,
    figures: Mapping[str, str],
    language: str,
    paper: str,
    act: Act,
) -> ArchivedPaper:
    """Keep a paper of a period with its digest, and return it; what is kept already is returned and not kept again.

    Bytes that are kept for the period stay one paper. Of what is made by itself the first paper of a period stays the
    only one, whatever the books say later.

    Args:
        first: first clinic day of the period.
        last: last clinic day of the period.
        content: the PDF, whole.
        figures: what it says, by name, for a later comparison; see `dispensary.rules.archive.canonical`.
        language: of the paper, such as `en`.
        paper: A4 or Letter.

    Raises:
        Refused: the days are in the wrong order, or this is no PDF.
    """
    if first > last:
        raise Refused(say(N_("The first day comes after the last. Turn them round.")), code="days_reversed")
    if not content.startswith(PDF_BEGINS):
        raise Refused(say(N_("Only a PDF can be kept.")), code="no_pdf")
    digest, text = rule.digest(content), rule.canonical(figures)
    before = _kept(session, kind, first, last, digest, act)
    if before is not None:
        return before
    kept = write(
        session,
        ArchivedPaper(
            kind=kind,
            first_on=first,
            last_on=last,
            made_at=act.at,
            digest=digest,
            size=len(content),
            figures_digest=rule.digest(text.encode()),
            media_type=PDF,
            language=language,
            paper=paper,
            **act.stamp,
        ),
    )
    write(session, ArchivedPaperContent(archived_paper_id=kept.id, content=content, figures=text, **act.stamp))
    audit.record(
        session, AuditKind.PAPER_KEPT, kept, act, archived=kind, first=first, last=last, short=digest[: rule.SHORT]
    )
    return kept


def _kept(session: Session, kind: ArchivedKind, first: date, last: date, digest: str, act: Act) -> ArchivedPaper | None:
    """Return the paper of a period with these bytes, or for a job the one that a job made of it."""
    query = select(ArchivedPaper).where(
        ArchivedPaper.site_id == act.site_id,
        ArchivedPaper.kind == kind,
        ArchivedPaper.first_on == first,
        ArchivedPaper.last_on == last,
    )
    same = session.scalars(query.where(ArchivedPaper.digest == digest)).one_or_none()
    if same is not None or act.origin is not Origin.JOB:
        return same
    return session.scalars(query.where(ArchivedPaper.origin == Origin.JOB)).one_or_none()


def open_paper(session: Session, *, paper_id: int, use: ArchiveUse, act: Act) -> bytes:
    """Note that somebody opens or prints a kept paper, and return its bytes as they were kept.

    Raises:
        NotFound: there is no such paper here.
        Conflict: its bytes are not those that were kept; nothing is handed out.
    """
    kept = _paper(session, paper_id, act)
    content = _whole(session, kept)
    opening = write(session, ArchiveOpening(archived_paper_id=kept.id, use=use, opened_at=act.at, **act.stamp))
    printed = use is ArchiveUse.PRINTED
    audit.record(
        session,
        AuditKind.PAPER_PRINTED if printed else AuditKind.PAPER_OPENED,
        opening,
        act,
        archived=kept.kind,
        first=kept.first_on,
        last=kept.last_on,
    )
    return content


def sign(session: Session, *, paper_id: int, digest: str, act: Act) -> PaperSignature:
    """Sign a kept paper as the clinic head who has opened it, once; the signature is over its digest.

    Args:
        digest: as the page showed it to whoever signs.

    Raises:
        NotFound: there is no such paper here.
        Refused: whoever signs is not clinic head here today, or has not opened the paper.
        Conflict: signed before by the same person, another paper than the page showed, or its bytes were changed.
    """
    kept = _paper(session, paper_id, act)
    if Role.CLINIC_HEAD not in accounts.roles_of(session, act.by_id, act.site_id, act.clinic_day):
        raise Refused(say(N_("Only the clinic head signs a kept paper.")), code="not_clinic_head")
    if digest != kept.digest:
        raise Conflict(say(N_("This is not the paper that the page showed. Open it again.")), code="other_paper")
    mine = select(PaperSignature.id).where(
        PaperSignature.archived_paper_id == kept.id, PaperSignature.recorded_by_id == act.by_id
    )
    if session.scalar(mine) is not None:
        raise Conflict(say(N_("You have signed this paper already.")), code="signed_before")
    _whole(session, kept)
    opened = select(ArchiveOpening.id).where(
        ArchiveOpening.archived_paper_id == kept.id, ArchiveOpening.recorded_by_id == act.by_id
    )
    if session.scalar(opened.limit(1)) is None:
        raise Refused(say(N_("Open the paper and read it before you sign it.")), code="not_opened")
    signature = write(
        session,
        PaperSignature(
            archived_paper_id=kept.id, digest=kept.digest, role=Role.CLINIC_HEAD, signed_at=act.at, **act.stamp
        ),
    )
    audit.record(
        session,
        AuditKind.PAPER_SIGNED,
        signature,
        act,
        archived=kept.kind,
        first=kept.first_on,
        last=kept.last_on,
        short=kept.digest[: rule.SHORT],
    )
    return signature


def _paper(session: Session, paper_id: int, act: Act) -> ArchivedPaper:
    query = select(ArchivedPaper).where(ArchivedPaper.id == paper_id, ArchivedPaper.site_id == act.site_id)
    kept = session.scalars(query).one_or_none()
    if kept is None:
        raise NotFound(say(N_("There is no such paper here.")), code="no_such_paper")
    return kept


def _whole(session: Session, kept: ArchivedPaper) -> bytes:
    """Return the bytes of a paper if they are those that were kept."""
    query = select(ArchivedPaperContent.content).where(ArchivedPaperContent.archived_paper_id == kept.id)
    content = session.scalar(query)
    if content is None or rule.digest(content) != kept.digest:
        words = N_(
            "This paper is not what was kept: its bytes were changed behind the program's back. Nothing is handed out;"
            " change nothing and run `dispensary verify`."
        )
        raise Conflict(say(words), code="paper_changed")
    return content
