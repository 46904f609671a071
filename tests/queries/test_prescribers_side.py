"""What was just decided, how long stops stood, and the marks by which a page knows that something changed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.queries import prescriber_desk, queue
from dispensary.queries.decisions import Decided, decisions
from dispensary.services import orders, re_entry, stops
from models import Countersignature, DoseOrder, ReplacementOrder, Supplement, TelephoneOrder
from models.enums import Origin, StopKind, TelephoneOrderKind
from models.units import mg
from tests import factories

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def person(session, world):
    return factories.patient(session, world, signed_at=world.at - DAY)


def order_of(session, world, person):
    return session.scalars(select(DoseOrder).where(DoseOrder.person_id == person.id).order_by(DoseOrder.id)).first()


def release_stop(session, world, person):
    stop = stops.set_stop(session, person_id=person.id, kind=StopKind.SEDATION, act=world.act())
    stops.release_stop(session, stop_id=stop.id, reason="awake", act=world.act(world.prescriber))


def release_dose(session, world, person):
    re_entry.write(
        session,
        person_id=person.id,
        order_id=order_of(session, world, person).id,
        held_days=3,
        amount_mg=mg("80"),
        reason="seen",
        act=world.act(world.prescriber),
    )


def stop_order(session, world, person):
    order_id = order_of(session, world, person).id
    orders.stop_order(
        session, order_id=order_id, last_day=world.day, reason="moves away", act=world.act(world.prescriber)
    )


def order_supplement(session, world, person):
    values = {"part": 2, "amount_mg": mg("10"), "not_before": world.at, "assessment": "restless", "signed_at": world.at}
    factories.save(
        session,
        Supplement(
            person_id=person.id,
            order_id=order_of(session, world, person).id,
            clinic_day=world.day,
            **values,
            **factories.stamp(world, world.prescriber),
        ),
    )


def order_replacement(session, world, person):
    dose = factories.dose(session, world, person, order_of(session, world, person))
    factories.save(
        session,
        ReplacementOrder(
            dose_id=dose.id,
            version=1,
            person_id=person.id,
            clinic_day=world.day,
            amount_mg=mg("40"),
            reason="seen to come up",
            signed_at=world.at,
            **factories.stamp(world, world.prescriber),
        ),
    )


def taken_down(session, world, person, **changes):
    values = {
        "clinic_day": world.day,
        "kind": TelephoneOrderKind.LOWER,
        "amount_mg": mg("60"),
        "prescriber_id": world.prescriber.id,
        "reason": "drowsy",
        "said_at": world.at,
        "countersign_by": world.at + DAY,
    } | changes
    order_id = order_of(session, world, person).id
    made = TelephoneOrder(person_id=person.id, order_id=order_id, **values, **factories.stamp(world))
    return factories.save(session, made)


def countersign(session, world, person, agreed=True):
    taken = taken_down(session, world, person)
    signature = Countersignature(
        telephone_order_id=taken.id, agreed=agreed, signed_at=world.at, **factories.stamp(world, world.prescriber)
    )
    factories.save(session, signature)


def disown(session, world, person):
    countersign(session, world, person, agreed=False)


DECISIONS = [
    (release_stop, Decided.STOP_RELEASED),
    (release_dose, Decided.DOSE_RELEASED),
    (stop_order, Decided.ORDER_STOPPED),
    (order_supplement, Decided.SUPPLEMENT),
    (order_replacement, Decided.REPLACEMENT),
    (countersign, Decided.COUNTERSIGNED),
    (disown, Decided.DISOWNED),
]


def found(session, world, at=None):
    return [one.what for one in decisions(session, site_id=world.site.id, clinic_day=world.day, at=at or world.at)]


@pytest.mark.parametrize(("decide", "what"), DECISIONS, ids=[what.value for _, what in DECISIONS])
def test_each_decision_shows_for_an_hour_with_who_and_when(session, world, person, decide, what):
    before = queue.queue_mark(session, site_id=world.site.id, clinic_day=world.day, at=world.at)

    decide(session, world, person)

    everything = decisions(session, site_id=world.site.id, clinic_day=world.day, at=world.at)
    (one,) = [decision for decision in everything if decision.what is not Decided.ORDER_SIGNED]
    assert (one.what, one.at, one.by, one.person_id) == (what, world.at, "Dana Frost", person.id)
    assert what in found(session, world, world.at + 60 * MINUTE)
    assert what not in found(session, world, world.at + 61 * MINUTE)
    assert queue.queue_mark(session, site_id=world.site.id, clinic_day=world.day, at=world.at) != before


def test_signed_and_changed_orders_show_by_their_version(session, world, person):
    old = order_of(session, world, person)
    stay = session.get_one(type(old), old.id)
    factories.order(
        session, world, person, in_episode=factories.episode(session, world, person), version=2, replaces_id=stay.id
    )

    assert sorted(found(session, world)) == [Decided.ORDER_CHANGED, Decided.ORDER_SIGNED]


def test_order_that_begins_tomorrow_is_nothing_to_wait_for(session, world):
    factories.patient(session, world, starts_on=world.day + DAY)

    assert found(session, world) == []


def test_what_was_imported_or_decided_elsewhere_is_not_shown(session, world, person):
    stop = stops.set_stop(session, person_id=person.id, kind=StopKind.SEDATION, act=world.act())
    act = world.act(world.prescriber, origin=Origin.IMPORT)
    stops.release_stop(session, stop_id=stop.id, reason="awake", act=act)

    assert Decided.STOP_RELEASED not in found(session, world)
    assert decisions(session, site_id=world.site.id + 1, clinic_day=world.day, at=world.at) == []


def test_mark_of_the_queue_stands_while_nothing_changes_and_moves_while_decisions_fade(session, world, person):
    def mark(minutes):
        at = world.at + minutes * MINUTE
        return queue.queue_mark(session, site_id=world.site.id, clinic_day=world.day, at=at)

    assert mark(0) == mark(4)
    assert mark(0) != mark(5)
    assert mark(70) == mark(300)


def test_telephone_order_that_is_late_changes_the_mark_and_is_counted(session, world, person):
    taken_down(session, world, person, countersign_by=world.at + 200 * MINUTE)
    early, late = world.at + 199 * MINUTE, world.at + 201 * MINUTE

    def mark(at):
        return queue.queue_mark(session, site_id=world.site.id, clinic_day=world.day, at=at)

    assert mark(early) != mark(late)
    assert queue.late_countersignatures(session, world.site.id, early) == 0
    assert queue.late_countersignatures(session, world.site.id, late) == 1


def test_minutes_from_stop_to_decision_are_counted_by_clinic_day(session, world):
    for minutes in (10, 20, 30, 500):
        who = factories.person(session)
        stop = stops.set_stop(session, person_id=who.id, kind=StopKind.SEDATION, act=world.act())
        act = world.act(world.prescriber, at=world.at + minutes * MINUTE)
        stops.release_stop(session, stop_id=stop.id, reason="awake", act=act)
    stops.set_stop(session, person_id=factories.person(session).id, kind=StopKind.INCIDENT, act=world.act())

    times = prescriber_desk.minutes_to_decision(session, world.site.id, world.day - DAY, world.day)

    assert times.minutes == (10, 20, 30, 500)
    assert (times.median, times.ninetieth, times.late, times.standing) == (20, 500, 1, 1)
    earlier = prescriber_desk.minutes_to_decision(session, world.site.id, world.day - 9 * DAY, world.day - DAY)
    assert (earlier.minutes, earlier.median) == ((), None)


def test_desk_knows_how_long_is_left_and_how_late_it_is(session, world, person):
    stops.set_stop(session, person_id=person.id, kind=StopKind.SEDATION, act=world.act())

    (soon,) = prescriber_desk.desk_rows(session, world.site.id, world.at + 90 * MINUTE)
    (late,) = prescriber_desk.desk_rows(session, world.site.id, world.at + 130 * MINUTE)

    assert (soon.stop_minutes, soon.minutes_left, soon.overdue) == (90, 30, False)
    assert (late.minutes_left, late.overdue) == (-10, True)


def test_mark_of_the_desk_changes_with_a_stop_and_its_release(session, world, person):
    marks = [prescriber_desk.desk_mark(session, world.site.id)]
    stop = stops.set_stop(session, person_id=person.id, kind=StopKind.SEDATION, act=world.act())
    marks.append(prescriber_desk.desk_mark(session, world.site.id))

    stops.release_stop(session, stop_id=stop.id, reason="awake", act=world.act(world.prescriber))

    marks.append(prescriber_desk.desk_mark(session, world.site.id))
    assert len(set(marks)) == 3
