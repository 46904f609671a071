"""Relatives come in their own right; whose they are stands on record only as long as that person agrees."""

from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import relatives as records
from dispensary.services import group_meetings, groups, relatives
from dispensary.services.group_meetings import Meeting
from dispensary.services.groups import Terms
from models.enums import AuditKind, GroupKind, Role, Topic
from tests import factories, rows

DAY = timedelta(days=1)


@pytest.fixture
def who(session, world):
    made = factories.patient(session, world)
    session.commit()
    return made


@pytest.fixture
def act(world):
    return world.act(world.staff[Role.COUNSELLOR])


@pytest.fixture
def mother(session, act):
    return relatives.register_relative(session, name="Đặng Thị Lan", phone="555-0100", act=act)


def link(session, world, mother, who, act, **values):
    given = {"agreed": True, "consent_on": world.day} | values
    return relatives.link_relative(session, relative_id=mother.id, person_id=who.id, act=act, **given)


def test_relative_is_registered_without_anybody_and_changed(session, world, mother, act):
    relatives.change_relative(session, relative_id=mother.id, name="Lan", phone="", act=act)

    (found,) = records.relatives(session, world.site.id)
    assert (found.name, found.phone, found.came) == ("Lan", "", 0)
    assert records.links_of_relative(session, mother.id) == ()
    assert rows.audited_kinds(session)[-2:] == [AuditKind.RELATIVE_REGISTERED, AuditKind.RELATIVE_CHANGED]


def test_change_of_a_relative_that_changes_nothing_is_refused(session, mother, act):
    with pytest.raises(Refused) as refusal:
        relatives.change_relative(session, relative_id=mother.id, name=mother.name, phone=mother.phone, act=act)

    assert refusal.value.code == "nothing_changed"
    assert rows.audited_kinds(session)[-1] == AuditKind.RELATIVE_REGISTERED


def test_relative_without_a_name_is_refused(session, act):
    with pytest.raises(Refused) as refusal:
        relatives.register_relative(session, name=" ", phone="", act=act)

    assert refusal.value.field == "name"


def test_relative_has_meetings_of_their_own(session, world, mother, act):
    terms = Terms("Families", GroupKind.FAMILY_PROGRAMME, 1, "17:00", 90, act.by_id, open_to_relatives=True)
    family = groups.make_group(session, terms=terms, opened_on=world.day - 14 * DAY, act=act)
    meeting = Meeting(True, Topic.FAMILY, act.by_id, 80, {}, relatives=3, relative_ids=[mother.id])
    group_meetings.record_meeting(session, group_id=family.id, day=world.day, meeting=meeting, act=act)

    (came,) = records.attended_by(session, mother.id)
    (month,) = records.family_months(session, world.site.id, world.day).values()

    assert (came.group, came.day, came.topic) == ("Families", world.day, Topic.FAMILY)
    assert records.relative(session, mother.id, world.site.id).last_came == world.day
    assert (month.meetings, month.named, month.counted, month.came) == (1, 1, 3, 4)


def test_link_stands_as_long_as_the_person_agrees_and_may_come_again(session, world, mother, who, act):
    first = link(session, world, mother, who, act)
    assert [one.name for one in records.links_of_relative(session, mother.id)] != []
    relatives.end_link(session, link_id=first.id, act=act)

    assert records.links_of_relative(session, mother.id) == ()
    assert records.links_of_person(session, who.id) == ()
    with pytest.raises(NotFound):
        relatives.end_link(session, link_id=first.id, act=act)
    link(session, world, mother, who, act)
    assert [one.relative for one in records.links_of_person(session, who.id)] == ["Đặng Thị Lan"]
    kinds = [AuditKind.RELATIVE_LINK_AGREED, AuditKind.RELATIVE_LINK_ENDED, AuditKind.RELATIVE_LINK_AGREED]
    assert rows.audited_kinds(session)[-3:] == kinds


def test_nobody_is_linked_without_consent_or_twice(session, world, mother, who, act):
    with pytest.raises(Refused) as silent:
        link(session, world, mother, who, act, agreed=False)
    with pytest.raises(Refused) as ahead:
        link(session, world, mother, who, act, consent_on=world.day + DAY)
    link(session, world, mother, who, act)
    with pytest.raises(Conflict):
        link(session, world, mother, who, act)

    assert (silent.value.code, ahead.value.field) == ("no_consent", "consent_on")


def test_relative_of_nobody_here_is_not_found(session, world, who, act):
    with pytest.raises(NotFound):
        relatives.change_relative(session, relative_id=999, name="Lan", phone="", act=act)
    with pytest.raises(NotFound):
        relatives.link_relative(session, relative_id=999, person_id=who.id, agreed=True, consent_on=world.day, act=act)
