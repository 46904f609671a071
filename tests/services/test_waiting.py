"""The way in: who sent somebody, one known place in the queue, and its end by admission or otherwise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import links as plans
from dispensary.queries import waiting as records
from dispensary.services import episodes, links, outreach, waiting
from models import Site, Waiting, WaitingEnd
from models.enums import (
    Admission,
    AuditKind,
    EpisodeEndReason,
    EpisodeKind,
    InterventionResult,
    Substance,
    WaitingEndReason,
)
from tests import factories
from tests.agencies import listed
from tests.rows import audited_kinds, count

DAY = timedelta(days=1)


@pytest.fixture
def who(session):
    return factories.person(session)


def waits(session, world, person, days=0, why="no place is free"):
    return waiting.wait(session, person_id=person.id, since_on=world.day - days * DAY, why=why, act=world.act())


def admit(session, world, person, admission=Admission.NEW, on=None):
    return episodes.admit_patient(
        session,
        person_id=person.id,
        kind=EpisodeKind.MAINTENANCE,
        admission=admission,
        admitted_on=on or world.day,
        transfer=None,
        act=world.act(),
    )


def leave(session, world, waited, reason=WaitingEndReason.DOES_NOT_WANT_IT, on=None):
    return waiting.stop_waiting(session, waiting_id=waited.id, reason=reason, ended_on=on or world.day, act=world.act())


def test_how_somebody_came_is_kept_with_who_sent_them(session, world, who):
    shelter = listed(session, world)
    receive = {"person_id": who.id, "act": world.act()}
    waiting.receive(session, agency_id=shelter.id, received_on=world.day - DAY, reason="asked for help", **receive)
    waiting.receive(session, agency_id=None, received_on=world.day, reason="came along with a peer", **receive)

    alone, sent = records.came(session, who.id)

    assert (alone.agency, sent.agency) == (None, shelter.name)
    assert audited_kinds(session)[-2:] == [AuditKind.REFERRAL_IN_RECEIVED] * 2
    with pytest.raises(Refused, match="blank"):
        waiting.receive(session, agency_id=None, received_on=world.day, reason=" ", **receive)
    with pytest.raises(NotFound):
        waiting.receive(session, agency_id=999, received_on=world.day, reason="sent", **receive)


def test_former_clients_stand_first_then_everybody_by_the_day(session, world, who):
    back, later = factories.person(session, "Adair"), factories.person(session, "Zola")
    factories.episode(session, world, back, admitted_on=world.day - 90 * DAY)
    _ended(session, world, back)
    waits(session, world, later, 3)
    waits(session, world, who, 20)
    waits(session, world, back, 1)

    queue = records.waiting_list(session, world.site.id)

    assert [(one.place, one.who.person_id) for one in queue] == [(1, back.id), (2, who.id), (3, later.id)]
    assert [one.who.former for one in queue] == [True, False, False]
    assert queue[1].who.days(world.day) == 20


def _ended(session, world, person):
    episodes.end_episode(
        session,
        person_id=person.id,
        ended_on=world.day,
        reason=EpisodeEndReason.COMPLETED,
        note="well",
        act=world.act(),
    )


def test_nobody_waits_twice_nor_while_in_treatment(session, world, who):
    waits(session, world, who)
    treated = factories.patient(session, world)

    with pytest.raises(Conflict, match="waiting_already"):
        waits(session, world, who)
    with pytest.raises(Refused, match="in_treatment"):
        waits(session, world, treated)
    with pytest.raises(Refused, match="blank"):
        waits(session, world, factories.person(session), why=" ")

    assert count(session, Waiting) == 1


def test_admission_ends_the_waiting_by_itself(session, world, who):
    waits(session, world, who, 12)
    admit(session, world, who)

    (line,) = records.waiting_of(session, who.id)

    assert (line.ended_on, line.reason) == (world.day, WaitingEndReason.ADMITTED)
    assert records.waiting_list(session, world.site.id) == []
    assert records.days_waited(session, world.site.id, world.day, world.day) == [12]
    assert audited_kinds(session)[-1] is AuditKind.WAITING_ENDED


def test_admission_of_somebody_who_did_not_wait_ends_nothing(session, world, who):
    admit(session, world, who)

    assert count(session, WaitingEnd) == 0


def test_admission_entered_for_an_earlier_day_ends_the_waiting_on_its_first_day(session, world, who):
    waits(session, world, who)
    admit(session, world, who, on=world.day - DAY)

    assert records.waiting_of(session, who.id)[0].ended_on == world.day


def test_somebody_may_leave_the_queue_and_come_back_to_it(session, world, who):
    leave(session, world, waits(session, world, who, 5))
    again = waits(session, world, who)

    lines = records.waiting_of(session, who.id)

    assert [line.ended_on for line in lines] == [None, world.day]
    assert again.turn == 2
    assert records.days_waited(session, world.site.id, world.day, world.day) == [], (
        "only who was admitted has waited out"
    )


def test_end_of_waiting_that_cannot_be_is_refused(session, world, who):
    waited = waits(session, world, who, 5)

    with pytest.raises(Refused, match="admit_first"):
        leave(session, world, waited, WaitingEndReason.ADMITTED)
    with pytest.raises(Refused, match="before_waiting"):
        leave(session, world, waited, on=world.day - 6 * DAY)
    leave(session, world, waited)
    with pytest.raises(Conflict, match="waits_no_more"):
        leave(session, world, waited)
    with pytest.raises(NotFound):
        waiting.stop_waiting(
            session, waiting_id=99, reason=WaitingEndReason.NOT_FOUND, ended_on=world.day, act=world.act()
        )


def test_who_waits_without_a_word_is_seen_until_somebody_talks_with_them(session, world, who):
    waits(session, world, who, 15)
    (before,) = records.waiting_list(session, world.site.id)

    outreach.intervene(
        session,
        person_id=who.id,
        about=Substance.OPIOIDS,
        minutes=10,
        result=InterventionResult.WANTS_TREATMENT,
        agreed="",
        given_on=world.day,
        act=world.act(),
    )
    (after,) = records.waiting_list(session, world.site.id)

    assert before.who.left_alone(world.day, 14 * DAY)
    assert after.who.heard_on == world.day
    assert not after.who.left_alone(world.day, 14 * DAY)


def linked(session, world, survivor, other):
    plan = plans.plan(session, root_id=survivor.id, person_id=other.id, clinic_day=world.day)
    values = {"shown": plan.digest, "reason": "same face", "witnessed_by_id": world.witness.id, "act": world.act()}
    return links.link_records(session, root_id=survivor.id, person_id=other.id, **values)


def test_two_records_of_one_person_hold_one_place_and_both_end_with_the_admission(session, world, who):
    other = factories.person(session, "Adair")
    waits(session, world, who)
    waits(session, world, other, days=3)
    linked(session, world, who, other)

    (place,) = records.waiting_list(session, world.site.id)
    admit(session, world, who)

    assert (place.who.person_id, place.who.days(world.day)) == (who.id, 3)
    assert count(session, WaitingEnd) == 2
    assert records.days_waited(session, world.site.id, world.day, world.day) == [3]


def test_nobody_waits_who_is_in_treatment_under_another_record(session, world, who):
    treated = factories.patient(session, world)
    waits(session, world, who)

    linked(session, world, treated, who)

    assert records.waiting_list(session, world.site.id) == []


def test_nobody_waits_who_has_died_at_another_site(session, world):
    here = factories.patient(session, world)
    hill = factories.save(session, Site(code="hill", name="Hill Clinic", address="2 Hill Road", phone="555-0200"))
    act = replace(world.act(), site_id=hill.id)
    waiting.wait(session, person_id=here.id, since_on=world.day, why="moves house", act=act)

    died = {"reason": EpisodeEndReason.DIED, "note": "told by the hospital"}
    episodes.end_episode(session, person_id=here.id, ended_on=world.day, act=world.act(), **died)

    assert records.waiting_list(session, hill.id) == []
