"""Supplies: handed out to a person, a contact or somebody unknown, and counted by the month."""

from datetime import timedelta

import pytest

from dispensary.errors import NotFound, Refused
from dispensary.queries import health, supplies
from dispensary.services import supplies as verbs
from models import OutreachContact, SupplyIssue
from models.enums import AuditKind, HealthFactKind, SupplyKind
from tests import factories
from tests.rows import audited, count

NEEDLES, NALOXONE = SupplyKind.NEEDLES, SupplyKind.NALOXONE
FOUR_WEEKS = timedelta(days=28)


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


@pytest.fixture
def contact(session, world):
    values = {"site_id": world.site.id, "made_by_id": world.nurse.id, "first_met_on": world.day}
    return factories.save(session, OutreachContact(called="Blue", **values))


def give(session, world, items=None, **values):
    values = {"given_on": world.day, "taught": False, "act": world.act()} | values
    return verbs.give(session, items=items or {NEEDLES: 10}, **values)


def test_each_kind_is_a_row_of_its_own(session, world, who):
    give(session, world, {NEEDLES: 10, NALOXONE: 1}, person_id=who.id, taught=True)

    assert [(one.kind, one.quantity) for one in reversed(supplies.of_person(session, who.id))] == [
        (NEEDLES, 10),
        (NALOXONE, 1),
    ]
    assert len(audited(session, AuditKind.SUPPLIES_GIVEN)) == 2


def test_naloxone_for_a_person_is_held_by_them(session, world, who):
    give(session, world, {NALOXONE: 2}, person_id=who.id)

    assert [fact.kind for fact in health.standing(session, who.id)] == [HealthFactKind.NALOXONE]


def test_somebody_unknown_gets_them_without_a_name(session, world):
    (issue,) = give(session, world)

    assert (issue.person_id, issue.contact_id) == (None, None)


def test_what_a_contact_got_goes_with_them_when_they_are_known(session, world, who, contact):
    give(session, world, contact_id=contact.id)
    contact.person_id = who.id
    session.flush()

    (line,) = supplies.of_person(session, who.id)
    assert (line.quantity, line.in_outreach) == (10, True)
    assert supplies.of_contact(session, contact.id) == [(NEEDLES, 10)]


def test_they_are_counted_by_the_month(session, world, who, contact):
    give(session, world, {NEEDLES: 10, NALOXONE: 1}, person_id=who.id, taught=True)
    give(session, world, {NEEDLES: 5}, contact_id=contact.id)
    give(session, world, {NEEDLES: 1}, given_on=world.day - FOUR_WEEKS)

    this, last = supplies.by_month(session, world.site.id, world.day, 2)

    assert (this.pieces[NEEDLES], this.pieces[NALOXONE], this.total) == (15, 1, 16)
    assert (this.to_people, this.to_contacts, this.taught) == (11, 5, 1)
    assert (last.pieces[NEEDLES], last.to_people) == (1, 0)


@pytest.mark.parametrize(
    ("items", "values", "code"),
    [
        ({}, {}, "nothing_given"),
        ({NEEDLES: 0}, {}, "quantity"),
        ({NEEDLES: 2001}, {}, "quantity"),
        ({NEEDLES: 1}, {"given_on": 1}, "in_the_future"),
        ({NEEDLES: 1}, {"given_on": -400}, "too_long_ago"),
    ],
)
def test_a_slip_of_the_keys_is_refused(session, world, items, values, code):
    values = {name: world.day + timedelta(days=days) for name, days in values.items()}

    with pytest.raises(Refused, match=code):
        verbs.give(session, items=items, **{"given_on": world.day, "taught": False, "act": world.act()} | values)

    assert count(session, SupplyIssue) == 0


def test_a_contact_of_nobody_is_not_found(session, world):
    with pytest.raises(NotFound, match="no_such_contact"):
        give(session, world, contact_id=4711)
