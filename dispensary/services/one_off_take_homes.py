"""Doses to take home for some days apart from the schedule: a journey, an illness, work, the family."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.policy.take_homes import StepInForce, TakeHomePolicy
from dispensary.queries import here, orders, take_home_evidence, take_homes
from dispensary.queries.people import episodes_of
from dispensary.rules.take_home_limits import once_over_the_ladder
from dispensary.rules.take_homes import OneOff
from dispensary.services import audit, people, prescriber_desk
from dispensary.services.act import Act
from dispensary.services.take_homes import refuse_over
from dispensary.wording import N_, Words, say
from models import OneOffTakeHome, OneOffTakeHomeEnd
from models.enums import AuditKind, Form, OneOffReason

MOST_DAYS = 31
"""A month of doses at once is the most that any source gives."""


def allow_once(
    session: Session,
    *,
    person_id: int,
    reason: OneOffReason,
    first_on: date,
    last_on: date,
    rationale: str,
    over_ladder_reason: str = "",
    policy: TakeHomePolicy,
    act: Act,
) -> OneOffTakeHome:
    """Allow doses for some days apart from the schedule.

    Args:
        rationale: why, in the decider's words.
        over_ladder_reason: why more than the ladder gives, where it is more.
        policy: what is in force here today.

    Raises:
        Refused: days that cannot be, no episode or no order for them, no rationale, or more than the approved profiles
            give without a typed reason; a closure has its own list.
    """
    rationale = people.line(rationale, "rationale", needed=True)
    over_ladder_reason = people.line(over_ladder_reason, "over_ladder_reason")
    _check_days(first_on, last_on, act)
    if reason is OneOffReason.CLOSURE:
        words = N_("Doses for a closure are signed on the closure's own list.")
        raise Refused(say(words), code="closure_has_a_list", field="reason")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    episode_id = _open_episode(session, person_id)
    _check_order(session, person_id, first_on, last_on)
    ladder = _ladder(session, person_id, OneOff(0, reason, first_on, last_on), policy, act)
    if not over_ladder_reason:
        refuse_over(ladder.over)
    made = OneOffTakeHome(
        person_id=person_id,
        episode_id=episode_id,
        reason=reason,
        first_on=first_on,
        last_on=last_on,
        rationale=rationale,
        over_ladder_reason=over_ladder_reason if ladder.over else None,
        profile=ladder.step.profile if ladder.step else None,
        profile_digest=ladder.step.digest if ladder.step else None,
        decided_at=act.at,
        **act.stamp,
    )
    session.add(made)
    session.flush()
    prescriber_desk.answer(session, person_id=person_id, kinds=set(), resolution=rationale, act=act)
    values = {"person": person_id, "first_on": first_on, "last_on": last_on, "one_off": reason}
    audit.record(session, AuditKind.TAKE_HOME_ALLOWED_ONCE, made, act, **values)
    return made


@dataclass(frozen=True)
class _Ladder:
    """What the approved profiles say of one-off doses."""

    over: tuple[Words, ...] = ()
    step: StepInForce | None = None


def _ladder(session: Session, person_id: int, one_off: OneOff, policy: TakeHomePolicy, act: Act) -> _Ladder:
    """Return which limits some days go over, and the strictest step; the drug is that of the first of these days."""
    medication = take_home_evidence.medication_of(orders.versions_of(session, person_id), one_off.first_on)
    known = take_home_evidence.eligibility_of(session, person_id, act.site_id, act.clinic_day, policy)
    assert medication is not None  # an order was found for these days
    assert known is not None
    calendar = take_home_evidence.open_days(session, act.site_id, act.clinic_day)
    number = known.days_in_treatment + (one_off.first_on - act.clinic_day).days
    allowance = policy.allowance(medication, number)
    over = once_over_the_ladder(one_off, medication, policy, number, calendar)
    return _Ladder(over, allowance.strictest if allowance else None)


def end_once(session: Session, *, one_off_id: int, reason: str, act: Act) -> OneOffTakeHomeEnd:
    """Take back one-off doses; what was handed out on them stays handed out.

    Raises:
        NotFound: there are no such one-off doses.
        Conflict: they were taken back before.
    """
    here.refuse_elsewhere(session, OneOffTakeHome, one_off_id, act.site_id)
    reason = people.line(reason, "reason", needed=True)
    person_id = take_homes.person_of_one_off(session, one_off_id)
    people.lock(session, person_id)
    known = select(OneOffTakeHomeEnd.id).where(OneOffTakeHomeEnd.one_off_id == one_off_id)
    if session.scalar(known) is not None:
        raise Conflict(say(N_("These days were taken back before.")), code="one_off_ended")
    return _end(session, person_id, one_off_id, reason, act)


def end_with_episode(session: Session, *, person_id: int, last_day: date, reason: str, act: Act) -> None:
    """Take back the one-off doses that would outlive an episode; call behind the person's lock."""
    for line in take_homes.one_offs_of(session, person_id):
        if line.end_reason is None and line.facts.last_on > last_day:
            _end(session, person_id, line.facts.id, reason, act)


def _end(session: Session, person_id: int, one_off_id: int, reason: str, act: Act) -> OneOffTakeHomeEnd:
    ended = OneOffTakeHomeEnd(one_off_id=one_off_id, reason=reason, **act.stamp)
    session.add(ended)
    session.flush()
    audit.record(session, AuditKind.TAKE_HOME_ONCE_ENDED, ended, act, person=person_id, one_off_no=one_off_id)
    return ended


def _check_days(first_on: date, last_on: date, act: Act) -> None:
    if first_on < act.clinic_day:
        raise Refused(say(N_("The first day is today at the earliest.")), code="past_day", field="first_on")
    if last_on < first_on:
        raise Refused(say(N_("The last day is before the first.")), code="days_reversed", field="last_on")
    if (last_on - first_on).days >= MOST_DAYS:
        words = say(N_("At most %(most)s days at one time."), most=MOST_DAYS)
        raise Refused(words, code="too_many_days", field="last_on")


def _open_episode(session: Session, person_id: int) -> int:
    spans = episodes_of(session, [person_id]).get(person_id, [])
    episode = next((span for span in spans if span.ended_on is None), None)
    if episode is None:
        raise Refused(say(N_("This person is not in treatment here. Admit them first.")), code="no_open_episode")
    return episode.id


def _check_order(session: Session, person_id: int, first_on: date, last_on: date) -> None:
    versions = [v.facts for v in orders.versions_of(session, person_id) if not v.never_held]
    reaching = [facts for facts in versions if facts.starts_on <= last_on and facts.ends_on >= first_on]
    if not reaching:
        words = N_("No order holds on any of these days. Sign an order first.")
        raise Refused(say(words), code="no_order", field="first_on")
    if all(facts.form is Form.INJECTION for facts in reaching):
        words = N_("An injection is never taken home: a health professional gives each one.")
        raise Refused(say(words), code="injection")
