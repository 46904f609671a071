"""February of a small clinic: Ann stayed, Bob missed three days, Cai is new, Dee left, Eva came back, Fay has no medicine."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

import models
from models.enums import (
    Admission,
    Attendance,
    CallBackOutcomeKind,
    CallBackReason,
    CountFound,
    CountKind,
    Discipline,
    EpisodeEndReason,
    EpisodeKind,
    HealthTestKind,
    JobOutcome,
    Medication,
    OfferAnswer,
    Origin,
    RiskLane,
    SessionKind,
    Sex,
    StopKind,
    TaskOutcome,
    UrineOutcome,
)
from models.units import quantity
from tests import factories, pairs

FIRST, LAST = date(2026, 2, 1), date(2026, 2, 28)
DAY = timedelta(days=1)


def dosed(session, world, who, first, last, amount, **values):
    """Put a dose on record for each day from one of February to another."""
    for n in range(first, last + 1):
        at = world.at.replace(month=2, day=n)
        factories.imported_dose(session, world, who, at=at, taken=amount, **values)


def stay(session, world, since, **values):
    who = factories.person(session)
    factories.came_by_import(session, world, who)
    return who, factories.episode(session, world, who, admitted_on=since, **values)


def ended(session, world, episode, on, reason):
    values = {"episode_id": episode.id, "ended_on": on, "reason": reason}
    return factories.save(session, models.EpisodeEnd(**values, **factories.stamp(world)))


def counselled(session, world, who, day, attendance):
    at = world.at.replace(month=2, day=day)
    shape = {"kind": SessionKind.COUNSELLING, "discipline": Discipline.COUNSELLING, "with_id": world.nurse.id}
    when = {"starts_at": at, "clinic_day": at.date(), "planned_minutes": 50}
    made = factories.save(session, models.CareSession(person_id=who.id, **shape, **when, **factories.stamp(world)))
    minutes = 50 if attendance is Attendance.CAME else None
    values = {"care_session_id": made.id, "turn": 1, "attendance": attendance, "minutes": minutes, "family_came": False}
    factories.save(session, models.SessionOutcome(**values, **factories.stamp(world)))


def offered(session, world, who, kind, day):
    values = {"person_id": who.id, "kind": kind, "offered_on": day, "answer": OfferAnswer.DECLINED}
    factories.save(session, models.HealthTestOffer(**values, **factories.stamp(world)))


def lay(session, world):
    """February of a clinic: Ann stayed, Bob missed three days, Cai is new, Dee left, Eva came back, Fay has no medicine."""
    ann, ann_stay = stay(session, world, date(2025, 6, 1))
    bob, _ = stay(session, world, date(2025, 12, 1))
    cai, _ = stay(session, world, date(2026, 2, 10))
    dee, dee_stay = stay(session, world, date(2025, 8, 1))
    eva, eva_before = stay(session, world, date(2025, 5, 1))
    fay, _ = stay(session, world, date(2026, 1, 5), kind=EpisodeKind.COUNSELLING_ONLY)
    guest, _ = stay(session, world, date(2026, 2, 3), kind=EpisodeKind.GUEST)
    ann.sex, ann.birth_date = Sex.FEMALE, date(2001, 2, 28)
    dee.sex, dee.birth_date = Sex.MALE, date(2001, 3, 1)
    ended(session, world, dee_stay, date(2026, 2, 14), EpisodeEndReason.DROPPED_OUT)
    ended(session, world, eva_before, date(2025, 7, 1), EpisodeEndReason.COMPLETED)
    factories.episode(session, world, eva, admitted_on=date(2026, 2, 20), admission=Admission.NEW)
    dosed(session, world, ann, 1, 28, "80")
    dosed(session, world, bob, 1, 25, "60")
    dosed(session, world, cai, 10, 28, "14", medication=Medication.BUPRENORPHINE)
    dosed(session, world, dee, 1, 14, "50")
    dosed(session, world, guest, 3, 28, "90")
    decided = {"attends_on": "14", "every_weeks": 1, "most_days": 3, "days_in_treatment": 200, "criteria": "[]"}
    when = {"effective_on": FIRST, "review_on": LAST + 60 * DAY, "decided_at": world.at, "rationale": "stable"}
    factories.save(
        session,
        models.TakeHomeDecision(person_id=ann.id, episode_id=ann_stay.id, **decided, **when, **factories.stamp(world)),
    )
    pairs.urine(session, world, ann, date(2026, 2, 5), positive=True)
    pairs.urine(session, world, bob, date(2026, 2, 6))
    pairs.urine(session, world, bob, date(2026, 2, 7), outcome=UrineOutcome.REFUSED)
    pairs.urine(session, world, guest, date(2026, 2, 6))
    pairs.urine(session, world, ann, date(2026, 1, 31))
    counselled(session, world, ann, 3, Attendance.CAME)
    counselled(session, world, bob, 4, Attendance.NO_SHOW)
    counselled(session, world, fay, 4, Attendance.CAME)
    offered(session, world, ann, HealthTestKind.HIV, date(2026, 2, 4))
    offered(session, world, bob, HealthTestKind.HIV, date(2025, 12, 5))
    offered(session, world, dee, HealthTestKind.HIV, date(2026, 2, 4))
    session.flush()
    return {"ann": ann.id, "bob": bob.id, "cai": cai.id, "dee": dee.id, "eva": eva.id, "fay": fay.id}


def lay_the_rest(session, world, people):
    """Lay, for the same February, a stop, flags, an incident, a count, a closing, jobs, a backup and measured doses."""
    ann, bob, dee = (session.get_one(models.Person, people[name]) for name in ("ann", "bob", "dee"))
    noon = datetime(2026, 2, 9, 12, tzinfo=UTC)
    for who, minutes, day in ((ann, 30, 9), (bob, 90, 10), (bob, None, 11)):
        at = noon.replace(day=day)
        due = {"set_at": at, "decide_by": at + timedelta(hours=1)}
        stop = factories.save(
            session, models.Stop(person_id=who.id, kind=StopKind.SEDATION, **due, **factories.stamp(world))
        )
        if minutes is not None:
            released = {"stop_id": stop.id, "reason": "awake", "released_at": at + timedelta(minutes=minutes)}
            factories.save(session, models.StopRelease(**released, **factories.stamp(world)))
    called = {"channel": "a call", "called_at": noon, "due_by": noon + DAY, "bottles": 2}
    call = factories.save(
        session, models.CallBack(person_id=ann.id, reason=CallBackReason.RANDOM, **called, **factories.stamp(world))
    )
    ended_so = {"outcome": CallBackOutcomeKind.DID_NOT_COME, "brought": 0, "closed_at": noon + 2 * DAY}
    factories.save(session, models.CallBackOutcome(call_back_id=call.id, **ended_so, **factories.stamp(world)))
    factories.risk_flag(session, world, bob, night=date(2026, 2, 27))
    amber = factories.risk_flag(
        session, world, dee, night=date(2026, 2, 1), lane=RiskLane.AMBER, no_shows=0, missed_14=4
    )
    task = session.get_one(models.Task, amber.task_id)
    task.outcome, task.resolved_at = TaskOutcome.NOT_NEEDED, noon
    factories.risk_flag(session, world, ann, night=date(2026, 2, 5), lane=RiskLane.AMBER, capped=True)
    window = {
        "kind": CountKind.OPENING,
        "window_id": world.window.id,
        "clinic_day": date(2026, 2, 9),
        "counted_at": noon,
    }
    count = factories.save(session, models.StockCount(**window, witness_above=0, **factories.stamp(world)))
    for found, measured in ((CountFound.MEASURED, "990"), (CountFound.WHOLE, None)):
        holder = world.containers["methadone"] if measured else world.containers["bup8"]
        line = {"container_id": holder.id, "container_seq": 1, "books": quantity("1000"), "sealed": not measured}
        measure = {"found": found, "measured": quantity(measured) if measured else None}
        factories.save(session, models.StockCountLine(count_id=count.id, **line, **measure, **factories.stamp(world)))
    closed = {"clinic_day": date(2026, 2, 9), "turn": 1, "closed_at": noon}
    factories.save(session, models.DayClose(**closed, **factories.stamp(world)))
    for attempt, outcome in ((1, JobOutcome.FAILED), (2, JobOutcome.DONE)):
        ran = {"due_at": noon, "clinic_day": date(2026, 2, 9), "started_at": noon, "ended_at": noon}
        factories.save(
            session,
            models.JobRun(job="backup", attempt=attempt, outcome=outcome, **ran, **factories.stamp(world)),
        )
    factories.drill(session, world, factories.backup(session, world, made_at=noon))
    factories.backup(session, world, made_at=noon + DAY)
    eva = session.get_one(models.Person, people["eva"])
    stay_now = session.scalars(
        select(models.Episode).where(models.Episode.person_id == eva.id).order_by(models.Episode.id.desc())
    ).first()
    ordered = {"in_episode": stay_now, "starts_on": date(2026, 2, 20), "ends_on": date(2026, 2, 21)}
    order = factories.order(session, world, eva, **ordered)
    for day, milliseconds in ((20, 3_500), (21, 12_500)):
        at = datetime(2026, 2, day, 7, tzinfo=UTC)
        scanned = {"scanned_at": at - timedelta(milliseconds=milliseconds), "origin": Origin.WINDOW}
        factories.dose(session, world, eva, order, at=at, **scanned)
    session.flush()
