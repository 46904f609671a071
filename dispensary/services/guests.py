"""Guests: another clinic's patients, dosed here for some days on that clinic's letter.

A guest's episode is of its own kind, so that it is left out of the census, of retention and of flags. Orders hold no longer
than the stay is meant; the stay ends by hand, or when a day after its last one is closed.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.queries import guests
from dispensary.queries.people import episodes_of
from dispensary.services import audit, episodes, people
from dispensary.services.act import Act
from dispensary.services.episodes import TransferIn
from dispensary.wording import N_, say
from models import Episode, GuestStay
from models.enums import Admission, AuditKind, EpisodeEndReason, EpisodeKind, OrderEndReason


@dataclass(frozen=True)
class Visit:
    """What the home clinic's letter says."""

    home_contact: str
    letter: str
    until_on: date
    last_dose: TransferIn
    """At the home clinic, and who there confirmed it."""


def admit_guest(session: Session, *, person_id: int, visit: Visit, act: Act) -> Episode:
    """Begin a guest's stay: whose patient, how that clinic is reached, the last dose it confirmed, until when.

    Raises:
        Refused: an episode is open, the stay ends before today, or the letter is not whole.
    """
    contact = people.line(visit.home_contact, "home_contact", needed=True)
    letter = people.line(visit.letter, "letter", needed=True)
    if visit.until_on < act.clinic_day:
        words = N_("The stay ends before today. Enter the last day on which a dose may be given here.")
        raise Refused(say(words), code="stay_is_over", field="until_on")
    episode = episodes.admit_patient(
        session,
        person_id=person_id,
        kind=EpisodeKind.GUEST,
        admission=Admission.TRANSFERRED_IN,
        admitted_on=act.clinic_day,
        transfer=visit.last_dose,
        act=act,
    )
    stay = GuestStay(
        episode_id=episode.id,
        home_clinic=people.line(visit.last_dose.clinic, "clinic"),
        home_contact=contact,
        letter=letter,
        confirmed_by=people.line(visit.last_dose.confirmed_by, "confirmed_by"),
        until_on=visit.until_on,
        **act.stamp,
    )
    session.add(stay)
    session.flush()
    audit.record(
        session, AuditKind.GUEST_ADMITTED, stay, act, person=person_id, episode=episode.id, until_on=visit.until_on
    )
    return episode


def end_stays_over(session: Session, *, clinic_day: date, act: Act) -> int:
    """End every guest's stay at this site that was meant until before a day; return how many."""
    over = guests.open_stays_before(session, act.site_id, clinic_day)
    for person_id, episode_id, until_on in over:
        people.lock(session, person_id)
        span = next((s for s in episodes_of(session, [person_id])[person_id] if s.id == episode_id), None)
        if span is None or span.ended_on is not None:
            continue
        reason = EpisodeEndReason.GUEST_STAY_OVER
        episodes.write_end(session, span=span, ended_on=until_on, reason=reason, note="", act=act)
        episodes.end_orders(
            session, person_id=person_id, last_day=until_on, reason=OrderEndReason.EPISODE_ENDED, act=act
        )
    return len(over)


def refuse_beyond_stay(session: Session, *, episode_id: int, ends_on: date) -> None:
    """Refuse an order that would hold longer than a guest's stay is meant.

    Raises:
        Refused: it would; says until when the stay is meant.
    """
    until_on = session.scalar(select(GuestStay.until_on).where(GuestStay.episode_id == episode_id))
    if until_on is not None and ends_on > until_on:
        words = N_(
            "A guest until %(until)s: the order ends on that day at the latest. For longer, ask the home clinic for "
            "another letter, end this stay and admit anew."
        )
        raise Refused(say(words, until=until_on), code="beyond_the_stay", field="ends_on")
