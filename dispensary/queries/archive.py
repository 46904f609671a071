"""Kept papers as the archive shows them; the bytes are read by the service alone, when somebody opens one."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries import calendar
from dispensary.rules.archive import SHORT
from dispensary.wording import N_, say
from models import ArchivedPaper, ArchivedPaperContent, ArchiveOpening, PaperSignature, Staff
from models.enums import ArchivedKind, ArchiveUse, Origin, Role


@dataclass(frozen=True)
class Opening:
    """Who opened or printed a paper, and when."""

    by: str
    use: ArchiveUse
    at: datetime


@dataclass(frozen=True)
class Signature:
    """Who signed a paper, as what, when, and over which bytes."""

    staff_id: int
    by: str
    role: Role
    at: datetime
    digest: str


@dataclass(frozen=True)
class Kept:
    """One kept paper, without its bytes."""

    id: int
    kind: ArchivedKind
    first_on: date
    last_on: date
    made_at: datetime
    made_by: str
    by_itself: bool
    """Whether a job made it."""
    digest: str
    size: int
    language: str
    paper: str
    openings: tuple[Opening, ...] = ()
    """Oldest first."""
    signatures: tuple[Signature, ...] = ()

    @property
    def short(self) -> str:
        """The beginning of its digest."""
        return self.digest[:SHORT]

    @property
    def kilobytes(self) -> int:
        """Its size in kB of 1000 bytes, rounded up."""
        return -(-self.size // 1000)


def papers(session: Session, site_id: int, first: date, last: date, kinds: Collection[ArchivedKind]) -> list[Kept]:
    """Return the kept papers of these kinds whose period ends between two clinic days, the newest first."""
    mine = (
        ArchivedPaper.site_id == site_id,
        ArchivedPaper.last_on.between(first, last),
        ArchivedPaper.kind.in_(kinds),
    )
    return _kept(session, *mine)


def paper(session: Session, site_id: int, paper_id: int) -> Kept:
    """Return one kept paper.

    Raises:
        NotFound: there is none with this id here.
    """
    found = _kept(session, ArchivedPaper.site_id == site_id, ArchivedPaper.id == paper_id)
    if not found:
        raise NotFound(say(N_("There is no such paper here.")), code="no_such_paper")
    return found[0]


def pack_of(session: Session, site_id: int, day: date) -> Kept | None:
    """Return the newest downtime pack that is kept of a clinic day, or None."""
    found = papers(session, site_id, day, day, [ArchivedKind.DOWNTIME_PACK])
    return found[0] if found else None


def figures_of(session: Session, paper_id: int) -> str:
    """Return the figures of a kept paper as they are kept; empty where there are none."""
    query = select(ArchivedPaperContent.figures).where(ArchivedPaperContent.archived_paper_id == paper_id)
    return session.scalar(query) or ""


def made_by_itself(session: Session, site_id: int, kind: ArchivedKind, first: date, last: date) -> int | None:
    """Return the paper that a job made of a period, or None."""
    query = select(ArchivedPaper.id).where(
        ArchivedPaper.site_id == site_id,
        ArchivedPaper.kind == kind,
        ArchivedPaper.first_on == first,
        ArchivedPaper.last_on == last,
        ArchivedPaper.origin == Origin.JOB,
    )
    return session.scalar(query)


def days_without_log(session: Session, site_id: int, first: date, last: date) -> list[date]:
    """Return the open days from the first to the last of which no log is kept, oldest first; none from before the first log."""
    logs = (ArchivedPaper.site_id == site_id, ArchivedPaper.kind == ArchivedKind.DAY_LOG)
    oldest = session.scalar(select(func.min(ArchivedPaper.first_on)).where(*logs))
    if oldest is None or max(first, oldest) > last:
        return []
    query = select(ArchivedPaper.first_on).where(*logs, ArchivedPaper.first_on.between(first, last))
    kept, days = set(session.scalars(query)), calendar.calendar_of(session, site_id, max(first, oldest), last)
    return sorted(day for day, one in days.items() if one.open and day not in kept)


def months(session: Session, site_id: int) -> tuple[date, date] | None:
    """Return the last days of the oldest and of the newest period of which something is kept; None where nothing is."""
    query = select(func.min(ArchivedPaper.last_on), func.max(ArchivedPaper.last_on))
    oldest, newest = session.execute(query.where(ArchivedPaper.site_id == site_id)).one()
    return (oldest, newest) if oldest else None


def _kept(session: Session, *which: object) -> list[Kept]:
    query = (
        select(
            ArchivedPaper.id,
            ArchivedPaper.kind,
            ArchivedPaper.first_on,
            ArchivedPaper.last_on,
            ArchivedPaper.made_at,
            Staff.name,
            ArchivedPaper.origin,
            ArchivedPaper.digest,
            ArchivedPaper.size,
            ArchivedPaper.language,
            ArchivedPaper.paper,
        )
        .join(Staff, Staff.id == ArchivedPaper.recorded_by_id)
        .where(*which)  # type: ignore[arg-type]  # conditions of one table
        .order_by(ArchivedPaper.last_on.desc(), ArchivedPaper.kind, ArchivedPaper.id.desc())
    )
    rows = session.execute(query).all()
    ids = [row.id for row in rows]
    openings, signatures = _openings(session, ids), _signatures(session, ids)
    return [
        Kept(
            *row[:6],
            row.origin is Origin.JOB,
            *row[7:],
            openings=tuple(openings[row.id]),
            signatures=tuple(signatures[row.id]),
        )
        for row in rows
    ]


def _openings(session: Session, ids: list[int]) -> dict[int, list[Opening]]:
    query = (
        select(ArchiveOpening.archived_paper_id, Staff.name, ArchiveOpening.use, ArchiveOpening.opened_at)
        .join(Staff, Staff.id == ArchiveOpening.recorded_by_id)
        .where(ArchiveOpening.archived_paper_id.in_(ids))
        .order_by(ArchiveOpening.id)
    )
    found: dict[int, list[Opening]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0]].append(Opening(*row[1:]))
    return found


def _signatures(session: Session, ids: list[int]) -> dict[int, list[Signature]]:
    query = (
        select(
            PaperSignature.archived_paper_id,
            PaperSignature.recorded_by_id,
            Staff.name,
            PaperSignature.role,
            PaperSignature.signed_at,
            PaperSignature.digest,
        )
        .join(Staff, Staff.id == PaperSignature.recorded_by_id)
        .where(PaperSignature.archived_paper_id.in_(ids))
        .order_by(PaperSignature.id)
    )
    found: dict[int, list[Signature]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0]].append(Signature(*row[1:]))
    return found
