"""Opening a restricted part with a reason: for a while, on record, seen by a clinic head who did not open it."""

from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import glass as records
from dispensary.services import glass
from models import GlassBroken
from models.enums import AuditKind, RestrictedPart, Role
from tests import factories
from tests.rows import audited, count

NOTES, TESTS = RestrictedPart.CASE_NOTES, RestrictedPart.HEALTH_TESTS
WHY = "fainted at the window, counsellor away"
OPEN_FOR = house_rules().glass_open_for


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


def open_it(session, world, who, reason=WHY, part=NOTES, **values):
    act = values.pop("act", None) or world.act(**values)
    return glass.break_glass(session, person_id=who.id, part=part, reason=reason, act=act)


def head(world, **values):
    return world.act(world.staff[Role.CLINIC_HEAD], **values)


def until(session, world, who, part=NOTES):
    return records.open_until(session, person_id=who.id, part=part, staff_id=world.nurse.id)


def test_it_stands_open_for_whoever_opened_it_for_the_hours_of_the_house(session, world, who):
    open_it(session, world, who)

    assert until(session, world, who) == world.at + OPEN_FOR
    assert until(session, world, who, TESTS) is None
    assert records.open_until(session, person_id=who.id, part=NOTES, staff_id=world.prescriber.id) is None
    (row,) = audited(session, AuditKind.GLASS_BROKEN)
    assert WHY not in row.body


def test_opened_again_after_it_closed_is_another_row(session, world, who):
    open_it(session, world, who)

    open_it(session, world, who, at=world.at + OPEN_FOR)

    assert count(session, GlassBroken) == 2


def test_it_is_not_opened_twice_at_once(session, world, who):
    open_it(session, world, who)

    with pytest.raises(Conflict, match="open_already"):
        open_it(session, world, who)


@pytest.mark.parametrize(("reason", "code"), [("", "blank"), ("  ", "blank"), ("urgent", "reason_too_short")])
def test_a_reason_that_says_nothing_opens_nothing(session, world, who, reason, code):
    with pytest.raises(Refused, match=code) as refusal:
        open_it(session, world, who, reason=reason)

    assert refusal.value.field == "reason"
    assert count(session, GlassBroken) == 0


def test_nobody_is_opened_who_is_not_on_record(session, world):
    with pytest.raises(NotFound):
        glass.break_glass(session, person_id=4711, part=NOTES, reason=WHY, act=world.act())


def test_the_head_sees_it_until_it_is_ticked(session, world, who):
    opened = open_it(session, world, who)
    (waiting,) = records.to_be_seen(session, world.site.id)
    before = records.count_to_be_seen(session, world.site.id, world.staff[Role.CLINIC_HEAD].id)

    glass.tick_seen(session, glass_id=opened.id, act=head(world))

    assert (waiting.reason, waiting.by, waiting.person_id, before) == (WHY, "Rosa Ames", who.id, 1)
    assert records.to_be_seen(session, world.site.id) == []
    (seen,) = records.seen_lately(session, world.site.id, world.at)
    assert (seen.seen_by, seen.seen_at) == ("Hanna Lind", world.at)
    assert len(audited(session, AuditKind.GLASS_SEEN)) == 1


def test_a_head_does_not_tick_what_they_opened_themselves(session, world, who):
    opened = open_it(session, world, who, act=head(world))

    with pytest.raises(Conflict, match="own_glass"):
        glass.tick_seen(session, glass_id=opened.id, act=head(world))

    assert records.count_to_be_seen(session, world.site.id, world.staff[Role.CLINIC_HEAD].id) == 0
    assert len(records.to_be_seen(session, world.site.id)) == 1


def test_it_is_ticked_once(session, world, who):
    opened = open_it(session, world, who)
    glass.tick_seen(session, glass_id=opened.id, act=head(world))

    with pytest.raises(Conflict, match="seen_before"):
        glass.tick_seen(session, glass_id=opened.id, act=head(world, at=world.at + timedelta(hours=1)))


def test_nothing_opened_is_nothing_to_tick(session, world):
    with pytest.raises(NotFound, match="no_such_glass"):
        glass.tick_seen(session, glass_id=4711, act=head(world))
