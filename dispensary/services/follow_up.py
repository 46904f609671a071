"""What becomes of somebody whom the site's rule proposes as lost to follow-up: a person decides, never the rule."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from dispensary.clock import moment_on
from dispensary.errors import Conflict, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import follow_up, sites
from dispensary.queries.deaths import all_told_dead
from dispensary.queries.follow_up import Proposal
from dispensary.queries.ledger import runs_of
from dispensary.services import audit, episodes, people, prescriber_desk, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import EpisodeEnd, FollowUpKept
from models.enums import AuditKind, Desk, EpisodeEndReason, TaskReasonKind

LONGEST_AHEAD = timedelta(days=366)
A_DAY = timedelta(days=1)
LOST = TaskReasonKind.LOST
NOT_PROPOSED = "no longer proposed: came, or the episode is over"
"""What is noted on a task that answered itself; a fixed phrase."""


def to_propose(session: Session, site_id: int, clinic_day: date) -> list[int]:
    """Return the episodes that the rule proposes after a day, and nobody was told about in this run; this only reads."""
    on = clinic_day + A_DAY
    have, told = sites.settings(session, site_id, on), follow_up.told_at(session, site_id)
    told_dead = all_told_dead(session)

    def is_news(one: Proposal) -> bool:
        at = told.get(one.row.person_id)
        if one.row.person_id in told_dead:
            return False
        return at is None or at < moment_on(one.told_counts_from(on), have.day_starts, have.zone, have.day_starts)

    proposed = follow_up.proposals(session, site_id, on, after_no_shows=have.lost_after_no_shows)
    return [one.row.episode_id for one in proposed if not one.waits_on(on) and is_news(one)]


def propose(session: Session, episode_id: int, act: Act) -> None:
    """Put somebody on the prescriber's desk as perhaps lost, unless they have come since; nothing else changes."""
    try:
        person_id, _ = _proposed(session, episode_id, act)
    except Conflict:  # found by an earlier read
        return
    due_at = act.at + house_rules().answer_within[LOST]
    tasks.note(session, person_id=person_id, desk=Desk.PRESCRIBER, kind=LOST, due_at=due_at, act=act)


def came_again(session: Session, site_id: int, clinic_day: date) -> list[int]:
    """Return who stands on the desk as perhaps lost and is not proposed any more; this only reads."""
    on = clinic_day + A_DAY
    after = sites.settings(session, site_id, on).lost_after_no_shows
    proposed = {one.row.person_id for one in follow_up.proposals(session, site_id, on, after_no_shows=after)}
    return sorted(follow_up.waiting(session, site_id) - proposed)


def withdraw(session: Session, person_id: int, act: Act) -> None:
    """Take somebody off the desk who stood there as perhaps lost alone."""
    people.lock(session, person_id)
    prescriber_desk.answer(session, person_id=person_id, kinds={LOST}, resolution=NOT_PROPOSED, act=act)


def confirm_lost(session: Session, *, episode_id: int, note: str, act: Act) -> EpisodeEnd:
    """End an episode as dropped out, with today as its last day.

    Args:
        note: what was tried to reach the person.

    Raises:
        Refused: it is not said what was tried.
        Conflict: the episode is over, or the person has come, since it was proposed.
    """
    note = people.line(note, "note", needed=True)
    person_id, _ = _proposed(session, episode_id, act)
    end = episodes.end_episode(
        session,
        person_id=person_id,
        ended_on=act.clinic_day,
        reason=EpisodeEndReason.DROPPED_OUT,
        note=note,
        act=act,
    )
    prescriber_desk.answer(session, person_id=person_id, kinds={LOST}, resolution=note, act=act)
    return end


def keep_looking(session: Session, *, episode_id: int, reason: str, look_again_on: date, act: Act) -> FollowUpKept:
    """Decide to go on looking for somebody: until that day it is not proposed again.

    Raises:
        Refused: no reason is said, or the day is not within the coming year.
        Conflict: the episode is over, or the person has come, since it was proposed.
    """
    reason = people.line(reason, "reason", needed=True)
    if not act.clinic_day < look_again_on <= act.clinic_day + LONGEST_AHEAD:
        words = say(N_("The day to look again lies ahead, within a year."))
        raise Refused(words, code="look_again", field="look_again_on")
    person_id, no_shows = _proposed(session, episode_id, act)
    kept = write(
        session,
        FollowUpKept(
            episode_id=episode_id,
            clinic_day=act.clinic_day,
            no_shows=no_shows,
            reason=reason,
            look_again_on=look_again_on,
            **act.stamp,
        ),
    )
    prescriber_desk.answer(session, person_id=person_id, kinds={LOST}, resolution=reason, act=act)
    audit.record(
        session, AuditKind.FOLLOW_UP_KEPT, kept, act, person=person_id, no_shows=no_shows, look_again_on=look_again_on
    )
    return kept


def _proposed(session: Session, episode_id: int, act: Act) -> tuple[int, int]:
    """Lock the person and return who it is with the no-shows in a row, if the rule still proposes them."""
    over = say(N_("The episode is over already, or is another clinic's. Open the list again."))
    person_id = follow_up.person_in(session, episode_id, act.site_id)
    if person_id is None:
        raise Conflict(over, code="episode_over")
    people.lock(session, person_id)
    if follow_up.person_in(session, episode_id, act.site_id) != person_id:
        raise Conflict(over, code="episode_over")
    no_shows = runs_of(session, person_id, act.site_id, act.clinic_day).no_shows_in_a_row
    if no_shows < sites.settings_at(session, act.site_id, act.at).lost_after_no_shows:
        words = N_(
            "Only %(n)s no-shows in a row by now: the person has come, or a record was corrected. Nothing is to be decided."
        )
        raise Conflict(say(words, n=no_shows), code="not_lost")
    return person_id, no_shows
