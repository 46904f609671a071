"""Health before a dose, over HTTP: entered by those who may, seen at the window, never a reason not to give."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from dispensary.web.database import db
from models import Dose, HealthFact, HealthFactEnd, PolicyApproval, Task
from models.enums import HealthFactKind, Role
from tests import factories
from tests.rows import count_stored


def at_window(client, who):
    return client.get(f"/window/{who.id}").get_data(as_text=True)


def enter(client, who, kind, **values):
    return client.send(f"/people/{who.id}/health/{kind}", values)


def statements(app, client, address):
    """Return how many statements a page needs."""
    seen = []
    with app.app_context():
        engine = db.engine
    listener = lambda *given: seen.append(given[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", listener)
    client.get(address)
    event.remove(engine, "before_cursor_execute", listener)
    return len(seen)


def test_a_counsellor_enters_a_sedative_and_the_nurse_sees_it_as_new_before_the_dose(client, session, world, who):
    counsellor = client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)
    answer = enter(counsellor, who, "medicine", name="Diazepam 5 mg", noted_on=world.day.isoformat())

    page = at_window(client.sign_in(session, world, world.nurse), who)

    assert answer.headers["Location"] == f"/people/{who.id}/health"
    assert "Takes Diazepam 5 mg since" in page
    assert "Ask the prescriber first" in page
    assert "new</span>" in page
    assert "List not yet approved by a prescriber." in page
    assert count_stored(session, Task) == 1


def test_an_alert_never_withholds_a_dose_and_is_new_no_more_after_it(nurse, session, clock, world, who):
    enter(nurse, who, "allergy", substance="methadone")
    clock.forward(minutes=1)

    answer = nurse.send(f"/window/{who.id}", {"scan": "F"})
    page = at_window(nurse, who)

    assert answer.status_code == 303
    assert count_stored(session, Dose) == 1
    assert "Allergy: methadone" in page
    assert "Ask the prescriber first" not in page
    assert "new</span>" not in page


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("allergy", {"substance": "penicillin", "reaction": "rash"}),
        ("pregnancy", {"until_on": "2026-07-01"}),
        ("pregnancy", {}),
        ("qtc", {"qtc_ms": "470", "noted_on": "2026-02-01"}),
        ("medicine", {"name": "rifampicin", "noted_on": "2026-02-01", "until_on": "2026-08-01"}),
        ("naloxone", {"noted_on": "2026-02-01"}),
    ],
)
def test_every_kind_is_entered_and_shown(nurse, session, who, kind, values):
    answer = enter(nurse, who, kind, **values)

    page = nurse.get(answer.headers["Location"]).get_data(as_text=True)
    assert session.scalars(select(HealthFact.kind)).one() == HealthFactKind(kind)
    assert "It holds no more" in page


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        ("qtc", {"qtc_ms": "4700", "noted_on": "2026-02-01"}, "A QTc lies between 200 and 900 ms."),
        ("qtc", {"qtc_ms": "470.5", "noted_on": "2026-02-01"}, "Whole milliseconds."),
        ("qtc", {"qtc_ms": "470", "noted_on": "2027-02-01"}, "This day lies ahead."),
        ("allergy", {"substance": " "}, "Please fill this in."),
        ("medicine", {"name": "rifampicin", "noted_on": "yesterday"}, "Type the day as year-month-day"),
        ("pregnancy", {"until_on": "2020-01-01"}, "This day has passed."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(nurse, session, who, kind, values, said):
    answer = enter(nurse, who, kind, **values)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert count_stored(session, HealthFact) == 0
    for typed in (v for k, v in values.items() if k in ("qtc_ms", "name")):
        assert f'value="{typed}"' in page


def test_what_holds_no_more_leaves_the_window_and_stays_legible(nurse, session, who):
    enter(nurse, who, "allergy", substance="penicillin")
    fact_id = session.scalars(select(HealthFact.id)).one()
    session.rollback()

    nurse.send(f"/people/health/{fact_id}/end", {"reason": "entered by mistake"})

    history = nurse.get(f"/people/{who.id}/health").get_data(as_text=True)
    assert "penicillin" not in at_window(nurse, who)
    assert "<del>Allergy: penicillin</del>" in history
    assert "entered by mistake" in history
    assert count_stored(session, HealthFactEnd) == 1


def test_an_unknown_kind_or_entry_is_no_page(nurse, who):
    assert nurse.get(f"/people/{who.id}/health/mood").status_code == 404
    assert nurse.get("/people/health/999/end").status_code == 404


def test_naloxone_is_offered_on_the_persons_page_and_not_at_the_window(nurse, who):
    enter(nurse, who, "allergy", substance="penicillin")

    person = nurse.get(f"/people/{who.id}").get_data(as_text=True)

    assert "No naloxone supplied that we know of" in person
    assert "No naloxone supplied" not in at_window(nurse, who)


def test_an_ordinary_persons_page_at_the_window_reads_nothing_more(app, nurse, session, world, who):
    other = factories.patient(session, world)
    session.commit()
    before = statements(app, nurse, f"/window/{other.id}")
    enter(nurse, who, "allergy", substance="penicillin")

    assert statements(app, nurse, f"/window/{other.id}") == before
    assert statements(app, nurse, f"/window/{who.id}") > before


def test_who_may_not_see_health_sees_none_of_it(client, session, world, who):
    nurse = client.sign_in(session, world, world.nurse)
    enter(nurse, who, "pregnancy")
    head = client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)

    page = head.get(f"/people/{who.id}").get_data(as_text=True)

    assert "regnan" not in page
    assert head.get(f"/people/{who.id}/health").status_code == 403


def test_the_prescriber_sees_that_something_is_new_and_reads_it_beside_the_order(client, session, world, who):
    enter(client.sign_in(session, world, world.nurse), who, "medicine", name="naltrexone", noted_on="2026-03-01")
    prescriber = client.sign_in(session, world, world.prescriber, at_window=False)

    desk = prescriber.get("/prescriber").get_data(as_text=True)
    order = prescriber.get(f"/people/{who.id}/orders/new").get_data(as_text=True)

    assert "new medicine to ask about before the dose" in desk
    assert "naltrexone" not in desk
    assert "Takes naltrexone" in order
    assert "sudden, severe withdrawal" in order


def test_a_list_that_a_prescriber_approved_is_no_draft(client, session, world, who):
    prescriber = client.sign_in(session, world, world.prescriber, at_window=False)
    shown = prescriber.get("/policy/alerts-2026").get_data(as_text=True)
    prescriber.send("/policy/alerts-2026/decision", {"effective_on": world.day.isoformat()})
    nurse = client.sign_in(session, world, world.nurse)
    enter(nurse, who, "medicine", name="diazepam", noted_on="2026-03-01")

    assert "Adds to sedation and can stop breathing" in shown
    assert "List not yet approved" not in at_window(nurse, who)
    assert "Adds to sedation and can stop breathing" in at_window(nurse, who)


def test_a_list_that_cannot_be_read_says_so_and_hides_nothing(nurse, session, world, who):
    enter(nurse, who, "medicine", name="diazepam", noted_on="2026-03-01")
    approval = {"profile": "gone", "digest": "x", "in_force": True, "effective_on": world.day - timedelta(days=1)}
    factories.save(session, PolicyApproval(approved_at=world.at, **approval, **factories.stamp(world)))
    session.commit()

    page = at_window(nurse, who)

    assert "The list of interacting medicines cannot be read" in page
    assert "Takes diazepam" in page
