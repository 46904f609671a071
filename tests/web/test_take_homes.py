"""Take-home pages over HTTP: what stands, the decision with its criteria, single days, collectors, the safety talk."""

from datetime import timedelta

import pytest

from dispensary.policy.profiles import SHIPPED, read
from dispensary.services import take_home_requests, take_home_reviews
from models import (
    Collector,
    CollectorEnd,
    OneOffTakeHome,
    OneOffTakeHomeEnd,
    PolicyApproval,
    SafetyCheck,
    TakeHomeDecision,
    TakeHomeDecisionEnd,
    TreatmentCredit,
)
from models.enums import OneOffReason, Role
from tests import factories
from tests.rows import count_stored, one_stored
from tests.take_homes import decide

LADDER_OF_2024 = "us-42cfr8-2024-take-homes"


def approve(session, world, profile):
    digest = read(SHIPPED / f"{profile}.toml").digest
    factories.save(
        session,
        PolicyApproval(
            profile=profile,
            digest=digest,
            in_force=True,
            effective_on=world.day,
            approved_at=world.at,
            **factories.stamp(world, world.prescriber),
        ),
    )
    session.commit()


@pytest.fixture
def steady(session, world):
    """Somebody first dosed here yesterday."""
    yesterday = world.at - timedelta(days=1)
    made = factories.person(session, "Nguyễn", "Hường")
    episode = factories.episode(session, world, made, admitted_on=yesterday.date())
    order = factories.order(session, world, made, in_episode=episode, starts_on=yesterday.date())
    factories.dose(session, world, made, order, at=yesterday)
    session.commit()
    return made


def entered(world, **values):
    return {
        "day_1": "y",
        "day_4": "y",
        "every_weeks": "1",
        "most_days": "6",
        "effective_on": world.day.isoformat(),
        "review_on": (world.day + timedelta(days=90)).isoformat(),
        "rationale": "steady since January",
    } | values


def page(client, who):
    return client.get(f"/people/{who.id}/take-homes").get_data(as_text=True)


def test_somebody_without_a_decision_comes_every_day_and_the_page_says_what_is_missing(prescriber, steady):
    text = page(prescriber, steady)

    assert "No decision: comes on every day on which a dose is due." in text
    assert "No approved ladder speaks of this medicine" in text
    assert "The talk about storing doses safely." in text


def test_decision_is_made_and_shown_as_a_calendar(prescriber, session, world, steady):
    answer = prescriber.send(f"/people/{steady.id}/take-homes/decide", entered(world))

    text = page(prescriber, steady)
    assert answer.headers["Location"] == f"/people/{steady.id}/take-homes"
    assert one_stored(session, TakeHomeDecision).attends_on == "14"
    assert "<strong>Monday, Thursday</strong>" in text
    assert text.count("comes</td>") + text.count("comes <strong>(today)") == 8
    assert text.count("at home, closed") == 0
    assert "steady since January" in text


def test_approved_ladder_shows_the_next_step_and_the_visits_it_saves(prescriber, session, world, steady):
    approve(session, world, LADDER_OF_2024)

    text = page(prescriber, steady)

    assert "<strong>up to 7 days at one time</strong>" in text
    assert "from day 15: up to 14 days at one time; it saves" in text
    assert "13 more days in treatment." in text
    assert "Comes regularly for observed doses." in text
    assert "Came on 1 of 1 days due in the last four weeks." in text


def answered(client, who, **changes):
    asked = client.get(f"/people/{who.id}/take-homes/decide").get_data(as_text=True)
    names = sorted({part.split('"')[0] for part in asked.split('name="')[1:] if part.startswith("criterion_")})
    return dict.fromkeys(names, "yes") | changes


def test_every_criterion_in_force_is_answered_and_kept_with_its_evidence(prescriber, session, world, steady):
    approve(session, world, LADDER_OF_2024)
    unanswered = prescriber.send(f"/people/{steady.id}/take-homes/decide", entered(world))

    answers = answered(prescriber, steady)
    prescriber.send(f"/people/{steady.id}/take-homes/decide", entered(world) | answers)

    assert (unanswered.status_code, len(answers)) == (422, 6)
    assert "Answer this." in unanswered.get_data(as_text=True)
    assert one_stored(session, TakeHomeDecision).profile == LADDER_OF_2024
    assert "6 answered" in page(prescriber, steady)


def test_more_than_the_ladder_asks_for_the_reason_and_loses_nothing(prescriber, session, world, steady):
    approve(session, world, LADDER_OF_2024)
    answers = answered(prescriber, steady, criterion_2="no")

    refused = prescriber.send(f"/people/{steady.id}/take-homes/decide", entered(world, most_days="14") | answers)

    text = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert f"At one time 14 days; {LADDER_OF_2024} gives at most 7." in text
    assert "Not met: No serious behaviour" in text
    assert "Type the reason." in text
    assert 'value="steady since January"' in text
    over = {"over_ladder_reason": "works at sea"}
    prescriber.send(f"/people/{steady.id}/take-homes/decide", entered(world, most_days="14") | answers | over)
    assert one_stored(session, TakeHomeDecision).over_ladder_reason == "works at sea"


def test_no_day_of_coming_is_said_at_the_days(prescriber, session, world, steady):
    refused = prescriber.send(f"/people/{steady.id}/take-homes/decide", entered(world) | {"day_1": "", "day_4": ""})

    assert refused.status_code == 422
    assert "Choose the days on which the person comes." in refused.get_data(as_text=True)
    assert count_stored(session, TakeHomeDecision) == 0


def test_decision_needs_an_order(prescriber, session, world):
    nobody = factories.person(session)
    session.commit()

    assert prescriber.get(f"/people/{nobody.id}/take-homes/decide").status_code == 404
    assert "No order holds or is to come." in page(prescriber, nobody)


def test_changed_decision_begins_with_what_stands_and_the_old_one_stays_on_the_page(prescriber, world, steady):
    prescriber.send(f"/people/{steady.id}/take-homes/decide", entered(world))

    form = prescriber.get(f"/people/{steady.id}/take-homes/decide").get_data(as_text=True)
    prescriber.send(f"/people/{steady.id}/take-homes/decide", entered(world, most_days="5"))

    assert form.count("checked") == 2
    assert "replaced by a newer decision" in page(prescriber, steady)


def test_decision_is_ended(prescriber, session, world, steady):
    prescriber.send(f"/people/{steady.id}/take-homes/decide", entered(world))
    made = one_stored(session, TakeHomeDecision)
    values = {"reason": "own_wish", "last_day": world.day.isoformat(), "note": "moves nearer"}

    answer = prescriber.send(f"/take-homes/{made.id}/end", values)

    assert answer.status_code == 303
    assert count_stored(session, TakeHomeDecisionEnd) == 1
    again = prescriber.send(f"/take-homes/{made.id}/end", values)
    assert again.status_code == 409
    assert "was ended before" in again.get_data(as_text=True)


def test_single_days_are_allowed_and_taken_back(prescriber, session, world, steady):
    first, last = (world.day + timedelta(days=n) for n in (3, 5))
    values = {"first_on": first.isoformat(), "last_on": last.isoformat(), "reason": "journey", "rationale": "funeral"}

    prescriber.send(f"/people/{steady.id}/take-homes/once", values)
    made = one_stored(session, OneOffTakeHome)
    shown = page(prescriber, steady)
    prescriber.send(f"/take-homes/once/{made.id}/end", {"reason": "stays here"})

    assert "funeral" in shown
    assert count_stored(session, OneOffTakeHomeEnd) == 1
    assert "stays here" in page(prescriber, steady)


def test_page_for_single_days_says_what_the_ladder_gives(prescriber, session, world, steady):
    approve(session, world, LADDER_OF_2024)

    text = prescriber.get(f"/people/{steady.id}/take-homes/once").get_data(as_text=True)

    assert "Day 2 in treatment: the ladder gives 7 days at one time" in text


def test_treatment_elsewhere_is_credited_once(prescriber, session, steady):
    values = {"days": "90", "reason": "letter of 1 March"}

    first = prescriber.send(f"/people/{steady.id}/take-homes/credit", values)
    second = prescriber.send(f"/people/{steady.id}/take-homes/credit", values)

    assert (first.status_code, second.status_code) == (303, 409)
    assert count_stored(session, TreatmentCredit) == 1
    assert "90 days credited by Dana Frost" in page(prescriber, steady)


def test_credit_that_is_no_number_is_said_at_its_field(prescriber, steady):
    answer = prescriber.send(f"/people/{steady.id}/take-homes/credit", {"days": "ninety", "reason": "letter"})

    assert "A whole number, please." in answer.get_data(as_text=True)


def test_nurse_names_a_collector_and_goes_through_safety_but_decides_nothing(client, session, world, steady):
    nurse = client.sign_in(session, world, world.nurse, at_window=False)
    values = {"name": "Anh", "relation": "sister", "authority": "signed today", "from_on": world.day.isoformat()}
    until = {"until_on": (world.day + timedelta(days=30)).isoformat()}

    nurse.send(f"/people/{steady.id}/take-homes/collector", values | until)
    nurse.send(
        f"/people/{steady.id}/take-homes/safety",
        {"locked_storage": "y", "taught": "y", "child_resistant": "y", "naloxone": "given"},
    )

    text = page(nurse, steady)
    assert "<strong>Anh</strong>, sister" in text
    assert "Gone through; holds until Mon 2027-03-01." in text
    assert count_stored(session, SafetyCheck) == 1
    assert "/take-homes/decide" not in text
    assert nurse.get(f"/people/{steady.id}/take-homes/decide").status_code == 403
    made = one_stored(session, Collector)
    nurse.send(f"/take-homes/collectors/{made.id}/end", {"reason": "no longer wished"})
    assert count_stored(session, CollectorEnd) == 1


def test_talk_with_something_missing_is_shown_as_missing(client, session, world, steady):
    nurse = client.sign_in(session, world, world.nurse, at_window=False)
    values = {"taught": "y", "naloxone": "declined"}

    refused = nurse.send(f"/people/{steady.id}/take-homes/safety", values)
    nurse.send(f"/people/{steady.id}/take-homes/safety", values | {"note": "lock box on Friday"})

    assert "Write what was agreed" in refused.get_data(as_text=True)
    text = page(nurse, steady)
    assert "no dose goes home" in text
    assert "locked storage. child-resistant closures." in text


def test_page_is_linked_from_the_person_and_from_the_orders(prescriber, steady):
    link = f'href="/people/{steady.id}/take-homes"'

    assert link in prescriber.get(f"/people/{steady.id}").get_data(as_text=True)
    assert link in prescriber.get(f"/people/{steady.id}/orders").get_data(as_text=True)


def test_review_on_the_desk_leads_to_the_page(prescriber, world, steady):
    prescriber.send(f"/people/{steady.id}/take-homes/decide", entered(world))
    prescriber.send(f"/people/{steady.id}/stop", {"kind": "sedation"})

    desk = prescriber.get("/prescriber").get_data(as_text=True)

    assert "take-home doses to review" in desk
    assert f'href="/people/{steady.id}/take-homes"' in desk


def test_counsellor_sees_the_page(client, session, world, steady):
    counsellor = client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)

    assert "Take-home doses" in page(counsellor, steady)


def text_of(answer):
    return answer.get_data(as_text=True)


def wish(session, world, who):
    made = take_home_requests.ask(
        session,
        person_id=who.id,
        wish="my sister marries",
        reason=OneOffReason.FAMILY,
        first_on=world.day + timedelta(days=3),
        last_on=world.day + timedelta(days=5),
        act=world.act(),
    )
    session.commit()
    return made


def test_counsellor_hands_a_wish_to_the_desk_and_the_prescriber_allows_just_those_days(
    client, session, world, steady, clock
):
    from_day, to_day = ((world.day + timedelta(days=n)).isoformat() for n in (3, 5))
    counsellor = client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)
    address = f"/people/{steady.id}/take-homes"

    asked = counsellor.send(
        f"{address}/ask",
        {"wish": "my sister marries", "reason": "family", "first_on": from_day, "last_on": to_day},
    )
    page = text_of(counsellor.get(address))

    assert asked.status_code == 303
    assert "my sister marries" in page
    assert "waits for the prescriber" in page


def test_wish_without_words_or_with_half_its_days_is_said_at_its_field_and_keeps_what_was_typed(
    client, session, world, steady
):
    counsellor = client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)
    address = f"/people/{steady.id}/take-homes/ask"

    answer = counsellor.send(address, {"wish": "a wedding", "reason": "family", "first_on": world.day.isoformat()})

    assert answer.status_code == 422
    assert "Give the first and the last day." in text_of(answer)
    assert "a wedding" in text_of(answer)


def test_form_for_single_days_begins_with_what_was_asked_for_and_answers_it(prescriber, session, world, steady, clock):
    made = wish(session, world, steady)
    address = f"/people/{steady.id}/take-homes"

    form = text_of(prescriber.get(f"{address}/once?asked={made.id}"))
    clock.forward(minutes=5)
    prescriber.send(
        f"{address}/once",
        {
            "reason": "family",
            "first_on": made.first_on.isoformat(),
            "last_on": made.last_on.isoformat(),
            "rationale": "goes with her sister",
        },
    )

    assert made.first_on.isoformat() in form
    assert "Asked for: my sister marries" in form
    assert "decided, see below" in text_of(prescriber.get(address))


def test_wish_is_declined_with_the_reason_that_the_person_is_told(prescriber, session, world, steady, clock):
    made = wish(session, world, steady)
    clock.forward(minutes=5)

    empty = prescriber.send(f"/take-homes/requests/{made.id}/decline", {"reason": ""})
    prescriber.send(f"/take-homes/requests/{made.id}/decline", {"reason": "a clinic there can dose you"})

    assert empty.status_code == 422
    assert "a clinic there can dose you" in text_of(prescriber.get(f"/people/{steady.id}/take-homes"))


def test_single_days_over_the_ladder_ask_for_the_reason_and_show_it(prescriber, session, world, steady):
    approve(session, world, LADDER_OF_2024)
    address = f"/people/{steady.id}/take-homes"
    first, last = ((world.day + timedelta(days=n)).isoformat() for n in (1, 30))
    days = {"reason": "journey", "first_on": first, "last_on": last, "rationale": "harvest"}

    refused = prescriber.send(f"{address}/once", days)
    allowed = prescriber.send(f"{address}/once", {**days, "over_ladder_reason": "no clinic within two days"})

    assert refused.status_code == 422
    assert "Type the reason." in text_of(refused)
    assert "at most" in text_of(refused)
    assert allowed.status_code == 303
    assert "no clinic within two days" in text_of(prescriber.get(address))


def test_review_is_answered_on_the_page_and_the_window_says_it_until_then(prescriber, session, world, steady, clock):
    decide(session, world, steady, decided_at=world.at - timedelta(days=30))
    take_home_reviews.note(session, steady.id, world.act())
    session.commit()
    address = f"/people/{steady.id}/take-homes"

    before = text_of(prescriber.get(address))
    clock.forward(minutes=5)
    prescriber.send(f"{address}/keep", {"rationale": "one late morning"})

    assert "A review is open since" in before
    assert "A review is open since" not in text_of(prescriber.get(address))
