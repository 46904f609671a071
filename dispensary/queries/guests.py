"""Guests: people whom another clinic sent here for some days, and what the two clinics tell each other."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models import Episode, EpisodeEnd, EpisodeEndCorrection, GuestStay


@dataclass(frozen=True)
class GuestOf:
    """Whose patient a guest is, how that clinic is reached, and until when the stay is meant."""

    episode_id: int
    home_clinic: str
    home_contact: str
    letter: str
    confirmed_by: str
    until_on: date


def guest_of(session: Session, episode_id: int | None) -> GuestOf | None:
    """Return whose guest somebody is in an episode; None where the episode is our own."""
    query = select(
        GuestStay.episode_id,
        GuestStay.home_clinic,
        GuestStay.home_contact,
        GuestStay.letter,
        GuestStay.confirmed_by,
        GuestStay.until_on,
    ).where(GuestStay.episode_id == episode_id)
    row = session.execute(query).one_or_none()
    return GuestOf(*row) if row else None


def open_stays_before(session: Session, site_id: int, day: date) -> list[tuple[int, int, date]]:
    """Return the guests of a site whose stay was meant until before a day and has not ended: person, episode, until."""
    ended = exists().where(
        EpisodeEnd.episode_id == Episode.id,
        ~exists().where(EpisodeEndCorrection.episode_end_id == EpisodeEnd.id),
    )
    query = (
        select(Episode.person_id, Episode.id, GuestStay.until_on)
        .join(GuestStay, GuestStay.episode_id == Episode.id)
        .where(Episode.site_id == site_id, GuestStay.until_on < day, ~ended)
        .order_by(Episode.person_id)
    )
    return [(row.person_id, row.id, row.until_on) for row in session.execute(query)]
