"""Pregnancy: who cares beside us, the birth, the newborn's follow-up; a prescriber looks the same day, no dose changes."""

import pytest

from dispensary.errors import NotFound, Refused
from dispensary.queries import health as known_health
from dispensary.queries import markers, orders
from dispensary.queries import pregnancies as records
from dispensary.services import health, pregnancies
from dispensary.services.pregnancies import Care
from models import Task, TaskReason
from models.enums import AgencyKind, AuditKind, Desk, MarkerKind, TaskReasonKind
from tests import factories
from tests.agencies import listed
from tests.rows import audited_kinds, count
from tests.turns import A_DAY


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


@pytest.fixture
def pregnancy(session, world, who):
    expected = world.day + 100 * A_DAY
    return health.note_pregnancy(session, person_id=who.id, expected_on=expected, act=world.act())


@pytest.fixture
def obstetric(session, world):
    return listed(session, world, "Women's Hospital", AgencyKind.OBSTETRIC)


def cared(session, world, pregnancy, act=None, **values):
    care = {"agency_id": None, "contact": "Dr Sato", "born_on": None, "newborn_follow_up_on": None, "note": ""}
    return pregnancies.record_care(
        session, health_fact_id=pregnancy.id, care=Care(**care | values), act=act or world.act()
    )


def test_a_prescriber_looks_at_a_pregnancy_the_same_day(session, world, pregnancy):
    task = session.query(Task).one()

    assert (task.desk, task.due_at - world.at) == (Desk.PRESCRIBER, A_DAY)


def test_who_cares_counts_as_last_written_down(session, world, who, pregnancy, obstetric):
    cared(session, world, pregnancy)
    cared(session, world, pregnancy, agency_id=obstetric.id, contact="", note="sees her on Mondays")

    [known] = records.of_person(session, who.id)
    assert (known.stands, known.care.turn, known.care.agency) == (True, 2, "Women's Hospital")
    assert audited_kinds(session)[-1] == AuditKind.PREGNANCY_CARE_RECORDED
    assert [(one.kind, one.ended_on) for one in markers.of_person(session, who.id)] == [(MarkerKind.PREGNANT, None)]
    assert orders.active_order(session, who.id, world.day).steps[0].total_mg == 80


def test_a_birth_ends_the_sign_at_the_window_and_asks_the_prescriber_again(session, world, who, pregnancy):
    task = session.query(Task).one()
    task.resolved_at = world.at
    session.flush()

    cared(session, world, pregnancy, born_on=world.day, newborn_follow_up_on=world.day + 7 * A_DAY)
    cared(session, world, pregnancy, born_on=world.day, newborn_follow_up_on=world.day + 8 * A_DAY)

    assert known_health.standing(session, who.id) == ()
    assert count(session, Task) == 2
    assert records.of_person(session, who.id)[0].stands is False


def test_a_birth_ends_the_marker_too(session, world, who, pregnancy):
    cared(session, world, pregnancy)

    cared(session, world, pregnancy, born_on=world.day)

    assert [one.ended_on for one in markers.of_person(session, who.id)] == [world.day]


def test_a_newborns_follow_up_goes_to_the_counselling_desk_on_its_day_and_once(session, world, who, pregnancy):
    on = world.day + 7 * A_DAY
    cared(session, world, pregnancy, born_on=world.day, newborn_follow_up_on=on)

    early = records.newborns_due(session, world.site.id, on - A_DAY)
    due = records.newborns_due(session, world.site.id, on)
    pregnancies.tell_newborn_due(session, who.id, world.act(at=world.at + 7 * A_DAY))

    assert (early, due) == ([], [who.id])
    assert records.newborns_due(session, world.site.id, on) == []
    assert count(session, TaskReason, TaskReason.kind == TaskReasonKind.HEALTH) == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"contact": ""}, "contact"),
        ({"born_on": 1}, "born_on"),
        ({"newborn_follow_up_on": -1}, "newborn_follow_up_on"),
        ({"newborn_follow_up_on": 400}, "newborn_follow_up_on"),
    ],
)
def test_care_without_a_name_or_with_days_that_cannot_be_is_refused(session, world, pregnancy, values, field):
    values = {key: world.day + value * A_DAY if isinstance(value, int) else value for key, value in values.items()}

    with pytest.raises(Refused) as refused:
        cared(session, world, pregnancy, **values)

    assert refused.value.field == field


def test_what_is_no_pregnancy_or_no_agency_of_ours_is_not_found(session, world, who, pregnancy):
    naloxone = health.note_naloxone(session, person_id=who.id, supplied_on=world.day, act=world.act())

    with pytest.raises(NotFound):
        cared(session, world, naloxone)
    with pytest.raises(NotFound):
        cared(session, world, pregnancy, agency_id=999)
