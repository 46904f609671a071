"""The prescriber's pages: the desk, a person's orders, the order form, and the small decisions."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

import models
from dispensary.services import stops, tasks
from models import enums
from models.units import mg
from tests import factories
from tests.client import hidden_fields

DAY = timedelta(days=1)


@pytest.fixture
def prescriber(client, session, world):
    client.sign_in(session, world, world.prescriber)
    return client


def text(answer):
    return answer.get_data(as_text=True)


def typed(world, **values):
    return {
        "medication": "methadone",
        "form": "liquid",
        "treatment_phase": "maintenance",
        "starts_on": world.day.isoformat(),
        "ends_on": (world.day + 90 * DAY).isoformat(),
        "every_n_days": "1",
        "amount_mg": "80",
        "reason": "reviewed",
        **{f"steps-{row}-{field}": "" for row in range(8) for field in ("from_on", "amount_mg")},
    } | values


def signed(session):
    session.rollback()
    return session.scalars(select(models.DoseOrder).order_by(models.DoseOrder.id)).all()


@pytest.fixture
def waiting(session, world):
    """Someone admitted today, without an order."""
    who = factories.person(session)
    factories.episode(session, world, who)
    session.commit()
    return who


def test_order_is_signed_from_the_form_and_read_back_in_words(prescriber, session, world, waiting):
    path = f"/people/{waiting.id}/orders/new"

    asked = prescriber.send(path, typed(world))
    answer = prescriber.send(path, typed(world, over_limit_reason="verified with the clinic before"))

    assert asked.status_code == 422
    assert "No approved policy limits the first dose" in text(asked)
    assert answer.status_code == 303
    assert [order.over_limit_reason for order in signed(session)] == ["verified with the clinic before"]
    page = text(prescriber.get(answer.headers["Location"]))
    assert "methadone, oral liquid: 80 mg every day, from 2026-03-02 to 2026-05-31." in page


def test_refused_order_keeps_everything_that_was_typed(prescriber, session, world, waiting):
    later = (world.day + 7 * DAY).isoformat()
    data = typed(world, **{"steps-2-from_on": later, "steps-2-amount_mg": "90", "form": "film"})

    page = text(prescriber.send(f"/people/{waiting.id}/orders/new", data))

    assert "does not come as film here" in page
    assert f'value="{later}"' in page
    assert 'value="90"' in page
    assert signed(session) == []


def test_fault_in_a_step_is_shown_in_its_own_row(prescriber, session, world, waiting):
    rows = {"steps-4-from_on": world.day.isoformat(), "steps-4-amount_mg": "90", "steps-6-from_on": "nonsense"}

    page = text(prescriber.send(f"/people/{waiting.id}/orders/new", typed(world, **rows)))
    del rows["steps-6-from_on"]
    second = text(prescriber.send(f"/people/{waiting.id}/orders/new", typed(world, **rows)))

    assert 'id="steps-6-from_on-error"' in page
    assert 'id="steps-4-from_on-error"' in second


def test_step_without_its_amount_is_not_signed(prescriber, session, world, waiting):
    rows = {"steps-0-from_on": (world.day + DAY).isoformat()}

    page = prescriber.send(f"/people/{waiting.id}/orders/new", typed(world, **rows))

    assert page.status_code == 422
    assert 'id="steps-0-amount_mg-error"' in text(page)


def test_split_order_asks_for_each_part_and_the_hours(prescriber, session, world, waiting):
    path = f"/people/{waiting.id}/orders/new/2"
    data = typed(world, amount_mg="30", amount_2="20", over_limit_reason="pregnant, fast metaboliser")

    without = prescriber.send(path, data)
    answer = prescriber.send(path, data | {"hours_between_parts": "8"})

    assert "how many hours" in text(without)
    assert answer.status_code == 303
    assert "50 mg (30 mg + 20 mg)" in text(prescriber.get(answer.headers["Location"]))


def test_tenfold_amount_is_typed_a_second_time_before_it_is_signed(prescriber, session, world):
    who = factories.patient(session, world, "80")
    order = dosed_today(session, world, who)
    data = typed(world, starts_on=(world.day + DAY).isoformat(), amount_mg="800", over_limit_reason="x")

    asked = prescriber.send(f"/orders/{order.id}/change", data)
    answer = prescriber.send(f"/orders/{order.id}/change", data | {"amount_again": "800 mg"})

    assert "The last dose taken was 80 mg of methadone" in text(asked)
    assert answer.status_code == 303


def dosed_today(session, world, who):
    order = session.scalars(select(models.DoseOrder)).one()
    factories.dose(session, world, who, order)
    session.commit()
    return order


def test_change_form_starts_tomorrow_once_todays_dose_was_taken(prescriber, session, world):
    who = factories.patient(session, world)
    order = dosed_today(session, world, who)

    page = text(prescriber.get(f"/orders/{order.id}/change"))

    assert f'value="{(world.day + DAY).isoformat()}"' in page


def test_same_form_sent_twice_signs_one_order(prescriber, session, world, waiting):
    path = f"/people/{waiting.id}/orders/new"
    shown = prescriber.get(path)
    data = hidden_fields(shown, path) | typed(world, over_limit_reason="x")
    answers = [prescriber.post(path, data=data) for _ in range(2)]

    assert [a.status_code for a in answers] == [303, 303]
    assert len(signed(session)) == 1


def test_order_is_stopped_with_a_reason(prescriber, session, world):
    who = factories.patient(session, world)
    order = session.scalars(select(models.DoseOrder)).one()
    session.commit()
    path = f"/orders/{order.id}/stop"

    blank = prescriber.send(path, {"last_day": (world.day - DAY).isoformat(), "reason": ""})
    answer = prescriber.send(path, {"last_day": (world.day - DAY).isoformat(), "reason": "allergic"})

    assert blank.status_code == 422
    assert answer.status_code == 303
    page = text(prescriber.get(f"/people/{who.id}/orders"))
    assert "No order holds today" in page
    assert "stopped by the prescriber" in page


def test_order_that_ends_soon_lies_on_the_desk_until_another_is_signed(prescriber, session, world):
    who = factories.patient(session, world, family_name="Endsoon", ends_on=world.day + 3 * DAY)
    factories.patient(session, world, family_name="Lasting")
    session.commit()

    page = text(prescriber.get("/prescriber"))

    assert "Endsoon" in page
    assert "3 days" in page
    assert "Lasting" not in page
    assert who.id


def test_stop_shows_its_minutes_and_is_released_from_the_desk(prescriber, session, world, clock):
    who = factories.patient(session, world)
    stop = stops.set_stop(session, person_id=who.id, kind=enums.StopKind.SEDATION, act=world.act())
    session.commit()
    clock.forward(minutes=4)

    page = text(prescriber.get("/prescriber"))
    answer = prescriber.send(f"/prescriber/stops/{stop.id}/release", {"reason": "awake, seen"})

    assert "4 min" in page
    assert answer.status_code == 303
    assert "Nothing waits" in text(prescriber.get("/prescriber"))
    assert prescriber.get(f"/prescriber/stops/{stop.id}/release").status_code == 404


def held(session, world):
    who = factories.patient(session, world, starts_on=world.day - 4 * DAY)
    kind = enums.TaskReasonKind.DAYS_WITHOUT_MEDICINE
    tasks.note(session, person_id=who.id, desk=enums.Desk.PRESCRIBER, kind=kind, due_at=world.at, act=world.act())
    session.commit()
    return who


def test_the_orders_of_somebody_held_lead_to_the_release_before_anybody_made_a_task(prescriber, session, world):
    waits, may_have = (factories.patient(session, world, starts_on=world.day - n * DAY) for n in (4, 0))
    session.commit()

    assert f"/people/{waits.id}/held-dose" in text(prescriber.get(f"/people/{waits.id}/orders"))
    assert f"/people/{may_have.id}/held-dose" not in text(prescriber.get(f"/people/{may_have.id}/orders"))


def test_held_dose_is_released_for_today_and_leaves_the_desk(prescriber, session, world):
    who = held(session, world)

    answer = prescriber.send(f"/people/{who.id}/held-dose", {"reason": "used since, no sedation"})

    assert answer.status_code == 303
    release = session.scalars(select(models.ReEntryRelease)).one()
    assert (release.amount_mg, release.days_without_medicine) == (mg("80"), 4)
    assert "Nothing waits" in text(prescriber.get("/prescriber"))
    assert "No dose of this person is held now" in text(prescriber.get(f"/people/{who.id}/held-dose"))


def test_release_of_another_amount_than_shown_is_refused(prescriber, session, world):
    who = held(session, world)
    path = f"/people/{who.id}/held-dose"
    data = hidden_fields(prescriber.get(path), path) | {"reason": "x"}
    answers = [prescriber.post(path, data=data | change) for change in ({"amount_mg": "90"}, {"order_id": "x"})]

    assert [a.status_code for a in answers] == [409, 422]
    assert session.scalar(select(func.count()).select_from(models.ReEntryRelease)) == 0


def test_new_version_can_release_todays_dose_after_considering_the_days(prescriber, session, world):
    who = held(session, world)
    order_id = signed(session)[0].id
    session.rollback()
    data = typed(world, amount_mg="40", over_limit_reason="start again", days_considered="y")

    answer = prescriber.send(f"/orders/{order_id}/change", data)

    assert answer.status_code == 303
    release = session.scalars(select(models.ReEntryRelease)).one()
    assert release.order_id == signed(session)[-1].id
    assert who.id == release.person_id


def test_task_is_closed_by_hand_with_what_came_of_it(prescriber, session, world):
    who = held(session, world)
    task_id = session.scalars(select(models.Task.id)).one()
    session.rollback()

    answer = prescriber.send(f"/prescriber/tasks/{task_id}/close", {"reason": "talked, will come tomorrow"})

    assert answer.status_code == 303
    assert session.get(models.Task, task_id).resolution == "talked, will come tomorrow"
    assert who.id


def test_nurse_reads_orders_but_signs_none(client, session, world):
    who = factories.patient(session, world)
    session.commit()
    client.sign_in(session, world, world.nurse)

    page = text(client.get(f"/people/{who.id}/orders"))

    assert "80 mg every day" in page
    assert f'<strong class="bar-name">{world.nurse.name}</strong>' in page
    assert "Change the order" not in page
    assert client.get(f"/people/{who.id}/orders/new").status_code == 403
    assert client.get("/prescriber").status_code == 403


def test_approved_profile_limits_the_next_order(prescriber, session, world, waiting):
    before = text(prescriber.get("/policy"))
    answer = prescriber.send("/policy/asam-2020/decision", {"effective_on": world.day.isoformat()})

    page = text(prescriber.get("/policy"))
    order = prescriber.send(f"/people/{waiting.id}/orders/new", typed(world, amount_mg="35"))

    assert "Nothing is approved" in before
    assert answer.status_code == 303
    assert f"by {world.prescriber.name}" in page
    assert "The first dose of 35 mg is more than 30 mg." in text(order)
