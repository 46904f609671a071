"""Who may be lost to follow-up by the site's rule, and whom somebody decided to go on looking for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from dispensary.queries.missed_doses import MissedRow, missed_doses
from dispensary.queries.people import episode_on, surviving
from models import Episode, FollowUpKept, Person, Staff, Task, TaskReason
from models.enums import Desk, TaskReasonKind
from models.person import root_of


@dataclass(frozen=True)
class Kept:
    """The last decision to go on looking for somebody."""

    decided_on: date
    no_shows: int
    reason: str
    look_again_on: date
    by: str


@dataclass(frozen=True)
class Proposal:
    """Somebody whose no-shows in a row have reached the site's number."""

    row: MissedRow
    kept: Kept | None
    """When somebody last decided to go on looking in this episode, if ever."""

    def waits_on(self, day: date) -> bool:
        """Return whether the decision to go on looking still stands on a day."""
        return self.kept is not None and self.kept.look_again_on > day

    def told_counts_from(self, day: date) -> date:
        """Return since when somebody told of it counts: within these no-shows, and since the day to look again."""
        run = day - timedelta(days=self.row.runs.no_shows_in_a_row)
        return max(run, self.kept.look_again_on) if self.kept else run


def proposals(session: Session, site_id: int, on: date, *, after_no_shows: int) -> list[Proposal]:
    """Return everyone with so many no-shows in a row before a day, the most first; guests are their own clinic's to look for."""
    rows = [
        row
        for row in missed_doses(session, site_id, on, at_least=after_no_shows)
        if row.runs.no_shows_in_a_row >= after_no_shows and not row.guest
    ]
    kept = _kept(session, site_id)
    found = [Proposal(row, kept.get(row.episode_id)) for row in rows]
    return sorted(found, key=lambda one: -one.row.runs.no_shows_in_a_row)


def _kept(session: Session, site_id: int) -> dict[int, Kept]:
    """Return the last decision to go on looking, by episode."""
    query = (
        select(
            FollowUpKept.episode_id,
            FollowUpKept.clinic_day,
            FollowUpKept.no_shows,
            FollowUpKept.reason,
            FollowUpKept.look_again_on,
            Staff.name,
        )
        .join(Staff, Staff.id == FollowUpKept.recorded_by_id)
        .where(FollowUpKept.site_id == site_id)
        .order_by(FollowUpKept.id)
    )
    return {row.episode_id: Kept(*row[1:]) for row in session.execute(query)}


_ROOT = root_of(Person)


def _told(site_id: int, *columns: Any) -> Select[Any]:
    """Return the reasons of tasks that say so, with the person by surviving record first."""
    return (
        select(_ROOT, *columns)
        .join(Task, Task.person_id == Person.id)
        .join(TaskReason, TaskReason.task_id == Task.id)
        .where(Task.site_id == site_id, Task.desk == Desk.PRESCRIBER, TaskReason.kind == TaskReasonKind.LOST)
    )


def told_at(session: Session, site_id: int) -> dict[int, datetime]:
    """Return when each person was last put on the prescriber's desk as perhaps lost, by surviving record."""
    query = _told(site_id, func.max(TaskReason.noted_at))
    return {row[0]: row[1] for row in session.execute(query.group_by(_ROOT))}


def waiting(session: Session, site_id: int) -> set[int]:
    """Return who stands on the prescriber's desk as perhaps lost, by surviving record."""
    return set(session.scalars(_told(site_id).where(Task.resolved_at.is_(None))))


def person_in(session: Session, episode_id: int, site_id: int) -> int | None:
    """Return who is in treatment in an episode at a site, by surviving record; None if it is over, or not there."""
    person_id = session.scalar(
        select(Person.id).join(Episode, Episode.person_id == Person.id).where(Episode.id == episode_id)
    )
    if person_id is None:
        return None
    person_id = surviving(session, person_id)
    return person_id if episode_on(session, person_id, site_id) == episode_id else None
