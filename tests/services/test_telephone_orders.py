"""An order by telephone: taken down and read back for one day, then countersigned or disowned."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import prescriber_desk, sites, telephone_orders
from dispensary.rules.dosing import reasons_to_withhold
from dispensary.services import prescriber_desk as desk
from dispensary.services import re_entry, stops
from dispensary.services.telephone_orders import Said, countersign, take_telephone_order
from models import AuditEvent, DoseOrder, OrderEnd, SiteSetting, Stop, StopRelease, Task, TelephoneOrder
from models.enums import AuditKind, Role, SettingKey, StopKind, TaskReasonKind, TelephoneOrderKind
from models.units import mg
from tests import factories
from tests.station import look

DAY = timedelta(days=1)
CONTINUE, LOWER, RELEASE = TelephoneOrderKind


@pytest.fixture(autouse=True)
def allowed(session, world):
    factories.save(
        session,
        SiteSetting(
            key=SettingKey.TELEPHONE_ORDERS,
            effective_on=world.day - 30 * DAY,
            value="yes",
            **factories.stamp(world),
        ),
    )


@pytest.fixture
def ran_out(session, world):
    """Somebody whose order of 80 mg ran out yesterday, taken on its last day."""
    who = factories.person(session)
    first = world.day - 5 * DAY
    stay = factories.episode(session, world, who, admitted_on=first)
    order = factories.order(session, world, who, in_episode=stay, starts_on=first, ends_on=world.day - DAY)
    factories.dose(session, world, who, order, at=world.at - DAY)
    return who


@pytest.fixture
def ordered(session, world):
    return factories.patient(session, world, "80")


@pytest.fixture
def held(session, world):
    return factories.patient(session, world, "80", starts_on=world.day - 4 * DAY)


def take(session, world, who, kind, amount="80", read_back=None, act=None, **changes):
    said = Said(kind, world.prescriber.id, mg(amount), read_back or f"{amount} mg", "called at the window")
    said = replace(said, **changes)
    return take_telephone_order(session, person_id=who.id, said=said, act=act or world.act())


def codes(session, world, who):
    rules = sites.settings(session, world.site.id, world.day).rules
    return [reason.code for reason in reasons_to_withhold(look(session, world, who), rules)]


def sign(session, world, taken, agreed=True, note="", act=None):
    act = act or world.act(world.prescriber)
    return countersign(session, telephone_order_id=taken.id, agreed=agreed, note=note, act=act)


def test_order_that_ran_out_is_continued_for_one_day(session, world, ran_out):
    assert codes(session, world, ran_out) == ["no_active_order"]

    taken = take(session, world, ran_out, CONTINUE)

    assert codes(session, world, ran_out) == []
    assert look(session, world, ran_out).due_mg == mg("80")
    assert look(session, world, ran_out, clinic_day=world.day + DAY).order is None
    order = session.get_one(DoseOrder, taken.order_id)
    assert (order.signed_by_id, order.recorded_by_id) == (world.prescriber.id, world.nurse.id)
    kinds = list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id.desc()).limit(2)))
    assert kinds == [AuditKind.TELEPHONE_ORDER_TAKEN, AuditKind.ORDER_SIGNED]


def test_split_order_is_continued_in_its_parts(session, world):
    who = factories.person(session)
    first = world.day - 5 * DAY
    stay = factories.episode(session, world, who, admitted_on=first)
    ends = {"starts_on": first, "ends_on": world.day - DAY, "hours_between_parts": 6}
    order = factories.order(session, world, who, in_episode=stay, steps={first: ("50", "30")}, **ends)
    factories.dose(session, world, who, order, at=world.at - DAY, lines={"methadone": "5"})
    at = world.at - DAY + timedelta(hours=6)
    factories.dose(session, world, who, order, at=at, part=2, lines={"methadone": "3"})

    take(session, world, who, CONTINUE)

    facts = look(session, world, who)
    assert (facts.parts_today, facts.due_mg, facts.day_total_mg) == (2, mg("50"), mg("80"))


def test_days_continued_by_telephone_do_not_hang_on_each_other(session, world, ran_out):
    take(session, world, ran_out, CONTINUE)
    order = session.scalars(select(DoseOrder).order_by(DoseOrder.id.desc())).first()
    factories.dose(session, world, ran_out, order)

    call = telephone_orders.call(
        session,
        ran_out.id,
        site_id=world.site.id,
        clinic_day=world.day + DAY,
        at=world.at + DAY,
        rules=sites.settings(session, world.site.id, world.day).rules,
    )

    assert call.facts.lapsed.last_day == world.day - DAY


def test_order_that_was_stopped_is_not_continued(session, world, ran_out):
    order = session.scalars(select(DoseOrder)).one()
    end = {"order_id": order.id, "last_day": world.day - 2 * DAY, "reason": "stopped"}
    factories.save(session, OrderEnd(**end, **factories.stamp(world)))

    with pytest.raises(Refused) as refusal:
        take(session, world, ran_out, CONTINUE)

    assert [reason.code for reason in refusal.value.reasons] == ["nothing_lapsed"]


def test_todays_dose_is_lowered_and_tomorrow_is_as_ordered(session, world, ordered):
    take(session, world, ordered, LOWER, "60")

    assert look(session, world, ordered).due_mg == mg("60")
    assert look(session, world, ordered, clinic_day=world.day + DAY).due_mg == mg("80")


def test_held_dose_is_released_for_the_ordered_amount(session, world, held):
    assert codes(session, world, held) == ["days_without_medicine"]

    taken = take(session, world, held, RELEASE)

    assert codes(session, world, held) == []
    assert taken.release_id is not None
    assert look(session, world, held).released_mg == mg("80")


def test_held_dose_is_lowered_first_and_then_released_for_that(session, world, held):
    take(session, world, held, LOWER, "40")

    take(session, world, held, RELEASE, "40")

    assert codes(session, world, held) == []
    assert look(session, world, held).due_mg == mg("40")


def test_it_waits_on_the_prescribers_desk_for_its_countersignature(session, world, ordered):
    taken = take(session, world, ordered, LOWER, "60")

    (row,) = prescriber_desk.desk_rows(session, world.site.id, world.at)
    assert row.kinds == (TaskReasonKind.COUNTERSIGN,)
    assert taken.countersign_by == world.at + timedelta(hours=24)
    assert [one.amount_mg for one in telephone_orders.waiting(session, world.site.id)] == [mg("60")]
    with pytest.raises(Conflict) as conflict:
        desk.close_task(session, task_id=row.task_id, resolution="done", act=world.act(world.prescriber))
    assert conflict.value.code == "not_countersigned"


def test_countersignature_closes_the_task(session, world, ordered):
    taken = take(session, world, ordered, LOWER, "60")

    sign(session, world, taken)

    assert telephone_orders.waiting(session, world.site.id) == []
    assert session.scalars(select(Task)).one().resolved_at == world.at
    assert look(session, world, ordered).due_mg == mg("60")
    kinds = list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id.desc()).limit(2)))
    assert kinds == [AuditKind.TASK_RESOLVED, AuditKind.TELEPHONE_ORDER_COUNTERSIGNED]


def test_task_stays_until_the_last_of_two_is_countersigned(session, world, ordered):
    first, second = (take(session, world, ordered, LOWER, amount) for amount in ("60", "50"))

    sign(session, world, first)

    assert session.scalars(select(Task)).one().resolved_at is None
    sign(session, world, second)
    assert session.scalars(select(Task)).one().resolved_at is not None


def test_released_stop_closes_the_task_once_the_telephone_order_is_countersigned(session, world, ordered):
    taken = take(session, world, ordered, LOWER, "60")
    stop = stops.set_stop(session, person_id=ordered.id, kind=StopKind.SEDATION, act=world.act())
    sign(session, world, taken)

    stops.release_stop(session, stop_id=stop.id, reason="awake", act=world.act(world.prescriber))

    assert session.scalars(select(Task)).one().resolved_at is not None


@pytest.mark.parametrize(("kind", "fixture"), [(CONTINUE, "ran_out"), (RELEASE, "held"), (LOWER, "ordered")])
def test_disowned_order_no_longer_counts_and_stops_dosing(session, world, request, kind, fixture):
    who = request.getfixturevalue(fixture)
    before = look(session, world, who)
    taken = take(session, world, who, kind, "60" if kind is LOWER else "80")

    sign(session, world, taken, agreed=False, note="nobody called me")

    after = look(session, world, who)
    assert (after.due_mg, after.released_mg) == (before.due_mg, before.released_mg)
    assert [stop.kind for stop in after.stops] == [StopKind.ORDER_PROBLEM]
    (row,) = prescriber_desk.desk_rows(session, world.site.id, world.at)
    assert row.kinds == ()


def test_disowned_order_leaves_a_stop_that_stands_already(session, world, ordered):
    taken = take(session, world, ordered, LOWER, "60")
    stops.set_stop(session, person_id=ordered.id, kind=StopKind.ORDER_PROBLEM, act=world.act())

    sign(session, world, taken, agreed=False, note="nobody called me")

    assert len(session.scalars(select(Stop)).all()) == 1


def test_disowned_after_the_dose_leaves_the_order_that_it_was_given_under(session, world, ran_out):
    taken = take(session, world, ran_out, CONTINUE)
    factories.dose(session, world, ran_out, session.get_one(DoseOrder, taken.order_id))

    sign(session, world, taken, agreed=False, note="nobody called me")

    assert session.scalars(select(OrderEnd)).all() == []
    assert len(session.scalars(select(Stop)).all()) == 1


def test_release_by_a_prescriber_stands_beside_one_that_was_disowned(session, world, held):
    taken = take(session, world, held, RELEASE)
    sign(session, world, taken, agreed=False, note="nobody called me")

    with pytest.raises(Conflict) as conflict:
        re_entry.release_held_dose(
            session,
            person_id=held.id,
            order_id=taken.order_id,
            days_without_medicine=4,
            amount_mg=mg("80"),
            reason="seen now",
            act=world.act(world.prescriber),
        )

    assert conflict.value.code == "released_before"  # a new version of the order decides again


def test_it_is_countersigned_once(session, world, ordered):
    taken = take(session, world, ordered, LOWER, "60")
    sign(session, world, taken)

    with pytest.raises(Conflict) as conflict:
        sign(session, world, taken, agreed=False, note="changed my mind")

    assert conflict.value.code == "countersigned_before"
    assert session.scalars(select(Stop)).all() == []


def test_only_whom_it_names_countersigns_while_they_are_here(session, world, ordered):
    second = factories.staff(session, "Erik Voss")
    factories.role(session, second, world.site, Role.PRESCRIBER)
    taken = take(session, world, ordered, LOWER, "60")

    with pytest.raises(Refused) as refusal:
        sign(session, world, taken, act=world.act(second))

    assert refusal.value.code == "somebody_elses"
    world.prescriber.ended_at = world.at
    session.flush()
    sign(session, world, taken, act=world.act(second))
    assert telephone_orders.waiting(session, world.site.id) == []


def test_disowning_says_why(session, world, ordered):
    taken = take(session, world, ordered, LOWER, "60")

    with pytest.raises(Refused) as refusal:
        sign(session, world, taken, agreed=False)

    assert refusal.value.field == "note"


def test_telephone_order_of_another_site_is_not_found(session, world, ordered):
    taken = take(session, world, ordered, LOWER, "60")

    with pytest.raises(NotFound):
        sign(session, world, taken, act=replace(world.act(world.prescriber), site_id=world.site.id + 1))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "90"}, "amount_mg"),
        ({"read_back": "6 mg"}, "read_back"),
        ({"read_back": "60"}, "read_back"),
        ({"reason": " "}, "reason"),
    ],
)
def test_what_was_not_said_clearly_is_refused_at_its_field(session, world, ordered, changes, field):
    with pytest.raises(Refused) as refusal:
        take(session, world, ordered, LOWER, **({"amount": "60"} | changes))

    assert refusal.value.field == field
    assert session.scalars(select(TelephoneOrder)).all() == []


def test_nobody_takes_down_their_own_order_or_that_of_a_nurse(session, world, ordered):
    own = world.act(world.prescriber)

    with pytest.raises(Refused) as refusal:
        take(session, world, ordered, LOWER, "60", act=own)
    assert refusal.value.code == "own_order"
    with pytest.raises(Refused) as refusal:
        take(session, world, ordered, LOWER, "60", prescriber_id=world.witness.id)
    assert refusal.value.code == "no_prescriber"


def test_nothing_is_ordered_by_telephone_where_the_site_does_not_allow_it(session, world, ordered):
    factories.save(
        session,
        SiteSetting(key=SettingKey.TELEPHONE_ORDERS, effective_on=world.day, value="no", **factories.stamp(world)),
    )

    with pytest.raises(Refused) as refusal:
        take(session, world, ordered, LOWER, "60")

    assert refusal.value.code == "not_allowed"


def test_no_stop_is_passed_by_telephone(session, world, held):
    stops.set_stop(session, person_id=held.id, kind=StopKind.SEDATION, act=world.act())

    with pytest.raises(Refused) as refusal:
        take(session, world, held, RELEASE)

    assert [reason.code for reason in refusal.value.reasons] == ["stop_stands"]
    assert session.scalars(select(StopRelease)).all() == []
