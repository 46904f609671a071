"""The right person: like names at the window, two records linked, guests, letters and lost cards, by hand."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from dispensary.rules.likeness import check_digits
from dispensary.services import likeness
from models import (
    AuditEvent,
    Disclosure,
    Dose,
    GuestStay,
    Person,
    PersonCard,
    PersonLink,
    PersonUnlink,
)
from models.enums import AgencyKind, AuditKind, CardEnd, ConsentScope, DoseOutcome
from tests import factories
from tests.agencies import consented, listed

DAY = timedelta(days=1)


def text_of(answer):
    return answer.get_data(as_text=True)


def all_of(session, column):
    session.rollback()
    found = session.scalars(select(column)).all()
    session.rollback()
    return found


@pytest.fixture
def like(session, world):
    """Two people in treatment whose names differ in one letter."""
    one = factories.patient(session, world, family_name="Nguyễn", given_name="Văn An", number="P00147")
    other = factories.patient(session, world, family_name="Nguyễn", given_name="Văn Anh", number="P00258")
    likeness.renew_name_keys(session)
    session.commit()
    return one, other


def witnessed(world):
    return {"witness_username": world.witness.username, "witness_password": factories.PASSWORD}


def test_a_like_name_shows_both_people_and_hides_the_digits_that_are_asked_for(nurse, like):
    page = text_of(nurse.get(f"/window/{like[0].id}"))

    assert "Somebody else in treatment has a like name" in page
    assert "Nguyễn Văn Anh" in page and "last two digits" in page
    assert "P001••" in page and "P00147" not in page and "P00258" not in page


def test_f_records_nothing_until_the_digits_are_right(nurse, session, like):
    path = f"/window/{like[0].id}"

    unasked = nurse.send(path, {"scan": "F"})
    wrong = nurse.send(path, {"scan": "58"})

    assert "last two digits" in text_of(unasked) and unasked.status_code == 422
    assert "not the last two digits" in text_of(wrong) and "P001••" in text_of(wrong)
    assert all_of(session, Dose.id) == []


def test_right_digits_then_f_record_the_dose(nurse, session, like):
    path = f"/window/{like[0].id}"

    checked = nurse.send(path, {"scan": "47"})
    given = nurse.post(path, data={**_hidden(checked, path), "scan": "F"})

    assert "Identity checked" in text_of(checked) and "P00147" in text_of(checked)
    assert given.status_code == 303
    assert all_of(session, Dose.outcome) == [DoseOutcome.GIVEN]


def test_digits_are_asked_for_again_once_the_dose_is_recorded(nurse, session, like):
    path = f"/window/{like[0].id}"
    checked = nurse.send(path, {"scan": "47"})
    nurse.post(path, data={**_hidden(checked, path), "scan": "F"})

    later = text_of(nurse.get(f"{path}/part"))

    assert 'value="47"' not in later


def test_digits_typed_with_f_in_one_breath_do_not_confirm(nurse, session, like):
    nurse.send(f"/window/{like[0].id}", {"scan": "47F"})

    assert all_of(session, Dose.id) == []


def test_the_page_asks_again_when_it_is_opened_again(nurse, like):
    path = f"/window/{like[0].id}"
    nurse.send(path, {"scan": "47"})

    assert "P001••" in text_of(nurse.get(path))


def _hidden(answer, path):
    from tests.client import hidden_fields

    return hidden_fields(answer, path)


PART = {"taken_mg": "50", "reason": "feels_unwell"}


def test_a_part_of_the_dose_keeps_the_digits_that_were_asked_for(nurse, session, world, like):
    path = f"/window/{like[0].id}"
    checked = nurse.send(path, {"scan": "47"})
    opened = nurse.post(path, data={**_hidden(checked, path), "scan": "P"})

    recorded = nurse.send(opened.headers["Location"], {**PART, **witnessed(world)})

    assert recorded.status_code == 303
    assert all_of(session, Dose.outcome) == [DoseOutcome.PART_GIVEN]


def test_a_part_of_the_dose_asks_for_the_digits_where_nobody_did(nurse, session, world, like):
    path = f"/window/{like[0].id}/part"

    unasked = nurse.send(path, {**PART, **witnessed(world)})
    assert unasked.status_code == 422 and "Ask for the last two digits" in text_of(unasked)
    asked = nurse.send(path, {**PART, **witnessed(world), "digits": check_digits("P00147")})

    assert asked.status_code == 303
    assert all_of(session, Dose.outcome) == [DoseOutcome.PART_GIVEN]


def test_somebody_without_a_like_name_is_asked_nothing(nurse, session, world):
    who = factories.patient(session, world, family_name="Holt", given_name="Joan", number="P00369")
    likeness.renew_name_keys(session)
    session.commit()

    page = text_of(nurse.get(f"/window/{who.id}"))

    assert "like name" not in page and "P00369" in page


@pytest.fixture
def two(session, world):
    """Two records of one person, both in treatment."""
    one = factories.patient(session, world, family_name="Holt", given_name="Joan", number="P00011")
    other = factories.patient(session, world, family_name="Hold", given_name="Jo", number="P00022")
    session.commit()
    return one, other


def test_the_other_record_is_chosen_by_its_number(nurse, two):
    answer = nurse.send(f"/people/{two[0].id}/link", {"text": "P00022"})
    nobody = nurse.send(f"/people/{two[0].id}/link", {"text": "P00011"})

    assert answer.headers["Location"] == f"/people/{two[0].id}/link/{two[1].id}"
    assert "No other record is found" in text_of(nobody)


def test_several_records_that_match_are_listed(nurse, session, two):
    factories.person(session, "Hold", "Josephine", number="P00033")
    session.commit()

    answer = text_of(nurse.send(f"/people/{two[0].id}/link", {"text": "hold jo"}))

    assert "Which of these?" in answer and "P00022" in answer and "P00033" in answer


def test_both_records_and_what_a_link_does_stand_on_one_page(nurse, session, world, two):
    other_order = _order_of(session, two[1])
    factories.dose(session, world, two[1], other_order)
    session.commit()

    page = text_of(nurse.get(f"/people/{two[0].id}/link/{two[1].id}"))

    assert "Holt Joan" in page and "Hold Jo" in page
    assert "part 1, counts as taken" in page and "The episode since" in page
    assert "Both took a dose" not in page


def _order_of(session, who):
    from models import DoseOrder

    return session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one()


def test_two_doses_of_today_are_announced_before_anybody_signs(nurse, session, world, two):
    for who in two:
        factories.dose(session, world, who, _order_of(session, who))
    session.commit()

    page = text_of(nurse.get(f"/people/{two[0].id}/link/{two[1].id}"))

    assert "becomes a dosing incident" in page


def test_two_people_link_two_records_and_the_old_one_leads_to_the_other(nurse, session, world, two):
    path = f"/people/{two[0].id}/link/{two[1].id}"

    answer = nurse.send(path, {"reason": "same papers", **witnessed(world)})

    assert answer.headers["Location"] == f"/people/{two[0].id}"
    assert all_of(session, PersonLink.witnessed_by_id) == [world.witness.id]
    for old in (f"/people/{two[1].id}", f"/window/{two[1].id}"):
        assert nurse.get(old).headers["Location"].endswith(f"/{two[0].id}")
    page = text_of(nurse.get(f"/people/{two[0].id}"))
    assert "P00022" in page and "same papers" in page
    found = nurse.send("/window", {"scan": "P00022"})
    assert found.headers["Location"] == f"/window/{two[0].id}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": ""}, "Please fill this in"),
        ({"witness_username": ""}, "A second person must sign here"),
        ({"witness_password": "wrong"}, "witness is not right"),
    ],
)
def test_a_link_is_not_made_without_reason_and_witness(nurse, session, world, two, changes, said):
    path = f"/people/{two[0].id}/link/{two[1].id}"

    answer = nurse.send(path, {"reason": "same papers", **witnessed(world), **changes})

    assert answer.status_code == 422 and said in text_of(answer)
    assert all_of(session, PersonLink.id) == []


def test_a_link_over_a_changed_page_asks_again(nurse, session, world, two):
    path = f"/people/{two[0].id}/link/{two[1].id}"

    answer = nurse.send(path, {"reason": "same papers", "shown": "as it was", **witnessed(world)})

    assert answer.status_code == 409 and "Something changed" in text_of(answer)


def test_a_record_that_is_not_the_treated_one_cannot_survive(nurse, session, two):
    stranger = factories.person(session, "Holt", "J", number="P00044")
    session.commit()

    page = text_of(nurse.get(f"/people/{stranger.id}/link/{two[0].id}"))

    assert "Only the record that would end is in treatment" in page and "Let the other one survive" in page


def test_a_link_is_taken_back_by_two_people(nurse, session, world, two):
    nurse.send(f"/people/{two[0].id}/link/{two[1].id}", {"reason": "same papers", **witnessed(world)})
    (link_id,) = all_of(session, PersonLink.id)

    answer = nurse.send(f"/people/links/{link_id}/undo", {"reason": "two sisters", **witnessed(world)})
    again = nurse.get(f"/people/links/{link_id}/undo")

    assert answer.headers["Location"] == f"/people/{two[1].id}"
    assert len(all_of(session, PersonUnlink.id)) == 1
    assert set(all_of(session, Person.root_id)) == {None}
    assert again.status_code == 404
    assert "Hold Jo" in text_of(nurse.get(f"/people/{two[1].id}"))


GUEST = {
    "clinic": "Hill Clinic",
    "home_contact": "555-0177",
    "letter": "of 2026-03-01",
    "last_dose_on": "2026-03-01",
    "last_dose_mg": "60",
    "last_dose_medication": "methadone",
    "confirmed_by": "Dr Moor",
    "until_on": "2026-03-09",
}


def test_a_guest_is_admitted_and_shown_as_one(prescriber, session, world):
    who = factories.person(session, "Holt", "Joan", number="P00011")
    session.commit()

    answer = prescriber.send(f"/people/{who.id}/guest", GUEST)

    assert answer.status_code == 303
    assert all_of(session, GuestStay.home_clinic) == ["Hill Clinic"]
    assert "Guest of Hill Clinic until" in text_of(prescriber.get(f"/people/{who.id}"))


def test_the_window_says_whose_guest_somebody_is(client, session, world):
    who = factories.person(session, "Holt", "Joan", number="P00011")
    session.commit()
    client.sign_in(session, world, world.prescriber, at_window=False).send(f"/people/{who.id}/guest", GUEST)

    page = text_of(client.sign_in(session, world, world.nurse).get(f"/window/{who.id}"))

    assert "Guest of Hill Clinic until" in page


@pytest.mark.parametrize("missing", ["clinic", "home_contact", "letter", "last_dose_on", "last_dose_mg", "until_on"])
def test_a_guests_letter_is_asked_for_whole(prescriber, session, missing):
    who = factories.person(session)
    session.commit()

    answer = prescriber.send(f"/people/{who.id}/guest", {**GUEST, missing: ""})

    assert answer.status_code == 422 and 'value="Dr Moor"' in text_of(answer)
    assert all_of(session, GuestStay.id) == []


def test_a_letter_is_printed_with_its_consent_and_put_on_the_audit(nurse, session, world, two):
    factories.dose(session, world, two[0], _order_of(session, two[0]))
    clinic = listed(session, world, "Hill Clinic", AgencyKind.OTHER_CLINIC)
    consented(session, world, two[0], clinic, ConsentScope.LAST_DOSE, ConsentScope.MEDICINE_AND_DOSE)
    session.commit()

    answer = nurse.send(f"/people/{two[0].id}/letter", {"agency_id": str(clinic.id)})

    pdf = PdfReader(io.BytesIO(answer.get_data()))
    written = " ".join(page.extract_text() for page in pdf.pages)
    assert answer.headers["Content-Disposition"] == 'inline; filename="letter.pdf"'
    assert pdf.metadata.title == "Letter"
    assert "Hill Clinic" in written and "80 mg" in written and "consent of 2026-03-02" in " ".join(written.split())
    printed = select(func.count()).where(AuditEvent.kind == AuditKind.REPORT_PRINTED)
    assert session.scalar(printed) == 1


def test_a_letter_needs_a_consent_that_covers_it(nurse, session, world, two):
    clinic = listed(session, world, "Hill Clinic", AgencyKind.OTHER_CLINIC)
    consented(session, world, two[0], clinic, ConsentScope.LAST_DOSE, ConsentScope.MEDICINE_AND_DOSE)
    session.commit()

    uncovered = nurse.send(f"/people/{two[0].id}/letter", {"agency_id": str(clinic.id), "with_days": "y"})
    nobody_asked = nurse.send(f"/people/{two[1].id}/letter", {"agency_id": str(clinic.id)})

    assert (uncovered.status_code, nobody_asked.status_code) == (422, 422)
    assert "does not cover this: attendance" in text_of(uncovered)
    assert "No consent to tell this agency anything is on record." in text_of(nobody_asked)
    assert all_of(session, Disclosure.id) == []


def test_a_lost_card_is_replaced_in_one_step_and_says_so_when_it_turns_up(nurse, session, world, two):
    nurse.send(f"/people/{two[0].id}/card", {}, page=f"/people/{two[0].id}")
    (old,) = all_of(session, PersonCard.code)

    answer = nurse.send(f"/people/{two[0].id}/card/lost", {}, page=f"/window/{two[0].id}")

    assert answer.status_code == 303
    cards = {c.code: (c.revoked_because, c.revoked_at is None) for c in all_of(session, PersonCard)}
    assert cards.pop(old) == (CardEnd.LOST, False) and list(cards.values()) == [(None, True)]
    scanned = text_of(nurse.send("/window", {"scan": old}))
    assert "lost or stolen, by Rosa Ames" in scanned and "Take it in" in scanned


def test_registering_shows_photos_of_people_alike(nurse, session, like):
    form = {"family_name": "Nguyễn", "given_name": "Văn Ân", "birth_date": "", "sex": "male", "number": ""}

    answer = nurse.send("/people/register", form)

    assert answer.status_code == 422
    assert "Văn Anh" in text_of(answer) and "P00147" in text_of(answer) and "No photo" in text_of(answer)
