"""Assessment over HTTP: saved half done, scored, drawn, asked again; each page for those who may, and no other."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from dispensary.policy.instruments import definition
from dispensary.services import discharges
from dispensary.services.discharges import Leave
from models import Assessment, InstrumentScore, LifeSituation, PrivateRating, SafetyStep, SaidBarrier, SaidMotive, Task
from models.enums import AuditKind, Barrier, Desk, EpisodeEndReason, Instrument, Motive, Need, Role
from tests import factories
from tests.rows import audited, count_stored, one_stored


@pytest.fixture
def counsellor(client, session, world):
    return client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)


def sheet(**named):
    return {f"item_{n}": "0" for n in range(1, 10)} | named


def send(client, path, values, **how):
    """Fill in a form whose days are today unless they are said."""
    days = ("assessed_on", "seen_on", "taken_on", "said_on", "month", "happened_on", "signed_on")
    return client.send(path, dict.fromkeys(days, "2026-03-02") | values, **how)


def text(answer):
    return answer.get_data(as_text=True)


def test_a_part_of_a_life_is_saved_half_done_and_taken_up_again(counsellor, session, who):
    first = send(
        counsellor, f"/people/{who.id}/assessment/housing", {"need": "some", "findings": "Sleeps at\r\na friend's."}
    )
    page = text(counsellor.get(first.headers["Location"]))
    again = text(counsellor.get(f"/people/{who.id}/assessment/housing"))

    assert one_stored(session, Assessment).findings == "Sleeps at a friend's."
    assert "half done" in page
    assert "not asked yet" in page
    assert "Sleeps at a friend&#39;s." in again
    assert count_stored(session, Task) == 0


def test_what_is_called_done_says_how_much_help_is_needed(counsellor, session, who):
    answer = send(
        counsellor,
        f"/people/{who.id}/assessment/legal",
        {"need": Need.NOT_ASKED, "findings": "A debt.", "complete": "y"},
    )

    assert answer.status_code == 422
    assert "Say how much help is needed, or save it half done." in text(answer)
    assert "A debt." in text(answer)
    assert count_stored(session, Assessment) == 0


def test_how_somebody_lives_is_seen_over_time_with_what_changed(counsellor, session, world, who):
    address = f"/people/{who.id}/life-situation"
    values = {"housing": "hostel", "work": "seeking", "education": "not_now", "family": "some"}
    send(counsellor, address, {**values, "seen_on": "2025-12-01"})

    send(counsellor, address, {**values, "work": "part_time", "children_under_6": "1"})
    page = text(counsellor.get(f"/people/{who.id}/assessment"))

    assert count_stored(session, LifeSituation) == 2
    assert "<strong>part time</strong>" in page
    assert "<strong>hostel</strong>" not in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"children_under_6": "many"}, "A whole number, please."),
        ({"children_under_6": "99"}, "From 0 to 20"),
        ({"seen_on": "2027-01-01"}, "This day lies ahead."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(counsellor, session, who, values, said):
    good = {"housing": "hostel", "work": "seeking", "education": "not_now", "family": "some"}

    answer = send(counsellor, f"/people/{who.id}/life-situation", good | values)

    assert answer.status_code == 422
    assert said in text(answer)
    assert count_stored(session, LifeSituation) == 0


def test_phq_9_is_added_up_and_shown_with_its_band_and_its_picture(counsellor, session, who):
    address = f"/people/{who.id}/scores/phq_9"
    send(counsellor, f"{address}/new", sheet(item_1="3", item_2="3", item_3="3", item_4="3", taken_on="2026-01-05"))

    answer = send(counsellor, f"{address}/new", sheet(item_1="2"))
    page = text(counsellor.get(answer.headers["Location"]))
    picture = counsellor.get(f"{address}/trend.svg")

    assert "Little interest or pleasure in doing things" in page
    assert '<strong class="score-total">12</strong> moderate' in page
    assert '<strong class="score-total">2</strong> minimal' in page
    assert f'src="{address}/trend.svg"' in page
    assert picture.mimetype == "image/svg+xml"
    assert b"2026-01-05" in picture.data


def test_the_scores_on_paper_have_the_picture_of_the_screen_and_stay_in_the_clinic(counsellor, session, who):
    address = f"/people/{who.id}/scores/phq_9"
    send(counsellor, f"{address}/new", sheet(item_1="3") | {"taken_on": "2026-02-02"})
    send(counsellor, f"{address}/new", sheet(item_1="1"))

    answer = send(counsellor, f"{address}/sheet.pdf", {"paper": "A4"}, page=address)

    page = PdfReader(BytesIO(answer.get_data())).pages[0].extract_text()
    assert all(said in page for said in ("PHQ-9", "Comes to", "2026-02-02", who.number, "For use in this clinic."))
    assert page.count("2026-03-02") > 1
    assert who.family_name not in answer.headers["Content-Disposition"]
    assert [event.body for event in audited(session, AuditKind.REPORT_PRINTED) if '"scores"' in event.body]


def test_missing_answers_are_named_where_they_are_and_nothing_typed_is_lost(counsellor, session, who):
    answers = sheet(item_3="2")
    del answers["item_7"]

    answer = send(counsellor, f"/people/{who.id}/scores/phq_9/new", answers)

    assert answer.status_code == 422
    assert "1 answer is missing or cannot be." in text(answer)
    assert 'id="item_7-error">Answer this.' in text(answer)
    assert 'checked class="form-check-input" id="item_3-2"' in text(answer)
    assert count_stored(session, InstrumentScore) == 0


def test_thoughts_of_self_harm_lead_to_the_safety_step_before_anything_else(counsellor, session, who):
    answer = send(counsellor, f"/people/{who.id}/scores/phq_9/new", sheet(item_9="1"))
    step = answer.headers["Location"]

    left = text(counsellor.get(f"/people/{who.id}/assessment"))
    send(counsellor, step, {"action": "prescriber_called", "note": "Talked; sister comes along."})
    settled = text(counsellor.get(f"/people/{who.id}/assessment"))

    assert step.endswith("/safety")
    assert "Safety step open" in left
    assert "Safety step open" not in settled
    assert count_stored(session, SafetyStep) == 1
    assert set(session.scalars(select(Task.desk))) == {Desk.COUNSELLING, Desk.PRESCRIBER}


def test_a_safety_step_is_recorded_once(counsellor, session, who):
    step = send(counsellor, f"/people/{who.id}/scores/phq_9/new", sheet(item_9="1")).headers["Location"]
    send(counsellor, step, {"action": "talked_no_plan"})

    again = send(counsellor, step, {"action": "talked_no_plan"})

    assert again.status_code == 409
    assert "on record already" in text(again)


def test_assist_is_entered_in_rows_and_scored_for_each_substance(counsellor, session, who):
    rows = {f"item_{n}_opioids": v for n, v in zip("1234567", ("3", "6", "6", "7", "8", "6", "6"), strict=True)}
    rows |= {"item_1_shop_medicines": "3", "item_2_shop_medicines": "2", "item_3_shop_medicines": "0"}
    rows |= {f"item_{n}_shop_medicines": "0" for n in "4567"}

    answer = send(counsellor, f"/people/{who.id}/scores/assist/new", rows)
    page = text(counsellor.get(answer.headers["Location"]))

    assert "opioids <strong>39</strong> high" in page
    assert "<strong>2</strong> low" in page
    assert one_stored(session, InstrumentScore).total is None


def test_a_rating_that_top_does_not_have_is_refused_at_its_field(counsellor, session, who):
    answer = send(counsellor, f"/people/{who.id}/scores/top/new", {"item_quality_of_life": "21"})

    assert answer.status_code == 422
    assert 'id="item_quality_of_life-error">From 0 to 20.' in text(answer)


@pytest.mark.parametrize("instrument", list(Instrument))
def test_a_picture_of_nothing_is_empty_and_no_mistake(counsellor, who, instrument):
    answer = counsellor.get(f"/people/{who.id}/scores/{instrument}/trend.svg")

    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")


@pytest.mark.parametrize("instrument", list(Instrument))
def test_every_questionnaire_names_its_edition_source_and_licence(counsellor, who, instrument):
    page = text(counsellor.get(f"/people/{who.id}/scores/{instrument}/new"))

    assert "Edition:" in page
    assert definition(instrument).source in page


def test_wording_that_is_not_free_is_not_on_the_page(counsellor, who):
    for instrument in ("sows_handelsman", "sows_gossop", "dast_10"):
        page = text(counsellor.get(f"/people/{who.id}/scores/{instrument}/new"))

        assert "Question 10" in page
        assert "I feel" not in page


def test_a_nurse_enters_withdrawal_scores_and_changes_no_assessment(nurse, who):
    signs = {f"item_{n}": "0" for n in range(1, 12)}

    answer = send(nurse, f"/people/{who.id}/scores/cows/new", signs | {"item_1": "4", "item_3": "5"})

    assert answer.status_code == 303
    assert nurse.get(f"/people/{who.id}/assessment/housing").status_code == 403


def test_whoever_left_is_asked_why_until_they_said_so(counsellor, session, world, who):
    leave = Leave(EpisodeEndReason.LEFT_BY_OWN_WISH, world.day, "found work in the north", agreed=True, calls=False)
    discharges.discharge(session, person_id=who.id, leave=leave, act=world.act(world.prescriber))
    session.commit()
    before = text(counsellor.get(f"/people/{who.id}/reasons"))

    send(counsellor, f"/people/{who.id}/reasons/exit", {"barrier_work_hours": "y"})

    assert "To be asked now:" in before
    assert "To be asked now:" not in text(counsellor.get(f"/people/{who.id}/reasons"))


def test_motives_and_barriers_are_written_down_in_the_persons_words(counsellor, session, who):
    before = text(counsellor.get(f"/people/{who.id}/reasons"))

    answer = send(
        counsellor,
        f"/people/{who.id}/reasons/entry",
        {"motive_family": "y", "motive_children_words": "my two girls", "barrier_another_drug": "y"},
    )
    page = text(counsellor.get(answer.headers["Location"]))

    assert "To be asked now:" in before
    assert "To be asked now:" not in page
    assert "<q>my two girls</q>" in page
    assert "fear that the medicine is another drug" in page
    assert (count_stored(session, SaidMotive), count_stored(session, SaidBarrier)) == (2, 1)


def test_somebody_who_has_left_may_still_be_asked_why(counsellor, session, world):
    gone = factories.person(session)
    session.commit()

    answer = send(counsellor, f"/people/{gone.id}/reasons/exit", {"barrier_tied_by_daily_visits": "y"})
    figures = text(counsellor.get("/figures/reasons"))

    assert answer.status_code == 303
    assert "feeling tied by daily visits" in figures
    assert "1 person said something" in figures


@pytest.mark.parametrize(
    ("values", "said"),
    [({}, "Tick what was said."), ({"motive_other": "y"}, "Say in words what else it is.")],
)
def test_an_empty_page_says_what_is_missing(counsellor, session, who, values, said):
    answer = send(counsellor, f"/people/{who.id}/reasons/entry", values)

    assert answer.status_code == 422
    assert said in text(answer)


def test_figures_of_days_that_are_none_are_refused_in_words(counsellor):
    assert "The first day comes after the last" in text(
        counsellor.get("/figures/reasons?from=2026-03-02&until=2026-01-01")
    )


def test_slips_are_entered_by_the_head_and_seen_by_month_once_there_are_enough(client, session, world, clock):
    head = client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)
    last_month = {"month": (world.day - timedelta(days=3)).isoformat()}
    for n in range(4):
        send(head, "/figures/ratings/new", last_month | {"relation": "5", "waiting": "2", "words": f"slip {n}"})
    few = text(head.get("/figures/ratings"))

    send(head, "/figures/ratings/new", last_month | {"relation": "1", "waiting": "2"})
    same_day = text(head.get("/figures/ratings"))
    clock.at += timedelta(days=1)
    counsellor = client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)
    enough = text(counsellor.get("/figures/ratings"))

    assert "too few to show" in few
    assert "slip 0" not in few + same_day
    assert "slip 3" in enough
    assert counsellor.get("/figures/ratings/new").status_code == 403
    assert count_stored(session, PrivateRating) == 5


@pytest.mark.parametrize("address", ["assessment/mood", "scores/beck", "scores/beck/new", "reasons/tomorrow"])
def test_a_word_that_is_none_is_no_page(counsellor, who, address):
    assert counsellor.get(f"/people/{who.id}/{address}").status_code == 404


@pytest.mark.parametrize("role", [Role.PEER, Role.INSPECTOR, Role.ADMINISTRATOR])
def test_who_does_no_casework_sees_none_of_it(client, session, world, who, role):
    other = client.sign_in(session, world, world.staff[role], at_window=False)

    for address in ("assessment", "scores/phq_9", "reasons", "plan"):
        assert other.get(f"/people/{who.id}/{address}").status_code == 403
    assert other.get("/figures/reasons").status_code == 403


def test_the_word_lists_of_the_form_are_whole(counsellor, who):
    page = text(counsellor.get(f"/people/{who.id}/reasons/review"))

    assert all(f'name="motive_{reason}"' in page for reason in Motive)
    assert all(f'name="barrier_{reason}"' in page for reason in Barrier)


def test_a_questionnaire_entered_by_mistake_is_struck_through_and_no_longer_the_newest(counsellor, session, who):
    address = f"/people/{who.id}/scores/phq_9"
    send(counsellor, f"{address}/new", sheet(item_1="1") | {"taken_on": "2026-01-05"})
    send(counsellor, f"{address}/new", sheet(item_1="3", item_2="3"))
    mistaken = session.scalars(select(InstrumentScore.id).order_by(InstrumentScore.id.desc())).first()
    session.rollback()

    answer = send(counsellor, f"/scores/{mistaken}/take-back", {"reason": "another sheet"})

    page = text(counsellor.get(answer.headers["Location"]))
    assert "Taken back: another sheet" in page
    assert '<del><strong class="score-total">6</strong> mild</del>' in page
    assert "<del>3</del>" in page
    assert f"/scores/{mistaken}/take-back" not in page
    assert "trend.svg" not in page
    assert '<strong class="score-total">1</strong> minimal' in text(counsellor.get(f"/people/{who.id}/assessment"))
    assert len(audited(session, AuditKind.INSTRUMENT_TAKEN_BACK)) == 1


def test_what_was_taken_back_is_not_printed(counsellor, session, who):
    address = f"/people/{who.id}/scores/phq_9"
    send(counsellor, f"{address}/new", sheet(item_1="1") | {"taken_on": "2026-01-05"})
    send(counsellor, f"/scores/{one_stored(session, InstrumentScore).id}/take-back", {"reason": "another sheet"})
    send(counsellor, f"{address}/new", sheet(item_1="2"))

    answer = send(counsellor, f"{address}/sheet.pdf", {"paper": "A4"}, page=address)

    words = PdfReader(BytesIO(answer.get_data())).pages[0].extract_text()
    assert "2026-01-05" not in words
    assert "2026-03-02" in words


def test_a_questionnaire_of_which_all_were_taken_back_can_still_be_read(counsellor, session, who):
    address = f"/people/{who.id}/scores/gad_7"
    send(counsellor, f"{address}/new", {f"item_{n}": "1" for n in range(1, 8)} | {"taken_on": "2026-03-02"})
    send(counsellor, f"/scores/{one_stored(session, InstrumentScore).id}/take-back", {"reason": "entered twice"})

    page = text(counsellor.get(f"/people/{who.id}/assessment"))

    assert f'href="{address}"' in page
    assert "taken back" in page


def test_the_safety_step_is_asked_for_although_the_sheet_was_taken_back(counsellor, session, who):
    send(counsellor, f"/people/{who.id}/scores/phq_9/new", sheet(item_9="2"))
    score = one_stored(session, InstrumentScore).id

    asked = text(counsellor.get(f"/scores/{score}/take-back"))
    send(counsellor, f"/scores/{score}/take-back", {"reason": "another person’s"})

    assert "the safety step stays open until somebody has asked the person" in asked
    assert 'href="/people" aria-current="page">People' in asked
    page = text(counsellor.get(f"/people/{who.id}/assessment"))
    assert "Safety step open" in page
    assert "Somebody asks the person all the same." in page
    assert "another person’s. Say what came of asking." in text(counsellor.get(f"/scores/{score}/safety"))
    send(counsellor, f"/scores/{score}/safety", {"action": "talked_no_plan", "note": "was not theirs"})
    assert "Safety step open" not in text(counsellor.get(f"/people/{who.id}/assessment"))


def test_a_questionnaire_is_not_taken_back_without_a_reason_twice_or_by_whoever_may_not_enter_one(
    counsellor, client, session, world, who
):
    send(counsellor, f"/people/{who.id}/scores/phq_9/new", sheet())
    address = f"/scores/{one_stored(session, InstrumentScore).id}/take-back"

    silent = send(counsellor, address, {"reason": ""})
    send(counsellor, address, {"reason": "entered twice"})
    twice = send(counsellor, address, {"reason": "entered twice"})

    assert silent.status_code == 422
    assert "took this questionnaire back" in text(twice)
    session.rollback()
    peer = client.sign_in(session, world, world.staff[Role.PEER], at_window=False)
    assert peer.get(address).status_code == 403
