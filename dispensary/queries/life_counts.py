"""How the people of a site live who are in treatment: at the beginning of it and now, counted."""

from collections import defaultdict
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from dispensary.rules.life_over_time import LifeOverTime, Part, Seen, entry_and_now, life_over_time
from models import Episode, EpisodeEnd, EpisodeEndCorrection, LifeSituation, Person
from models.enums import EpisodeKind
from models.person import root_of

_ROOT = root_of(Person)


def life_counts(session: Session, site_id: int, today: date) -> LifeOverTime:
    """Return how everyone lives who is in treatment at a site, guests left out; two statements for all."""
    admitted = _admitted(session, site_id, today)
    seen = _seen(session, today)
    return life_over_time(entry_and_now(seen[person_id], on) for person_id, on in admitted.items())


def _admitted(session: Session, site_id: int, today: date) -> dict[int, date]:
    """Return since when each person is in treatment, by surviving record."""
    taken_back = exists().where(EpisodeEndCorrection.episode_end_id == EpisodeEnd.id)
    over = exists().where(EpisodeEnd.episode_id == Episode.id, ~taken_back)
    query = (
        select(_ROOT, func.min(Episode.admitted_on))
        .join_from(Episode, Person, Person.id == Episode.person_id)
        .where(Episode.site_id == site_id, Episode.kind != EpisodeKind.GUEST, Episode.admitted_on <= today, ~over)
        .group_by(_ROOT)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _seen(session: Session, today: date) -> dict[int, list[Seen]]:
    """Return every life situation on record, by surviving record, in the order in which they were written."""
    life = LifeSituation
    query = (
        select(_ROOT, life.seen_on, life.housing, life.work, life.education, life.family)
        .join_from(life, Person, Person.id == life.person_id)
        .where(life.seen_on <= today)
        .order_by(life.id)
    )
    found: dict[int, list[Seen]] = defaultdict(list)
    for person_id, seen_on, *words in session.execute(query):
        found[person_id].append(Seen(seen_on, dict(zip(Part, words, strict=True))))
    return found
