"""What an import needs to know of what is here already, and what verification needs to know of an import."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from dispensary.rules.imported import ImportedDose
from models import (
    Claim,
    Dose,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    ImportedRecord,
    Person,
    StaffSession,
    Terminal,
)
from models.enums import Origin

SITTING_LASTS = timedelta(hours=14)
"""A sitting that began earlier is over, whether or not anybody signed out."""


def known(session: Session, source: str, subject: str) -> dict[str, tuple[int, str]]:
    """Return what came in before from a source: external id to id and digest."""
    t = ImportedRecord.__table__.c
    query = select(t.external_id, t.subject_id, t.digest).where(t.source == source, t.subject == subject)
    return {row.external_id: (row.subject_id, row.digest) for row in session.execute(query)}


def person_numbers(session: Session) -> frozenset[str]:
    """Return every number that a person here has."""
    return frozenset(session.scalars(select(Person.number)))


def birth_dates(session: Session, person_ids: Iterable[int]) -> dict[int, date | None]:
    """Return the birth dates of some people."""
    wanted = set(person_ids)
    return {row.id: row.birth_date for row in session.execute(select(Person.id, Person.birth_date)) if row.id in wanted}


def spans(session: Session, person_ids: Iterable[int]) -> list[tuple[int, int, date, date | None]]:
    """Return the episodes of some people: person, episode, first day, last day or None while it lasts."""
    wanted = set(person_ids)
    correction = select(EpisodeEndCorrection.episode_end_id)
    query = (
        select(Episode.person_id, Episode.id, Episode.admitted_on, func.max(EpisodeEnd.ended_on).label("ended_on"))
        .outerjoin(EpisodeEnd, and_(EpisodeEnd.episode_id == Episode.id, EpisodeEnd.id.not_in(correction)))
        .group_by(Episode.person_id, Episode.id, Episode.admitted_on)
        .order_by(Episode.admitted_on, Episode.id)
    )
    return [(r.person_id, r.id, r.admitted_on, r.ended_on) for r in session.execute(query) if r.person_id in wanted]


def slots_taken(session: Session, person_ids: Iterable[int]) -> set[tuple[int, date, int]]:
    """Return every slot that some people have taken here: person, clinic day, part; released ones too."""
    wanted = set(person_ids)
    if not wanted:
        return set()
    t = Claim.__table__.c
    return {
        (r.person_id, r.clinic_day, r.part)
        for r in session.execute(select(t.person_id, t.clinic_day, t.part))
        if r.person_id in wanted
    }


def imported_doses(session: Session, run_id: int) -> Iterator[ImportedDose]:
    """Yield the doses that came in with one import, by id: what the digest on its audit row covers."""
    t = Dose.__table__.c
    query = (
        select(
            t.id, t.person_id, t.clinic_day, t.part, t.claim_id, t.outcome, t.medication,
            t.ordered_mg, t.taken_mg, t.taken_at,
        )
        .join(ImportedRecord, and_(ImportedRecord.subject_id == t.id, ImportedRecord.subject == Dose.__tablename__))
        .where(ImportedRecord.run_id == run_id, t.origin == Origin.IMPORT)
        .order_by(t.id)
        .execution_options(yield_per=5_000)
    )  # fmt: skip
    for row in session.execute(query):
        yield ImportedDose._make(row)


def windows_in_use(session: Session, site_id: int, at: datetime) -> list[str]:
    """Return the names of the terminals at windows of a site where somebody is signed in."""
    query = (
        select(Terminal.name)
        .join(StaffSession, StaffSession.terminal_id == Terminal.id)
        .where(
            Terminal.site_id == site_id,
            Terminal.window_id.is_not(None),
            StaffSession.ended_at.is_(None),
            StaffSession.started_at > at - SITTING_LASTS,
        )
        .distinct()
        .order_by(Terminal.name)
    )
    return list(session.scalars(query))
