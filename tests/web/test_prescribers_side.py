"""The pages of the prescriber's side, and what they show at the window."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import models
from dispensary.services import on_call, stops, telephone_orders
from dispensary.services.telephone_orders import Said
from models import enums
from models.units import mg
from tests import factories
from tests.client import hidden_fields

DAY = timedelta(days=1)


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def prescriber(client, session, world):
    client.sign_in(session, world, world.prescriber)
    return client


@pytest.fixture
def by_telephone(session, world):
    values = {"key": enums.SettingKey.TELEPHONE_ORDERS, "value": "yes", "effective_on": world.day - DAY}
    factories.save(session, models.SiteSetting(**values, **factories.stamp(world)))
    session.commit()


def on_duty(session, world):
    on_call.set_on_call(
        session,
        first=world.day,
        last=world.day,
        prescriber_id=world.prescriber.id,
        phone="555-0199",
        act=world.act(world.prescriber),
    )
    session.commit()


def stopped(session, world, who):
    stop = stops.set_stop(session, person_id=who.id, kind=enums.StopKind.SEDATION, act=world.act())
    session.commit()
    return stop


def test_nurse_starts_at_the_window_and_prescriber_counsellor_and_head_each_at_a_desk(client, session, world):
    starts = [
        client.sign_in(session, world, who).get("/").headers["Location"]
        for who in (
            world.prescriber,
            world.nurse,
            world.staff[enums.Role.COUNSELLOR],
            world.staff[enums.Role.CLINIC_HEAD],
        )
    ]

    assert starts == ["/prescriber", "/window", "/desk", "/desk"]


def test_rota_is_filled_for_several_days_and_shown_on_the_desk(prescriber, world):
    data = {
        "first": world.day.isoformat(),
        "last": (world.day + 6 * DAY).isoformat(),
        "prescriber_id": str(world.prescriber.id),
        "phone": "555-0199",
    }

    answer = prescriber.send("/orders/rota", data)

    assert answer.status_code == 303
    assert text(prescriber.get("/orders/rota")).count("555-0199") == 7
    assert "Dana Frost, 555-0199" in text(prescriber.get("/prescriber"))


def test_rota_that_cannot_be_keeps_what_was_typed(prescriber, world):
    data = {"first": "tomorrow", "last": world.day.isoformat(), "prescriber_id": "", "phone": "555-0199"}

    answer = prescriber.send("/orders/rota", data)

    assert answer.status_code == 422
    assert 'value="555-0199"' in text(answer)
    assert "This is not a day" in text(answer)


def test_refused_page_says_whom_to_call(nurse, session, world):
    who = factories.patient(session, world)
    stopped(session, world, who)

    without = text(nurse.get(f"/window/{who.id}"))
    on_duty(session, world)

    assert "Nobody is on the rota today: call the clinic head." in without
    assert "Hanna Lind" in without
    assert "Dana Frost, 555-0199" in text(nurse.get(f"/window/{who.id}"))


def test_page_of_an_ordinary_dose_names_nobody_to_call(nurse, session, world):
    who = factories.patient(session, world)
    on_duty(session, world)

    assert "555-0199" not in text(nurse.get(f"/window/{who.id}"))


def telephone_page(who):
    return f"/orders/person/{who.id}/telephone"


def said(world, **changes):
    return {
        "kind": "lower",
        "prescriber_id": str(world.prescriber.id),
        "amount_mg": "60",
        "read_back": "60 mg",
        "reason": "drowsy, called",
    } | changes


def test_telephone_order_is_taken_down_and_lies_on_the_desk(nurse, session, world, by_telephone):
    who = factories.patient(session, world)
    session.commit()

    answer = nurse.send(telephone_page(who), said(world))

    assert answer.headers["Location"] == f"/window/{who.id}"
    assert "60\N{NO-BREAK SPACE}mg" in text(nurse.get(answer.headers["Location"]))
    nurse.sign_in(session, world, world.prescriber)
    desk = text(nurse.get("/prescriber"))
    assert "lower today&#39;s dose: <strong>60\N{NO-BREAK SPACE}mg</strong>" in desk
    assert "Rosa Ames" in desk


def test_amount_that_was_read_back_otherwise_is_refused_and_nothing_is_lost(nurse, session, world, by_telephone):
    who = factories.patient(session, world)
    session.commit()

    answer = nurse.send(telephone_page(who), said(world, read_back="16 mg"))

    assert answer.status_code == 422
    assert "This is not the amount above" in text(answer)
    assert 'value="drowsy, called"' in text(answer)


def test_page_offers_only_what_can_be_ordered_and_says_why_not_the_rest(nurse, session, world, by_telephone):
    who = factories.patient(session, world)
    stop = stopped(session, world, who)

    page = text(nurse.get(telephone_page(who)))

    assert "Nothing can be ordered by telephone now." in page
    assert "A stop stands. It is not released by telephone." in page
    assert 'name="kind"' not in page
    refused = nurse.get(f"/window/{who.id}")
    assert telephone_page(who) not in text(refused)
    assert stop.id


def test_site_that_takes_no_telephone_orders_says_so_and_offers_none(nurse, session, world):
    who = factories.patient(session, world, starts_on=world.day - 4 * DAY)
    session.commit()

    assert "This site takes no orders by telephone" in text(nurse.get(telephone_page(who)))
    assert telephone_page(who) not in text(nurse.get(f"/window/{who.id}"))


def test_lapsed_order_leads_to_the_telephone(nurse, session, world, by_telephone):
    who = factories.patient(session, world, starts_on=world.day - 30 * DAY, ends_on=world.day - DAY)
    session.commit()

    page = text(nurse.get(f"/window/{who.id}"))

    assert "No signed order holds today." in page
    assert telephone_page(who) in page


@pytest.fixture
def taken(session, world, by_telephone):
    who = factories.patient(session, world)
    kind = enums.TelephoneOrderKind.LOWER
    order = Said(kind, world.prescriber.id, mg("60"), "60 mg", "drowsy")
    made = telephone_orders.take_telephone_order(session, person_id=who.id, said=order, act=world.act())
    session.commit()
    return made


def test_prescriber_countersigns_from_the_desk(prescriber, session, taken):
    answer = prescriber.send(f"/orders/telephone/{taken.id}", {"answer": "agreed", "note": ""})

    assert answer.headers["Location"] == "/prescriber"
    assert f"/orders/telephone/{taken.id}" not in text(prescriber.get("/prescriber"))
    assert "Countersigned" in text(prescriber.get(f"/orders/telephone/{taken.id}"))


def test_disowned_order_says_why_and_stands_in_red_on_the_persons_page(prescriber, session, taken):
    path = f"/orders/telephone/{taken.id}"

    without = prescriber.send(path, {"answer": "disowned", "note": ""})
    answer = prescriber.send(path, {"answer": "disowned", "note": "nobody called"})

    assert without.status_code == 422
    assert answer.status_code == 303
    assert "disowned" in text(prescriber.get(f"/people/{taken.person_id}/orders"))
    assert "Release stop" in text(prescriber.get("/prescriber"))


def test_late_countersignature_shows_red_to_nurse_and_prescriber(client, session, world, clock, taken):
    clock.forward(hours=25)

    client.sign_in(session, world, world.nurse)
    window = text(client.get("/window"))
    client.sign_in(session, world, world.prescriber)
    desk = text(client.get("/prescriber"))

    assert "1 telephone order was not countersigned in time" in window
    assert '<strong class="overdue">⚠ overdue</strong>' in desk


def further(**changes):
    return {"assessment": "restless", "cows": "12", "amount_mg": "10", "hours": "3", "over_limit_reason": ""} | changes


def test_further_part_is_ordered_shown_at_the_window_and_given(client, session, world, clock):
    who = factories.person(session)
    phase = enums.TreatmentPhase.INDUCTION
    order = factories.order(session, world, who, amount="20", treatment_phase=phase)
    factories.dose(session, world, who, order, lines={"methadone": "2"})
    session.commit()
    client.sign_in(session, world, world.prescriber)
    path = f"/orders/{order.id}/supplement"

    asked = client.send(path, further())
    answer = client.send(path, further(over_limit_reason="no policy approved yet"))

    assert "No approved policy limits" in text(asked)
    assert 'value="restless"' in text(asked)
    assert answer.headers["Location"] == f"/people/{who.id}/orders"
    client.sign_in(session, world, world.nurse)
    early = text(client.get(f"/window/{who.id}"))
    assert "The further part of today may be given from 10:00." in early
    assert "further part ordered for today" in text(client.get("/window"))
    clock.forward(hours=3)
    client.sign_in(session, world, world.nurse)
    page = client.get(f"/window/{who.id}")
    assert "Part 2 of 2 today" in text(page)
    given = client.post(f"/window/{who.id}", data=hidden_fields(page, f"/window/{who.id}") | {"scan": "F"})
    assert "/done/" in given.headers["Location"]


def test_no_further_part_without_a_first_one(prescriber, session, world):
    who = factories.patient(session, world)
    session.commit()
    order = session.scalars(select(models.DoseOrder)).one()

    page = text(prescriber.get(f"/orders/{order.id}/supplement"))

    assert "A further part for one day belongs to induction" in page
    assert "Nothing was taken today yet" in page
    assert 'name="amount_mg"' not in page
    assert who.id


def test_order_that_ends_is_renewed_from_the_list(prescriber, session, world):
    who = factories.person(session)
    first = world.day - 27 * DAY
    order = factories.order(session, world, who, starts_on=first, ends_on=world.day + 2 * DAY)
    factories.dose(session, world, who, order)
    session.commit()
    path = f"/orders/{order.id}/renew"
    assert path in text(prescriber.get("/prescriber"))

    until = (world.day + 30 * DAY).isoformat()
    answer = prescriber.send(path, {"ends_on": until, "reason": "continued unchanged"})

    assert answer.headers["Location"] == "/prescriber"
    session.rollback()
    new = session.scalars(select(models.DoseOrder).where(models.DoseOrder.replaces_id == order.id)).one()
    assert (new.starts_on, new.ends_on.isoformat()) == (world.day + 3 * DAY, until)
    amounts = session.scalars(select(models.OrderStep.amount_mg).where(models.OrderStep.order_id == new.id)).all()
    assert amounts == [mg("80")]
    assert path not in text(prescriber.get("/prescriber"))


def test_order_with_a_step_that_waits_is_changed_not_renewed(prescriber, session, world):
    first = world.day - 5 * DAY
    who = factories.person(session)
    steps = {first: ("30",), first + 2 * DAY: ("40",)}
    order = factories.order(session, world, who, steps=steps, starts_on=first, ends_on=world.day + DAY)
    session.commit()

    page = text(prescriber.get(f"/orders/{order.id}/renew"))

    assert "it cannot go on as it is" in page
    assert 'name="ends_on"' not in page


def test_window_hears_of_a_decision_at_once(nurse, session, world):
    who = factories.patient(session, world)
    stop = stopped(session, world, who)
    first = nurse.get("/window/queue")
    mark = first.headers["ETag"]

    stops.release_stop(session, stop_id=stop.id, reason="awake", act=world.act(world.prescriber))
    session.commit()

    again = nurse.get("/window/queue", headers={"If-None-Match": mark})
    assert again.status_code == 200
    assert "stop released" in text(again)
    assert "Dana Frost" in text(again)
    assert f'href="/window/{who.id}"' in text(again)
    assert "Hường" not in text(again)  # the screen shows initials here


def test_open_page_learns_that_something_changed(nurse, session, world):
    who = factories.patient(session, world)
    session.commit()
    page = nurse.get(f"/window/{who.id}")
    shown = hidden_fields(page, f"/window/{who.id}")["shown"]
    headers = {"If-None-Match": f'"{shown}"'}

    same = nurse.get(f"/window/{who.id}/mark", headers=headers)
    stopped(session, world, who)
    other = nurse.get(f"/window/{who.id}/mark", headers=headers)

    assert f'data-mark="{shown}"' in text(page)
    assert (same.status_code, other.status_code) == (304, 200)


def test_desk_learns_that_something_changed(prescriber, session, world):
    who = factories.patient(session, world)
    session.commit()
    mark = prescriber.get("/prescriber/mark").headers["ETag"]

    stopped(session, world, who)

    assert prescriber.get("/prescriber/mark", headers={"If-None-Match": mark}).status_code == 200


def test_page_for_a_dose_that_is_not_held_says_so(prescriber, session, world):
    who = factories.patient(session, world)
    session.commit()

    answer = prescriber.get(f"/people/{who.id}/held-dose")

    assert answer.status_code == 200
    assert "No dose of this person is held now" in text(answer)


def test_prescription_is_printed_and_noted(prescriber, session, world):
    who = factories.patient(session, world)
    session.commit()
    order = session.scalars(select(models.DoseOrder)).one()
    page = prescriber.get(f"/people/{who.id}/orders")
    path = f"/orders/{order.id}/prescription.pdf"

    answer = prescriber.post(path, data=hidden_fields(page, path))

    assert answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"] == f'inline; filename="prescription-{order.id}.pdf"'
    session.rollback()
    event = session.scalars(select(models.AuditEvent).order_by(models.AuditEvent.id.desc())).first()
    assert event.kind is enums.AuditKind.REPORT_PRINTED
    assert f'"person":{who.id}' in event.body.replace(" ", "")
