"""The night raises who misses days in a row, or still comes and has many points: once, with reasons, and not more than wanted."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.jobs.risk_scan import scan
from dispensary.queries import risk_flags, worklist
from dispensary.rules.job_times import Due
from dispensary.services import caseload, due_work, linked_tasks, risk, sites, tasks
from dispensary.services import worklist as desk
from models import (
    Absence,
    DayClose,
    DoseOrder,
    Episode,
    EpisodeEnd,
    RiskFlag,
    RiskFlagReason,
    Task,
    TaskReason,
)
from models.enums import (
    AbsenceKind,
    AuditKind,
    Desk,
    EpisodeEndReason,
    RiskFactor,
    RiskLane,
    Role,
    SettingKey,
    SnoozeReason,
    TaskOutcome,
    TaskReasonKind,
)
from models.units import mg
from tests import factories
from tests.rows import audited, count

DAY = timedelta(days=1)


def came(session, world, ago, *, days=90, amounts=("80",), worked=True, **person):
    """Somebody in treatment for so many days, who last came so many days before today; the amounts are of the last days."""
    first = world.day - days * DAY
    who = factories.person(session, **person)
    stay = factories.episode(session, world, who, admitted_on=first)
    of = factories.order(session, world, who, in_episode=stay, starts_on=first)
    for back in range(min(days, 30), ago - 1, -1):
        amount = mg(amounts[-1] if back <= ago + 7 else amounts[0])
        at = world.at - back * DAY
        factories.dose(session, world, who, of, at=at, ordered_mg=amount, taken_mg=amount)
    if worked:
        at_work(session, world)
    return who


def at_work(session, world):
    """Let staff have closed the last days, so that a day without a dose is one on which somebody was there."""
    if not count(session, DayClose):
        for back in (3, 2, 1):
            closed = {"clinic_day": world.day - back * DAY, "turn": 1, "closed_at": world.at}
            factories.save(session, DayClose(**closed, **factories.stamp(world)))


def run(app, world, night=None):
    night = night or world.day - DAY
    with app.app_context():
        scan(app, Due(world.site.id, "risk_scan", world.at, night, 1))


def flags(session):
    session.expire_all()
    return list(session.scalars(select(RiskFlag).order_by(RiskFlag.id)))


def test_three_missed_in_a_row_is_red_and_on_the_worklist_with_every_reason(app, session, world):
    who = came(session, world, ago=4)
    came(session, world, ago=1)
    session.commit()

    run(app, world)

    (flag,) = flags(session)
    assert (flag.person_id, flag.lane, flag.no_shows, flag.points) == (who.id, RiskLane.RED, 3, 7)
    reasons = session.scalars(select(RiskFlagReason).where(RiskFlagReason.flag_id == flag.id)).all()
    assert {row.factor for row in reasons} == set(RiskFactor)
    assert sum(row.points for row in reasons) == flag.points
    (task,) = worklist.open_work(session, world.site.id, Desk.COUNSELLING, world.day)
    assert [why.kind for why in task.why] == [TaskReasonKind.RISK_RED]
    assert count(session, RiskFlag) == 1
    assert len(audited(session, AuditKind.RISK_FLAGGED)) == 1


def test_a_night_run_twice_raises_nobody_twice(app, session, world):
    came(session, world, ago=4)
    session.commit()

    run(app, world)
    run(app, world)

    assert len(flags(session)) == 1
    assert count(session, TaskReason) == 1


def test_nobody_is_raised_again_for_14_nights_unless_the_lane_rises(app, session, world):
    came(session, world, ago=5)
    session.commit()

    run(app, world, world.day - 2 * DAY)
    run(app, world, world.day - DAY)

    assert [flag.night for flag in flags(session)] == [world.day - 2 * DAY]


def test_who_still_comes_and_has_many_points_is_amber_and_no_more_than_there_is_room_for(app, session, world):
    first = came(session, world, ago=1, days=20, amounts=("80", "50"))
    came(session, world, ago=0, days=5, amounts=("80",))
    second = came(session, world, ago=1, days=20, amounts=("80", "55"))
    setting(session, world, SettingKey.RISK_AMBER_A_DAY, "1")

    run(app, world, world.day)

    found = {flag.person_id: flag for flag in flags(session)}
    assert set(found) == {first.id, second.id}
    assert {flag.lane for flag in found.values()} == {RiskLane.AMBER}
    assert [flag.capped for flag in flags(session)].count(True) == 1
    assert len(worklist.open_work(session, world.site.id, Desk.COUNSELLING, world.day)) == 1
    assert risk_flags.capped_on(session, world.site.id, world.day) == 1


def setting(session, world, key, value):
    sites.change_setting(
        session, key=key, value=value, effective_on=world.day, act=world.act(world.staff[Role.ADMINISTRATOR])
    )
    session.commit()


def test_whoever_is_left_out_for_a_reason_is_not_raised_until_it_ends(app, session, world):
    who = came(session, world, ago=4)
    out = snoozed(session, world, who)
    session.commit()

    run(app, world, world.day)
    assert flags(session) == []
    risk.end_snooze(session, snooze_id=out.id, act=world.act())
    session.commit()
    run(app, world, world.day)

    assert [flag.person_id for flag in flags(session)] == [who.id]


def snoozed(session, world, who, **values):
    asked = {"reason": SnoozeReason.TRAVEL, "until_on": world.day + 7 * DAY} | values
    return risk.snooze(session, person_id=who.id, act=world.act(), **asked)


def test_leaving_somebody_out_twice_or_past_its_day_or_without_a_word_is_refused(session, world):
    who = came(session, world, ago=4)

    for values in (
        {"until_on": world.day - DAY},
        {"until_on": world.day + 200 * DAY},
        {"reason": SnoozeReason.OTHER},
    ):
        with pytest.raises(Refused):
            snoozed(session, world, who, **values)
    out = snoozed(session, world, who, reason=SnoozeReason.OTHER, note="a wedding")
    with pytest.raises(Conflict):
        snoozed(session, world, who)
    risk.end_snooze(session, snooze_id=out.id, act=world.act())
    with pytest.raises(NotFound):
        risk.end_snooze(session, snooze_id=out.id, act=world.act())
    assert len(audited(session, AuditKind.RISK_SNOOZED)) == 1
    assert len(audited(session, AuditKind.RISK_SNOOZE_ENDED)) == 1


def test_whoever_has_left_is_not_raised(app, session, world):
    who = came(session, world, ago=4)
    stay = session.scalars(select(Episode).where(Episode.person_id == who.id)).one()
    end = {"ended_on": world.day - DAY, "reason": EpisodeEndReason.TRANSFERRED_OUT}
    factories.save(session, EpisodeEnd(episode_id=stay.id, note="", **end, **factories.stamp(world)))
    session.commit()

    run(app, world)

    assert flags(session) == []


def test_whoever_is_in_custody_by_now_is_not_raised(app, session, world):
    who = came(session, world, ago=4)
    away = {"kind": AbsenceKind.CUSTODY, "from_on": world.day, "place": "county", "told_by": "family"}
    factories.save(session, Absence(person_id=who.id, **away, **factories.stamp(world)))
    session.commit()

    run(app, world)

    assert flags(session) == []


def test_days_on_which_nobody_worked_are_nobodys_missed_days(app, session, world):
    came(session, world, ago=4, worked=False)
    session.commit()

    run(app, world)

    assert flags(session) == []


def on_caseload_of(session, world, who, counsellor):
    asked = {"person_ids": [who.id], "counsellor_id": counsellor.id, "from_on": world.day, "reason": "first talk"}
    caseload.hand_over(session, **asked, act=world.act())


def work(session, world):
    session.expire_all()
    return worklist.open_work(session, world.site.id, Desk.COUNSELLING, world.day)


def test_task_goes_to_the_counsellor_of_the_person_and_without_one_to_whoever_comes_first(app, session, world):
    counsellor = world.staff[Role.COUNSELLOR]
    kept, alone = came(session, world, ago=4), came(session, world, ago=5)
    on_caseload_of(session, world, kept, counsellor)
    session.commit()

    run(app, world)

    owners = {one.person_id: one.owner_id for one in work(session, world)}
    assert owners == {kept.id: counsellor.id, alone.id: None}
    assert len(audited(session, AuditKind.TASK_HANDED_OVER)) == 1


def test_task_that_was_put_back_for_whoever_comes_first_stays_there(app, session, world):
    counsellor, who = world.staff[Role.COUNSELLOR], came(session, world, ago=4)
    on_caseload_of(session, world, who, counsellor)
    noted = {"person_id": who.id, "desk": Desk.COUNSELLING, "kind": TaskReasonKind.MISSED_DOSES}
    task = tasks.note(session, **noted, act=world.act())
    by = world.act(counsellor)
    desk.take(session, task_id=task.id, act=by)
    desk.hand_over(session, task_id=task.id, owner_id=None, reason="on leave", act=by)
    session.commit()

    run(app, world)

    (one,) = work(session, world)
    assert one.owner_id is None
    assert {why.kind for why in one.why} == {TaskReasonKind.MISSED_DOSES, TaskReasonKind.RISK_RED}


def test_task_follows_the_person_to_another_counsellor_unless_somebody_took_it(app, session, world):
    first, second = world.staff[Role.COUNSELLOR], factories.staff(session, "Olga Wirth")
    factories.role(session, second, world.site, Role.COUNSELLOR)
    moved, taken = came(session, world, ago=4), came(session, world, ago=5)
    on_caseload_of(session, world, moved, first)
    session.commit()
    run(app, world)
    of = {one.person_id: one.id for one in work(session, world)}
    desk.take(session, task_id=of[taken.id], act=world.act(first))

    for who in (moved, taken):
        on_caseload_of(session, world, who, second)

    owners = {one.person_id: one.owner_id for one in work(session, world)}
    assert owners == {moved.id: second.id, taken.id: first.id}


def test_flag_of_a_record_that_was_linked_stays_on_the_list_with_the_task_in_which_it_went_on(app, session, world):
    known, twice = factories.person(session), came(session, world, ago=4)
    session.commit()
    run(app, world)
    twice.root_id = known.id
    linked_tasks.move(session, [twice.id], known.id, "one person", world.act())
    session.commit()

    (flag,) = risk_flags.open_flags(session, world.site.id, world.day)

    (one,) = work(session, world)
    assert (flag.person_id, flag.task_id) == (known.id, one.id)


def settle(app, session, world, day):
    """The night's other job, on a morning."""
    with app.app_context():
        _, settled = due_work.owed(session, world.site.id, day)
        for one in settled:
            due_work.settle(session, one, world.act(at=world.at + (day - world.day), clinic_day=day))
    session.commit()
    return [(task.outcome, task.resolution) for task in session.scalars(select(Task)) if task.resolved_at]


def test_red_ends_by_itself_once_the_person_was_dosed_with_the_missed_doses_that_it_joined(app, session, world):
    who = came(session, world, ago=4)
    noted = {"person_id": who.id, "desk": Desk.COUNSELLING, "kind": TaskReasonKind.MISSED_DOSES}
    tasks.note(session, **noted, act=world.act())
    session.commit()
    run(app, world)
    still = settle(app, session, world, world.day)
    of = session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one()
    factories.dose(session, world, who, of)

    ended = settle(app, session, world, world.day + DAY)

    assert still == []
    assert ended == [(TaskOutcome.CAME_BACK, due_work.BY_ITSELF)]
    (flag,) = risk_flags.flags_of(session, who.id)
    assert flag.outcome is TaskOutcome.CAME_BACK


def test_red_of_days_that_were_only_entered_late_is_not_called_a_return(app, session, world):
    who = came(session, world, ago=4)
    session.commit()
    run(app, world)
    session.execute(update(Task).values(opened_at=world.at))
    of = session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one()
    factories.dose(session, world, who, of, at=world.at - DAY, recorded_at=world.at)

    assert settle(app, session, world, world.day) == [(TaskOutcome.NOT_NEEDED, due_work.BY_ITSELF)]


def test_amber_outlasts_a_good_day_and_passes_after_its_fortnight(app, session, world):
    who = came(session, world, ago=1, days=20, amounts=("80", "50"))
    came(session, world, ago=0, days=150)
    session.commit()
    run(app, world, world.day)
    of = session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one()

    found = []
    for later in range(1, 17):
        factories.dose(session, world, who, of, at=world.at + later * DAY)
        found.append(settle(app, session, world, world.day + later * DAY))

    assert found[:15] == [[]] * 15
    assert found[15] == [(TaskOutcome.PASSED, due_work.BY_ITSELF)]
