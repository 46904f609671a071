"""The pages of bottles: one key after the dose, labels, returns, losses and call-backs."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dispensary.services import call_backs, take_home_reviews
from models import Bottle, BottleEnd, CallBack, CallBackOutcome, LabelPrint, Person, TakeHomeIssue
from models.enums import BottleState, CallBackReason, LabelLayout
from tests import factories, take_homes
from tests.client import hidden_fields
from tests.services.test_links import link
from tests.take_homes import hand_over


@pytest.fixture
def decided(session, world, who):
    """Somebody who takes two doses home today."""
    take_homes.decide(session, world, who)
    take_homes.safe(session, world, who)
    session.commit()
    return who


@pytest.fixture
def at_home(session, world, decided):
    """The same person, with today's dose taken and two bottles at home."""
    order = session.scalars(select(factories.models.DoseOrder)).first()
    factories.dose(session, world, decided, order)
    issue = hand_over(session, world, decided)
    session.commit()
    return issue


def count(session, table) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table))


def dose_now(nurse, who):
    done = nurse.send(f"/window/{who.id}", {"scan": "F"})
    return nurse.get(done.headers["Location"])


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def test_after_the_dose_one_key_hands_over_and_one_prints(nurse, session, decided):
    page = dose_now(nurse, decided)

    assert "2 bottles go home" in text_of(page)
    sent = nurse.post("/window", data={**hidden_fields(page, "/window"), "scan": "b"})
    assert sent.status_code == 307
    issued = nurse.post(sent.headers["Location"], data={**hidden_fields(page, "/window"), "scan": "b"})
    assert issued.status_code == 303
    shown = nurse.get(issued.headers["Location"])
    assert "2 bottles" in text_of(shown)
    address = issued.headers["Location"]
    key = nurse.post(address, data={**hidden_fields(shown, address), "scan": "L"})
    printed = nurse.post(key.headers["Location"], data={**hidden_fields(shown, address), "scan": "L"})
    assert (printed.status_code, printed.mimetype) == (200, "application/pdf")
    assert "Nguy" not in printed.headers["Content-Disposition"]
    assert (count(session, TakeHomeIssue), count(session, Bottle), count(session, LabelPrint)) == (1, 2, 1)


def test_key_pressed_twice_hands_over_once(nurse, session, decided):
    page = dose_now(nurse, decided)
    fields = {**hidden_fields(page, "/window"), "scan": "B"}
    address = nurse.post("/window", data=fields).headers["Location"]

    first, second = (nurse.post(address, data=fields) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert count(session, TakeHomeIssue) == 1


def test_two_windows_hand_over_once(nurse, session, world, decided):
    page = dose_now(nurse, decided)
    first = {**hidden_fields(page, "/window"), "scan": "B"}
    second = {**first, "token": "another-terminal-sent-this"}
    address = nurse.post("/window", data=first).headers["Location"]

    nurse.post(address, data=first)
    late = nurse.post(address, data=second)

    assert late.headers["Location"] == f"/window/{decided.id}/bottles"
    assert "Something changed" in text_of(nurse.get(late.headers["Location"])) or count(session, TakeHomeIssue) == 1
    assert count(session, TakeHomeIssue) == 1


def test_key_without_a_decision_does_nothing(nurse, session, who):
    page = dose_now(nurse, who)

    assert "go home" not in text_of(page)
    fields = {**hidden_fields(page, "/window"), "scan": "B"}
    address = nurse.post("/window", data=fields).headers["Location"]
    assert nurse.post(address, data=fields).headers["Location"] == f"/window/{who.id}/bottles"
    assert "Nothing was decided" in text_of(nurse.get(f"/window/{who.id}/bottles"))


def test_page_of_bottles_says_what_stands_against_them(nurse, decided):
    page = text_of(nurse.get(f"/window/{decided.id}/bottles"))

    assert "Give today&#39;s dose first" in page


def test_page_of_bottles_hands_over_to_a_collector(nurse, session, world, decided):
    sister = take_homes.collector(session, world, decided)
    session.commit()
    address = f"/window/{decided.id}/bottles"

    unseen = nurse.send(address, {"collector_id": str(sister.id)})
    issued = nurse.send(address, {"collector_id": str(sister.id), "identity_seen": "passport"})

    assert unseen.status_code == 422
    assert "which document" in text_of(unseen)
    assert issued.status_code == 303
    assert "Mai Nguyễn" in text_of(nurse.get(issued.headers["Location"]))


def test_labels_on_a_roll_and_marked_as_a_reprint(nurse, session, at_home):
    page = nurse.get(f"/bottles/issues/{at_home.id}")
    form = hidden_fields(page, f"/bottles/issues/{at_home.id}/labels.pdf")
    address = f"/bottles/issues/{at_home.id}/labels.pdf"

    for _ in range(2):
        answer = nurse.post(address, data={**form, "layout": "roll_62", "start": "1"})
    wrong = nurse.post(address, data={**form, "layout": "sheet", "start": "25"})

    assert answer.mimetype == "application/pdf"
    assert wrong.status_code == 422
    prints = session.scalars(select(LabelPrint).order_by(LabelPrint.id)).all()
    assert [(p.printing, p.layout) for p in prints] == [(1, LabelLayout.ROLL_62), (2, LabelLayout.ROLL_62)]


def test_card_on_the_page_of_a_handover_opens_the_next_person(nurse, session, world, at_home):
    address = f"/bottles/issues/{at_home.id}"

    assert nurse.send(address, {"scan": "P00001"}).headers["Location"] == "/window"
    assert nurse.send(address, {"scan": "z"}).status_code == 422


def test_code_of_a_bottle_opens_its_return_from_the_window_and_from_the_list(nurse, session, at_home):
    bottle = session.scalars(select(Bottle).order_by(Bottle.id)).first()
    code = str(bottle.uid).upper()

    for page in ("/window", "/bottles"):
        answer = nurse.send(page, {"scan": code})

        assert answer.headers["Location"] == f"/bottles/{bottle.id}/back", page


def test_unknown_code_says_so(nurse, at_home):
    answer = nurse.send("/bottles", {"scan": "00000000-0000-0000-0000-000000000000"})

    assert answer.status_code == 422


def test_unopened_bottle_is_taken_back_before_a_witness(nurse, session, world, at_home):
    bottle = session.scalars(select(Bottle).order_by(Bottle.id)).first()
    looked = {"state": "full", "seal": "intact", "residue": "expected"}
    address = f"/bottles/{bottle.id}/back"

    alone = nurse.send(address, looked)
    together = nurse.send(
        address,
        {**looked, "witness_username": world.witness.username, "witness_password": factories.PASSWORD},
    )

    assert alone.status_code == 422
    assert "second person" in text_of(alone)
    assert together.status_code == 303
    session.rollback()
    assert session.scalars(select(BottleEnd)).one().early
    assert "the day is free again" in text_of(nurse.get(together.headers["Location"]))


def test_measured_rest_is_typed_in_the_unit_of_the_product(nurse, session, world, at_home):
    bottle = session.scalars(select(Bottle).order_by(Bottle.id)).first()
    address = f"/bottles/{bottle.id}/back"
    signed = {"witness_username": world.witness.username, "witness_password": factories.PASSWORD}

    answer = nurse.send(address, {"state": "part", "seal": "broken", "residue": "expected", "rest-0": "2.5", **signed})

    assert answer.status_code == 303
    session.rollback()
    assert session.scalars(select(BottleEnd)).one().state is BottleState.PART


def test_empties_are_ticked_on_one_page(nurse, session, world, clock, at_home):
    clock.forward(days=3)
    nurse.sign_in(session, world, world.nurse)
    person_id = at_home.person_id
    ids = [str(one) for one in session.scalars(select(Bottle.id))]
    page = f"/bottles/of/{person_id}"

    none = nurse.send(f"{page}/empties", {}, page=page)
    ticked = nurse.send(f"{page}/empties", {"bottles": ids}, page=page)

    assert none.status_code == 422
    assert ticked.status_code == 303
    assert "Nothing is at home" in text_of(nurse.get(page))


def test_stolen_bottle_is_told_in_words(nurse, session, at_home):
    bottle = session.scalars(select(Bottle).order_by(Bottle.id)).first()
    address = f"/bottles/{bottle.id}/gone"

    silent = nurse.send(address, {"fate": "stolen"})
    told = nurse.send(address, {"fate": "stolen", "told": "on the bus, report 4711"})

    assert silent.status_code == 422
    assert told.status_code == 303
    assert "report 4711" in text_of(nurse.get(told.headers["Location"]))


def test_call_back_has_a_deadline_and_is_closed_with_its_count(nurse, session, world, clock, at_home):
    address = f"/bottles/of/{at_home.person_id}/call-back"

    called = nurse.send(address, {"reason": "random", "channel": "a call", **deadline(nurse, address)})
    assert called.status_code == 303
    clock.forward(hours=30)
    nurse.sign_in(session, world, world.nurse)
    assert "overdue" in text_of(nurse.get("/bottles/call-backs"))
    made = session.scalars(select(CallBack)).one()
    closed = nurse.send(f"/bottles/call-backs/{made.id}", {"outcome": "short", "brought": "1"})

    assert closed.status_code == 303
    assert count(session, CallBackOutcome) == 1
    assert "1 / 2" in text_of(nurse.get("/bottles/call-backs"))


def deadline(nurse, address) -> dict[str, str]:
    text = text_of(nurse.get(address))
    return {name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', text).group(1) for name in ("due_day", "due_time")}


def test_prescriber_sees_bottles_and_may_call_back_but_not_hand_over(prescriber, session, at_home):
    assert prescriber.get(f"/bottles/of/{at_home.person_id}").status_code == 200
    assert prescriber.get(f"/bottles/of/{at_home.person_id}/call-back").status_code == 200
    assert prescriber.get(f"/window/{at_home.person_id}/bottles").status_code == 403


def test_list_counts_full_and_empty_bottles(nurse, session, world, clock, at_home):
    clock.forward(days=1, hours=1)
    nurse.sign_in(session, world, world.nurse)
    tomorrow = world.day + timedelta(days=1)

    page = text_of(nurse.get("/bottles"))

    assert page.count("<tr>") >= 2
    assert str(tomorrow + timedelta(days=1)) in page


def test_window_says_before_the_dose_that_every_bottle_was_called_back(nurse, session, world, clock, at_home):
    call_backs.call_back(
        session,
        person_id=at_home.person_id,
        reason=CallBackReason.RANDOM,
        channel="a call",
        note="",
        due_by=world.at + timedelta(days=1),
        act=world.act(),
    )
    session.commit()

    page = text_of(nurse.get(f"/window/{at_home.person_id}"))

    assert "Called back with every bottle" in page
    assert "2 bottles by 2026-03-03" in page


def test_open_review_is_said_at_the_window_and_no_key_hands_over(nurse, session, world, decided):
    take_home_reviews.note(session, decided.id, world.act())
    session.commit()

    before = text_of(nurse.get(f"/window/{decided.id}"))
    after = text_of(dose_now(nurse, decided))
    bottles = text_of(nurse.get(f"/window/{decided.id}/bottles"))

    assert "Take-home doses are under review" in before
    assert "look before they are handed over" in after
    assert "The prescriber decides by 2026-03-03" in bottles
    assert 'name="shown"' not in bottles


def test_bottles_of_a_linked_record_are_shown_under_the_one_that_survives(nurse, session, world, at_home):
    survivor = factories.patient(session, world, family_name="Trần", number="P00031")
    link(session, world, survivor, session.get_one(Person, at_home.person_id))
    session.commit()

    asked = nurse.get(f"/bottles/of/{at_home.person_id}")
    bottle = session.scalars(select(Bottle)).first()
    back = text_of(nurse.get(f"/bottles/{bottle.id}/back"))

    assert asked.headers["Location"] == f"/bottles/of/{survivor.id}"
    assert "P00031" in back
    assert text_of(nurse.get(f"/bottles/of/{survivor.id}")).count("brought back") >= 2
