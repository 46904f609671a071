"""The journey over HTTP: the board, one person's way, the queue, intake, consent on paper, and the commissioner's counts."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from dispensary.services import waiting
from models import Disclosure, IntakeStep, OwnAim, ReferralIn, StageChange, TreatmentConsent, Waiting, WaitingEnd
from models.enums import DisclosureBasis, Role
from tests import factories
from tests.agencies import listed
from tests.rows import count_stored, one_stored

TODAY = "2026-03-02"
DAY = timedelta(days=1)


@pytest.fixture
def counsellor(client, session, world):
    return client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)


@pytest.fixture
def newcomer(session, world):
    who = factories.person(session, "Dang", "Ngoc")
    session.commit()
    return who


@pytest.fixture
def treated(session, world):
    who = factories.patient(session, world, family_name="Oyelaran")
    session.commit()
    return who


def text(answer):
    return answer.get_data(as_text=True)


def words_of(answer):
    assert answer.mimetype == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)


def test_waiting_list_is_printed_and_exported_as_it_stands(counsellor, session, world, newcomer):
    waiting.wait(session, person_id=newcomer.id, since_on=world.day - 20 * DAY, why="no place is free", act=world.act())
    session.commit()

    paper = words_of(counsellor.send("/journey/waiting.pdf", {"paper": "A4"}, page="/journey/waiting"))
    lines = counsellor.get("/journey/waiting.csv").get_data(as_text=True).splitlines()

    assert "People who wait for treatment: 1" in paper and "Dang Ngoc" in paper and "no place is free" in paper
    assert lines[1].startswith(f"1,{newcomer.number},Dang Ngoc,,2026-02-10,20,no place is free,,yes,")
    assert counsellor.get("/journey/waiting.xlsx").data[:2] == b"PK"


def test_waiting_list_of_nobody_says_so_on_paper(counsellor):
    assert "Nobody waits for treatment." in words_of(
        counsellor.send("/journey/waiting.pdf", {"paper": "A4"}, page="/journey/waiting")
    )


def test_newcomer_is_sent_to_us_and_waits_on_one_known_place(counsellor, session, world, newcomer):
    shelter = listed(session, world)
    session.commit()
    at = f"/people/{newcomer.id}/journey"

    counsellor.send(f"{at}/came", {"agency": str(shelter.id), "received_on": TODAY, "reason": "asked for help"})
    counsellor.send(f"{at}/wait", {"since_on": "2026-02-20", "why": "no place is free"})
    page = text(counsellor.get(at))
    queue = text(counsellor.get("/journey/waiting"))

    assert "Place 1 of 1 on the waiting list" in page and "10 days so far" in page
    assert shelter.name in page
    assert "Dang Ngoc" in queue and "none yet" in queue
    assert count_stored(session, ReferralIn) == count_stored(session, Waiting) == 1


def test_waiting_ends_with_a_reason(counsellor, session, world, newcomer):
    place = waiting.wait(session, person_id=newcomer.id, since_on=world.day, why="a place", act=world.act())
    session.commit()

    nothing = counsellor.send(f"/journey/waiting/{place.id}/end", {"ended_on": TODAY})
    done = counsellor.send(f"/journey/waiting/{place.id}/end", {"reason": "went_elsewhere", "ended_on": TODAY})

    assert nothing.status_code == 422 and "Choose one." in text(nothing)
    assert done.headers["Location"] == "/journey/waiting"
    assert count_stored(session, WaitingEnd) == 1
    assert counsellor.get("/journey/waiting/999/end").status_code == 404


def test_who_waits_already_is_told_since_when(counsellor, session, world, newcomer):
    waiting.wait(session, person_id=newcomer.id, since_on=world.day, why="a place", act=world.act())
    session.commit()

    answer = counsellor.send(f"/people/{newcomer.id}/journey/wait", {"since_on": TODAY, "why": "typed by hand"})

    assert answer.status_code == 409
    assert "On the waiting list since 2026-03-02 already." in text(answer)
    assert "typed by hand" in text(answer)


def test_intake_is_saved_half_done_and_shows_what_is_due_when(counsellor, session, treated):
    at = f"/people/{treated.id}/journey"

    page = text(counsellor.get(at))
    counsellor.send(f"{at}/intake/health_tests", {"state": "begun", "done_on": TODAY, "note": "thinks about it"})
    half = text(counsellor.get(at))

    assert "before the first dose" in page and "no dose waits for anything here" in page
    assert "◐ half done" in half and "thinks about it" in half
    assert one_stored(session, IntakeStep).complete is False
    assert counsellor.get(f"{at}/intake/plan").status_code == 404
    assert counsellor.get(f"{at}/intake/shoe-size").status_code == 404


def test_consent_is_read_out_printed_and_answered(counsellor, session, treated):
    at = f"/people/{treated.id}/journey/consent"

    page = counsellor.get(at)
    sheet = counsellor.send(f"{at}.pdf", {"paper": "A4"}, page=at)
    answer = counsellor.send(at, {"answer": "given", "signed_on": TODAY})

    assert "I come of my own will." in text(page)
    printed = words_of(sheet)
    assert "I come of my own will." in printed and treated.number in printed
    assert "Harbour Clinic" not in printed
    assert answer.status_code == 303
    assert one_stored(session, TreatmentConsent).given is True
    assert one_stored(session, Disclosure).basis is DisclosureBasis.TO_THE_PERSON


def test_aim_and_stage_are_written_down_with_reasons(counsellor, session, treated):
    at = f"/people/{treated.id}/journey"
    asked = text(counsellor.get(at))

    counsellor.send(f"{at}/aim", {"aim": "fewer_visits", "words": "I have found work", "said_on": TODAY})
    counsellor.send(f"{at}/stage", {"stage": "delivery", "from_on": TODAY, "reason": "settled"})
    again = counsellor.send(f"{at}/stage", {"stage": "delivery", "from_on": TODAY, "reason": "settled"})
    page = text(counsellor.get(at))

    assert "Ask at entry and at each review." in asked
    assert "fewer visits" in page and "<q>I have found work</q>" in page
    assert "at each review" not in page
    assert again.status_code == 422 and "The journey stands there since 2026-03-02." in text(again)
    assert count_stored(session, OwnAim) == count_stored(session, StageChange) == 1


def test_board_shows_who_is_where_and_whose(counsellor, session, world, treated, newcomer):
    waiting.wait(session, person_id=newcomer.id, since_on=world.day, why="a place", act=world.act())
    session.commit()

    own, everybody = text(counsellor.get("/journey")), text(counsellor.get("/journey?who=all"))
    before = text(counsellor.get("/journey/at/before_first_dose?who=all"))

    assert "Oyelaran" not in own and "Dang Ngoc" in own, "whoever waits is on nobody's caseload yet"
    assert "Oyelaran" in everybody and "Dang Ngoc" in everybody
    assert "Oyelaran" in before and "Dang Ngoc" not in before
    assert counsellor.get("/journey/at/nowhere").status_code == 404


def test_counts_stand_on_the_screen_and_leave_the_clinic_without_small_numbers(client, session, world, treated):
    head = client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)
    days = "from=2026-03-01&until=2026-03-02"

    screen = text(head.get(f"/journey/counts?{days}"))
    listed_out = text(head.get(f"/journey/counts.csv?{days}"))
    printed = words_of(head.send("/journey/counts.pdf", {"paper": "A4"}, page=f"/journey/counts?{days}"))

    assert "in treatment on 2026-03-02" in screen
    assert '<td class="num count">1</td>' in screen
    assert "in treatment on 2026-03-02,under 5" in listed_out
    assert "under 5" in printed and "Harbour Clinic" in printed


def test_who_was_retained_is_not_known_before_anybody_can_have_been(client, session, world, treated):
    head = client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)

    early, later = text(head.get("/journey/counts")), text(head.get("/journey/counts?from=2025-11-01&until=2025-11-30"))
    listed_out = text(head.get("/journey/counts.csv"))
    printed = words_of(head.send("/journey/counts.pdf", {"paper": "A4"}, page="/journey/counts"))

    assert "not known yet" in early and "not known yet" not in later
    assert "retained for 12 weeks,not known yet,,,,," in listed_out
    assert "not known yet" in printed


def test_counts_of_days_turned_round_are_refused(counsellor):
    assert counsellor.get("/journey/counts?from=2026-03-02&until=2026-03-01").status_code == 422
    assert "in treatment on 2026-03-02" in text(counsellor.get("/journey/counts"))


@pytest.mark.parametrize("role", [Role.PEER, Role.INSPECTOR, Role.ADMINISTRATOR])
def test_others_see_nothing_of_it(client, session, world, treated, role):
    other = client.sign_in(session, world, world.staff[role], at_window=False)

    for path in ("/journey", "/journey/waiting", "/journey/counts", f"/people/{treated.id}/journey"):
        assert other.get(path).status_code == 403, path


def test_nurse_reads_the_way_and_writes_nothing_of_it(client, session, world, treated):
    nurse = client.sign_in(session, world, world.nurse)

    assert "The way so far" in text(nurse.get(f"/people/{treated.id}/journey"))
    for path in ("aim", "stage", "consent", "came", "wait", "intervention", "intake/naloxone"):
        assert nurse.get(f"/people/{treated.id}/journey/{path}").status_code == 403, path
