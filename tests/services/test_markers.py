"""Markers of special groups: set, ended, counted."""

from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import markers
from dispensary.services import markers as verbs
from models import Marker
from models.enums import AuditKind, MarkerKind, Role
from tests import factories
from tests.rows import audited, count

DAY = timedelta(days=1)


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


def mark(session, world, who, kind=MarkerKind.NO_HOME, **values):
    values = {"from_on": world.day - DAY, "act": world.act(world.staff[Role.COUNSELLOR])} | values
    return verbs.set_marker(session, person_id=who.id, kind=kind, **values)


def end(session, world, marker, **values):
    values = {"ended_on": world.day} | values
    return verbs.end_marker(session, marker_id=marker.id, act=world.act(), **values)


def test_a_marker_stands_until_it_is_ended_and_may_stand_again(session, world, who):
    marker = mark(session, world, who)
    end(session, world, marker)

    mark(session, world, who, from_on=world.day)

    lines = markers.of_person(session, who.id)
    assert [(line.kind, line.ended_on) for line in lines] == [
        (MarkerKind.NO_HOME, None),
        (MarkerKind.NO_HOME, world.day),
    ]
    assert len(audited(session, AuditKind.MARKER_SET)) == 2
    assert len(audited(session, AuditKind.MARKER_ENDED)) == 1


def test_it_is_counted_among_those_in_treatment(session, world, who):
    elsewhere = factories.person(session)
    for person in (who, elsewhere):
        mark(session, world, person)
    ended = mark(session, world, who, MarkerKind.WOMAN)
    end(session, world, ended)

    in_treatment, counts = markers.counts(session, world.site.id, world.day)

    assert in_treatment == 1
    assert counts == {kind: int(kind is MarkerKind.NO_HOME) for kind in MarkerKind}


def test_it_is_not_set_twice(session, world, who):
    mark(session, world, who)

    with pytest.raises(Conflict, match="marked_already"):
        mark(session, world, who)


def test_it_is_not_set_ahead(session, world, who):
    with pytest.raises(Refused, match="in_the_future"):
        mark(session, world, who, from_on=world.day + DAY)

    assert count(session, Marker) == 0


def test_it_is_ended_once(session, world, who):
    marker = mark(session, world, who)
    end(session, world, marker)

    with pytest.raises(Conflict, match="ended_before"):
        end(session, world, marker)


@pytest.mark.parametrize("days", [-2, 1])
def test_it_ends_between_its_beginning_and_today(session, world, who, days):
    marker = mark(session, world, who)

    with pytest.raises(Refused, match="ended_when"):
        end(session, world, marker, ended_on=world.day + days * DAY)


def test_no_marker_of_nobody_is_ended(session, world):
    with pytest.raises(NotFound, match="no_such_marker"):
        verbs.end_marker(session, marker_id=4711, ended_on=world.day, act=world.act())
