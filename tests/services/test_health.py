"""What is entered about somebody's health: what stands, what goes to the prescriber, and what the audit keeps."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.profiles import SHIPPED, load
from dispensary.policy.stack import alert_list
from dispensary.queries import health as records
from dispensary.queries.signs import signs_of
from dispensary.services import health
from models import AuditEvent, HealthFactEnd, Task, TaskReason
from models.enums import AuditKind, Desk, HealthFactKind, TaskReasonKind
from tests import factories
from tests.rows import audited_kinds, count


@pytest.fixture
def person(session, world):
    return factories.person(session)


@pytest.fixture
def listed(world):
    return alert_list(load([SHIPPED]), [], world.day)


def takes(session, world, person, listed, name="diazepam", **values):
    values = {"since": world.day, "until": None, "act": world.act()} | values
    return health.note_medicine(session, person_id=person.id, name=name, listed=listed, **values)


def measures(session, world, person, listed, qtc_ms, **values):
    values = {"measured_on": world.day, "act": world.act()} | values
    return health.note_qtc(session, person_id=person.id, qtc_ms=qtc_ms, listed=listed, **values)


def tasks(session):
    query = select(Task.desk, Task.due_at, TaskReason.kind).join(TaskReason, TaskReason.task_id == Task.id)
    return [tuple(row) for row in session.execute(query.order_by(TaskReason.id))]


def test_an_allergy_stands_with_what_it_does_and_needs_no_prescriber(session, world, person):
    health.note_allergy(session, person_id=person.id, substance="penicillin", reaction="rash", act=world.act())

    (seen,) = records.standing(session, person.id)
    assert (seen.kind, seen.text, seen.noted_on) == (HealthFactKind.ALLERGY, "penicillin (rash)", world.day)
    assert tasks(session) == []
    assert signs_of(session, person.id, world.day).health


def test_nothing_entered_leaves_no_sign(session, world, person):
    assert not signs_of(session, person.id, world.day).health


def test_a_pregnancy_goes_to_the_prescriber_before_the_next_daily_dose(session, world, person):
    expected = world.day + timedelta(days=150)

    health.note_pregnancy(session, person_id=person.id, expected_on=expected, act=world.act())

    assert records.standing(session, person.id)[0].until_on == expected
    assert tasks(session) == [(Desk.PRESCRIBER, world.at + timedelta(days=1), TaskReasonKind.PREGNANCY)]


def test_a_second_pregnancy_is_entered_after_the_first_has_ended(session, world, person):
    fact = health.note_pregnancy(session, person_id=person.id, expected_on=None, act=world.act())

    with pytest.raises(Refused, match="stands_already"):
        health.note_pregnancy(session, person_id=person.id, expected_on=None, act=world.act())
    health.end_fact(session, health_fact_id=fact.id, reason="child born", act=world.act())
    health.note_pregnancy(session, person_id=person.id, expected_on=None, act=world.act())

    assert len(records.standing(session, person.id)) == 1


def test_no_child_is_expected_in_the_past(session, world, person):
    with pytest.raises(Refused, match="passed"):
        health.note_pregnancy(session, person_id=person.id, expected_on=world.day - timedelta(days=1), act=world.act())


@pytest.mark.parametrize(("qtc_ms", "opened"), [(449, 0), (499, 0), (500, 1)])
def test_a_qtc_in_the_pressing_band_goes_to_the_prescriber(session, world, person, listed, qtc_ms, opened):
    measures(session, world, person, listed, qtc_ms)

    assert len(tasks(session)) == opened


@pytest.mark.parametrize("qtc_ms", [199, 901])
def test_no_heart_has_such_a_qtc(session, world, person, listed, qtc_ms):
    with pytest.raises(Refused, match="qtc_impossible") as refusal:
        measures(session, world, person, listed, qtc_ms)

    assert refusal.value.field == "qtc_ms"


def test_a_listed_medicine_is_known_by_its_key_and_goes_to_the_prescriber(session, world, person, listed):
    fact = takes(session, world, person, listed, "Diazepam 5 mg")

    assert (fact.item, fact.text) == ("benzodiazepine", "Diazepam 5 mg")
    assert len(tasks(session)) == 1


def test_a_medicine_that_the_list_does_not_know_is_kept_as_written(session, world, person, listed):
    fact = takes(session, world, person, listed, "paracetamol")

    assert (fact.item, fact.text) == ("", "paracetamol")
    assert tasks(session) == []


def test_several_things_for_the_prescriber_are_one_task(session, world, person, listed):
    takes(session, world, person, listed, "diazepam")
    measures(session, world, person, listed, 520)

    assert [kind for *_, kind in tasks(session)] == [TaskReasonKind.NEW_MEDICINE, TaskReasonKind.HEALTH]
    assert count(session, Task) == 1


def test_the_same_medicine_is_not_entered_twice_however_it_is_written(session, world, person, listed):
    takes(session, world, person, listed, "Diazepam")

    with pytest.raises(Refused, match="stands_already"):
        takes(session, world, person, listed, " diazepám ")


def test_a_new_course_of_a_medicine_may_follow_one_that_is_over(session, world, person, listed):
    before = {"since": world.day - timedelta(days=30), "until": world.day - timedelta(days=20)}
    takes(session, world, person, listed, "rifampicin", **before)

    takes(session, world, person, listed, "rifampicin")

    assert len(records.standing(session, person.id)) == 2


@pytest.mark.parametrize(
    ("values", "code"),
    [({"name": " "}, "blank"), ({"since": 1}, "in_the_future"), ({"since": -1, "until": -2}, "ends_before")],
)
def test_a_medicine_that_cannot_be_is_refused(session, world, person, listed, values, code):
    days = {key: world.day + timedelta(days=n) for key, n in values.items() if key != "name"}
    name = values.get("name", "diazepam")

    with pytest.raises(Refused, match=code):
        takes(session, world, person, listed, name, **days)


@pytest.mark.parametrize("ahead", [1, 400])
def test_nothing_was_measured_or_supplied_tomorrow(session, world, person, listed, ahead):
    later = world.day + timedelta(days=ahead)

    with pytest.raises(Refused, match="in_the_future"):
        measures(session, world, person, listed, 430, measured_on=later)
    with pytest.raises(Refused, match="in_the_future"):
        health.note_naloxone(session, person_id=person.id, supplied_on=later, act=world.act())


def test_what_holds_no_more_is_shown_no_more_and_stays_legible(session, world, person, listed):
    fact = takes(session, world, person, listed)

    health.end_fact(session, health_fact_id=fact.id, reason="entered by mistake", act=world.act(world.prescriber))

    (record,) = records.records(session, person.id)
    assert records.standing(session, person.id) == ()
    assert not signs_of(session, person.id, world.day).health
    assert (record.entered_by, record.ended_by, record.ended_on, record.reason) == (
        world.nurse.name,
        world.prescriber.name,
        world.day,
        "entered by mistake",
    )


def test_an_entry_is_ended_once_with_a_reason(session, world, person, listed):
    fact = takes(session, world, person, listed)

    with pytest.raises(Refused, match="blank"):
        health.end_fact(session, health_fact_id=fact.id, reason=" ", act=world.act())
    health.end_fact(session, health_fact_id=fact.id, reason="finished", act=world.act())
    with pytest.raises(Conflict, match="ended_before"):
        health.end_fact(session, health_fact_id=fact.id, reason="again", act=world.act())
    with pytest.raises(NotFound):
        health.end_fact(session, health_fact_id=fact.id + 1, reason="whose", act=world.act())

    assert len(session.scalars(select(HealthFactEnd)).all()) == 1


def test_the_audit_keeps_ids_kinds_and_numbers_and_no_word_of_what_was_written(session, world, person, listed):
    health.note_allergy(session, person_id=person.id, substance="penicillin", reaction="rash", act=world.act())
    fact = measures(session, world, person, listed, 430)
    health.end_fact(session, health_fact_id=fact.id, reason="wrong person's ECG", act=world.act())

    bodies = " ".join(session.scalars(select(AuditEvent.body)))
    assert audited_kinds(session) == [AuditKind.HEALTH_FACT_ENTERED] * 2 + [AuditKind.HEALTH_FACT_ENDED]
    assert '"row.qtc_ms":430' in bodies
    assert not any(word in bodies for word in ("penicillin", "rash", "ECG"))


def test_what_came_after_the_last_dose_here_is_new(session, world):
    who = factories.person(session)
    order = factories.order(session, world, who)
    health.note_naloxone(session, person_id=who.id, supplied_on=world.day, act=world.act())
    never_dosed = [seen.new for seen in records.standing(session, who.id)]
    factories.dose(session, world, who, order, at=world.at + timedelta(minutes=5))
    later = world.act(at=world.at + timedelta(minutes=10))
    health.note_allergy(session, person_id=who.id, substance="penicillin", act=later)

    since_then = {seen.kind: seen.new for seen in records.standing(session, who.id)}

    assert never_dosed == [True]
    assert since_then == {HealthFactKind.NALOXONE: False, HealthFactKind.ALLERGY: True}


def test_what_was_entered_on_a_record_that_was_linked_shows_on_the_surviving_one(session, world, listed):
    root = factories.person(session)
    linked = factories.person(session, root_id=root.id)
    takes(session, world, linked, listed)

    assert [seen.text for seen in records.standing(session, root.id)] == ["diazepam"]
