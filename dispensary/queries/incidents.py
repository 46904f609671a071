"""Dosing incidents: who swallowed what, what was seen of them since, and which are still being watched."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.wording import N_, say
from models import Episode, EpisodeEnd, EpisodeEndCorrection, Person


def surviving(session: Session, person_id: int) -> int:
    """Return the record that stands for a person: their own, or the one that it was linked into.

    Raises:
        NotFound: there is no such person.
    """
    row = session.execute(select(Person.id, Person.root_id).where(Person.id == person_id)).one_or_none()
    if row is None:
        raise NotFound(say(N_("There is no such person.")), code="no_such_person")
    return row.root_id or row.id


def episode_on(session: Session, person_id: int, site_id: int) -> int | None:
    """Return the person's open episode at a site; None for somebody who is not in treatment there."""
    corrected = select(EpisodeEndCorrection.episode_end_id)
    ended = select(EpisodeEnd.episode_id).where(EpisodeEnd.id.not_in(corrected))
    query = (
        select(Episode.id)
        .where(Episode.person_id == person_id, Episode.site_id == site_id, Episode.id.not_in(ended))
        .order_by(Episode.admitted_on.desc(), Episode.id.desc())
    )
    return session.scalar(query.limit(1))
