"""Dosing incidents over HTTP: what a nurse enters, what is drawn, what the next page says."""

import pytest
from sqlalchemy import select

from models import Dose, DoseOrder, DoseReversal, DosingIncident, IncidentObservation, Movement, Task
from models.enums import Alertness, DoseOutcome, ReversalReason, WasteReason
from models.units import mg, quantity
from tests.client import hidden_fields
from tests.durability.recount import recount
from tests.factories import PASSWORD, dose, patient
from tests.rows import count_stored, one_stored

TOLD = {
    "kind": "wrong_person",
    "taken_mg": "80",
    "medication": "methadone",
    "taken_time": "07:00",
    "source": "as_a_dose",
    "note": "took the cup of the next in line",
}


def text(answer):
    return answer.get_data(as_text=True)


def test_I_on_a_persons_page_opens_the_form_and_what_was_swallowed_is_recorded(nurse, session, world):
    who = patient(session, world)
    session.commit()

    opened = nurse.send(f"/window/{who.id}", {"scan": "i"})
    answer = nurse.send(opened.headers["Location"], TOLD)
    shown = text(nurse.get(answer.headers["Location"]))

    assert opened.headers["Location"] == f"/window/{who.id}/incident"
    assert answer.status_code == 303
    made = one_stored(session, Dose)
    assert (made.outcome, made.taken_mg, made.person_id) == (DoseOutcome.INCIDENT, mg("80"), who.id)
    assert "Look at the person every 30 minutes" in shown
    assert "took the cup of the next in line" in shown
    recount(session)


def test_the_same_form_sent_twice_is_one_incident(nurse, session, world):
    who = patient(session, world)
    session.commit()
    path = f"/window/{who.id}/incident"
    fields = hidden_fields(nurse.get(path), path) | TOLD

    first, second = (nurse.post(path, data=fields) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert count_stored(session, DosingIncident) == 1


def test_the_person_meant_is_found_by_number_and_may_still_be_dosed(nurse, session, world):
    who, meant = patient(session, world), patient(session, world)
    session.commit()

    nurse.send(f"/window/{who.id}/incident", TOLD | {"intended": meant.number})

    assert one_stored(session, DosingIncident).intended_person_id == meant.id
    assert "May be given" in text(nurse.get(f"/window/{meant.id}"))
    assert "Do not give" in text(nurse.get(f"/window/{who.id}"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"note": "  "}, "Please fill this in."),
        ({"kind": ""}, "Choose what was wrong."),
        ({"taken_mg": "0"}, "This must be more than zero."),
        ({"taken_mg": "80mg"}, "Digits only"),
        ({"taken_time": "7 o'clock"}, "hours and minutes"),
        ({"taken_time": "23:00"}, "This is later than now."),
        ({"intended": "zzz"}, "This does not mean exactly one person."),
        ({"intended": "P"}, "This does not mean exactly one person."),
        ({"taken_mg": "80.004"}, "do not make up 80.004"),
        ({"medication": "buprenorphine"}, "do not make up 80"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(nurse, session, world, changes, said):
    who = patient(session, world)
    session.commit()

    answer = nurse.send(f"/window/{who.id}/incident", TOLD | changes)

    assert answer.status_code == 422
    assert said in text(answer)
    assert "took the cup of the next in line" in text(answer) or "note" in changes
    assert count_stored(session, Dose) == 0


def test_what_came_from_no_container_here_is_recorded_without_stock(nurse, session, world):
    who = patient(session, world)
    session.commit()

    nurse.send(f"/window/{who.id}/incident", TOLD | {"source": "not_from_here", "taken_mg": "33.337", "uncertain": "y"})

    assert one_stored(session, Dose).taken_mg == mg("33.337")
    assert not one_stored(session, DosingIncident).amount_certain
    assert count_stored(session, Movement) == 3
    recount(session)


def test_the_container_that_was_used_may_be_named(nurse, session, world):
    who = patient(session, world)
    session.commit()
    source = str(world.containers["bup8"].id)
    told = TOLD | {"source": source, "taken_mg": "16"}

    wrong = nurse.send(f"/window/{who.id}/incident", told)
    nurse.send(f"/window/{who.id}/incident", told | {"medication": "buprenorphine_naloxone", "kind": "wrong_medicine"})

    assert "holds another medicine" in text(wrong)
    made = one_stored(session, Dose)
    assert (made.medication.value, made.form.value, made.order_id) == ("buprenorphine_naloxone", "tablet", None)
    recount(session)


def test_a_dose_recorded_for_the_wrong_person_is_taken_back_and_drawn_for_the_right_one(nurse, session, world):
    on_screen, swallowed = patient(session, world), patient(session, world)
    session.commit()
    done = nurse.send(f"/window/{on_screen.id}", {"scan": "F"}).headers["Location"]
    dose_id = one_stored(session, Dose).id
    path = f"/window/doses/{dose_id}/incident"
    assert path in text(nurse.get(done))

    answer = nurse.send(path, TOLD | {"swallowed_by": swallowed.number})

    assert answer.status_code == 303
    assert one_stored(session, DoseReversal).reason is ReversalReason.WRONG_PERSON_ON_SCREEN
    made = one_stored(session, DosingIncident)
    assert (made.person_id, made.intended_person_id) == (swallowed.id, on_screen.id)
    held = session.scalar(
        select(Movement.balance_after)
        .where(Movement.container_id == world.containers["methadone"].id)
        .order_by(Movement.container_seq.desc())
        .limit(1)
    )
    assert held == quantity("992")
    assert "May be given" in text(nurse.get(f"/window/{on_screen.id}"))
    recount(session)


def test_a_wrong_amount_is_put_right_in_one_step(nurse, session, world):
    who = patient(session, world)
    session.commit()
    nurse.send(f"/window/{who.id}", {"scan": "F"})
    path = f"/window/doses/{one_stored(session, Dose).id}/incident"

    nurse.send(path, TOLD | {"kind": "wrong_amount", "taken_mg": "800", "swallowed_by": who.number})

    made = one_stored(session, DosingIncident)
    assert session.get_one(Dose, made.dose_id).taken_mg == mg("800")
    assert made.intended_person_id is None
    assert one_stored(session, DoseReversal).reason is ReversalReason.KEYED_BY_MISTAKE
    assert "dosing incident" in text(nurse.get(f"/window/{who.id}"))
    recount(session)


def test_a_record_that_was_taken_back_already_is_not_taken_back_again(nurse, session, world):
    who = patient(session, world)
    session.commit()
    nurse.send(f"/window/{who.id}", {"scan": "F"})
    path = f"/window/doses/{one_stored(session, Dose).id}/incident"
    told = TOLD | {"kind": "wrong_amount", "taken_mg": "8", "swallowed_by": who.number}
    one_tab, other_tab = (hidden_fields(nurse.get(path), path) | told for _ in range(2))

    nurse.post(path, data=one_tab)
    answer = nurse.post(path, data=other_tab)

    assert answer.status_code == 409
    assert "was reversed at 07:00 by Rosa Ames" in text(answer)
    assert count_stored(session, DosingIncident) == 1


def test_an_incident_is_never_reversed(nurse, session, world):
    who = patient(session, world)
    session.commit()
    nurse.send(f"/window/{who.id}/incident", TOLD)

    answer = nurse.send(
        f"/window/doses/{one_stored(session, Dose).id}/reverse", {"reason": "keyed_by_mistake", "note": "not so"}
    )

    assert answer.status_code == 422
    assert "What was swallowed stays recorded" in text(answer)


def test_what_is_seen_of_the_person_is_kept_and_its_time_is_done(nurse, session, world, clock):
    who = patient(session, world)
    session.commit()
    path = nurse.send(f"/window/{who.id}/incident", TOLD).headers["Location"]
    clock.forward(minutes=4)

    nurse.send(path, {"alertness": "drowsy", "breaths_per_minute": "14", "note": "sits by the window"})
    shown = text(nurse.get(path))

    seen = one_stored(session, IncidentObservation)
    assert (seen.alertness, seen.breaths_per_minute) == (Alertness.DROWSY, 14)
    assert "✓ done" in shown
    assert "sits by the window" in shown
    assert "emergency" not in shown


@pytest.mark.parametrize("alertness", ["hard_to_rouse", "unresponsive"])
def test_somebody_who_does_not_wake_calls_for_help_and_for_the_prescriber_at_once(
    nurse, session, world, clock, alertness
):
    who = patient(session, world)
    session.commit()
    path = nurse.send(f"/window/{who.id}/incident", TOLD).headers["Location"]
    clock.forward(minutes=4)

    answer = nurse.send(path, {"alertness": alertness})

    assert "Call the emergency number now; give naloxone." in text(nurse.get(answer.headers["Location"]))
    assert one_stored(session, Task).due_at == clock.at


@pytest.mark.parametrize("breaths", ["0", "-3", "100", "twelve", str(2**63)])
def test_breaths_that_cannot_be_are_said_at_their_field(nurse, session, world, breaths):
    who = patient(session, world)
    session.commit()
    path = nurse.send(f"/window/{who.id}/incident", TOLD).headers["Location"]

    answer = nurse.send(path, {"alertness": "awake", "breaths_per_minute": breaths})

    assert answer.status_code == 422
    assert count_stored(session, IncidentObservation) == 0


def test_the_window_lists_who_is_watched_until_the_time_is_over(nurse, session, world, clock):
    who = patient(session, world)
    session.commit()
    nurse.send(f"/window/{who.id}/incident", TOLD)

    now = text(nurse.get("/window"))
    clock.forward(hours=4, minutes=1)
    nurse.sign_in(session, world, world.nurse)
    later = text(nurse.get("/window"))

    assert "Being watched after a dosing incident" in now
    assert who.number in now
    assert "Being watched" not in later


def test_the_prescriber_releases_the_stop_and_the_window_may_go_on(client, session, world):
    who = patient(session, world)
    session.commit()
    path = client.sign_in(session, world, world.nurse).send(
        f"/window/{who.id}/incident", TOLD | {"source": "not_from_here", "taken_mg": "1"}
    ).headers["Location"]  # fmt: skip
    client.send(path, {"alertness": "hard_to_rouse", "breaths_per_minute": "9"})
    stop_id = one_stored(session, DosingIncident).stop_id
    client.sign_in(session, world, world.prescriber)
    desk = text(client.get("/prescriber"))

    behind = text(client.get(f"/prescriber/stops/{stop_id}/release"))
    on_the_person = text(client.get(f"/people/stops/{stop_id}/release"))

    client.send(f"/prescriber/stops/{stop_id}/release", {"reason": "seen, awake, no further dose today"})

    assert "Stop: dosing incident" in desk
    for page in (behind, on_the_person):
        assert "1 mg methadone" in page
        assert "hard to rouse, 9 breaths a minute" in page
    assert "0 min" in desk
    assert one_stored(session, Task).resolved_at is not None
    assert "the prescriber released the stop" in text(client.get(path))


def test_a_poured_dose_that_nobody_swallowed_is_wasted_from_the_persons_page(nurse, session, world):
    who = patient(session, world)
    session.commit()
    path = f"/stock/containers/{world.containers['methadone'].id}/not-swallowed"
    shown = text(nurse.get(f"/window/{who.id}"))
    witness = {"witness_username": world.witness.username, "witness_password": PASSWORD}

    page = text(nurse.get(path))
    answer = nurse.send(path, {"quantity": "8", "reason": "not_swallowed", **witness})

    assert path in shown
    assert '<option selected value="not_swallowed">' in page
    assert answer.status_code == 303
    wasted = session.scalars(select(Movement).where(Movement.waste_reason == WasteReason.NOT_SWALLOWED)).one()
    assert wasted.quantity == quantity("8")
    recount(session)


def test_an_incident_that_never_was_is_taken_back_by_two_people_and_its_page_says_so(nurse, session, world):
    who = patient(session, world)
    session.commit()
    page = nurse.send(f"/window/{who.id}/incident", TOLD).headers["Location"]
    reverse = f"/window/doses/{one_stored(session, Dose).id}/reverse"
    why = {"reason": "wrong_person_on_screen", "note": "another number was typed"}
    witness = {"witness_username": world.witness.username, "witness_password": PASSWORD}

    offered = reverse in text(nurse.get(page))
    form = text(nurse.get(reverse))
    alone = nurse.send(reverse, why)
    signed = nurse.send(reverse, why | witness)

    assert offered
    assert "The stop stays until a prescriber releases it" in form
    assert (alone.status_code, signed.status_code) == (422, 303)
    assert "A second person must sign here" in text(alone)
    assert one_stored(session, DoseReversal).witnessed_by_id == world.witness.id
    shown = text(nurse.get(page))
    assert "nothing was swallowed" in shown
    assert reverse not in shown
    assert "Do not give" in text(nurse.get(f"/window/{who.id}"))
    recount(session)


def test_who_swallowed_it_is_named_by_the_whole_number_never_by_a_part_that_one_person_matches(nurse, session, world):
    on_screen, other = patient(session, world), patient(session, world, family_name="Zander")
    session.commit()
    nurse.send(f"/window/{on_screen.id}/incident", TOLD)
    session.rollback()
    dose(session, world, other, session.scalars(select(DoseOrder).where(DoseOrder.person_id == other.id)).one())
    session.commit()
    wrong = session.scalars(select(Dose.id).where(Dose.person_id == other.id)).one()

    by_part, by_name = (
        nurse.send(f"/window/doses/{wrong}/incident", TOLD | {"swallowed_by": told})
        for told in (on_screen.number[1:], "Zander")
    )

    assert (by_part.status_code, by_name.status_code) == (422, 422)
    assert count_stored(session, DosingIncident) == 1
