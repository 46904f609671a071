"""The nightly scan's verbs: raise a flag with its task, leave somebody out for a while, end that. None of them touches a dose."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from dispensary.analytics.local_columns import columns
from dispensary.analytics.scorecard import AMBER, LANES, RED, lanes, points
from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.risk import risk_card
from dispensary.queries import due_work, risk_flags, risk_models, sites
from dispensary.queries.risk_features import NightFeatures, features_of_tonight
from dispensary.rules.names import is_blank
from dispensary.rules.risk import Risk, RiskFeatures, score
from dispensary.rules.risk_raising import Candidate, chosen
from dispensary.services import audit, people, tasks, worklist
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import RiskFlag, RiskFlagReason, RiskSnooze, RiskSnoozeEnd, Task
from models.enums import AuditKind, Desk, RiskLane, RiskModelKind, SnoozeReason, TaskReasonKind

A_DAY = timedelta(days=1)
LONGEST_SNOOZE = timedelta(days=90)
_REASONS = insert(RiskFlagReason)
TASK_OF = {RiskLane.RED: TaskReasonKind.RISK_RED, RiskLane.AMBER: TaskReasonKind.RISK_AMBER}


@dataclass(frozen=True)
class Scored:
    """What the card says of one person on a night."""

    person_id: int
    of: RiskFeatures
    risk: Risk
    rank: int
    """By which people with AMBER are taken: points, or thousandths of the logarithm of the odds of a local model in use."""
    card: str
    """The version of the card, and of the local model in use, if there is one."""


@dataclass(frozen=True)
class Raise:
    """Somebody who is to be raised."""

    night: date
    scored: Scored
    capped: bool


def scored(session: Session, site_id: int, night: date) -> tuple[NightFeatures, list[Scored]]:
    """Return what was counted of everyone on a night, and what the card says of those in a lane; this only reads."""
    card, have = risk_card(), sites.settings(session, site_id, night)
    found = features_of_tonight(session, site_id, night)
    total = points(found.counted, found.urine_scheduled, card)
    by_points = lanes(found.counted, total, card, have.risk_red_from)
    said = by_local_model(session, site_id, found, by_points)
    lane, rank, version = said or (by_points[0], total[0], card.version)
    in_a_lane = []
    for place in np.flatnonzero(lane).tolist():
        of = found.of(0, place)
        risk = score(of, card, have.risk_red_from)
        assert (risk.lane, risk.points) == (LANES[int(by_points[0, place])], total[0, place])
        risk = replace(risk, lane=LANES[int(lane[place])])
        in_a_lane.append(Scored(int(found.people[place]), of, risk, int(rank[place]), version))
    return found, in_a_lane


def by_local_model(
    session: Session, site_id: int, found: NightFeatures, by_points: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.int64], str] | None:
    """Return lanes, ranks and version where a model of the clinic's own is in use; None where the points stand.

    RED stays as it is. A model that goes with another card or other columns than this program's says nothing.
    """
    card, used = risk_card(), risk_models.in_use(session, site_id, RiskModelKind.LOCAL)
    if used is None or not used.fits_this_program:
        return None
    of, model = found.counted, used.local
    logit = np.full(of.active.shape, -np.inf)
    logit[of.active] = model.logit(columns(of, of.active, card))
    amber = (of.no_shows <= card.amber_most_no_shows) & (logit >= model.alert_from)
    lane = np.where(by_points == RED, RED, np.where(amber, AMBER, 0)).astype(np.uint8)
    rank = np.where(of.active, logit * 1000, 0).astype(np.int64)
    return lane[0], rank[0], f"{card.version} {used.version}"


def to_raise(session: Session, site_id: int, night: date) -> list[Raise]:
    """Return who is to be raised for a night: nobody twice, nobody too soon again, nobody who is left out; this only reads.

    Nor whoever has left, is away or was told to have died by now, nor, as missed, days on which nobody at the site worked.
    """
    have, done = sites.settings(session, site_id, night), risk_flags.raised_on(session, site_id, night)
    expected, worked = risk_flags.looked_for(session, site_id), due_work.worked_on(session, site_id, night + A_DAY)
    by_person = {
        one.person_id: one
        for one in scored(session, site_id, night)[1]
        if one.person_id not in done and one.person_id in expected and _was_missed(one, night, worked)
    }
    candidates = [
        Candidate(one.person_id, one.risk.lane, one.rank, one.of.no_shows)
        for one in by_person.values()
        if one.risk.lane is not None
    ]
    told_amber = sum(1 for lane, told in done.values() if told and lane is RiskLane.AMBER)
    found = chosen(
        candidates,
        risk_flags.told(session, site_id),
        {one.person_id for one in risk_flags.left_out(session, site_id, night)},
        night=night,
        room=max(0, have.risk_amber_a_day - told_amber),
        silent_nights=risk_card().silent_nights,
    )
    return [Raise(night, by_person[one.candidate.person_id], one.capped) for one in found]


def _was_missed(one: Scored, night: date, worked: date | None) -> bool:
    """Return whether the site worked on a day of somebody's row of no-shows; a flood is nobody's missed dose."""
    return worked is not None and worked > night - one.of.no_shows * A_DAY if one.of.no_shows else True


def raise_flag(session: Session, one: Raise, act: Act) -> None:
    """Raise somebody, and put it on the counselling desk, unless it was done in the meantime."""
    person_id, of, risk = one.scored.person_id, one.scored.of, one.scored.risk
    people.lock(session, person_id)
    known = select(RiskFlag.id).where(RiskFlag.person_id == person_id, RiskFlag.night == one.night)
    if risk.lane is None or session.scalar(known) is not None:
        return
    task = None if one.capped else _task(session, person_id, TASK_OF[risk.lane], act)
    flag = write(
        session,
        RiskFlag(
            person_id=person_id,
            night=one.night,
            lane=risk.lane,
            points=risk.points,
            card=one.scored.card,
            no_shows=of.no_shows,
            missed_14=of.missed_14,
            drug=of.drug,
            capped=one.capped,
            task_id=None if task is None else task.id,
            **act.stamp,
        ),
    )
    of_flag = {"flag_id": flag.id, **act.stamp}
    counted = [{"factor": row.factor, "counted": row.count, "points": row.points} | of_flag for row in risk.reasons]
    session.connection().execute(_REASONS, counted)
    said = {"night": one.night.isoformat(), "lane": risk.lane.value, "points": risk.points}
    audit.record(session, AuditKind.RISK_FLAGGED, flag, act, person=person_id, **said)


def _task(session: Session, person_id: int, kind: TaskReasonKind, act: Act) -> Task:
    """Put somebody on the counselling desk; a task that nobody ever had goes to the counsellor on whose caseload they are."""
    task = tasks.note(session, person_id=person_id, desk=Desk.COUNSELLING, kind=kind, act=act)
    worklist.give_to_keeper(session, task, act)
    return task


def snooze(
    session: Session, *, person_id: int, reason: SnoozeReason, until_on: date, note: str = "", act: Act
) -> RiskSnooze:
    """Leave somebody out of the nightly scan's tasks until a day, for a reason.

    Raises:
        NotFound: there is no such person.
        Refused: the day is past, or too far ahead; the record was linked into another one; or what other is, is not said.
        Conflict: they are left out already.
    """
    if not act.clinic_day <= until_on <= act.clinic_day + LONGEST_SNOOZE:
        words = say(N_("The last night lies between today and %(day)s."), day=act.clinic_day + LONGEST_SNOOZE)
        raise Refused(words, code="snooze_until", field="until_on")
    if reason is SnoozeReason.OTHER and is_blank(note):
        raise Refused(say(N_("Say in a few words what it is.")), code="snooze_note", field="note")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    if any(one.person_id == person_id for one in risk_flags.left_out(session, act.site_id, act.clinic_day)):
        raise Conflict(say(N_("This person is left out already. End that first.")), code="snoozed_already")
    made = write(
        session,
        RiskSnooze(
            person_id=person_id,
            reason=reason,
            note=note.strip(),
            from_on=act.clinic_day,
            until_on=until_on,
            **act.stamp,
        ),
    )
    said = {"until_on": until_on.isoformat(), "snooze": reason.value}
    audit.record(session, AuditKind.RISK_SNOOZED, made, act, person=person_id, **said)
    return made


def end_snooze(session: Session, *, snooze_id: int, act: Act) -> RiskSnoozeEnd:
    """Let somebody be in the nightly scan again.

    Raises:
        NotFound: there is none such here that was not ended.
    """
    found = risk_flags.snooze_of(session, snooze_id, act.site_id)
    if found is None:
        raise NotFound(say(N_("This was ended before, or is not of this clinic.")), code="no_such_snooze")
    people.lock(session, found.person_id)
    end = write(session, RiskSnoozeEnd(snooze_id=snooze_id, ended_on=act.clinic_day, **act.stamp))
    audit.record(session, AuditKind.RISK_SNOOZE_ENDED, end, act, person=found.person_id)
    return end
