"""Episodes of care: how one began and how it ended."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import Admission, EpisodeEndReason, EpisodeKind, Medication
from models.units import Mg


class Episode(Fact):
    """One stretch of treatment at one site, from admission."""

    __tablename__ = "episode"
    __table_args__ = (
        CheckConstraint("(last_dose_on IS NULL) = (last_dose_mg IS NULL)", name="last_dose_whole"),
        CheckConstraint("last_dose_mg > 0", name="last_dose_positive"),
    )

    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[EpisodeKind]
    admission: Mapped[Admission]
    admitted_on: Mapped[date]
    transferred_from: Mapped[str] = mapped_column(default="")
    """The clinic, and whoever there confirmed the last dose."""
    last_dose_on: Mapped[date | None]
    """Last dose taken before a transfer in, as confirmed."""
    last_dose_mg: Mapped[Mg | None]
    last_dose_medication: Mapped[Medication | None]


class EpisodeEnd(Fact):
    """How an episode ended. A mistaken end is answered by a correction, after which turn 2 may follow."""

    __tablename__ = "episode_end"
    __table_args__ = (UniqueConstraint("episode_id", "turn"),)

    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    turn: Mapped[int] = mapped_column(default=1)
    ended_on: Mapped[date]
    reason: Mapped[EpisodeEndReason]
    note: Mapped[str] = mapped_column(default="")


class EpisodeEndCorrection(Fact):
    """The end was recorded by mistake; the episode stands."""

    __tablename__ = "episode_end_correction"

    episode_end_id: Mapped[int] = mapped_column(ForeignKey("episode_end.id"), unique=True)
    reason: Mapped[str]


class GuestStay(Fact):
    """A visitor's episode: whose patient this is, who there confirmed the last dose, and until when the stay is meant."""

    __tablename__ = "guest_stay"

    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), unique=True)
    home_clinic: Mapped[str]
    home_contact: Mapped[str]
    """Telephone or address to which our doses go back."""
    letter: Mapped[str]
    """Number or date of the home clinic's letter."""
    confirmed_by: Mapped[str]
    until_on: Mapped[date]
