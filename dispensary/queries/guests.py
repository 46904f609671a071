"""Guests: people whom another clinic sent here for some days, and what the two clinics tell each other."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import GuestStay


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
