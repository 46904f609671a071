"""Injections and weekly rhythms on the pages: ordered, given at the window, asked about, released."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

import models
from dispensary.policy.profiles import SHIPPED, load
from models import enums
from models.units import mg
from tests import factories
from tests.web.test_orders import text, typed

DAY = timedelta(days=1)
DEPOT = {
    "medication": "buprenorphine",
    "form": "injection",
    "amount_mg": "64",
    "amount_again": "64 mg",
    "depot": "own",
    "interval_days": "28",
    "early_days": "7",
    "late_days": "7",
    "reason": "label of the product, section 4.2",
}
BUP = {"medication": "buprenorphine", "form": "tablet", "amount_mg": "8", "over_limit_reason": "verified"}


@pytest.fixture
def waiting(session, world):
    """Someone admitted today, without an order."""
    who = factories.person(session)
    factories.episode(session, world, who)
    session.commit()
    return who


@pytest.fixture
def who(session, world):
    """Somebody on monthly injections since today, with syringes open at the window."""
    factories.syringes(session, world)
    somebody = factories.person(session)
    factories.depot_order(session, world, somebody)
    session.commit()
    return somebody


def injected_ten_days_ago(session, world, who):
    order = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()
    then = world.at - 10 * DAY
    factories.dose(session, world, who, order, at=then, taken_mg=mg("64"), ordered_mg=mg("64"))
    factories.trust_clock(session, world, world.at)
    session.commit()


def orders(session):
    session.rollback()
    return session.scalars(select(models.DoseOrder).order_by(models.DoseOrder.id)).all()


def test_injection_is_ordered_with_own_figures_and_read_back(client, session, world, waiting):
    client.sign_in(session, world, world.prescriber)
    path = f"/people/{waiting.id}/orders/new"

    answer = client.send(path, typed(world, **DEPOT))

    assert answer.status_code == 303, text(answer)
    page = text(client.get(answer.headers["Location"]))
    assert "buprenorphine, injection: 64 mg every 28 days" in page
    assert "from 7 days before that day to 7 days after it" in page
    assert "own figures" in page
    assert "Next injection: " in page
    plan = session.scalars(select(models.DepotPlan)).one()
    assert (plan.interval, plan.interval_days, plan.profile) == (enums.DepotInterval.MONTHLY, 28, None)


def test_window_of_an_approved_profile_is_offered_and_kept_with_its_version(client, session, world, waiting):
    profile = next(p for p in load([SHIPPED]) if p.id == "sublocade-label-2025")
    approval = {"profile": profile.id, "digest": profile.digest, "in_force": True, "effective_on": world.day - DAY}
    approval |= {"approved_at": world.at} | factories.stamp(world, world.prescriber)
    factories.save(session, models.PolicyApproval(**approval))
    session.commit()
    client.sign_in(session, world, world.prescriber)
    chosen = DEPOT | {"depot": "sublocade-monthly", "amount_mg": "300", "amount_again": "300 mg", "reason": ""}

    answer = client.send(f"/people/{waiting.id}/orders/new", typed(world, **chosen))

    assert answer.status_code == 303, text(answer)
    plan = session.scalars(select(models.DepotPlan)).one()
    assert (plan.early_days, plan.late_days, plan.second_after_days) == (2, 14, 7)
    assert (plan.profile, plan.profile_digest) == ("sublocade-label-2025", profile.digest)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"depot": ""}, "Choose the product"),
        ({"interval_days": "20"}, "28 to 31"),
        ({"early_days": ""}, "Please fill this in."),
        ({"reason": ""}, "No approved profile stands behind these figures"),
        ({"every_n_days": "2"}, "leave every day here"),
        ({"form": "tablet"}, "Only an injection has a window of days."),
        ({"medication": "methadone"}, "does not come as injection"),
    ],
)
def test_order_for_an_injection_says_what_is_missing_and_keeps_what_was_typed(
    client, session, world, waiting, changed, said
):
    client.sign_in(session, world, world.prescriber)

    answer = client.send(f"/people/{waiting.id}/orders/new", typed(world, **DEPOT | changed))

    assert answer.status_code == 422
    assert said in text(answer)
    assert orders(session) == []


def test_three_times_a_week_is_ordered_by_days_of_the_week(client, session, world, waiting):
    client.sign_in(session, world, world.prescriber)
    days = BUP | {"every_n_days": "0", "weekdays": ["1", "3", "5"]}

    answer = client.send(f"/people/{waiting.id}/orders/new", typed(world, **days))

    assert answer.status_code == 303, text(answer)
    assert [order.weekdays for order in orders(session)] == ["135"]
    page = text(client.get(answer.headers["Location"]))
    assert "8 mg on Mondays, on Wednesdays, on Fridays" in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"medication": "methadone", "form": "liquid"}, "Methadone is ordered for every day."),
        ({"every_n_days": "1"}, "Tick the days"),
        ({"weekdays": []}, "Tick the days"),
    ],
)
def test_days_of_the_week_are_for_buprenorphine_and_said_whole(client, session, world, waiting, changed, said):
    client.sign_in(session, world, world.prescriber)
    days = BUP | {"every_n_days": "0", "weekdays": ["1", "3", "5"]} | changed

    answer = client.send(f"/people/{waiting.id}/orders/new", typed(world, **days))

    assert answer.status_code == 422
    assert said in text(answer)


def test_on_a_day_between_the_window_says_when_the_next_dose_is_due(nurse, session, world):
    assert world.day.isoweekday() == 1
    who = factories.patient(session, world, "8", medication=enums.Medication.BUPRENORPHINE_NALOXONE,
                            form=enums.Form.TABLET, weekdays="24")  # fmt: skip
    session.commit()

    page = text(nurse.get(f"/window/{who.id}"))

    assert "The order has no dose for today." in page
    assert f"The next dose is due on {world.day + DAY}" in page
    assert "on Tuesdays, on Thursdays" in page
    assert f"{who.number}</a></td>" not in text(nurse.get("/window"))


def test_F_leads_to_the_place_of_the_injection_and_records_nothing_yet(nurse, session, world, who):
    answer = nurse.send(f"/window/{who.id}", {"scan": "F"})

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/window/{who.id}/injection")
    session.rollback()
    assert session.scalars(select(models.Dose)).all() == []


def test_injection_is_recorded_with_its_place_and_says_the_next_one(nurse, session, world, who):
    path = f"/window/{who.id}/injection"

    asked = nurse.send(path, {})
    answer = nurse.send(path, {"into": "abdomen_left"})
    page = text(nurse.get(answer.headers["Location"]))

    assert asked.status_code == 422
    assert "Choose the place." in text(asked)
    assert "injected, abdomen, left" in page
    assert "Next injection: " in page
    assert "spoke, swallowed" not in page
    assert "It came up again" not in page
    assert "injected" in text(nurse.get("/window/queue"))


def test_person_on_injections_is_in_the_queue_only_inside_the_window(nurse, session, world, who):
    assert f"{who.number}</a></td>" in text(nurse.get("/window/queue"))

    injected_ten_days_ago(session, world, who)

    assert f"{who.number}</a></td>" not in text(nurse.get("/window/queue"))


def test_early_injection_is_asked_about_and_released_at_the_desk(client, session, world, who):
    injected_ten_days_ago(session, world, who)
    client.sign_in(session, world, world.nurse)
    page = text(client.get(f"/window/{who.id}"))
    asked = client.send(f"/window/{who.id}/injection/ask", {})

    client.sign_in(session, world, world.prescriber)
    desk = text(client.get("/prescriber"))
    released = client.send(f"/people/{who.id}/injection", {"reason": "leaves for work abroad"})

    assert "The next injection is due on" in page
    assert "Ask the prescriber" in page
    assert asked.status_code == released.status_code == 303
    assert "Injection early or late" in desk
    client.sign_in(session, world, world.nurse)
    assert "May be given" in text(client.get(f"/window/{who.id}"))


def test_release_page_of_somebody_inside_the_window_says_that_nothing_waits(client, session, world, who):
    client.sign_in(session, world, world.prescriber)

    answer = client.get(f"/people/{who.id}/injection")

    assert answer.status_code == 200
    assert "Release today" not in text(answer)


def test_part_of_an_injection_is_refused_with_words(nurse, session, world, who):
    data = {"taken_mg": "32", "reason": "other", "witness_username": world.witness.username,
            "witness_password": factories.PASSWORD}  # fmt: skip

    answer = nurse.send(f"/window/{who.id}/part", data)

    assert answer.status_code == 422
    assert "An injection has no part." in text(answer)


def test_prescriber_sees_the_last_dose_of_each_kind_when_changing_the_drug(client, session, world):
    who = factories.patient(session, world)
    order = session.scalars(select(models.DoseOrder)).one()
    factories.dose(session, world, who, order)
    session.commit()
    client.sign_in(session, world, world.prescriber)

    page = text(client.get(f"/orders/{order.id}/change"))

    assert "Last taken" in page
    assert "80\u00a0mg" in page


def test_Q_asks_about_an_early_injection_and_leads_nobody_else_anywhere(nurse, session, world, who):
    injected_ten_days_ago(session, world, who)
    other = factories.patient(session, world)
    session.commit()

    asks = nurse.send(f"/window/{who.id}", {"scan": "q"})
    of_other = nurse.get(f"/window/{other.id}/injection/ask")

    assert "<kbd>Q</kbd>" in nurse.get(f"/window/{who.id}").text
    assert asks.headers["Location"] == f"/window/{who.id}/injection/ask"
    assert (of_other.status_code, of_other.headers["Location"]) == (303, f"/window/{other.id}")
    assert nurse.send(f"/window/{who.id}/injection/ask", {}).status_code == 303


def test_pages_of_what_went_wrong_speak_of_an_injection(nurse, session, world, who):
    person, spilt, incident = (text(nurse.get(f"/window/{who.id}{page}")) for page in ("", "/spilt", "/incident"))

    assert "something wrong was injected" in person
    assert "The syringe was lost or broken" in spilt and "Was part of it injected?" in spilt
    assert "What was injected can always be recorded here" in incident and "Injected today at" in incident
    for page in (person, spilt, incident):
        assert "swallowed" not in re.sub(r"<[^>]*>", " ", page)


def test_wrong_injection_is_an_incident_that_counts_for_the_window(nurse, session, world, who):
    syringe = session.scalars(select(models.Container.id).order_by(models.Container.id.desc())).first()
    told = {"kind": "wrong_amount", "taken_mg": "64", "medication": "buprenorphine", "taken_time": "06:59",
            "source": str(syringe), "note": "given twice the ordered strength"}  # fmt: skip

    answer = nurse.send(f"/window/{who.id}/incident", told)

    session.rollback()
    dose = session.scalars(select(models.Dose)).one()
    assert answer.status_code == 303
    assert (dose.form, dose.outcome, dose.taken_mg) == (enums.Form.INJECTION, enums.DoseOutcome.INCIDENT, 64)
    assert f"{who.number}</a></td>" in text(nurse.get("/window/queue"))
