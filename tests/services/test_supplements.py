"""A further part on an induction day, from the order to the day after."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import NotFound, Refused
from dispensary.policy.stack import OrderLimits
from dispensary.queries import queue as queue_of
from dispensary.queries import sites
from dispensary.rules.dosing import reasons_to_withhold, shown_digest
from dispensary.services import dosing as verbs
from dispensary.services import stops
from dispensary.services.supplements import FurtherPart, order_supplement
from models import AuditEvent, DoseOrder, Supplement
from models.enums import AuditKind, StopKind, TreatmentPhase
from models.units import mg
from tests import factories
from tests.station import look

DAY = timedelta(days=1)


@pytest.fixture
def started(session, world):
    """Somebody who took the first 20 mg of an induction this morning; 30 mg are ordered from tomorrow on."""
    who = factories.person(session)
    order = factories.order(
        session,
        world,
        who,
        steps={world.day: ("20",), world.day + DAY: ("30",)},
        treatment_phase=TreatmentPhase.INDUCTION,
    )
    give(session, world, who, world.at)
    return who, order


def rules(session, world):
    return sites.settings(session, world.site.id, world.day).rules


def codes(session, world, who, at):
    return [reason.code for reason in reasons_to_withhold(look(session, world, who, at=at), rules(session, world))]


def give(session, world, who, at):
    site = rules(session, world)
    shown = verbs.Shown(who.id, shown_digest(look(session, world, who, at=at), site))
    return verbs.record_dose(session, shown=shown, site=site, act=world.act(at=at))


def further(session, world, order, by=None, at=None, **changes):
    part = FurtherPart(
        amount_mg=mg("10"),
        hours=3,
        assessment="sweating, restless, pupils wide",
        limits=OrderLimits(),
        cows=14,
        over_limit_reason="withdrawal, no approved policy here",
    )
    at = at or world.at + timedelta(hours=1)
    act = world.act(by or world.prescriber, at=at)
    return order_supplement(session, order_id=order.id, further=replace(part, **changes), act=act)


def test_further_part_is_given_after_its_hours_and_the_next_day_follows_the_order(session, world, started):
    who, order = started
    at = world.at + timedelta(hours=1)
    assert codes(session, world, who, at) == ["slot_taken"]

    further(session, world, order)

    facts = look(session, world, who, at=at)
    assert (facts.slot.part, facts.parts_today, facts.due_mg) == (2, 2, mg("10"))
    assert codes(session, world, who, at) == ["too_soon_after_part"]
    later = world.at + timedelta(hours=3)
    assert codes(session, world, who, later) == []
    given = give(session, world, who, later)
    assert (given.part, given.taken_mg) == (2, mg("10"))
    assert codes(session, world, who, later + timedelta(hours=3)) == ["slot_taken"]
    tomorrow = look(session, world, who, at=world.at + DAY)
    assert (tomorrow.slot.part, tomorrow.parts_today, tomorrow.due_mg, tomorrow.waiting_step) == (1, 1, mg("30"), None)
    assert tomorrow.days_without_medicine == 0


def test_further_part_that_nobody_came_for_changes_nothing_for_tomorrow(session, world, started):
    who, order = started

    further(session, world, order)

    tomorrow = look(session, world, who, at=world.at + DAY)
    assert (tomorrow.due_mg, tomorrow.days_without_medicine) == (mg("30"), 0)


def test_further_part_does_not_make_a_part_dose_whole(session, world):
    who = factories.person(session)
    phase, first = TreatmentPhase.INDUCTION, world.day - 2 * DAY
    order = factories.order(session, world, who, amount="20", treatment_phase=phase, starts_on=first)
    factories.dose(session, world, who, order, lines={"methadone": "2"}, taken="10")
    further(session, world, order)
    later = world.at + timedelta(hours=4)
    factories.dose(session, world, who, order, lines={"methadone": "1"}, part=2, at=later)

    tomorrow = look(session, world, who, at=world.at + DAY)

    assert tomorrow.days_without_medicine == 2  # those before today; nothing whole has ended them


def test_queue_expects_the_person_again(session, world, started):
    order = started[1]

    further(session, world, order)

    (row,) = queue_of.queue(session, site_id=world.site.id, clinic_day=world.day)
    assert (row.parts_taken, row.parts) == (1, 2)


def test_further_part_is_kept_with_its_assessment_and_audited(session, world, started):
    order = started[1]

    made = further(session, world, order)

    kept = session.scalars(select(Supplement)).one()
    assert kept.not_before == world.at + timedelta(hours=3)
    assert (kept.part, kept.cows, kept.recorded_by_id) == (2, 14, world.prescriber.id)
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (event.kind, event.subject_id) == (AuditKind.SUPPLEMENT_ORDERED, made.id)
    assert "restless" not in event.body


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours": 1}, "hours"),
        ({"hours": 13}, "hours"),
        ({"cows": 49}, "cows"),
        ({"assessment": " "}, "assessment"),
        ({"amount_mg": mg("0")}, "amount_mg"),
        ({"over_limit_reason": ""}, "over_limit_reason"),
        ({"amount_mg": mg("100")}, "amount_again"),
        ({"amount_mg": mg("100"), "amount_again": "10 mg"}, "amount_again"),
    ],
)
def test_what_may_not_be_ordered_is_refused_at_its_field(session, world, started, changes, field):
    order = started[1]

    with pytest.raises(Refused) as refusal:
        further(session, world, order, **changes)

    assert refusal.value.field == field
    assert session.scalars(select(Supplement)).all() == []


def test_large_amount_typed_again_is_ordered(session, world, started):
    made = further(session, world, started[1], amount_mg=mg("25"), amount_again="25 mg")

    assert made.amount_mg == mg("25")


def test_second_further_part_waits_for_the_first(session, world, started):
    order = started[1]
    further(session, world, order)

    with pytest.raises(Refused) as refusal:
        further(session, world, order)

    assert [reason.code for reason in refusal.value.reasons] == ["part_waits"]


def test_nothing_further_while_a_stop_stands(session, world, started):
    who, order = started
    stops.set_stop(session, person_id=who.id, kind=StopKind.SEDATION, act=world.act())

    with pytest.raises(Refused) as refusal:
        further(session, world, order)

    assert [reason.code for reason in refusal.value.reasons] == ["stop_stands"]


def test_order_of_another_site_is_not_found(session, world, started):
    act = replace(world.act(world.prescriber), site_id=world.site.id + 1)

    with pytest.raises(NotFound):
        order_supplement(
            session,
            order_id=session.scalars(select(DoseOrder.id)).one(),
            further=FurtherPart(mg("10"), 3, "seen", OrderLimits()),
            act=act,
        )
