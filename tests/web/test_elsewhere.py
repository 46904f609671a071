"""Doses given elsewhere over HTTP: noted at the window, verified by calling the source."""

import pytest

from models import Dose, DosingIncident, ElsewhereDose, ElsewhereVerdict, Stop
from models.enums import DoseOutcome, ElsewhereSource, StopKind
from models.units import mg
from tests.client import hidden_fields
from tests.durability.recount import recount
from tests.rows import count_stored, one_stored

TOLD = {
    "source": "hospital",
    "source_name": "City Hospital",
    "medication": "methadone",
    "amount_mg": "80",
    "taken_day": "2026-03-02",
    "taken_time": "06:15",
    "told_by": "the sister",
}
SAID = {
    "answer": "gave_it",
    "verifier": "ward nurse, by the ward's own number",
    "medication": "methadone",
    "amount_mg": "80",
    "taken_day": "2026-03-02",
    "taken_time": "06:15",
}


def text(answer):
    return answer.get_data(as_text=True)


def noted(client, who, **changes):
    """Note a dose and return the page about it."""
    return client.send(f"/window/{who.id}/elsewhere", TOLD | changes).headers["Location"]


def test_E_on_a_persons_page_notes_the_dose_and_stops_until_it_is_verified(nurse, session, who):
    opened = nurse.send(f"/window/{who.id}", {"scan": "E"}).headers["Location"]
    page = text(nurse.get(noted(nurse, who)))
    station = text(nurse.get(f"/window/{who.id}"))

    assert opened == f"/window/{who.id}/elsewhere"
    made = one_stored(session, ElsewhereDose)
    assert (made.source, made.source_name, made.amount_mg) == (ElsewhereSource.HOSPITAL, "City Hospital", mg("80"))
    assert one_stored(session, Stop).kind is StopKind.ELSEWHERE_UNVERIFIED
    assert "80\u00a0mg" in page
    assert "Do not give" in station
    assert f"/window/{who.id}/elsewhere" in station
    assert "Call and verify" in station
    assert "City Hospital" in text(nurse.get(opened))


def test_an_amount_that_nobody_knows_may_stay_empty(nurse, session, who):
    page = text(nurse.get(noted(nurse, who, amount_mg="")))

    assert one_stored(session, ElsewhereDose).amount_mg is None
    assert "amount not known" in page


def test_the_same_report_sent_twice_is_one(nurse, session, who):
    path = f"/window/{who.id}/elsewhere"
    fields = hidden_fields(nurse.get(path), path) | TOLD

    first, second = (nurse.post(path, data=fields) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert count_stored(session, ElsewhereDose) == 1


def test_a_second_report_of_the_same_dose_is_told_of_the_first(nurse, session, who):
    noted(nurse, who)

    answer = nurse.send(f"/window/{who.id}/elsewhere", TOLD)

    assert answer.status_code == 409
    assert "was reported at 07:00 by Rosa Ames" in text(answer)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": ""}, "Choose where."),
        ({"source_name": ""}, "Please fill this in."),
        ({"told_by": " "}, "Please fill this in."),
        ({"amount_mg": "0"}, "This must be more than zero."),
        ({"taken_day": "2026-03-03"}, "one that is planned is not reported"),
        ({"taken_day": "0001-01-01"}, "Type the day as"),
        ({"taken_time": ""}, "Please fill this in."),
        ({"taken_time": "6h"}, "hours and minutes"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(nurse, session, who, changes, said):
    answer = nurse.send(f"/window/{who.id}/elsewhere", TOLD | changes)

    assert answer.status_code == 422
    assert said in text(answer)
    assert "City Hospital" in text(answer) or "source_name" in changes
    assert count_stored(session, ElsewhereDose) == 0


def test_the_sources_word_makes_it_a_dose_and_says_what_is_next(nurse, session, who):
    path = noted(nurse, who)

    answer = nurse.send(path, SAID | {"amount_mg": "75"})
    shown = text(nurse.get(answer.headers["Location"]))

    made = one_stored(session, Dose)
    assert (made.outcome, made.taken_mg) == (DoseOutcome.ELSEWHERE, mg("75"))
    assert "The stop stands until the prescriber releases it" in shown
    assert "gave 75\u00a0mg: it counts as taken" in shown
    station = text(nurse.get(f"/window/{who.id}"))
    assert "Dosed today at 06:15 by City Hospital." in station
    assert "Call and verify" not in station
    recount(session)


def test_the_prescriber_reads_what_was_told_and_what_the_source_said_before_the_release(client, session, world, who):
    nurse = client.sign_in(session, world, world.nurse)
    path = noted(nurse, who)
    release = f"/prescriber/stops/{one_stored(session, Stop).id}/release"
    told = text(client.sign_in(session, world, world.prescriber).get(release))
    client.sign_in(session, world, world.nurse).send(path, SAID | {"amount_mg": "75"})
    said = text(client.sign_in(session, world, world.prescriber).get(release))

    assert "Told by the sister: 80 mg methadone, hospital City Hospital, 2026-03-02 06:15." in told
    assert "The source has not been asked yet" in told
    assert "it gave 75 mg, which counts as taken" in said


def test_the_answer_sent_twice_is_one_dose(nurse, session, who):
    path = noted(nurse, who)
    fields = hidden_fields(nurse.get(path), path) | SAID

    first, second = (nurse.post(path, data=fields) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert count_stored(session, Dose) == 1


def test_two_tabs_decide_once_and_the_second_sees_what_was_decided(nurse, session, who):
    path = noted(nurse, who)
    one_tab, other_tab = (hidden_fields(nurse.get(path), path) | SAID for _ in range(2))

    nurse.post(path, data=one_tab)
    answer = nurse.post(path, data=other_tab | {"answer": "did_not"})

    assert answer.status_code == 409
    assert "This report was decided at 07:00 by Rosa Ames." in text(answer)
    assert one_stored(session, ElsewhereVerdict).verified


def test_without_an_amount_it_is_not_verified(nurse, session, who):
    answer = nurse.send(noted(nurse, who), SAID | {"amount_mg": ""})

    assert answer.status_code == 422
    assert "Ask how many mg were given" in text(answer)
    assert count_stored(session, Dose) == 0


def test_the_sources_no_needs_no_amount(nurse, session, who):
    answer = nurse.send(noted(nurse, who), SAID | {"answer": "did_not", "amount_mg": ""})

    assert answer.status_code == 303
    assert not one_stored(session, ElsewhereVerdict).verified
    assert "it counts as not taken" in text(nurse.get(answer.headers["Location"]))


def test_a_dose_here_and_one_there_on_one_day_are_an_incident_that_the_window_watches(nurse, session, who):
    nurse.send(f"/window/{who.id}", {"scan": "F"})

    nurse.send(noted(nurse, who), SAID)

    incident = one_stored(session, DosingIncident)
    assert "Being watched after a dosing incident" in text(nurse.get("/window"))
    assert "twice on one day" in text(nurse.get(f"/window/incidents/{incident.id}"))
    recount(session)
