"""Which profiles a site's prescribers have put in force."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.policy.loss_deadlines import LossDeadlines
from dispensary.policy.minimums import Minimums
from dispensary.policy.missed_doses import MissedDoseTables
from dispensary.policy.profiles import SHIPPED, Approval, Profile, load, refuse_if_changed
from dispensary.policy.stack import loss_deadlines as deadlines_in_force
from dispensary.policy.stack import minimums_in_force, missed_dose_tables
from dispensary.wording import N_, say
from models import PolicyApproval, Staff

OWN_PROFILES = "own_profiles"
"""Under this name a database's connections know the folder of its clinic's own profiles."""


def approvals(session: Session, site_id: int, as_of: date) -> list[Approval]:
    """Return the newest decision on each profile at a site, of those that count by a clinic day."""
    query = _decisions().where(PolicyApproval.site_id == site_id, PolicyApproval.effective_on <= as_of)
    newest = {approval.profile: approval for _, approval in _read(session, query)}
    return list(newest.values())


def approvals_everywhere(session: Session) -> list[Approval]:
    """Return the newest decision on each profile at every site, later ones included: what the start checks."""
    newest = {(site_id, approval.profile): approval for site_id, approval in _read(session, _decisions())}
    return list(newest.values())


def _decisions() -> Select[int, str, str, bool, date, datetime, str]:
    return (
        select(
            PolicyApproval.site_id,
            PolicyApproval.profile,
            PolicyApproval.digest,
            PolicyApproval.in_force,
            PolicyApproval.effective_on,
            PolicyApproval.approved_at,
            Staff.name,
        )
        .join(Staff, Staff.id == PolicyApproval.recorded_by_id)
        .order_by(PolicyApproval.effective_on, PolicyApproval.id)
    )


def _read(session: Session, query: Select[int, str, str, bool, date, datetime, str]) -> list[tuple[int, Approval]]:
    return [(row[0], Approval(*row[1:])) for row in session.execute(query)]


def loaded(session: Session, folders: Iterable[Path]) -> tuple[Profile, ...]:
    """Return every profile of these folders, after checking that none approved anywhere has changed; the start's check.

    Raises:
        Refused: a file cannot be used, or one that was approved has changed or is gone.
    """
    profiles = load(folders)
    refuse_if_changed(profiles, approvals_everywhere(session))
    return profiles


def missed_doses(session: Session, site_id: int) -> Callable[[date], MissedDoseTables]:
    """Return how the missed-dose tables in force at a site on a day are looked up: once a day, and only when asked for.

    Where an approved profile cannot be used the tables say so: nobody knows what it would hold.
    """
    found: dict[date, MissedDoseTables] = {}

    def on(day: date) -> MissedDoseTables:
        if day not in found:
            found[day] = _missed_doses_on(session, site_id, day)
        return found[day]

    return on


def _missed_doses_on(session: Session, site_id: int, day: date) -> MissedDoseTables:
    decided = _in_force(session, site_id, day)
    try:
        return missed_dose_tables(_profiles_of(session, decided), decided, day)
    except Refused as refusal:
        return MissedDoseTables(unreadable=refusal.words)


def minimums(session: Session, site_id: int, day: date) -> Minimums:
    """Return how often counselling, urine tests and plan reviews are done at least, as in force at a site on a day.

    Profiles that cannot be used speak of nothing, so that nothing is called overdue by a number nobody approved.
    """
    decided = _in_force(session, site_id, day)
    try:
        return minimums_in_force(_profiles_of(session, decided), decided, day)
    except Refused:
        return Minimums()


def loss_deadlines(session: Session, site_id: int, day: date) -> LossDeadlines:
    """Return by when theft and loss are to be reported, as in force at a site on a day.

    Where an approved profile cannot be used the deadlines say so: nobody knows what it would ask for.
    """
    decided = _in_force(session, site_id, day)
    try:
        return deadlines_in_force(_profiles_of(session, decided), decided, day)
    except Refused as refusal:
        return LossDeadlines(unreadable=refusal.words)


def _in_force(session: Session, site_id: int, day: date) -> list[Approval]:
    return [approval for approval in approvals(session, site_id, day) if approval.in_force]


def _profiles_of(session: Session, decided: list[Approval]) -> tuple[Profile, ...]:
    """Return the profiles that these decisions put in force, after checking that none has changed since."""
    if not decided:
        return ()
    own = session.connection().get_execution_options().get(OWN_PROFILES)
    try:
        profiles = load((SHIPPED, *([Path(own)] if own else [])), only={approval.profile for approval in decided})
    except OSError as error:
        words = N_("A file of approved policy cannot be opened. The administrator puts it back or makes it readable.")
        raise Refused(say(words)) from error
    refuse_if_changed(profiles, decided)
    return profiles
