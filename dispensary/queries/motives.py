"""What people said keeps them in treatment or makes it hard: of one person over time, and counted by reason."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from dispensary.queries.signs import same_person
from models import Person, SaidBarrier, SaidMotive, Staff
from models.enums import Barrier, Motive, SaidOccasion
from models.person import root_of

R = TypeVar("R", Motive, Barrier)


@dataclass(frozen=True)
class Said:
    """One reason as it was said."""

    said_on: date
    occasion: SaidOccasion
    reason: Motive | Barrier
    words: str
    by: str


@dataclass(frozen=True)
class SaidOnADay:
    """What is on record already of one occasion on one day."""

    motives: frozenset[Motive]
    barriers: frozenset[Barrier]


@dataclass(frozen=True)
class Asking:
    """One time that somebody was asked, with all that they said."""

    said_on: date
    occasion: SaidOccasion
    motives: tuple[Said, ...]
    barriers: tuple[Said, ...]


def said_on_one_day(session: Session, person_id: int, occasion: SaidOccasion, said_on: date) -> SaidOnADay:
    """Return what a person said on a day and occasion."""
    motives = select(SaidMotive.motive).where(
        SaidMotive.person_id == person_id, SaidMotive.occasion == occasion, SaidMotive.said_on == said_on
    )
    barriers = select(SaidBarrier.barrier).where(
        SaidBarrier.person_id == person_id, SaidBarrier.occasion == occasion, SaidBarrier.said_on == said_on
    )
    return SaidOnADay(frozenset(session.scalars(motives)), frozenset(session.scalars(barriers)))


def askings_of(session: Session, person_id: int) -> list[Asking]:
    """Return what a person said each time they were asked, the newest first."""
    motives, barriers = _motives_of(session, person_id), _barriers_of(session, person_id)
    times = {(one.said_on, one.occasion) for one in [*motives, *barriers]}
    return [
        Asking(
            said_on,
            occasion,
            tuple(one for one in motives if (one.said_on, one.occasion) == (said_on, occasion)),
            tuple(one for one in barriers if (one.said_on, one.occasion) == (said_on, occasion)),
        )
        for said_on, occasion in sorted(
            times, key=lambda time: (time[0], list(SaidOccasion).index(time[1])), reverse=True
        )
    ]


def _motives_of(session: Session, person_id: int) -> list[Said]:
    query = (
        select(SaidMotive.said_on, SaidMotive.occasion, SaidMotive.motive, SaidMotive.words, Staff.name)
        .join(Staff, Staff.id == SaidMotive.recorded_by_id)
        .where(same_person(SaidMotive.__table__.c.person_id, person_id))
        .order_by(SaidMotive.id)
    )
    return [Said(*row) for row in session.execute(query)]


def _barriers_of(session: Session, person_id: int) -> list[Said]:
    query = (
        select(SaidBarrier.said_on, SaidBarrier.occasion, SaidBarrier.barrier, SaidBarrier.words, Staff.name)
        .join(Staff, Staff.id == SaidBarrier.recorded_by_id)
        .where(same_person(SaidBarrier.__table__.c.person_id, person_id))
        .order_by(SaidBarrier.id)
    )
    return [Said(*row) for row in session.execute(query)]


def asked_early(session: Session, site_id: int) -> dict[int, date]:
    """Return when each person was last asked at the beginning of treatment, by surviving record."""
    said = union_all(
        *(
            select(table.person_id, table.said_on).where(table.site_id == site_id, table.occasion == SaidOccasion.ENTRY)
            for table in (SaidMotive, SaidBarrier)
        )
    ).subquery()
    who = root_of(Person)
    query = select(who, func.max(said.c.said_on)).join_from(said, Person, Person.id == said.c.person_id).group_by(who)
    return {row[0]: row[1] for row in session.execute(query)}


@dataclass(frozen=True)
class ReasonFigures:
    """How many people gave each reason on one kind of occasion, and how many were asked; each person counts once."""

    asked: int
    motives: list[tuple[Motive, int]] = field(default_factory=list)
    """The most often named first."""
    barriers: list[tuple[Barrier, int]] = field(default_factory=list)


def figures_by_reason(session: Session, site_id: int, first: date, last: date) -> dict[SaidOccasion, ReasonFigures]:
    """Return what people of a site said over some days, for each occasion; whoever said a thing twice counts once."""
    who = root_of(Person)
    stays = session.execute(
        select(SaidMotive.occasion, who, SaidMotive.motive)
        .join(Person, Person.id == SaidMotive.person_id)
        .where(SaidMotive.site_id == site_id, SaidMotive.said_on.between(first, last))
        .distinct()
    ).all()
    hard = session.execute(
        select(SaidBarrier.occasion, who, SaidBarrier.barrier)
        .join(Person, Person.id == SaidBarrier.person_id)
        .where(SaidBarrier.site_id == site_id, SaidBarrier.said_on.between(first, last))
        .distinct()
    ).all()
    asked = {(row[0], row[1]) for row in [*stays, *hard]}
    motives = Counter((row[0], row[2]) for row in stays)
    barriers = Counter((row[0], row[2]) for row in hard)
    return {
        occasion: ReasonFigures(
            sum(when is occasion for when, _ in asked),
            _ranked((reason, n) for (when, reason), n in motives.items() if when is occasion),
            _ranked((reason, n) for (when, reason), n in barriers.items() if when is occasion),
        )
        for occasion in SaidOccasion
    }


def _ranked(counted: Iterable[tuple[R, int]]) -> list[tuple[R, int]]:
    """Return the most often named first; among equals in the order of the words."""
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))
