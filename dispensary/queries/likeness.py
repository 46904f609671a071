"""Who else in treatment has a like name, for the banner at the window."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from models import Episode, EpisodeEnd, EpisodeEndCorrection, NameKey, Person, PersonPhoto

MOST_SHOWN = 6
"""So many photos are compared at a glance; a name that is like more is asked about all the same."""


@dataclass(frozen=True)
class LikePerson:
    """Somebody in treatment whose name could be taken for another's."""

    person_id: int
    family_name: str
    given_name: str
    birth_date: date | None
    photo: str | None
    """The digest of the photo; None without one."""


def shares_a_key(person_id: int) -> ColumnElement[bool]:
    """Match people, of `Person`, whose name is like that of somebody else."""
    mine, other = aliased(NameKey), aliased(NameKey)
    return Person.id.in_(
        select(other.person_id)
        .join(mine, mine.key == other.key)
        .where(mine.person_id == person_id, other.person_id != person_id)
    )


def people_alike(session: Session, person_id: int) -> tuple[LikePerson, ...]:
    """Return who else in treatment has a like name, in order of name; at most six."""
    corrected = exists().where(EpisodeEndCorrection.episode_end_id == EpisodeEnd.id)
    ended = exists().where(EpisodeEnd.episode_id == Episode.id, ~corrected)
    in_treatment = exists().where(Episode.person_id == Person.id, ~ended)
    query = (
        select(Person.id, Person.family_name, Person.given_name, Person.birth_date, PersonPhoto.digest)
        .outerjoin(PersonPhoto, PersonPhoto.person_id == Person.id)
        .where(shares_a_key(person_id), Person.root_id.is_(None), in_treatment)
        .order_by(Person.search_key, Person.id)
        .limit(MOST_SHOWN)
    )
    return tuple(LikePerson(*row) for row in session.execute(query))
