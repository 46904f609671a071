"""The night puts what is due on the counselling desk, once for each matter, and takes away what has settled itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.jobs.due_work import open_what_is_due
from dispensary.queries import call_plans as call_records
from dispensary.queries import urine_schedule
from dispensary.queries import worklist as records
from dispensary.queries.policy import minimums as minimums_of_site
from dispensary.rules.job_times import Due
from dispensary.services import (
    call_plans,
    due_work,
    outreach,
    overdoses,
    plans,
    prescriber_desk,
    referrals,
    sessions,
    tasks,
    waiting,
    worklist,
)
from dispensary.services.overdoses import Told
from dispensary.services.plans import GoalWanted, StepWanted
from dispensary.services.policy import approve_profile
from dispensary.services.referrals import Sent
from models import Absence, DayClose, DoseOrder, Episode, Task, UrineTest
from models.enums import (
    AbsenceKind,
    AssessmentDomain,
    CallSeries,
    Desk,
    Discipline,
    InterventionResult,
    OverdoseHelp,
    ReplyKind,
    Role,
    SessionKind,
    Substance,
    TaskOutcome,
    TaskReasonKind,
)
from tests import factories
from tests.agencies import listed
from tests.policy.shelf import shipped
from tests.rows import count

DAY = timedelta(days=1)
MISSED, INTAKE = TaskReasonKind.MISSED_DOSES, TaskReasonKind.INTAKE_OPEN
URINE, WAITS = TaskReasonKind.URINE_DUE, TaskReasonKind.WAITS_LONG


def worked(session, world, day):
    """The staff were there on a day: they closed it."""
    turn = count(session, DayClose) + 1
    session.add(DayClose(clinic_day=day, turn=turn, closed_at=world.at, **factories.stamp(world)))
    session.commit()


def absent(session, world, days=2, *, intake=True, open_since=True, **values):
    """Somebody who was dosed, and then missed so many days; nothing of their intake is open unless told otherwise.

    Unless told otherwise the clinic worked on the day before.
    """
    who = factories.person(session, **values)
    begins = world.day - (days + 1) * DAY
    stay = factories.episode(session, world, who, admitted_on=begins)
    if intake:
        factories.intake_done(session, world, stay)
    of = factories.order(session, world, who, in_episode=stay, starts_on=begins)
    factories.dose(session, world, who, of, at=world.at - (days + 1) * DAY)
    if open_since:
        worked(session, world, world.day - DAY)
    session.commit()
    return who


@pytest.fixture
def night(app, session, world, clock):
    """The night before the clinic's present day."""

    def run():
        session.rollback()
        with app.app_context():
            day = clock().date()
            open_what_is_due(
                app, Due(job="due_work", site_id=world.site.id, due_at=clock(), clinic_day=day - DAY, attempt=1)
            )
        session.rollback()
        return open_now(session, world, clock().date())

    return run


def open_now(session, world, day):
    return [
        (row.person_id, [one.kind for one in row.why])
        for row in records.open_work(session, world.site.id, Desk.COUNSELLING, day)
    ]


def tasks_of(session):
    session.rollback()
    return list(session.scalars(select(Task).order_by(Task.id)))


def close(session, world, outcome=TaskOutcome.NOT_REACHED):
    (row,) = records.open_work(session, world.site.id, Desk.COUNSELLING, world.day)
    act = world.act(world.staff[Role.COUNSELLOR])
    worklist.resolve(session, task_id=row.id, outcome=outcome, note="", act=act)
    session.commit()


def dosed(session, world, who, at):
    factories.dose(
        session, world, who, session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one(), at=at
    )
    session.commit()


def test_whoever_missed_two_days_is_on_the_desk_once_however_often_the_night_runs(session, world, night):
    who = absent(session, world)
    absent(session, world, days=1, family_name="Ames")

    assert night() == [(who.id, [MISSED])]
    assert night() == [(who.id, [MISSED])]

    assert len(tasks_of(session)) == 1


def test_task_that_was_closed_is_not_opened_again_for_the_same_run(session, world, night, clock):
    absent(session, world)
    night()
    close(session, world)

    clock.forward(days=1)

    assert night() == []


def test_nobody_is_called_for_days_on_which_nobody_worked_and_everybody_still_missing_once_somebody_did(
    session, world, night, clock
):
    who, back = (absent(session, world, 3, open_since=False, family_name=name) for name in ("Ames", "Berg"))
    assert night() == []
    dosed(session, world, back, world.at + timedelta(hours=1))
    clock.forward(days=1)

    assert night() == [(who.id, [MISSED])]


def test_next_run_of_missed_doses_is_a_new_matter(session, world, night, clock):
    who = absent(session, world)
    night()
    close(session, world, TaskOutcome.CAME_BACK)
    dosed(session, world, who, world.at + timedelta(hours=1))
    worked(session, world, world.day + 2 * DAY)
    clock.forward(days=3)

    assert night() == [(who.id, [MISSED])]


def test_whoever_came_back_leaves_the_desk_by_itself(session, world, night, clock):
    who = absent(session, world)
    night()
    dosed(session, world, who, world.at + timedelta(hours=1))
    clock.forward(days=1)

    assert night() == []
    (task,) = tasks_of(session)
    assert (task.outcome, task.resolution) == (TaskOutcome.CAME_BACK, due_work.BY_ITSELF)


def test_somebody_in_hospital_is_not_called_for_missed_doses(session, world, night):
    who = absent(session, world, days=4)
    factories.save(
        session,
        Absence(
            person_id=who.id,
            kind=AbsenceKind.HOSPITAL,
            from_on=world.day - 3 * DAY,
            place="City hospital",
            told_by="the ward",
            **factories.stamp(world),
        ),
    )
    session.commit()

    assert night() == []


def test_intake_that_is_overdue_is_on_the_desk_again_with_each_day_that_passes_and_leaves_it_when_done(
    session, world, night, clock
):
    who = absent(session, world, days=0, intake=False)
    assert night() == [(who.id, [INTAKE])]
    close(session, world, TaskOutcome.AGREED)
    assert night() == []

    clock.forward(days=1)
    assert night() == [(who.id, [INTAKE])]
    factories.intake_done(session, world, session.scalars(select(Episode).where(Episode.person_id == who.id)).one())
    session.commit()

    assert night() == []
    assert tasks_of(session)[-1].outcome is TaskOutcome.DONE


def test_somebody_in_treatment_since_long_makes_no_task_of_an_intake_that_was_never_asked(session, world, night):
    who = factories.person(session)
    factories.episode(session, world, who, admitted_on=world.day - 200 * DAY)
    session.commit()

    assert night() == []


def test_wish_to_come_back_is_never_taken_off_the_desk_by_the_night(session, world, night):
    who = factories.person(session)
    session.commit()
    tasks.note(session, person_id=who.id, desk=Desk.COUNSELLING, kind=TaskReasonKind.WANTS_BACK, act=world.act())
    session.commit()

    assert night() == [(who.id, [TaskReasonKind.WANTS_BACK])]


def test_plan_whose_review_day_has_come_is_on_the_desk(session, world, night, clock):
    who = absent(session, world, days=0)
    step = StepWanted(text="Ask for a bed", owner="Carl Brook", due_on=world.day + 7 * DAY)
    plans.agree_plan(
        session,
        person_id=who.id,
        goals=[GoalWanted(AssessmentDomain.HOUSING, "A room of my own", (step,))],
        review_on=world.day + DAY,
        reasons_to_stay="My daughter",
        worries="",
        if_a_lapse="We talk the next day.",
        minimum=None,
        act=world.act(),
    )
    session.commit()
    assert night() == []

    clock.forward(days=1)

    assert night() == [(who.id, [TaskReasonKind.REVIEW_DUE])]


def test_call_on_a_schedule_is_due_on_its_day_for_somebody_who_left_and_each_call_is_told(session, world, night, clock):
    who = factories.person(session)
    plan = call_plans.begin(
        session, person_id=who.id, series=CallSeries.AFTERCARE, since_on=world.day - 6 * DAY, act=world.act()
    )
    session.commit()
    assert night() == []

    clock.forward(days=1)
    assert night() == [(who.id, [TaskReasonKind.CALL_DUE])]
    close(session, world)
    assert night() == []
    (waiting,) = [one for one in call_records.running(session, world.site.id) if one.id == plan.id]
    clock.forward(days=(waiting.days[1] - waiting.days[0]).days)

    assert night() == [(who.id, [TaskReasonKind.CALL_DUE])]


def test_referral_without_an_answer_is_on_the_desk_and_leaves_it_with_the_answer(session, world, night, clock):
    who, agency = absent(session, world, days=0), listed(session, world)
    sent = Sent(agency_id=agency.id, reason="has nowhere to stay", answer_by=world.day)
    made = referrals.refer(session, person_id=who.id, sent=sent, act=world.act())
    session.commit()
    clock.forward(days=1)
    assert night() == [(who.id, [TaskReasonKind.REFERRAL_OVERDUE])]

    referrals.answer(
        session,
        referral_id=made.id,
        reply=ReplyKind.TAKEN_ON,
        from_whom="Ms Tran",
        replied_on=world.day + DAY,
        act=replace(world.act(), at=clock(), clinic_day=world.day + DAY),
    )
    session.commit()

    assert night() == []
    assert tasks_of(session)[-1].outcome is TaskOutcome.DONE


def test_counselling_that_is_due_by_approved_policy_waits_until_a_date_is_arranged(session, world, night, clock):
    who = absent(session, world, days=59)
    profile = shipped()["us-pa-715-2002-minimums"]
    approve_profile(
        session,
        profile=profile,
        digest=profile.digest,
        in_force=True,
        effective_on=world.day,
        act=world.act(world.prescriber),
    )
    dosed(session, world, who, world.at - DAY)

    assert night() == [(who.id, [TaskReasonKind.SESSION_DUE])]

    sessions.arrange(
        session,
        person_id=who.id,
        kind=SessionKind.COUNSELLING,
        discipline=Discipline.COUNSELLING,
        with_id=world.staff[Role.COUNSELLOR].id,
        starts_at=world.at + 3 * DAY,
        minutes=45,
        act=world.act(),
    )
    session.commit()
    assert night() == []


def test_what_somebody_noted_besides_keeps_a_task_open(session, world, night, clock):
    who = absent(session, world)
    night()
    tasks.note(session, person_id=who.id, desk=Desk.COUNSELLING, kind=TaskReasonKind.NO_SHOW, act=world.act())
    dosed(session, world, who, world.at + timedelta(hours=1))
    clock.forward(days=1)

    assert night() == [(who.id, [MISSED, TaskReasonKind.NO_SHOW])]


def urines_by_policy(session, world):
    profile = shipped()["us-42cfr8-2024-minimums"]
    by = world.act(world.prescriber)
    approve_profile(session, profile=profile, digest=profile.digest, in_force=True, effective_on=world.day, act=by)
    session.commit()


def test_urine_that_is_due_by_approved_policy_is_on_the_desk_once_until_it_is_taken(session, world, night, clock):
    who = absent(session, world, days=0)
    urines_by_policy(session, world)
    (due,) = urine_schedule.due_list(
        session, world.site.id, world.day, minimums_of_site(session, world.site.id, world.day)
    )
    assert night() == []
    clock.forward(days=(due.due_on - world.day).days)
    day = clock().date()
    dosed(session, world, who, clock() - DAY)
    dosed(session, world, who, clock())

    assert (who.id, [URINE]) in [(person, [kind for kind in kinds if kind is URINE]) for person, kinds in night()]
    first = len(tasks_of(session))
    night()
    assert len(tasks_of(session)) == first
    factories.save(session, UrineTest(person_id=who.id, collected_on=day, **factories.stamp(world)))
    session.commit()

    assert URINE not in [kind for _, kinds in night() for kind in kinds]


def test_urines_that_fell_due_long_before_make_no_flood_of_tasks(session, world, night):
    for name in ("Ames", "Brandt", "Cole"):
        absent(session, world, days=400, family_name=name)
    urines_by_policy(session, world)

    assert URINE not in [kind for _, kinds in night() for kind in kinds]


def test_whoever_waits_too_long_or_without_a_word_is_on_the_desk_until_somebody_spoke_with_them(
    session, world, night, clock
):
    who = factories.person(session)
    waiting.wait(session, person_id=who.id, since_on=world.day - 14 * DAY, why="no place", act=world.act())
    session.commit()
    assert night() == []

    clock.forward(days=1)
    assert night() == [(who.id, [WAITS])]
    spoken = replace(world.act(), at=clock(), clinic_day=clock().date())
    outreach.intervene(
        session,
        person_id=who.id,
        about=Substance.OPIOIDS,
        minutes=10,
        result=InterventionResult.WANTS_TREATMENT,
        agreed="",
        given_on=clock().date(),
        act=spoken,
    )
    session.commit()

    assert night() == []
    assert tasks_of(session)[-1].outcome is TaskOutcome.DONE
    clock.forward(days=15)
    assert night() == [(who.id, [WAITS])]


def test_nobody_is_called_who_is_told_to_have_died_until_a_prescriber_finds_it_a_mistake(session, world, night):
    who = absent(session, world)
    night()
    told = Told(world.day, "at home", OverdoseHelp.NOBODY, False, False, False, "a friend")
    overdoses.record(session, person_id=who.id, told=told, act=world.act())
    session.commit()

    assert night() == []
    assert {task.desk for task in tasks_of(session) if task.resolved_at is None} == {Desk.PRESCRIBER}
    (task,) = [task for task in tasks_of(session) if task.resolved_at is None]
    by = world.act(world.staff[Role.PRESCRIBER])
    prescriber_desk.close_task(session, task_id=task.id, resolution="it was somebody else", act=by)
    dosed(session, world, who, world.at - 2 * DAY)
    session.commit()

    assert night() == []
