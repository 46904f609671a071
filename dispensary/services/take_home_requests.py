"""Handing somebody's wish for take-home doses to the prescriber, and declining it with the reason that they are told."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import here
from dispensary.queries import take_home_requests as records
from dispensary.services import audit, people, prescriber_desk, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import TakeHomeRequest, TakeHomeRequestEnd
from models.enums import AuditKind, Desk, OneOffReason, TaskReasonKind

KIND = TaskReasonKind.TAKE_HOME_REQUEST


def ask(
    session: Session,
    *,
    person_id: int,
    wish: str,
    reason: OneOffReason | None,
    first_on: date | None,
    last_on: date | None,
    act: Act,
) -> TakeHomeRequest:
    """Hand to the prescriber's desk what somebody asks for: doses for certain days, or fewer visits from now on.

    Args:
        wish: what the person asks for, in their words.
        reason: what the days are for; None where it is about every week.
        first_on: the first of the days; None where it is about every week.
        last_on: the last of the days.

    Raises:
        Refused: nothing was written down, or days that cannot be.
        Conflict: the same was asked before and waits for its answer.
    """
    wish = people.line(wish, "wish", needed=True, longest=500)
    _check(reason, first_on, last_on, act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    waiting = [
        one for one in records.open_requests(session, person_id) if (one.first_on, one.last_on) == (first_on, last_on)
    ]
    if waiting:
        words = N_("This was asked on %(at)s already and waits for the prescriber's answer.")
        raise Conflict(say(words, at=waiting[0].asked_at), code="asked_before")
    made = write(
        session,
        TakeHomeRequest(
            person_id=person_id,
            wish=wish,
            reason=reason,
            first_on=first_on,
            last_on=last_on,
            asked_at=act.at,
            **act.stamp,
        ),
    )
    due_at = act.at + _within(first_on, act)
    tasks.note(
        session, person_id=person_id, desk=Desk.PRESCRIBER, kind=KIND, due_at=due_at, again_since=act.at, act=act
    )
    audit.record(session, AuditKind.TAKE_HOME_ASKED, made, act, person=person_id)
    return made


def _check(reason: OneOffReason | None, first_on: date | None, last_on: date | None, act: Act) -> None:
    if reason is OneOffReason.CLOSURE:
        words = N_("Doses for a closure are signed on the closure's own list.")
        raise Refused(say(words), code="closure_has_a_list", field="reason")
    if first_on is None and last_on is None and reason is None:
        return
    if reason is None:
        raise Refused(say(N_("Choose what the days are for.")), code="no_reason", field="reason")
    if first_on is None or last_on is None:
        missing = "first_on" if first_on is None else "last_on"
        raise Refused(say(N_("Give the first and the last day.")), code="days_missing", field=missing)
    if first_on < act.clinic_day:
        raise Refused(say(N_("The first day is today at the earliest.")), code="past_day", field="first_on")
    if last_on < first_on:
        raise Refused(say(N_("The last day is before the first.")), code="days_reversed", field="last_on")


def _within(first_on: date | None, act: Act) -> timedelta:
    """Return in what time a wish is answered: one for days that are near, the day before they begin."""
    usual = house_rules().answer_within[TaskReasonKind.TAKE_HOME_REQUEST]
    at_once = house_rules().answer_within[TaskReasonKind.STOP]
    if first_on is None:
        return usual
    return min(usual, max(first_on - act.clinic_day - timedelta(days=1), at_once))


def decline(session: Session, *, asked_id: int, reason: str, act: Act) -> TakeHomeRequestEnd:
    """Decline a request, with the reason that the person is told; they may contest it.

    Raises:
        NotFound: there is no such request.
        Conflict: it was answered before.
        Refused: nobody said why.
    """
    here.refuse_elsewhere(session, TakeHomeRequest, asked_id, act.site_id)
    reason = people.line(reason, "reason", needed=True)
    person_id = records.person_of_request(session, asked_id)
    people.lock(session, person_id)
    line = next(one for one in records.requests_of(session, person_id) if one.id == asked_id)
    if not line.open:
        raise Conflict(say(N_("This request was answered before. Look at what stands.")), code="answered_before")
    made = write(session, TakeHomeRequestEnd(asked_id=asked_id, reason=reason, **act.stamp))
    prescriber_desk.answer(session, person_id=person_id, kinds=set(), resolution=reason, act=act)
    audit.record(session, AuditKind.TAKE_HOME_DECLINED, made, act, person=person_id, asked=asked_id)
    return made
