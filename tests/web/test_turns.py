"""Turning points over HTTP: leaving and the way back, an ending by two hands, contests, tapers, custody, pregnancy."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from dispensary.services import endings, health, stops
from models import (
    CallPlan,
    Contest,
    ContestAnswer,
    CustodyPlan,
    Disclosure,
    Ending,
    EndingAgreement,
    EndingNotice,
    EndingOutcome,
    Episode,
    EpisodeEnd,
    PregnancyCare,
    StopRelease,
    TaperAnswer,
    TaperRequest,
)
from models.enums import ContestAbout, DisclosureBasis, EndingResult, EpisodeEndReason, Role, StopKind
from tests import factories
from tests.agencies import listed
from tests.client import hidden_fields
from tests.rows import count_stored, one_stored
from tests.turns import A_DAY, another, contested, in_custody, proposed, told


def text(answer):
    return answer.get_data(as_text=True)


def words_of(answer):
    assert answer.mimetype == "application/pdf"
    reader = PdfReader(BytesIO(answer.data))
    return reader.metadata.title, " ".join("\n".join(page.extract_text() for page in reader.pages).split())


@pytest.fixture
def counsellor(client, session, world):
    return client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)


@pytest.fixture
def ending(session, world, who):
    made = proposed(session, world, who)
    session.commit()
    return made


@pytest.fixture
def notice(session, world, who):
    made = told(session, world, who)
    session.commit()
    return made


@pytest.fixture
def stop(session, world, who):
    made = stops.set_stop(session, person_id=who.id, kind=StopKind.INCIDENT, act=world.act())
    session.commit()
    return made


def leave(world, **changes):
    return {
        "reason": "completed",
        "ended_on": world.day.isoformat(),
        "note": "moves away",
        "agreed": "y",
        "calls": "y",
    } | changes


def test_leaving_with_the_persons_agreement_begins_the_calls(prescriber, session, world, who):
    prescriber.send(f"/people/{who.id}/end", leave(world))

    assert one_stored(session, EpisodeEnd).reason == EpisodeEndReason.COMPLETED
    assert count_stored(session, CallPlan) == 1


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"agreed": ""}, "agreed", "Tick that the person wishes this or agrees."),
        ({"reason": "dropped_out"}, "reason", "Seen too lately to count as lost."),
        ({"reason": "custody"}, "reason", "No custody is on record."),
        ({"reason": "ended_by_clinic"}, "reason", "Not a valid choice"),
    ],
)
def test_nobody_ends_treatment_alone_against_the_wish(prescriber, session, world, who, changes, field, said):
    values = {key: value for key, value in leave(world, **changes).items() if value}

    answer = prescriber.send(f"/people/{who.id}/end", values)

    assert answer.status_code == 422
    assert f'id="{field}-error">{said}' in text(answer)
    assert "moves away" in text(answer)
    assert count_stored(session, EpisodeEnd) == 0


def test_whoever_left_is_back_on_one_press(prescriber, session, world, who):
    prescriber.send(f"/people/{who.id}/end", leave(world))
    turns = f"/turns/of/{who.id}"
    fresh = hidden_fields(prescriber.get(turns), f"{turns}/back")
    prescriber.send(f"{turns}/back", {}, page=turns)
    again = prescriber.post(f"{turns}/back", data=fresh)

    assert count_stored(session, Episode) == 2
    assert again.status_code == 422
    assert "An episode is open since" in text(again)


def wanted(world, **changes):
    days = {"notice_on": 0, "contest_by": 14, "last_day": 21}
    return {
        "reason": "threats",
        "account": "Threatened two of us.\nWith a knife.",
        "offered_instead": "The side door; declined.",
        **{key: (world.day + timedelta(days=n)).isoformat() for key, n in days.items()},
    } | changes


def test_an_ending_is_proposed_by_one_and_agreed_to_by_the_other(prescriber, client, session, world, who):
    prescriber.send(f"/turns/of/{who.id}/ending", wanted(world))
    made = one_stored(session, Ending)
    account, path = made.account, f"/turns/endings/{made.id}/agree"
    session.rollback()
    own = prescriber.send(path, {})
    head = client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)
    page = text(head.get(path))
    head.send(path, {})

    assert account == "Threatened two of us. With a knife."
    assert own.status_code == 422
    assert "You proposed it." in text(own)
    assert "The side door; declined." in page
    assert count_stored(session, EndingAgreement) == 1


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"account": ""}, "account", "Please fill this in."),
        ({"reason": "urine"}, "reason", "Not a valid choice"),
        ({"contest_by": "2026-03-03"}, "contest_by", "There are 14 days to contest at least: until 2026-03-16"),
        ({"last_day": "2026-03-17"}, "last_day", "Whoever contests on the last day is answered within 7 days"),
    ],
)
def test_what_is_wrong_with_a_proposal_is_said_at_its_field(prescriber, session, world, who, changes, field, said):
    answer = prescriber.send(f"/turns/of/{who.id}/ending", wanted(world, **changes))

    assert answer.status_code == 422
    assert f'id="{field}-error">{said}' in text(answer)
    assert count_stored(session, Ending) == 0


def test_there_is_no_notice_to_print_before_both_agreed(prescriber, who, ending):
    hidden = hidden_fields(prescriber.get(f"/turns/of/{who.id}/taper"))

    answer = prescriber.post(f"/turns/endings/{ending.id}/notice.pdf", data=hidden | {"paper": "A4"})

    assert answer.status_code == 422
    assert "There is no notice of this" in text(answer)


def test_the_notice_says_why_until_when_how_to_contest_and_where_else(nurse, session, world, who, notice):
    listed(session, world, "North Clinic", "other_clinic", phone="555-0144")
    session.commit()

    title, said = words_of(
        nurse.send(f"/turns/endings/{notice.id}/notice.pdf", {"paper": "A4"}, page=f"/turns/of/{who.id}")
    )

    assert title == "Notice"
    assert "My doses go on until 2026-03-23 at the least." in said
    assert "Reason: threats. Threatened two of us with a knife on the first of March." in said
    assert "I can contest this until 2026-03-16." in said
    assert "Somebody who had no hand in it decides within 7 days" in said
    assert "By telephone: 555-0100." in said
    assert "Naloxone to keep at home" in said
    assert "North Clinic, 555-0144" in said
    assert one_stored(session, Disclosure).basis is DisclosureBasis.TO_THE_PERSON
    assert "Harbour Clinic" not in said


def test_the_notice_is_handed_over_and_the_end_waits_for_the_last_day(nurse, client, session, world, who, ending):
    endings.agree(session, ending_id=ending.id, act=world.act(world.staff[Role.CLINIC_HEAD]))
    session.commit()
    nurse.send(f"/turns/endings/{ending.id}/handed", {"way": "at_the_window"})
    prescriber = client.sign_in(session, world, world.prescriber, at_window=False)

    page = text(prescriber.get(f"/turns/endings/{ending.id}/carry-out"))
    early = prescriber.send(f"/turns/endings/{ending.id}/carry-out", {"note": "x"})

    assert count_stored(session, EndingNotice) == 1
    assert "The last day is 2026-03-23. Doses go on until then." in page
    assert early.status_code == 422
    assert count_stored(session, EpisodeEnd) == 0


def test_on_the_last_day_it_is_carried_out_and_the_way_back_stays_open(prescriber, session, world, who, notice, clock):
    clock.forward(days=21)
    factories.trust_clock(session, world, clock())
    session.commit()
    prescriber.sign_in(session, world, world.prescriber, at_window=False)

    prescriber.send(f"/turns/endings/{notice.id}/carry-out", {"note": "goes to North", "calls": "y"})
    page = text(prescriber.get(f"/turns/of/{who.id}"))

    assert one_stored(session, EndingOutcome).result == EndingResult.ENDED
    assert one_stored(session, EpisodeEnd).reason == EpisodeEndReason.ENDED_BY_CLINIC
    assert "Back in treatment today" in page


def test_an_ending_is_taken_back(prescriber, session, who, ending):
    prescriber.send(f"/turns/endings/{ending.id}/take-back", {"reason": "another way was found"})

    assert one_stored(session, EndingOutcome).result == EndingResult.TAKEN_BACK
    assert "another way was found" in text(prescriber.get(f"/turns/of/{who.id}"))


def test_a_decision_is_contested_and_answered_by_somebody_else_on_paper(nurse, client, session, world, who, stop):
    page = text(nurse.get(f"/turns/of/{who.id}/contest"))
    nurse.send(
        f"/turns/of/{who.id}/contest",
        {"subject": f"stop-{stop.id}", "words": "I was sober.", "said_on": world.day.isoformat()},
    )
    made = one_stored(session, Contest)
    prescriber = client.sign_in(session, world, world.prescriber, at_window=False)
    waiting = text(prescriber.get("/turns/waiting"))
    hidden = hidden_fields(prescriber.get(f"/turns/contests/{made.id}/answer"))
    unanswered = prescriber.post(f"/turns/contests/{made.id}/answer.pdf", data=hidden | {"paper": "A4"})
    prescriber.send(f"/turns/contests/{made.id}/answer", {"result": "reversed", "reason": "The breath test was 0."})
    title, said = words_of(
        prescriber.send(f"/turns/contests/{made.id}/answer.pdf", {"paper": "Letter"}, page=f"/turns/of/{who.id}")
    )

    assert "Stop: dosing incident" in page or f'value="stop-{stop.id}"' in page
    assert "I was sober." in waiting
    assert unanswered.status_code == 422
    assert count_stored(session, StopRelease) == 1
    assert title == "Answer"
    assert "Dana Frost, who had no hand in it, on 2026-03-02" in said
    assert "The breath test was 0." in said
    assert "What was decided is taken back." in said
    assert one_stored(session, Disclosure).basis is DisclosureBasis.TO_THE_PERSON


def test_whoever_decided_is_refused_and_the_clinic_head_does_not_release(client, session, world, who, notice, stop):
    of_ending = contested(session, world, who, ContestAbout.ENDING, notice.id)
    of_stop = contested(session, world, who, ContestAbout.STOP, stop.id)
    session.commit()
    head = client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)

    same = head.send(f"/turns/contests/{of_ending.id}/answer", {"result": "upheld", "reason": "so"})
    no = head.send(f"/turns/contests/{of_stop.id}/answer", {"result": "reversed", "reason": "so"})

    assert "You had a hand in what is contested." in text(same)
    assert 'id="result-error">Only a prescriber releases a stop.' in text(no)
    assert count_stored(session, ContestAnswer) == 0


def test_an_ending_that_somebody_else_takes_back_is_over(client, session, world, who, notice):
    contest = contested(session, world, who, ContestAbout.ENDING, notice.id)
    other = another(session, world, Role.CLINIC_HEAD)
    session.commit()
    second = client.sign_in(session, world, other, at_window=False)

    second.send(f"/turns/contests/{contest.id}/answer", {"result": "changed", "reason": "Other hours from Monday."})

    _, said = words_of(
        second.send(f"/turns/contests/{contest.id}/answer.pdf", {"paper": "A4"}, page=f"/turns/of/{who.id}")
    )
    assert one_stored(session, EndingOutcome).result == EndingResult.TAKEN_BACK
    assert "My treatment goes on as before." in said


@pytest.mark.parametrize("subject", ["", "stop-999999", "urine-1", "stop-x"])
def test_nothing_is_contested_that_was_not_decided(nurse, session, world, who, stop, subject):
    values = {"subject": subject, "words": "No.", "said_on": world.day.isoformat()}

    answer = nurse.send(f"/turns/of/{who.id}/contest", values)

    assert answer.status_code == 422
    assert "No." in text(answer)
    assert count_stored(session, Contest) == 0


def test_a_typed_address_says_that_there_is_nothing_to_contest(nurse, session, who):
    answer = nurse.get(f"/turns/of/{who.id}/contest")

    assert answer.status_code == 422
    assert "There is nothing to contest" in text(answer)
    assert "Which decision?" not in text(answer)


def test_what_was_typed_stays_where_the_stop_was_released_meanwhile(nurse, session, world, who, stop):
    page = nurse.get(f"/turns/of/{who.id}/contest")
    stops.release_stop(session, stop_id=stop.id, reason="talked", act=world.act(world.prescriber))
    session.commit()
    values = {"subject": f"stop-{stop.id}", "words": "It was not me.", "said_on": world.day.isoformat()}

    answer = nurse.post(f"/turns/of/{who.id}/contest", data=hidden_fields(page, f"/turns/of/{who.id}/contest") | values)

    assert answer.status_code == 422
    assert "There is nothing to contest" in text(answer)
    assert "It was not me." in text(answer)
    assert "Which decision?" not in text(answer)


def test_a_wish_is_taken_down_and_answered_by_the_prescriber(counsellor, client, session, world, who):
    values = {"wish": "stop", "asked_by": "person", "words": "It goes too fast.", "said_on": world.day.isoformat()}
    counsellor.send(f"/turns/of/{who.id}/taper", values)
    wish = one_stored(session, TaperRequest)
    prescriber = client.sign_in(session, world, world.prescriber, at_window=False)
    no = prescriber.send(f"/turns/tapers/{wish.id}/answer", {"followed": "no", "words": "later"})
    prescriber.send(f"/turns/tapers/{wish.id}/answer", {"followed": "yes", "words": "We stay at 80 mg."})
    page = text(prescriber.get(f"/turns/of/{who.id}"))

    assert 'id="followed-error">The person wants the taper to rest.' in text(no)
    assert one_stored(session, TaperAnswer).followed is True
    assert "We stay at 80 mg." in page


def test_what_the_sites_list_says_of_a_pregnancy_stands_beside_a_wish_for_less(counsellor, session, world, who):
    health.note_pregnancy(session, person_id=who.id, expected_on=None, act=world.act())
    session.commit()

    page = text(counsellor.get(f"/turns/of/{who.id}/taper"))

    assert "withdrawal harms both" in page


def custody_values(world, **changes):
    return {
        "contact": "Nurse Ito, 555-0199",
        "last_dose_told": "y",
        "release_on": (world.day + A_DAY).isoformat(),
        "release_kind": "bail",
        "slot_time": "09:30",
    } | changes


def test_a_custody_is_planned_with_a_slot_and_ends_with_calls(counsellor, session, world, who):
    jail = in_custody(session, world, who)
    session.commit()
    counsellor.send(f"/turns/custody/{jail.id}", custody_values(world))
    form = text(counsellor.get(f"/turns/custody/{jail.id}"))
    page = text(counsellor.get(f"/turns/of/{who.id}"))
    values = {
        "last_day": (world.day - A_DAY).isoformat(),
        "told_by": "he himself",
        "release_kind": "bail",
        "calls": "y",
    }
    counsellor.send(f"/turns/custody/{jail.id}/released", values)

    assert one_stored(session, CustodyPlan).slot_at.hour == 9
    assert 'value="09:30"' in form
    assert "an order holds on that day" in page
    assert count_stored(session, CallPlan) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"contact": ""}, "contact"), ({"release_on": ""}, "release_on"), ({"slot_time": "noon"}, "slot_time")],
)
def test_what_is_wrong_with_a_custody_is_said_at_its_field(counsellor, session, world, who, changes, field):
    jail = in_custody(session, world, who)
    session.commit()

    answer = counsellor.send(f"/turns/custody/{jail.id}", custody_values(world, **changes))

    assert answer.status_code == 422
    assert f'id="{field}-error"' in text(answer)
    assert count_stored(session, CustodyPlan) == 0


def test_care_in_pregnancy_is_for_those_who_may_see_it(counsellor, client, session, world, who):
    fact = health.note_pregnancy(session, person_id=who.id, expected_on=None, act=world.act())
    session.commit()
    counsellor.send(f"/turns/pregnancies/{fact.id}", {"agency_id": "", "contact": "Midwife Ono", "note": ""})
    seen = text(counsellor.get(f"/turns/of/{who.id}"))
    nurse = client.sign_in(session, world, world.nurse)
    unseen = text(nurse.get(f"/turns/of/{who.id}"))

    assert one_stored(session, PregnancyCare).contact == "Midwife Ono"
    assert "Midwife Ono" in seen
    assert "Midwife Ono" not in unseen
    assert nurse.get(f"/turns/pregnancies/{fact.id}").status_code == 403


def test_what_is_not_there_is_not_found(prescriber):
    for path in ("/turns/endings/999/agree", "/turns/contests/999/answer", "/turns/tapers/999/answer"):
        assert prescriber.get(path).status_code == 404

    for path in ("/turns/of/999", "/turns/custody/999", "/turns/pregnancies/999"):
        assert prescriber.get(path).status_code == 404


def test_a_nurse_neither_proposes_nor_answers(nurse, session, world, who, ending):
    for path in (f"/turns/of/{who.id}/ending", f"/turns/endings/{ending.id}/agree", "/turns/waiting"):
        assert nurse.get(path).status_code == 403


@pytest.mark.parametrize(
    ("chosen", "field"),
    [({}, 'name="reason"'), ({"reason": "threats", "account": "Shouted."}, 'name="offered_instead"')],
)
def test_a_refused_page_leads_to_the_first_field_that_was_refused(client, session, world, who, chosen, field):
    head = client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)

    answer = head.send(f"/turns/of/{who.id}/ending", chosen)

    (lands,) = re.findall(r"<(?:input|textarea|select)[^>]* autofocus[^>]*>", text(answer))
    assert answer.status_code == 422
    assert field in lands
