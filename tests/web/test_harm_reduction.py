"""Harm reduction and events over HTTP: told anywhere, seen at the window, followed up, counted."""

import csv
from datetime import timedelta

import pytest

from models import AccessLog, Dose, Marker, OutreachContact, Overdose, OverdoseFollowUp, SupplyIssue, Task
from models.enums import Desk, Role, SupplyKind
from tests import factories
from tests.client import hidden_fields
from tests.rows import count_stored, one_stored

NOTE = "Was alone, used after the funeral."


@pytest.fixture
def counsellor(client, session, world):
    return client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)


def overdose(world, **values):
    return {
        "happened_on": world.day.isoformat(),
        "place": "behind the station",
        "helped_by": "peer",
        "naloxone_given": "y",
        "survived": "yes",
        "told_by": "a friend",
        "note": NOTE,
    } | values


def tell(client, world, who, **values):
    return client.send(f"/people/{who.id}/overdoses/tell", overdose(world, **values))


def at_window(client, session, world, who):
    return client.sign_in(session, world, world.nurse).get(f"/window/{who.id}").text


def test_an_overdose_told_by_the_counsellor_shows_at_the_window_and_its_note_does_not(
    counsellor, client, session, world, who
):
    before = at_window(client, session, world, who)
    counsellor = client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)

    answer = tell(counsellor, world, who)

    assert answer.status_code == 303
    after = at_window(client, session, world, who)
    assert "New since the prescriber last looked" not in before
    assert "New since the prescriber last looked" in after
    assert "<strong>overdose</strong>" in after
    assert "Carl Brook" in after
    assert "It stops no dose." in after
    for closed in (NOTE, "behind the station", "a friend"):
        assert closed not in after


def test_a_dose_shown_before_the_overdose_was_told_is_not_recorded_unseen(client, session, world, who):
    nurse = client.sign_in(session, world, world.nurse)
    shown = hidden_fields(nurse.get(f"/window/{who.id}"), f"/window/{who.id}")
    counsellor = client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)
    tell(counsellor, world, who)
    nurse = client.sign_in(session, world, world.nurse)
    fresh = hidden_fields(nurse.get(f"/window/{who.id}"), f"/window/{who.id}")

    answer = nurse.post(f"/window/{who.id}", data=fresh | {"shown": shown["shown"], "scan": "F"})

    assert answer.status_code == 409
    assert "what has happened to the person" in answer.text
    assert count_stored(session, Dose) == 0


def test_it_goes_from_the_window_when_the_prescriber_has_answered(counsellor, client, session, world, who):
    tell(counsellor, world, who)
    prescriber = client.sign_in(session, world, world.prescriber, at_window=False)
    task_id = session.query(Task).filter_by(desk=Desk.PRESCRIBER).one().id
    session.rollback()
    desk = prescriber.get("/prescriber").text

    prescriber.send(f"/prescriber/tasks/{task_id}/close", {"reason": "spoke with the person, order stays"})

    assert "overdose" in desk
    assert "New since the prescriber last looked" not in at_window(client, session, world, who)


def test_the_prescriber_goes_from_the_desk_to_where_the_treatment_of_somebody_told_dead_ends(
    counsellor, client, session, world, who
):
    tell(counsellor, world, who, survived="no")

    desk = client.sign_in(session, world, world.prescriber, at_window=False).get("/prescriber").text

    for address in (f"/people/{who.id}/end", f"/people/{who.id}/harm-reduction"):
        assert f'href="{address}"' in desk
        assert client.get(address).status_code == 200


def test_a_session_that_tells_of_custody_tells_the_window_too(counsellor, client, session, world, who):
    values = {"about_on": world.day.isoformat(), "text": NOTE, "tells": ["custody", "new_medicine"]}

    counsellor.send(f"/people/{who.id}/notes/write", values)

    window = at_window(client, session, world, who)
    assert "<strong>custody</strong>" in window
    assert "<strong>new medicine to ask about before the dose</strong>" in window
    assert NOTE not in window


def test_a_tick_that_is_no_event_is_refused_and_nothing_is_lost(counsellor, session, world, who):
    values = {"about_on": world.day.isoformat(), "text": NOTE, "tells": ["stop"]}

    answer = counsellor.send(f"/people/{who.id}/notes/write", values)

    assert answer.status_code == 422
    assert NOTE in answer.text
    assert count_stored(session, Task) == 0


def test_the_nurse_sees_that_there_was_an_overdose_and_reads_no_word_of_it(counsellor, client, session, world, who):
    tell(counsellor, world, who)
    own = counsellor.get(f"/people/{who.id}/harm-reduction").text

    nurse = client.sign_in(session, world, world.nurse)

    page = nurse.get(f"/people/{who.id}/harm-reduction").text
    assert NOTE in own
    assert "restricted" in page
    assert world.day.isoformat() in page
    assert NOTE not in page
    assert "behind the station" not in page


def test_a_follow_up_replaces_naloxone_and_ends_the_wait(counsellor, session, world, who):
    tell(counsellor, world, who)
    made = one_stored(session, Overdose)
    before = counsellor.get("/harm-reduction").text

    values = {"done_on": world.day.isoformat(), "what": "spoke at home", "naloxone": "1"}
    answer = counsellor.send(f"/overdoses/{made.id}/follow-up", values)

    assert answer.status_code == 303
    after = counsellor.get("/harm-reduction").text
    assert "Speak with them by" in before
    assert "Nobody waits." in after
    assert one_stored(session, OverdoseFollowUp).naloxone_again
    assert one_stored(session, SupplyIssue).kind is SupplyKind.NALOXONE
    assert "naloxone replaced" in counsellor.get(f"/people/{who.id}/harm-reduction").text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"happened_on": "yesterday"}, "Type the day as year-month-day"),
        ({"happened_on": "2999-01-01"}, "This day lies ahead."),
        ({"place": " "}, "Please fill this in."),
        ({"helped_by": "an angel"}, "Not a valid choice"),
        ({"survived": ""}, "Choose one."),
        ({"told_by": "a\x00b"}, "characters that cannot be printed"),
    ],
)
def test_a_bad_entry_is_told_at_its_field_and_keeps_the_rest(counsellor, session, world, who, values, said):
    answer = tell(counsellor, world, who, **values)

    assert answer.status_code == 422
    assert said in answer.text
    assert NOTE in answer.text
    assert count_stored(session, Overdose) == 0


def test_supplies_go_to_a_person_to_a_contact_and_to_anybody(counsellor, session, world, who):
    values = {"site_id": world.site.id, "made_by_id": world.staff[Role.COUNSELLOR].id, "first_met_on": world.day}
    contact = factories.save(session, OutreachContact(called="Blue", **values))
    session.commit()
    day = {"given_on": world.day.isoformat()}

    counsellor.send(f"/people/{who.id}/supplies/give", day | {"needles": "10", "naloxone": "1", "taught": "y"})
    counsellor.send(f"/outreach/{contact.id}/supplies", day | {"condoms": "20"})
    counsellor.send("/harm-reduction/give", day | {"needles": "5"})

    assert count_stored(session, SupplyIssue) == 4
    page = counsellor.get("/harm-reduction").text
    assert '<td class="num">15</td>' in page
    table = counsellor.get("/harm-reduction/months.csv").get_data(as_text=True)
    assert table.splitlines()[1].startswith(f"{world.day:%Y-%m},15,0,0,0,20,1,0,11,20,0")


def test_nothing_given_is_refused(counsellor, session, world, who):
    answer = counsellor.send("/harm-reduction/give", {"given_on": world.day.isoformat(), "needles": ""})

    assert answer.status_code == 422
    assert "Enter how many of at least one thing" in answer.text


def test_a_peer_gives_supplies_to_own_contacts_and_to_nobody_elses(client, session, world):
    peer = world.staff[Role.PEER]
    values = {"site_id": world.site.id, "first_met_on": world.day}
    mine = factories.save(session, OutreachContact(called="Blue", made_by_id=peer.id, **values))
    other = factories.save(session, OutreachContact(called="Red", made_by_id=world.nurse.id, **values))
    session.commit()
    outside = client.sign_in(session, world, peer, at_window=False)

    answer = outside.send(f"/outreach/{mine.id}/supplies", {"given_on": world.day.isoformat(), "needles": "3"})

    assert answer.status_code == 303
    assert outside.get(f"/outreach/{other.id}/supplies").status_code == 404
    assert outside.get("/harm-reduction").status_code == 403
    assert one_stored(session, SupplyIssue).contact_id == mine.id


def test_markers_are_set_read_by_few_and_counted_for_all(counsellor, client, session, world, who):
    counsellor.send(f"/people/{who.id}/markers/set", {"kind": "sex_work", "from_on": world.day.isoformat()})
    again = counsellor.send(f"/people/{who.id}/markers/set", {"kind": "sex_work", "from_on": world.day.isoformat()})
    own, counted = counsellor.get(f"/people/{who.id}/markers").text, counsellor.get("/harm-reduction/groups").text

    nurse = client.sign_in(session, world, world.nurse)
    closed, few = nurse.get(f"/people/{who.id}/markers"), nurse.get("/harm-reduction/groups").text

    assert again.status_code == 409
    assert "sex work" in own
    assert '<th scope="row">sex work</th><td class="num">1</td>' in counted
    assert (closed.status_code, closed.headers["Location"]) == (303, f"/people/{who.id}/open/markers")
    assert '<th scope="row">sex work</th><td class="num">few</td>' in few
    assert "sex work" not in nurse.get(f"/people/{who.id}").text
    assert nurse.get(f"/people/{who.id}/markers/set").status_code == 403


def test_a_marker_is_ended(counsellor, session, world, who):
    counsellor.send(f"/people/{who.id}/markers/set", {"kind": "no_home", "from_on": world.day.isoformat()})
    made = one_stored(session, Marker)

    answer = counsellor.send(f"/markers/{made.id}/end", {"ended_on": world.day.isoformat()})

    assert answer.status_code == 303
    assert "Holds no more" not in counsellor.get(f"/people/{who.id}/markers").text


@pytest.mark.parametrize(
    "address",
    ["/overdoses/4711/follow-up", "/markers/4711/end", "/people/4711/harm-reduction", "/people/4711/markers",
     "/people/4711/overdoses/tell", "/outreach/4711/supplies", "/people/99999999999999999999/markers"],
)  # fmt: skip
def test_guessed_numbers_are_not_found(counsellor, session, address):
    assert counsellor.get(address).status_code == 404
    assert count_stored(session, AccessLog) == 0


def test_counts_of_few_overdoses_do_not_leave_the_clinic_in_numbers(counsellor, world, who):
    tell(counsellor, world, who, happened_on=(world.day - timedelta(days=3)).isoformat())

    table = counsellor.get("/harm-reduction/months.csv").text.splitlines()

    present, before = csv.DictReader(table)
    assert present["Overdoses told"] == "0" and before["Overdoses told"] == "under 5"


def test_months_begin_with_the_first_month_of_the_site(counsellor, session, world, who):
    begun = counsellor.get("/harm-reduction").text
    happened_on = world.day - timedelta(days=70)
    tell(counsellor, world, who, happened_on=happened_on.isoformat())

    told = counsellor.get("/harm-reduction").text

    assert begun.count(f">{world.day:%Y-%m}</th>") == 2
    assert ">2026-02</th>" not in begun
    assert told.count(">2026-02</th>") == 2 and told.count(f">{happened_on:%Y-%m}</th>") == 2


def test_an_overdose_recorded_by_mistake_is_taken_back_on_the_persons_page(counsellor, session, world, who):
    tell(counsellor, world, who)
    made = one_stored(session, Overdose)

    counsellor.send(f"/overdoses/{made.id}/take-back", {"reason": "another person's"})

    page = counsellor.get(f"/people/{who.id}/harm-reduction").text
    assert "taken back" in page and "Note the follow-up" not in page and "Recorded by mistake?" not in page


def test_an_overdose_of_a_contact_recorded_by_mistake_is_taken_back_from_the_list(counsellor, session, world):
    values = {"site_id": world.site.id, "first_met_on": world.day, "made_by_id": world.nurse.id}
    met = factories.save(session, OutreachContact(called="Blue", **values))
    session.commit()
    counsellor.send(f"/outreach/{met.id}/overdose", overdose(world))
    address = f"/overdoses/{one_stored(session, Overdose).id}/take-back"
    before = counsellor.get("/harm-reduction").text

    answer = counsellor.send(address, {"reason": "told twice"})

    assert f'href="{address}"' in before
    assert answer.headers["Location"] == "/harm-reduction"
    assert "Nobody waits." in counsellor.get("/harm-reduction").text
