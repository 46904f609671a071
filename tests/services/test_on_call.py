"""The rota: who is called on which day."""

from datetime import timedelta

import pytest

from dispensary.errors import Refused
from dispensary.queries import on_call
from dispensary.services.on_call import set_on_call
from models.enums import AuditKind, Role
from tests import factories
from tests.rows import audited_kinds

DAY = timedelta(days=1)


def put(session, world, **changes):
    values = {
        "first": world.day,
        "last": world.day + 2 * DAY,
        "prescriber_id": world.prescriber.id,
        "phone": "555-0199",
    } | changes
    return set_on_call(session, **values, act=world.act(world.prescriber))


def test_several_days_are_filled_at_once_and_each_is_audited(session, world):
    put(session, world)

    coming = on_call.rota(session, world.site.id, world.day, 4)
    assert [day.prescriber and day.prescriber.name for day in coming] == ["Dana Frost"] * 3 + [None]
    assert coming[0].phone == "555-0199"
    assert audited_kinds(session) == [AuditKind.ON_CALL_SET] * 3


def test_the_newest_entry_of_a_day_counts(session, world):
    second = factories.staff(session, "Erik Voss")
    factories.role(session, second, world.site, Role.PRESCRIBER)
    put(session, world)

    put(session, world, first=world.day + DAY, last=world.day + DAY, prescriber_id=second.id, phone="555-0111")

    names = [day.prescriber.name for day in on_call.rota(session, world.site.id, world.day, 3)]
    assert names == ["Dana Frost", "Erik Voss", "Dana Frost"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first": -1}, "first"),
        ({"last": -1}, "last"),
        ({"last": 100}, "last"),
        ({"phone": " "}, "phone"),
    ],
)
def test_what_cannot_be_a_rota_is_refused_at_its_field(session, world, changes, field):
    changes = {key: world.day + value * DAY if isinstance(value, int) else value for key, value in changes.items()}

    with pytest.raises(Refused) as refusal:
        put(session, world, **changes)

    assert refusal.value.field == field
    assert on_call.on_call(session, world.site.id, world.day).prescriber is None


def test_only_somebody_who_signs_orders_here_is_put_on_call(session, world):
    with pytest.raises(Refused) as refusal:
        put(session, world, prescriber_id=world.nurse.id)

    assert refusal.value.code == "no_prescriber"


def test_prescribers_are_those_whose_role_holds_today(session, world):
    past = factories.staff(session, "Past Doctor")
    factories.role(session, past, world.site, Role.PRESCRIBER, until_on=world.day - DAY)
    gone = factories.staff(session, "Gone Doctor", ended_at=world.at)
    factories.role(session, gone, world.site, Role.PRESCRIBER)

    assert [who.name for who in on_call.prescribers(session, world.site.id, world.day)] == ["Dana Frost"]
    assert [who.name for who in on_call.clinic_heads(session, world.site.id, world.day)] == ["Hanna Lind"]
