"""The counts that a commissioner asks for, of a period of clinic days, each with what it is made of."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from dispensary.policy.journey import journey_rules
from dispensary.queries.sites import Targets, settings
from dispensary.queries.waiting import days_waited, waiting_list
from dispensary.rules.commissioners_counts import (
    NO_EXIT,
    Retained,
    Share,
    Stay,
    exits,
    in_treatment,
    planned,
    retained,
)
from dispensary.rules.waiting import Waited, waited
from models import Episode, EpisodeEnd, EpisodeEndCorrection, Person
from models.enums import EpisodeEndReason, EpisodeKind
from models.person import root_of


@dataclass(frozen=True)
class JourneyCounts:
    """What a clinic did in a period, and what it was to do."""

    first: date
    last: date
    targets: Targets
    in_treatment: int
    """On the last day."""
    admitted: int
    retained: Retained
    exits: dict[EpisodeEndReason, int]
    planned: Share
    waited: Waited
    """Of those admitted from the waiting list in the period."""
    still_waiting: int
    """Now."""
    waits_longest: int | None
    """The longest that somebody has waited who waits now, in days."""

    def met(self, target: int | None, actual: Decimal | int | None) -> bool | None:
        """Return whether a target is reached that is the more the better; None without a target or a figure."""
        return None if target is None or actual is None else actual >= target


def journey_counts(session: Session, site_id: int, first: date, last: date, today: date) -> JourneyCounts:
    """Return the counts of a period, beside the targets in force on its last day."""
    stays = stays_of(session, site_id)
    targets = settings(session, site_id, last).targets
    by_reason = exits(stays, first, last)
    now_waiting = [place.who.days(today) for place in waiting_list(session, site_id)]
    return JourneyCounts(
        first=first,
        last=last,
        targets=targets,
        in_treatment=in_treatment(stays, last),
        admitted=sum(1 for stay in stays if first <= stay.admitted_on <= last),
        retained=retained(stays, first, last, today, journey_rules().retained_after),
        exits=by_reason,
        planned=planned(by_reason),
        waited=waited(days_waited(session, site_id, first, last), targets.waiting_days),
        still_waiting=len(now_waiting),
        waits_longest=max(now_waiting, default=None),
    )


def stays_of(session: Session, site_id: int) -> list[Stay]:
    """Return every episode of a site but those of guests and of records that were linked away.

    This says who is in treatment, here and in the indicators (queries/indicators.py).
    """
    stands = and_(
        EpisodeEnd.episode_id == Episode.id,
        EpisodeEnd.id.not_in(select(EpisodeEndCorrection.episode_end_id)),
    )
    query = (
        select(
            root_of(Person),
            Episode.admitted_on,
            EpisodeEnd.ended_on,
            EpisodeEnd.reason,
            Episode.kind,
            Episode.admission,
        )
        .select_from(Episode)
        .join(Person, Person.id == Episode.person_id)
        .outerjoin(EpisodeEnd, stands)
        .where(Episode.site_id == site_id, Episode.kind != EpisodeKind.GUEST)
    )
    return [Stay(*row) for row in session.execute(query) if row.reason not in NO_EXIT]
