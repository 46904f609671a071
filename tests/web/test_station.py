"""The station over HTTP: what a nurse types, what is recorded, what is only shown."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

import models
from models import AccessLog, Claim, Dose, Movement
from models.enums import DoseOutcome, NoticeKind, Role, StopKind
from tests.client import hidden_fields
from tests.factories import PASSWORD, patient, person, save, stamp


def page(who):
    return f"/window/{who.id}"


def confirm(client, who, value="F"):
    return client.send(page(who), {"scan": value})


def doses(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(Dose))


def test_F_and_enter_records_the_dose_and_shows_it(nurse, session, world):
    who = patient(session, world, "85")
    session.commit()

    answer = confirm(nurse, who)
    shown = nurse.get(answer.headers["Location"]).get_data(as_text=True)

    assert answer.status_code == 303
    assert "85\u00a0mg" in shown
    assert doses(session) == 1


def test_opening_the_dose_of_another_day_by_its_number_is_on_record_as_a_read(nurse, session, world, clock):
    who = patient(session, world)
    session.commit()
    shown_at = confirm(nurse, who).headers["Location"]
    reads = select(func.count()).select_from(AccessLog).where(AccessLog.person_id == who.id)
    session.rollback()
    before = session.scalar(reads)

    nurse.get(shown_at)
    session.rollback()
    at_once = session.scalar(reads)
    session.rollback()
    clock.forward(hours=24)
    nurse.sign_in(session, world, world.nurse).get(shown_at)

    session.rollback()
    assert (at_once, session.scalar(reads)) == (before, before + 1)


def test_a_computer_at_no_window_says_so_before_anybody_stands_there(client, session, world):
    at_a_desk = client.sign_in(session, world, world.nurse, at_window=False).get("/window").get_data(as_text=True)
    at_a_window = client.sign_in(session, world, world.nurse).get("/window").get_data(as_text=True)

    assert "stands at no window" in at_a_desk
    assert "stands at no window" not in at_a_window


@pytest.mark.parametrize("value", ["", "f", "FF", "F F", "x" * 150, "OAT-AAAA"])
def test_anything_but_exactly_F_records_nothing(nurse, session, world, value):
    who = patient(session, world)
    session.commit()

    answer = confirm(nurse, who, value)

    assert answer.status_code in (200, 303, 422)
    assert doses(session) == 0


def test_a_card_on_anybodys_page_means_the_next_person(nurse, session, world):
    here, next_person = patient(session, world), patient(session, world)
    card = models.PersonCard(
        person_id=next_person.id, code="OAT-NEXTPERSON234567", issued_at=world.at, issued_by_id=world.nurse.id
    )
    save(session, card)
    session.commit()

    answer = confirm(nurse, here, "OAT-NEXTPERSON234567")

    assert answer.headers["Location"] == page(next_person)
    assert doses(session) == 0


def test_two_cards_run_together_by_a_fast_scanner_dose_nobody(nurse, session, world):
    here = patient(session, world)
    session.commit()

    answer = confirm(nurse, here, "OAT-AAAABBBBCCCCDDDDOAT-EEEEFFFFGGGGHHHH")

    assert answer.status_code == 422
    assert doses(session) == 0


def test_the_same_page_sent_twice_leads_to_the_first_result(nurse, session, world):
    who = patient(session, world)
    session.commit()
    fields = hidden_fields(nurse.get(page(who)), page(who)) | {"scan": "F"}

    first = nurse.post(page(who), data=fields)
    second = nurse.post(page(who), data=fields)

    assert second.status_code == 303
    assert second.headers["Location"] == first.headers["Location"]
    assert doses(session) == 1


def test_two_tabs_give_one_dose_and_the_second_is_told_who_and_when(nurse, session, world):
    who = patient(session, world)
    session.commit()
    one, two = (hidden_fields(nurse.get(page(who)), page(who)) | {"scan": "F"} for _ in range(2))

    nurse.post(page(who), data=one)
    answer = nurse.post(page(who), data=two)

    assert answer.status_code == 409
    assert "Dosed today at 07:00 by Rosa Ames" in answer.get_data(as_text=True)
    assert "no dose for today" not in answer.get_data(as_text=True)
    assert doses(session) == 1


def test_a_stop_set_after_the_page_was_opened_asks_again(nurse, session, world):
    who = patient(session, world)
    session.commit()
    fields = hidden_fields(nurse.get(page(who)), page(who)) | {"scan": "F"}
    save(
        session,
        models.Stop(
            person_id=who.id,
            kind=StopKind.SEDATION,
            decide_by=world.at + timedelta(hours=2),
            set_at=world.at,
            **stamp(world),
        ),
    )
    session.commit()

    answer = nurse.post(page(who), data=fields)

    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "changed since this page was opened" in text
    assert "Do not give" in text
    assert doses(session) == 0


def test_a_page_opened_by_the_nurse_before_is_not_recorded_for_the_next(client, session, world):
    who = patient(session, world)
    client.sign_in(session, world, world.nurse)
    fields = hidden_fields(client.get(page(who)), page(who)) | {"scan": "F"}
    client.sign_in(session, world, world.witness)
    fresh = hidden_fields(client.get(page(who)), page(who))

    answer = client.post(page(who), data=fields | {"csrf_token": fresh["csrf_token"]})

    assert answer.status_code == 409
    assert doses(session) == 0


def test_wrong_role_cannot_dose(client, session, world):
    who = patient(session, world)
    client.sign_in(session, world, world.staff[Role.COUNSELLOR])

    assert client.get(page(who)).status_code == 403
    assert doses(session) == 0


def test_a_forged_id_is_not_found(nurse, world):
    assert nurse.get("/window/999999").status_code == 404
    assert nurse.get("/window/99999999999999999999").status_code == 404


def test_without_csrf_token_nothing_is_recorded(nurse, session, world):
    who = patient(session, world)
    session.commit()
    fields = hidden_fields(nurse.get(page(who)), page(who)) | {"scan": "F"}
    del fields["csrf_token"]

    answer = nurse.post(page(who), data=fields)

    assert answer.status_code == 400
    assert doses(session) == 0


def test_withhold_records_the_reason_and_takes_no_slot(nurse, session, world):
    who = patient(session, world)
    session.commit()

    answer = nurse.send(f"{page(who)}/withhold", {"reason": "sedated", "note": ""})

    assert answer.status_code == 303
    session.rollback()
    assert session.scalars(select(Dose.outcome)).all() == [DoseOutcome.WITHHELD]
    assert session.scalar(select(func.count()).select_from(Claim)) == 0


def test_withhold_without_a_reason_says_so_and_keeps_the_note(nurse, session, world):
    who = patient(session, world)
    session.commit()

    answer = nurse.send(f"{page(who)}/withhold", {"note": "swaying"})

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Choose a reason." in text
    assert 'value="swaying"' in text


def test_part_dose_needs_a_witness_who_is_somebody_else(nurse, session, world):
    who = patient(session, world)
    session.commit()
    data = {"taken_mg": "50", "reason": "feels_unwell", "witness_password": PASSWORD}

    self_signed = nurse.send(f"{page(who)}/part", data | {"witness_username": world.nurse.username})
    good = nurse.send(f"{page(who)}/part", data | {"witness_username": world.witness.username})

    assert self_signed.status_code == 422
    assert "cannot witness your own act: ask a second person" in self_signed.get_data(as_text=True)
    assert PASSWORD not in self_signed.get_data(as_text=True)
    assert good.status_code == 303
    assert doses(session) == 1


@pytest.mark.parametrize(
    "amount", ["", "-5", "abc", "5 mg", "0", "1e3", "50.0001", "999999999999999", "８", "5,5,5", "NaN"]
)
def test_an_amount_that_is_none_is_refused_at_its_field(nurse, session, world, amount):
    who = patient(session, world)
    session.commit()

    answer = nurse.send(
        f"{page(who)}/part",
        {
            "taken_mg": amount,
            "reason": "other",
            "witness_username": world.witness.username,
            "witness_password": PASSWORD,
        },
    )

    assert answer.status_code == 422
    assert 'id="taken_mg-error"' in answer.get_data(as_text=True)
    assert doses(session) == 0


def test_reversal_frees_the_slot_and_says_so(nurse, session, world):
    who = patient(session, world)
    session.commit()
    confirm(nurse, who)
    dose_id = session.scalars(select(Dose.id)).one()

    answer = nurse.send(
        f"/window/doses/{dose_id}/reverse", {"reason": "keyed_by_mistake", "note": "the one before her"}
    )
    again = confirm(nurse, who)

    assert answer.status_code == 303
    assert "counts no more" in nurse.get(answer.headers["Location"]).get_data(as_text=True)
    assert again.status_code == 303
    assert doses(session) == 2


def test_queue_counts_who_came_and_hides_names(nurse, session, world):
    came, waits = patient(session, world), patient(session, world, family_name="Tanaka", given_name="Aoi")
    session.commit()
    confirm(nurse, came)

    text = nurse.get("/window/queue").get_data(as_text=True)

    assert re.search(r"<strong>1</strong> of 2 done", text)
    assert waits.number in text
    assert "Tanaka" not in text


def test_unchanged_queue_answers_with_nothing(nurse, session, world):
    who = patient(session, world)
    session.commit()
    mark = nurse.get("/window/queue").headers["ETag"]

    same = nurse.get("/window/queue", headers={"If-None-Match": mark})
    confirm(nurse, who)
    changed = nurse.get("/window/queue", headers={"If-None-Match": mark})

    assert (same.status_code, changed.status_code) == (304, 200)


def test_opening_a_person_is_noted(nurse, session, world):
    who = patient(session, world)
    session.commit()

    nurse.get(page(who))

    session.rollback()
    assert session.scalars(select(AccessLog.page)).all() == ["station"]


def test_a_notice_shows_and_does_not_delay_the_dose(nurse, session, world):
    who = patient(session, world)
    save(
        session,
        models.Notice(person_id=who.id, kind=NoticeKind.SEE_COUNSELLOR, note="at 11", set_at=world.at, **stamp(world)),
    )
    session.commit()

    shown = nurse.get(page(who)).get_data(as_text=True)
    answer = confirm(nurse, who)

    assert "please see the counsellor" in shown
    assert answer.status_code == 303


def test_a_desk_has_no_containers_and_says_why(client, session, world):
    who = patient(session, world)
    client.sign_in(session, world, world.nurse, at_window=False)

    answer = client.get(page(who)).get_data(as_text=True)

    assert "belongs to no dispensing window" in answer


def test_search_by_name_lists_those_who_match(nurse, session, world):
    patient(session, world, family_name="Nguyễn", given_name="Hường")
    patient(session, world, family_name="Nguyễn", given_name="Hương")
    session.commit()

    answer = nurse.send("/window", {"scan": "nguyen"})

    assert answer.get_data(as_text=True).count("/window/") >= 2
    assert session.scalar(select(func.count()).select_from(Movement).where(Movement.dose_id.is_not(None))) == 0


def test_somebody_not_in_treatment_is_shown_with_the_reason(nurse, session, world):
    who = person(session)
    session.commit()

    text = nurse.get(page(who)).get_data(as_text=True)

    assert "Not admitted to treatment here." in text


def test_one_day_without_medicine_is_one_day(nurse, session, world):
    who = patient(session, world, starts_on=world.day - timedelta(days=1))
    session.commit()

    page = nurse.get(f"/window/{who.id}").get_data(as_text=True)

    assert "<strong>1</strong> day without medicine" in page
