"""Take-home decisions: made by a named prescriber on evidence and criteria, replaced, ended."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.queries import here, orders, take_home_evidence, take_homes
from dispensary.queries.people import EpisodeSpan, episodes_of
from dispensary.reasons import Reason
from dispensary.rules import take_home_criteria
from dispensary.rules.contests import lessens
from dispensary.rules.take_home_limits import over_the_ladder
from dispensary.rules.take_home_steps import Eligibility
from dispensary.rules.take_homes import Decision
from dispensary.services import audit, contests, people, prescriber_desk
from dispensary.services.act import Act
from dispensary.wording import N_, Words, say
from models import TakeHomeDecision, TakeHomeDecisionEnd
from models.enums import Answer, AuditKind, EpisodeKind, Form, TakeHomeEndReason, TaskReasonKind

LONGEST_REVIEW = timedelta(days=366)
"""A review further off than a year is a slip of the pen."""
MOST_WEEKS, MOST_DAYS = 4, 31
REVIEWED = {TaskReasonKind.TAKE_HOME_REVIEW}
"""What a decision answers; requests know by themselves which decision meets them."""
BY_HAND = (TakeHomeEndReason.WITHDRAWN, TakeHomeEndReason.OWN_WISH)
"""Why somebody ends a decision; the other reasons follow from what else happened."""


@dataclass(frozen=True)
class Wish:
    """A decision as it is to be: when somebody comes, how much goes home, from when, and until when it is reviewed."""

    attends_on: str
    every_weeks: int
    most_days: int
    effective_on: date
    review_on: date

    def as_decision(self) -> Decision:
        """Return it as the rules read a decision."""
        return Decision(0, self.attends_on, self.every_weeks, self.most_days, self.effective_on)


def decide(
    session: Session,
    *,
    person_id: int,
    wish: Wish,
    answers: Mapping[str, Answer],
    rationale: str,
    over_ladder_reason: str = "",
    policy: TakeHomePolicy,
    act: Act,
) -> TakeHomeDecision:
    """Decide on which days somebody comes, and takes home what is due between; the decision before ends with it.

    Args:
        wish: days of coming, weeks, most days, first day, review.
        answers: whether each criterion in force is met, by its name; the evidence is kept as it stands now.
        rationale: why, in the decider's words.
        over_ladder_reason: why more than the ladder gives, or against a criterion that is not met.
        policy: what is in force here today.

    Raises:
        Refused: days that cannot be, no order or no episode to decide for, a criterion without an answer, no rationale, or
            more than the approved profiles give without a typed reason.
    """
    rationale = people.line(rationale, "rationale", needed=True)
    over_ladder_reason = people.line(over_ladder_reason, "over_ladder_reason")
    _check_wish(wish, act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    episode = episode_of(session, person_id)
    _refuse_without_order(session, person_id, wish)
    known = take_home_evidence.eligibility_of(session, person_id, act.site_id, act.clinic_day, policy)
    assert known is not None  # an order was found
    _check_answers(known, answers)
    if not over_ladder_reason:
        refuse_over(over(session, person_id, wish, known, answers, policy, act))
    before = _standing(session, person_id)
    if before is not None and lessens(take_homes.decision(session, before).facts, wish.as_decision()):
        contests.refuse_while_contested(session, person_id=person_id)
    made = TakeHomeDecision(
        person_id=person_id,
        episode_id=episode.id,
        replaces_id=before,
        attends_on=wish.attends_on,
        every_weeks=wish.every_weeks,
        most_days=wish.most_days,
        days_in_treatment=known.days_in_treatment,
        criteria=json.dumps(take_home_criteria.kept(known.criteria, known.besides, answers), ensure_ascii=False),
        rationale=rationale,
        over_ladder_reason=over_ladder_reason or None,
        profile=known.allowance.strictest.profile if known.allowance else None,
        profile_digest=known.allowance.strictest.digest if known.allowance else None,
        effective_on=wish.effective_on,
        review_on=wish.review_on,
        decided_at=act.at,
        **act.stamp,
    )
    session.add(made)
    session.flush()
    if before is not None:
        _end(session, person_id, before, wish.effective_on - timedelta(days=1), TakeHomeEndReason.REPLACED, "", act)
    prescriber_desk.answer(session, person_id=person_id, kinds=REVIEWED, resolution=rationale, act=act)
    audit.record(session, AuditKind.TAKE_HOME_DECIDED, made, act, person=person_id, effective_on=wish.effective_on)
    return made


def over(
    session: Session,
    person_id: int,
    wish: Wish,
    known: Eligibility,
    answers: Mapping[str, Answer],
    policy: TakeHomePolicy,
    act: Act,
) -> tuple[Words, ...]:
    """Return what a decision needs a typed reason for: limits that it goes over, criteria that are not met."""
    medication = take_home_evidence.medication_of(orders.versions_of(session, person_id), act.clinic_day)
    assert medication is not None  # eligibility was found, so an order was
    calendar = take_home_evidence.open_days(session, act.site_id, act.clinic_day)
    starts_on = known.days_in_treatment + (wish.effective_on - act.clinic_day).days
    limits = over_the_ladder(wish.as_decision(), medication, policy, starts_on, calendar)
    unmet = [
        say(N_("Not met: %(criterion)s"), criterion=seen.criterion.rule.words)
        for seen in known.criteria
        if answers[take_home_criteria.name_of(seen)] is not Answer.YES
    ]
    return (*limits, *unmet)


def end(
    session: Session, *, decision_id: int, last_day: date, reason: TakeHomeEndReason, note: str, act: Act
) -> TakeHomeDecisionEnd:
    """End a take-home decision, after a review or by the person's own wish; what was handed out stays handed out.

    Raises:
        NotFound: there is no such decision.
        Conflict: it ended before; the page says when and by whom.
        Refused: the day cannot be right, or nobody said why.
    """
    here.refuse_elsewhere(session, TakeHomeDecision, decision_id, act.site_id)
    note = people.line(note, "note", needed=True)
    line = take_homes.decision(session, decision_id)
    people.lock(session, line.person_id)
    line = take_homes.decision(session, decision_id)
    if line.end_reason is not None:
        ended = say(N_("This decision was ended before, by %(by)s."), by=line.ended_by)
        raise Conflict(ended, code="decision_ended")
    if reason not in BY_HAND:
        raise Refused(say(N_("Choose why it ends.")), code="no_such_reason", field="reason")
    if last_day < act.clinic_day - timedelta(days=1):
        words = N_("The last day is yesterday at the earliest: what went home before cannot be taken back.")
        raise Refused(say(words), code="past_day", field="last_day")
    if reason is TakeHomeEndReason.WITHDRAWN:
        contests.refuse_while_contested(session, person_id=line.person_id)
    made = _end(session, line.person_id, decision_id, last_day, reason, note, act)
    prescriber_desk.answer(session, person_id=line.person_id, kinds=REVIEWED, resolution=note, act=act)
    return made


def end_with_episode(session: Session, *, person_id: int, last_day: date, act: Act) -> None:
    """End the decision that would outlive an episode; call behind the person's lock."""
    standing = _standing(session, person_id)
    if standing is not None:
        _end(session, person_id, standing, last_day, TakeHomeEndReason.EPISODE_ENDED, "", act)


def _check_wish(wish: Wish, act: Act) -> None:
    days = wish.attends_on
    if not days or any(day not in "1234567" for day in days) or list(days) != sorted(set(days)):
        raise Refused(say(N_("Choose the days on which the person comes.")), code="no_days", field="attends_on")
    if not 1 <= wish.every_weeks <= MOST_WEEKS:
        words = N_("Every week, or every second, third or fourth.")
        raise Refused(say(words), code="weeks_out_of_range", field="every_weeks")
    if not 0 <= wish.most_days <= MOST_DAYS:
        words = N_("From 0 to %(most)s days at one time.")
        raise Refused(say(words, most=MOST_DAYS), code="days_out_of_range", field="most_days")
    if wish.effective_on < act.clinic_day:
        raise Refused(say(N_("It holds from today at the earliest.")), code="past_day", field="effective_on")
    if not wish.effective_on < wish.review_on <= wish.effective_on + LONGEST_REVIEW:
        words = N_("The review comes after the first day, and within a year.")
        raise Refused(say(words), code="review_out_of_range", field="review_on")


def episode_of(session: Session, person_id: int) -> EpisodeSpan:
    """Return the episode that a decision is for, or refuse.

    Raises:
        Refused: nobody is in treatment here, or another clinic decides.
    """
    spans = episodes_of(session, [person_id]).get(person_id, [])
    episode = next((span for span in spans if span.ended_on is None), None)
    if episode is None:
        raise Refused(say(N_("This person is not in treatment here. Admit them first.")), code="no_open_episode")
    if episode.kind is EpisodeKind.GUEST:
        words = N_("A guest's take-home doses are decided by the home clinic. Ask there.")
        raise Refused(say(words), code="guest")
    return episode


def _refuse_without_order(session: Session, person_id: int, wish: Wish) -> None:
    versions = [v.facts for v in orders.versions_of(session, person_id) if not v.never_held]
    in_force = next((facts for facts in versions if facts.holds_on(wish.effective_on)), None)
    if in_force is None:
        words = N_("No order holds on the first day. Sign an order first.")
        raise Refused(say(words), code="no_order", field="effective_on")
    if in_force.form is Form.INJECTION:
        words = N_("An injection is never taken home: a health professional gives each one.")
        raise Refused(say(words), code="injection")


def _check_answers(known: Eligibility, answers: Mapping[str, Answer]) -> None:
    for seen in known.criteria:
        if take_home_criteria.name_of(seen) not in answers:
            words = N_("Say whether this is met: %(criterion)s")
            raise Refused(say(words, criterion=seen.criterion.rule.words), code="criterion_unanswered")


def refuse_over(found: Sequence[Words]) -> None:
    """Refuse what goes over a limit until somebody typed why; it says each limit.

    Raises:
        Refused: it does.
    """
    if found:
        next_step = say(N_("Decide for less, or type the reason why this person is given more."))
        reasons = [Reason("over_the_ladder", words, next_step) for words in found]
        words = N_("This goes beyond what the approved profiles give. Type the reason.")
        raise Refused(say(words), reasons=reasons, code="over_the_ladder", field="over_ladder_reason")


def _standing(session: Session, person_id: int) -> int | None:
    """Return the newest decision about a person that nothing has ended."""
    lines = take_homes.decisions_of(session, person_id)
    return next((line.facts.id for line in lines if line.end_reason is None), None)


def _end(
    session: Session,
    person_id: int,
    decision_id: int,
    last_day: date,
    reason: TakeHomeEndReason,
    note: str,
    act: Act,
) -> TakeHomeDecisionEnd:
    ended = TakeHomeDecisionEnd(decision_id=decision_id, last_day=last_day, reason=reason, note=note, **act.stamp)
    session.add(ended)
    session.flush()
    values = {"person": person_id, "decision": decision_id, "end_reason": reason}
    audit.record(session, AuditKind.TAKE_HOME_ENDED, ended, act, **values)
    return ended
