"""Urine tests: recorded, read, confirmed, decided about, and what each leads to."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.alerts import AlertList
from dispensary.policy.profiles import SHIPPED
from dispensary.policy.profiles import read as read_profile
from dispensary.policy.urine import urine_policy
from dispensary.queries import people, urine_schedule, urines
from dispensary.services import health, stops
from dispensary.services import urines as verbs
from dispensary.services.urines import Asked
from models import DoseOrder, Episode, OrderEnd, Person, Task, TaskReason, UrineCollection, UrineResult, UrineTest
from models.enums import (
    AuditKind,
    Desk,
    Medication,
    NoticeKind,
    OrderEndReason,
    StopKind,
    TaskReasonKind,
    UrineFound,
    UrineMethod,
    UrineOccasion,
    UrineOutcome,
)
from tests import factories, take_homes
from tests.rows import audited_kinds, count

A_DAY = timedelta(days=1)
STRIP, LABORATORY, MEDICINE = "strip_6", "laboratory", "strip_medicine"


@pytest.fixture
def who(session, world) -> Person:
    """Somebody dosed on each of the last seven days."""
    first = world.day - timedelta(days=7)
    made = factories.person(session)
    episode = factories.episode(session, world, made, admitted_on=first)
    factories.order(session, world, made, in_episode=episode, starts_on=first)
    take_homes.dosed_until_yesterday(session, world, made)
    return made


def asked(world, **values) -> Asked:
    return Asked(
        **{
            "occasion": UrineOccasion.SCHEDULE,
            "outcome": UrineOutcome.TAKEN,
            "observed": True,
            "panel": STRIP,
            "collected_on": world.day,
        }
        | values
    )


def record(session, world, who, **values) -> UrineTest:
    return verbs.record(session, person_id=who.id, asked=asked(world, **values), act=world.act())


def read(session, world, test, *found, sample=UrineOutcome.TAKEN, **values):
    panel = urine_policy().panels[urines.urine(session, test.id).panel]
    looked_for = {one.key: one.key in found for one in panel.substances}
    act = values.pop("act", world.act())
    return verbs.read(session, test_id=test.id, found=looked_for | values, sample=sample, act=act)


def desks(session) -> dict[Desk, set[TaskReasonKind]]:
    query = select(Task.desk, TaskReason.kind).join(TaskReason, TaskReason.task_id == Task.id)
    found: dict[Desk, set[TaskReasonKind]] = {}
    for desk, kind in session.execute(query.where(Task.resolved_at.is_(None))):
        found.setdefault(desk, set()).add(kind)
    return found


def standing(session, world, who) -> list[StopKind]:
    return [stop.kind for stop in people.standing_stops(session, who.id, world.at)]


def test_a_urine_that_was_taken_waits_to_be_read(session, world, who):
    test = record(session, world, who)

    how = session.scalars(select(UrineCollection)).one()
    assert (how.urine_test_id, how.outcome, how.method, how.observed) == (test.id, "taken", UrineMethod.STRIP, True)
    (line,) = urines.waiting_to_be_read(session, world.site.id, world.day)
    assert (line.id, line.waits, line.counts, line.findings) == (test.id, True, False, ())
    assert audited_kinds(session)[-1] == AuditKind.URINE_COLLECTED
    assert desks(session) == {}


def test_one_with_the_medicine_and_nothing_else_asks_for_nothing(session, world, who):
    test = record(session, world, who)

    read(session, world, test, "methadone")

    line = urines.urine(session, test.id)
    assert dict(line.results)["methadone"] is UrineFound.PRESENT
    assert (line.counts, line.positive, line.findings) == (True, False, ())
    assert (standing(session, world, who), desks(session)) == ([], {})
    assert audited_kinds(session)[-1] == AuditKind.URINE_READ


def test_absent_medicine_in_somebody_who_takes_doses_home_waits_for_the_prescriber_today(session, world, who):
    take_homes.decide(session, world, who)
    test = record(session, world, who)

    read(session, world, test)

    assert standing(session, world, who) == [StopKind.MEDICINE_ABSENT]
    assert desks(session) == {
        Desk.PRESCRIBER: {TaskReasonKind.STOP, TaskReasonKind.TAKE_HOME_REVIEW},
        Desk.NURSE: {TaskReasonKind.URINE},
    }
    assert all(task.due_at == world.at + timedelta(hours=2) for task in session.scalars(select(Task)))


def test_a_stop_that_stands_is_not_set_twice(session, world, who):
    take_homes.decide(session, world, who)
    stops.set_stop(session, person_id=who.id, kind=StopKind.MEDICINE_ABSENT, act=world.act())

    read(session, world, record(session, world, who))

    assert standing(session, world, who) == [StopKind.MEDICINE_ABSENT]


def test_absent_medicine_in_somebody_seen_taking_each_dose_asks_the_prescriber_and_stops_nothing(session, world, who):
    read(session, world, record(session, world, who))

    assert standing(session, world, who) == []
    assert desks(session) == {Desk.PRESCRIBER: {TaskReasonKind.URINE}, Desk.NURSE: {TaskReasonKind.URINE}}


def test_absence_is_not_expected_of_somebody_who_had_no_dose(session, world):
    newcomer = factories.patient(session, world)

    test = record(session, world, newcomer)
    read(session, world, test)

    assert urines.urine(session, test.id).findings == ()
    assert not urine_schedule.expected_of(session, newcomer.id, world.site.id, world.day).due


@pytest.fixture
def changed(session, world, who) -> Person:
    """Somebody who took methadone until yesterday, and for whom buprenorphine is ordered from today on."""
    first = session.query(DoseOrder).filter_by(person_id=who.id).one()
    factories.save(
        session,
        OrderEnd(
            order_id=first.id,
            last_day=world.day - A_DAY,
            reason=OrderEndReason.REPLACED,
            **factories.stamp(world, world.prescriber),
        ),
    )
    factories.order(
        session,
        world,
        who,
        in_episode=session.get(Episode, first.episode_id),
        amount="8",
        version=2,
        replaces_id=first.id,
        medication=factories.TABLET["medication"],
        form=factories.TABLET["form"],
    )
    return who


def test_the_medicine_of_last_week_is_no_finding_and_that_of_today_is_not_due_yet(session, world, changed):
    test = record(session, world, changed, panel=MEDICINE)

    read(session, world, test, "methadone", "eddp")

    seen = urines.urine(session, test.id)
    assert not seen.findings
    assert desks(session) == {}


def test_what_was_taken_long_ago_is_expected_of_nobody(session, world, changed):
    later = world.day + urine_policy().still_shows

    soon, late = (
        urine_schedule.expected_of(session, changed.id, world.site.id, day) for day in (world.day, later + A_DAY)
    )

    assert soon.earlier == {Medication.METHADONE}
    assert late.earlier == frozenset()


def test_a_laboratory_asks_for_no_second_test(session, world, who):
    take_homes.decide(session, world, who)

    read(session, world, record(session, world, who, panel=LABORATORY))

    assert Desk.NURSE not in desks(session)
    assert standing(session, world, who) == [StopKind.MEDICINE_ABSENT]


def test_medicine_without_what_the_body_makes_of_it_was_put_in(session, world, who):
    test = record(session, world, who, panel=LABORATORY)

    read(session, world, test, "methadone")

    assert urines.urine(session, test.id).findings == ("medicine_put_in",)


def test_a_second_test_confirms_a_strip_and_answers_the_nurses(session, world, who):
    first = record(session, world, who)
    read(session, world, first)

    second = record(session, world, who, occasion=UrineOccasion.CONFIRMATION, panel=LABORATORY, confirms_id=first.id)

    found = urines.second_test_of(session, first.id)
    assert found is not None
    assert (found.id, found.confirms_id) == (second.id, first.id)
    assert Desk.NURSE not in desks(session)
    assert desks(session)[Desk.PRESCRIBER] == {TaskReasonKind.URINE}


def test_only_a_strip_of_the_same_person_that_showed_something_is_confirmed(session, world, who):
    sound, other = record(session, world, who), factories.patient(session, world)
    read(session, world, sound, "methadone")
    absent = record(session, world, who)
    read(session, world, absent)

    for person, confirms in ((who, sound.id), (who, None), (other, absent.id)):
        with pytest.raises(Refused, match="nothing_to_confirm"):
            record(session, world, person, occasion=UrineOccasion.CONFIRMATION, confirms_id=confirms)


def test_other_drugs_propose_a_review_of_take_homes_and_change_none(session, world, who):
    decision = take_homes.decide(session, world, who)

    test = record(session, world, who)
    read(session, world, test, "methadone", "opiates")

    assert urines.urine(session, test.id).positive
    assert standing(session, world, who) == []
    assert desks(session) == {Desk.PRESCRIBER: {TaskReasonKind.TAKE_HOME_REVIEW}}
    (line,) = urines.asking_for_a_look(session, world.site.id, world.day)
    assert (line.id, decision.person_id) == (test.id, who.id)


def test_other_drugs_in_somebody_without_take_homes_are_for_the_counsellor(session, world, who):
    read(session, world, record(session, world, who), "methadone", "opiates")

    assert desks(session) == {Desk.COUNSELLING: {TaskReasonKind.URINE}}


def test_a_prescribed_benzodiazepine_is_no_finding(session, world, who):
    listed = AlertList(read_profile(SHIPPED / "alerts-2026.toml").alerts)
    values = {"name": "diazepam", "since": world.day, "until": None, "listed": listed}
    health.note_medicine(session, person_id=who.id, act=world.act(world.prescriber), **values)
    test = record(session, world, who)

    read(session, world, test, "methadone", "benzodiazepines")

    assert urines.urine(session, test.id).findings == ()


@pytest.mark.parametrize("outcome", [UrineOutcome.REFUSED, UrineOutcome.DILUTED, UrineOutcome.TAMPERED])
def test_one_that_was_not_sound_is_looked_at_and_never_negative(session, world, who, outcome):
    test = record(session, world, who, outcome=outcome)

    line = urines.urine(session, test.id)
    assert (line.findings, line.counts, line.method) == ((outcome.value,), False, None)
    assert desks(session) == {Desk.COUNSELLING: {TaskReasonKind.URINE}}
    with pytest.raises(Refused, match="not_taken"):
        read(session, world, test)


def test_somebody_who_is_not_able_is_asked_again(session, world, who):
    stops.set_notice(session, person_id=who.id, kind=NoticeKind.URINE_DUE, act=world.act())

    record(session, world, who, outcome=UrineOutcome.NOT_ABLE)

    assert len(people.open_notices(session, who.id)) == 1
    assert urines.asking_for_a_look(session, world.site.id, world.day) == []


def test_the_notice_that_a_urine_is_due_is_passed_on_with_it(session, world, who):
    stops.set_notice(session, person_id=who.id, kind=NoticeKind.URINE_DUE, act=world.act())
    stops.set_notice(session, person_id=who.id, kind=NoticeKind.PAPERS, act=world.act())

    record(session, world, who)

    assert [notice.kind for notice in people.open_notices(session, who.id)] == [NoticeKind.PAPERS]


def test_a_sample_that_the_reading_shows_to_be_diluted_was_not_taken(session, world, who):
    test = record(session, world, who, panel=LABORATORY)

    read(session, world, test, sample=UrineOutcome.DILUTED)

    line = urines.urine(session, test.id)
    assert (line.outcome, line.results, line.findings) == (UrineOutcome.DILUTED, (), ("diluted",))
    assert not line.waits
    assert not line.counts
    assert urine_schedule.last_taken(session, world.site.id) == {}


def test_a_urine_is_read_once(session, world, who):
    test = record(session, world, who)
    read(session, world, test, "methadone")

    with pytest.raises(Conflict, match="urine_read"):
        read(session, world, test, "methadone")


def test_every_substance_of_the_panel_is_read_and_no_other(session, world, who):
    test = record(session, world, who, panel=MEDICINE)

    with pytest.raises(Refused, match="not_whole"):
        verbs.read(session, test_id=test.id, found={"eddp": True}, sample=UrineOutcome.TAKEN, act=world.act())
    with pytest.raises(Refused, match="not_whole"):
        read(session, world, test, "eddp", heroin=True)
    assert count(session, UrineResult) == 0


def test_one_of_another_program_is_not_read_again(session, world, who):
    test = factories.save(session, UrineTest(person_id=who.id, collected_on=world.day, **factories.stamp(world)))
    session.add(UrineResult(urine_test_id=test.id, substance="opioids", result="positive", **factories.stamp(world)))
    session.flush()

    line = urines.urine(session, test.id)
    assert (line.imported, line.positive, line.counts) == (True, True, True)
    with pytest.raises(Conflict, match="urine_read"):
        verbs.read(session, test_id=test.id, found={}, sample=UrineOutcome.TAKEN, act=world.act())


def test_a_urine_of_tomorrow_or_of_years_ago_is_refused(session, world, who):
    with pytest.raises(Refused, match="future"):
        record(session, world, who, collected_on=world.day + timedelta(days=1))
    with pytest.raises(Refused, match="too_long_ago"):
        record(session, world, who, collected_on=world.day - timedelta(days=367))


def test_a_panel_that_nobody_knows_is_refused(session, world, who):
    with pytest.raises(Refused, match="no_such_panel"):
        record(session, world, who, panel="tea leaves")


def test_nobody_who_was_not_drawn_gives_one_by_draw(session, world, who):
    with pytest.raises(Refused, match="not_drawn"):
        record(session, world, who, occasion=UrineOccasion.DRAW)


def test_a_urine_that_does_not_exist_is_not_found(session, world):
    with pytest.raises(NotFound, match="no_such_urine"):
        verbs.review(session, test_id=4711, decision="seen", act=world.act(world.prescriber))


def test_a_prescriber_decides_once_and_the_desk_is_answered(session, world, who):
    test = record(session, world, who)
    read(session, world, test)
    act = world.act(world.prescriber)

    verbs.review(session, test_id=test.id, decision="takes it; second test on Friday", act=act)

    assert urines.urine(session, test.id).decision == "takes it; second test on Friday"
    assert urines.asking_for_a_look(session, world.site.id, world.day) == []
    assert desks(session) == {Desk.NURSE: {TaskReasonKind.URINE}}
    assert audited_kinds(session)[-1] == AuditKind.URINE_REVIEWED
    with pytest.raises(Conflict, match="urine_reviewed"):
        verbs.review(session, test_id=test.id, decision="again", act=act)


def test_a_sound_urine_needs_no_decision_and_a_decision_needs_words(session, world, who):
    test = record(session, world, who)
    read(session, world, test, "methadone")

    with pytest.raises(Refused, match="no_finding"):
        verbs.review(session, test_id=test.id, decision="fine", act=world.act(world.prescriber))
    with pytest.raises(Refused, match="blank"):
        verbs.review(session, test_id=test.id, decision=" ", act=world.act(world.prescriber))


def test_only_the_days_that_are_asked_for_come_back(session, world, who):
    for days in (0, 5, 30):
        record(session, world, who, collected_on=world.day - timedelta(days=days))

    found = urines.between(session, who.id, world.day - timedelta(days=5), world.day)

    assert [(world.day - line.collected_on).days for line in found] == [0, 5]


def taken_back(session, world, test, reason="another person's"):
    return verbs.take_back(session, test_id=test.id, reason=reason, act=world.act())


def test_a_urine_entered_by_mistake_stays_to_be_read_and_counts_nowhere(session, world, who):
    test = record(session, world, who)
    read(session, world, test, "methadone", "opiates")

    taken_back(session, world, test)

    (line,) = urines.of_person(session, who.id)
    assert line.mistake is not None
    assert (line.mistake.reason, line.mistake.by) == ("another person's", world.nurse.name)
    assert (line.counts, line.waits, line.findings) == (False, False, ())
    assert dict(line.results)["opiates"] is UrineFound.POSITIVE
    assert urines.between(session, who.id, world.day, world.day) == []
    assert urines.asking_for_a_look(session, world.site.id, world.day) == []
    assert urine_schedule.last_taken(session, world.site.id) == {}
    assert desks(session) == {}
    assert audited_kinds(session)[-1] == AuditKind.URINE_TAKEN_BACK


def test_one_that_was_not_read_waits_no_longer_and_is_not_read_any_more(session, world, who):
    test = record(session, world, who)

    taken_back(session, world, test)

    assert urines.waiting_to_be_read(session, world.site.id, world.day) == []
    with pytest.raises(Conflict, match="urine_taken_back"):
        read(session, world, test, "methadone")


def test_the_desks_keep_what_another_urine_asks_for(session, world, who):
    record(session, world, who, outcome=UrineOutcome.REFUSED)
    mistaken = record(session, world, who, outcome=UrineOutcome.DILUTED)

    taken_back(session, world, mistaken)

    assert desks(session) == {Desk.COUNSELLING: {TaskReasonKind.URINE}}


def test_a_stop_stands_until_a_prescriber_releases_it_though_the_urine_was_a_mistake(session, world, who):
    take_homes.decide(session, world, who)
    test = record(session, world, who)
    read(session, world, test)

    taken_back(session, world, test)

    assert standing(session, world, who) == [StopKind.MEDICINE_ABSENT]
    assert TaskReasonKind.STOP in desks(session)[Desk.PRESCRIBER]
    assert Desk.NURSE not in desks(session)


def test_a_prescriber_who_decided_about_a_mistaken_urine_looks_again(session, world, who):
    test = record(session, world, who, panel=LABORATORY)
    read(session, world, test)
    verbs.review(session, test_id=test.id, decision="dose seen for a week", act=world.act(world.prescriber))

    taken_back(session, world, test)

    assert desks(session) == {Desk.PRESCRIBER: {TaskReasonKind.URINE}}
    assert urines.urine(session, test.id).decision == "dose seen for a week"


def test_a_urine_is_taken_back_once_and_with_a_reason(session, world, who):
    test = record(session, world, who)

    with pytest.raises(Refused, match="blank"):
        taken_back(session, world, test, reason=" ")
    taken_back(session, world, test)
    with pytest.raises(Conflict, match="urine_taken_back"):
        taken_back(session, world, test)
    with pytest.raises(NotFound, match="no_such_urine"):
        verbs.take_back(session, test_id=4711, reason="none", act=world.act())
