"""Intake: what is asked before the first dose and what has its day later; nothing of it holds back a dose."""

from datetime import timedelta

import pytest

from dispensary.errors import Refused
from dispensary.queries import intake as records
from dispensary.queries import journey as ways
from dispensary.services import aims, assessments, intake, journey
from models import Dose, IntakeStep
from models.enums import (
    Aim,
    AssessmentDomain,
    AuditKind,
    EpisodeKind,
    IntakeItem,
    JourneyStage,
    Need,
    Role,
)
from tests import factories
from tests.rows import audited_kinds, count
from tests.station import give

DAY = timedelta(days=1)


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


def step(session, world, who, item=IntakeItem.NALOXONE, **values):
    values = {"complete": True, "done_on": world.day, "note": ""} | values
    return intake.take_step(session, person_id=who.id, item=item, act=world.act(), **values)


def lines(session, world, who):
    return {line.item: line for line in records.intake_of(session, who.id, world.site.id).lines}


def test_only_five_things_are_asked_before_the_first_dose_and_the_rest_has_its_day(session, world, who):
    asked = lines(session, world, who)

    assert [item for item, line in asked.items() if line.before_first_dose] == [
        IntakeItem.IDENTITY,
        IntakeItem.CONSENT,
        IntakeItem.MEDICAL_ASSESSMENT,
        IntakeItem.ORDER,
        IntakeItem.CONTACT,
    ]
    assert all(line.due_on > world.day for line in asked.values() if not line.before_first_dose)


def test_first_dose_is_given_with_nothing_of_the_intake_done(session, world):
    who = factories.person(session, birth_date=None)
    factories.order(session, world, who)

    give(session, world, who)

    assert count(session, Dose) == 1
    assert not lines(session, world, who)[IntakeItem.CONSENT].done


def test_what_the_record_knows_needs_no_tick(session, world, who):
    who.phone = "555-0199"
    session.flush()
    aims.say_aim(session, person_id=who.id, aim=Aim.STAY, words="a quiet life", said_on=world.day, act=world.act())
    intake.record_consent(session, person_id=who.id, given=True, signed_on=world.day, act=world.act())

    asked = lines(session, world, who)

    known = {IntakeItem.IDENTITY, IntakeItem.CONTACT, IntakeItem.ORDER, IntakeItem.OWN_AIM, IntakeItem.CONSENT}
    assert {item for item, line in asked.items() if line.done} == known


def test_half_done_is_saved_and_finished_later(session, world, who):
    step(session, world, who, IntakeItem.HEALTH_TESTS, complete=False, note="wants to think about it")
    half = lines(session, world, who)[IntakeItem.HEALTH_TESTS]
    step(session, world, who, IntakeItem.HEALTH_TESTS)
    whole = lines(session, world, who)[IntakeItem.HEALTH_TESTS]

    assert half.begun and half.found.note == "wants to think about it"
    assert whole.done
    assert audited_kinds(session)[-2:] == [AuditKind.INTAKE_RECORDED] * 2


def test_assessment_is_half_done_until_each_part_of_life_was_gone_through(session, world, who):
    for domain in AssessmentDomain:
        before = lines(session, world, who)[IntakeItem.ASSESSMENT]
        assessments.assess(
            session,
            person_id=who.id,
            domain=domain,
            need=Need.SOME,
            findings="talked about",
            complete=True,
            family_took_part=False,
            assessed_on=world.day,
            act=world.act(),
        )

    after = lines(session, world, who)

    assert before.begun and before.found.so_far == len(AssessmentDomain) - 1
    assert after[IntakeItem.ASSESSMENT].done
    assert after[IntakeItem.MEDICAL_ASSESSMENT].done, "the part about the body is one"


def test_no_to_the_consent_closes_nothing_and_may_become_a_yes(session, world, who):
    intake.record_consent(session, person_id=who.id, given=False, signed_on=world.day, act=world.act())
    declined = lines(session, world, who)[IntakeItem.CONSENT]
    intake.record_consent(session, person_id=who.id, given=True, signed_on=world.day, act=world.act())

    assert declined.begun
    assert lines(session, world, who)[IntakeItem.CONSENT].done
    assert audited_kinds(session)[-1] is AuditKind.CONSENT_RECORDED


@pytest.mark.parametrize("item", sorted(intake.KEPT_ELSEWHERE))
def test_what_the_record_knows_is_not_ticked_by_hand(session, world, who, item):
    with pytest.raises(Refused, match="kept_elsewhere"):
        step(session, world, who, item)

    assert count(session, IntakeStep) == 0


def test_nothing_is_asked_of_somebody_who_is_not_in_treatment(session, world):
    who = factories.person(session)

    with pytest.raises(Refused, match="not_in_treatment"):
        step(session, world, who)
    with pytest.raises(Refused, match="not_in_treatment"):
        intake.record_consent(session, person_id=who.id, given=True, signed_on=world.day, act=world.act())
    assert records.intake_of(session, who.id, world.site.id) is None


def test_what_is_overdue_is_listed_the_longest_first_but_not_of_guests(session, world):
    new, old, guest = (factories.person(session) for _ in range(3))
    factories.episode(session, world, new, admitted_on=world.day - 2 * DAY)
    factories.episode(session, world, old, admitted_on=world.day - 60 * DAY)
    factories.episode(session, world, guest, admitted_on=world.day - 60 * DAY, kind=EpisodeKind.GUEST)

    late = records.overdue(session, world.site.id, world.day)

    assert [one.person_id for one in late] == [old.id, new.id]
    assert IntakeItem.PLAN in {line.item for line in late[0].overdue(world.day)}
    assert IntakeItem.PLAN not in {line.item for line in late[1].overdue(world.day)}


def test_counselling_alone_is_not_asked_for_an_order(session, world):
    who = factories.person(session)
    factories.episode(session, world, who, kind=EpisodeKind.COUNSELLING_ONLY)

    assert IntakeItem.ORDER not in lines(session, world, who)


def test_aim_is_kept_each_time_it_is_said(session, world, who):
    for aim in (Aim.STAY, Aim.FEWER_VISITS):
        aims.say_aim(session, person_id=who.id, aim=aim, words="as I said", said_on=world.day, act=world.act())

    assert [one.aim for one in ways.aims_of(session, who.id)] == [Aim.FEWER_VISITS, Aim.STAY]
    assert audited_kinds(session)[-1] is AuditKind.AIM_SAID
    with pytest.raises(Refused, match="blank"):
        aims.say_aim(session, person_id=who.id, aim=Aim.STAY, words="", said_on=world.day, act=world.act())


def stage(session, world, who, to=JourneyStage.DELIVERY, on=None, reason="settled"):
    by = world.staff[Role.COUNSELLOR]
    return journey.set_stage(
        session, person_id=who.id, stage=to, from_on=on or world.day, reason=reason, act=world.act(by)
    )


def test_stage_goes_on_and_back_with_its_days(session, world, who):
    stage(session, world, who)
    stage(session, world, who, JourneyStage.ENGAGEMENT, reason="began anew")

    assert [one.stage for one in ways.stage_lines(session, who.id)] == [JourneyStage.ENGAGEMENT, JourneyStage.DELIVERY]
    assert audited_kinds(session)[-2:] == [AuditKind.STAGE_CHANGED] * 2


def test_stage_that_cannot_be_is_refused(session, world, who):
    with pytest.raises(Refused, match="stands_there"):
        stage(session, world, who, JourneyStage.ENGAGEMENT)
    with pytest.raises(Refused, match="not_within_stage"):
        stage(session, world, who, on=world.day + DAY)
    with pytest.raises(Refused, match="not_within_stage"):
        stage(session, world, who, on=world.day - DAY)
    with pytest.raises(Refused, match="blank"):
        stage(session, world, who, reason=" ")
