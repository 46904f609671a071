"""Restricted parts that were opened with a reason: whether one stands open, and what a clinic head has not seen yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from models import GlassBroken, GlassSeen, Person, Staff
from models.enums import RestrictedPart
from models.person import root_of

_GLASS = GlassBroken.__table__.c


@dataclass(frozen=True)
class Opened:
    """Somebody opened a restricted part of a record; who, whose, why, until when, and which clinic head saw it."""

    id: int
    person_id: int
    number: str
    name: str
    part: RestrictedPart
    reason: str
    by_id: int
    by: str
    opened_at: datetime
    until_at: datetime
    seen_at: datetime | None
    seen_by: str | None


def open_until(session: Session, *, person_id: int, part: RestrictedPart, staff_id: int) -> datetime | None:
    """Return until when a part of a person's record stands open for somebody; None if they never opened it."""
    query = select(func.max(GlassBroken.until_at)).where(
        same_person(_GLASS.person_id, person_id), _GLASS.part == part, _GLASS.recorded_by_id == staff_id
    )
    return session.scalar(query)


def to_be_seen(session: Session, site_id: int) -> list[Opened]:
    """Return what was opened at a site and no clinic head has ticked, the oldest first."""
    return _read(session, _opened().where(_GLASS.site_id == site_id, GlassSeen.id.is_(None)).order_by(_GLASS.id))


def count_to_be_seen(session: Session, site_id: int, staff_id: int) -> int:
    """Return how many of them somebody may tick: those that they did not open themselves."""
    query = (
        select(func.count())
        .select_from(GlassBroken)
        .outerjoin(GlassSeen, GlassSeen.glass_id == _GLASS.id)
        .where(_GLASS.site_id == site_id, GlassSeen.id.is_(None), _GLASS.recorded_by_id != staff_id)
    )
    return session.scalar(query) or 0


def seen_lately(session: Session, site_id: int, since: datetime) -> list[Opened]:
    """Return what a clinic head has ticked since a moment, the newest first."""
    query = _opened().where(_GLASS.site_id == site_id, GlassSeen.seen_at >= since)
    return _read(session, query.order_by(_GLASS.id.desc()))


def opened_of(session: Session, person_id: int, since: datetime, until: datetime) -> list[Opened]:
    """Return what of one person's record was opened in a time, the newest first."""
    query = _opened().where(
        same_person(_GLASS.person_id, person_id), _GLASS.opened_at >= since, _GLASS.opened_at < until
    )
    return _read(session, query.order_by(_GLASS.id.desc()))


def _opened() -> Select[Any]:
    by, head = aliased(Staff), aliased(Staff)
    return (
        select(
            _GLASS.id,
            root_of(Person),
            Person.number,
            Person.family_name,
            Person.given_name,
            _GLASS.part,
            _GLASS.reason,
            _GLASS.recorded_by_id,
            by.name,
            _GLASS.opened_at,
            _GLASS.until_at,
            GlassSeen.seen_at,
            head.name,
        )
        .select_from(GlassBroken)
        .join(Person, Person.id == _GLASS.person_id)
        .join(by, by.id == _GLASS.recorded_by_id)
        .outerjoin(GlassSeen, GlassSeen.glass_id == _GLASS.id)
        .outerjoin(head, head.id == GlassSeen.recorded_by_id)
    )


def _read(session: Session, query: Select[Any]) -> list[Opened]:
    return [
        Opened(glass_id, person_id, number, full_name(family, given), *rest)
        for glass_id, person_id, number, family, given, *rest in session.execute(query)
    ]
