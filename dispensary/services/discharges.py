"""Leaving treatment and coming back: who may record an end, calls afterwards, and the way back on one press.

An end that is not the person's wish is never one person's to record (rules/endings); everything else follows services/episodes.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.policy.turns import turn_rules
from dispensary.queries import endings as records
from dispensary.queries import here
from dispensary.queries.people import EpisodeSpan, episodes_of, surviving
from dispensary.rules.endings import BY_TWO_HANDS, fault_of
from dispensary.services import call_plans, deaths, endings, episodes, people, tasks
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import Ending, Episode, EpisodeEnd
from models.enums import (
    Admission,
    CallSeries,
    Desk,
    EpisodeEndReason,
    EpisodeKind,
    ReleaseKind,
    TaskReasonKind,
)

SERIES = {EpisodeEndReason.TRANSFERRED_OUT: CallSeries.AFTER_TRANSFER}
"""How somebody is called after an end; after any other than these as aftercare."""
NOBODY_TO_CALL = frozenset({EpisodeEndReason.DIED, EpisodeEndReason.CUSTODY, EpisodeEndReason.GUEST_STAY_OVER})
"""After a custody the calls begin with the release."""
BEGUN_ANEW = "left again: the calls begin anew"
"""What is noted on calls that end by themselves; a fixed phrase."""


@dataclass(frozen=True)
class Leave:
    """How somebody leaves treatment."""

    reason: EpisodeEndReason
    ended_on: date
    note: str
    agreed: bool
    """The person wishes it, or agrees."""
    calls: bool
    """The person agrees to be called afterwards."""


def discharge(session: Session, *, person_id: int, leave: Leave, act: Act) -> EpisodeEnd:
    """Record how somebody left treatment, and begin the calls that they agreed to.

    Raises:
        Refused: nobody is in treatment, one person alone may not record this end, or the day cannot be right.
    """
    people.lock(session, person_id)
    span = _open(session, person_id)
    known = records.leaving(session, person_id, span, agreed=leave.agreed, site_id=act.site_id, today=act.clinic_day)
    fault = fault_of(leave.reason, known)
    if fault is not None:
        field = "agreed" if leave.reason is not BY_TWO_HANDS and not leave.agreed else "reason"
        raise Refused(fault, code="not_alone", field=field)
    end = episodes.end_episode(
        session, person_id=person_id, ended_on=leave.ended_on, reason=leave.reason, note=leave.note, act=act
    )
    if leave.reason is EpisodeEndReason.DIED:
        call_plans.end_by_itself(session, person_id=person_id, reason=deaths.DIED, act=act)
        deaths.note_ended(session, person_id=person_id, act=act)
    if leave.calls and leave.reason not in NOBODY_TO_CALL:
        begin_calls(session, person_id, SERIES.get(leave.reason, CallSeries.AFTERCARE), leave.ended_on, act)
    return end


def carry_out(session: Session, *, ending_id: int, note: str, calls: bool, act: Act) -> EpisodeEnd:
    """Carry out an ending against the person's wish that both hands agreed to, with today as the last day.

    Args:
        note: how the last days were, and where the person goes now.
        calls: the person agrees to be called afterwards.

    Raises:
        NotFound: there is no such ending.
        Conflict: it is over.
        Refused: something stands in the way: a hand, the notice, a contest, the last day.
    """
    here.refuse_elsewhere(session, Ending, ending_id, act.site_id)
    person_id = surviving(session, records.ending(session, ending_id).person_id)
    people.lock(session, person_id)
    endings.refuse_over(session, ending_id)
    end = episodes.end_episode(
        session, person_id=person_id, ended_on=act.clinic_day, reason=BY_TWO_HANDS, note=note, act=act
    )
    endings.note_carried_out(session, ending_id=ending_id, person_id=person_id, reason=end.note, act=act)
    if calls:
        begin_calls(session, person_id, CallSeries.AFTERCARE, act.clinic_day, act)
    return end


def come_back(session: Session, *, person_id: int, act: Act) -> Episode:
    """Take somebody back who left: an episode of the same kind from today, and a prescriber who sees them at once.

    Raises:
        Refused: never in treatment, in treatment now, or on record as a guest, linked away or dead.
    """
    people.lock(session, person_id)
    last = _last(session, person_id)
    if last is None or last.kind is EpisodeKind.GUEST:
        words = N_("Never in treatment here. Admit the person as new.")
        raise Refused(say(words), code="never_here")
    made = episodes.admit_patient(
        session,
        person_id=person_id,
        kind=last.kind,
        admission=Admission.READMITTED,
        admitted_on=act.clinic_day,
        transfer=None,
        act=act,
    )
    call_plans.end_by_itself(session, person_id=person_id, reason=call_plans.CAME_BACK, act=act)
    tasks.note(
        session,
        person_id=person_id,
        desk=Desk.PRESCRIBER,
        kind=TaskReasonKind.WANTS_BACK,
        due_at=act.at + turn_rules().seen_when_back_within,
        act=act,
    )
    return made


def _open(session: Session, person_id: int) -> EpisodeSpan:
    found = next((s for s in episodes_of(session, [person_id]).get(person_id, []) if s.ended_on is None), None)
    if found is None:
        raise Refused(say(N_("There is no open episode to end.")), code="no_open_episode")
    return found


def _last(session: Session, person_id: int) -> EpisodeSpan | None:
    return next(reversed(episodes_of(session, [person_id]).get(person_id, [])), None)


def begin_calls(
    session: Session,
    person_id: int,
    series: CallSeries,
    since_on: date,
    act: Act,
    release_kind: ReleaseKind | None = None,
) -> None:
    """Begin the calls of a series; those of the same kind that still run end with it."""
    call_plans.end_by_itself(session, person_id=person_id, reason=BEGUN_ANEW, act=act, series={series})
    call_plans.begin(session, person_id=person_id, series=series, since_on=since_on, release_kind=release_kind, act=act)
