"""The pages about people."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from models import (
    AccessLog,
    Episode,
    EpisodeEnd,
    Notice,
    NoticeTick,
    Person,
    PersonCard,
    PersonPhoto,
    Stop,
    StopRelease,
)
from models.enums import AuditKind, Role
from tests import factories
from tests.rows import audited_kinds, count_stored

NEW = {
    "family_name": "Đặng",
    "given_name": "Thị Hường",
    "birth_date": "1990-02-03",
    "sex": "female",
    "identity_number": "079090001234",
    "phone": "555-0199",
    "address": "2 Quay Street",
    "number": "",
}


def text_of(answer):
    return answer.get_data(as_text=True)


def only(session, column):
    """Read the one value there is, and let go of the database: the session beside the app's is a writer."""
    value = session.scalars(select(column)).one()
    session.rollback()
    return value


@pytest.fixture
def person(session, world):
    who = factories.person(session, "Đặng", "Thị Hường", number="P00101")
    session.commit()
    return who


def test_the_search_shows_nobody_until_asked(nurse, person):
    assert "Hường" not in text_of(nurse.get("/people"))


@pytest.mark.parametrize("typed", ["dang thi huong", "ĐẶNG", "P00101", "101"])
def test_a_search_lists_who_was_meant(nurse, person, typed):
    answer = nurse.send("/people", {"text": typed})

    assert answer.status_code == 200
    assert "Đặng Thị Hường" in text_of(answer) and "P00101" in text_of(answer) and "not admitted" in text_of(answer)
    assert "Hường" not in text_of(answer).split("</title>")[0]


def test_a_search_that_finds_nobody_says_so_and_keeps_what_was_typed(nurse, person):
    answer = nurse.send("/people", {"text": "王小明"})

    assert "Nobody found" in text_of(answer) and 'value="王小明"' in text_of(answer)


@pytest.mark.parametrize("typed", ["", "  ", "a\x00b", "x" * 5000])
def test_a_search_for_nonsense_is_told_what_is_wrong(nurse, person, typed):
    answer = nurse.send("/people", {"text": typed})

    assert answer.status_code == 422


def test_a_card_leads_to_its_person_and_a_revoked_one_says_so(nurse, session, world, person):
    for code, revoked in (("KX-AAAAAAAAAAAAAAAA", world.at), ("KX-BBBBBBBBBBBBBBBB", None)):
        session.add(
            PersonCard(
                person_id=person.id, code=code, issued_at=world.at, issued_by_id=world.nurse.id, revoked_at=revoked
            )
        )
    session.commit()

    good = nurse.send("/people", {"text": "kx-bbbbbbbbbbbbbbbb"})
    revoked = nurse.send("/people", {"text": "KX-AAAAAAAAAAAAAAAA"})

    assert good.headers["Location"] == f"/people/{person.id}"
    assert "This card was revoked" in text_of(revoked)


def test_a_person_is_registered_and_shown(nurse, session, world):
    answer = nurse.send("/people/register", NEW)
    page = nurse.get(answer.headers["Location"])

    person = session.scalars(select(Person)).one()
    assert answer.status_code == 303
    assert (person.number, person.search_key) == ("P00001", "dang thi huong")
    assert "<h2" in text_of(page) and "Đặng Thị Hường" in text_of(page) and "079090001234" in text_of(page)
    assert "Hường" not in text_of(page).split("</title>")[0]


def test_a_refused_registration_keeps_what_was_typed(nurse, session, world):
    answer = nurse.send("/people/register", NEW | {"birth_date": "2030-01-01", "address": "Ngõ 5"})

    assert answer.status_code == 422
    assert "between 1900 and today" in text_of(answer) and 'value="Ngõ 5"' in text_of(answer)
    assert count_stored(session, Person) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("family_name", ""),
        ("birth_date", "02/03/1990"),
        ("sex", "robot"),
        ("given_name", "a\x07"),
        ("number", "?"),
        ("phone", "1" * 300),
    ],
)
def test_bad_input_is_told_at_its_field(nurse, session, world, field, value):
    answer = nurse.send("/people/register", NEW | {field: value})

    assert answer.status_code == 422
    assert 'value="2 Quay Street"' in text_of(answer)
    assert count_stored(session, Person) == 0


def test_somebody_alike_is_shown_and_then_confirmed_as_another(nurse, session, world, person):
    shown = nurse.send("/people/register", NEW)
    from tests.client import hidden_fields

    again = nurse.post("/people/register", data=NEW | hidden_fields(shown, "/people/register"))
    confirmed = nurse.post("/people/register", data=NEW | hidden_fields(again, "/people/register") | {"distinct": "y"})

    assert shown.status_code == again.status_code == 422
    assert "P00101" in text_of(shown) and "somebody else" in text_of(again)
    assert confirmed.status_code == 303
    assert count_stored(session, Person) == 2


def test_the_same_form_sent_twice_registers_once(nurse, session, world):
    page = nurse.get("/people/register")
    from tests.client import hidden_fields

    data = NEW | hidden_fields(page, "/people/register")
    first, second = nurse.post("/people/register", data=data), nurse.post("/people/register", data=data)

    assert first.headers["Location"] == second.headers["Location"]
    assert count_stored(session, Person) == 1


def test_opening_a_record_is_noted_and_nothing_else_is_written(nurse, session, world, person):
    nurse.get(f"/people/{person.id}")

    row = session.scalars(select(AccessLog)).one()
    assert (row.person_id, row.page, row.recorded_by_id) == (person.id, "person", world.nurse.id)


@pytest.mark.parametrize("path", ["/people/999", "/people/99999999999999999999", "/people/999/identity", "/people/-1"])
def test_nobody_of_that_id_is_not_found(nurse, world, path):
    assert nurse.get(path).status_code == 404


def test_identity_and_contact_are_changed(nurse, session, person):
    path = f"/people/{person.id}"
    same = {"family_name": "Đặng", "given_name": "Thị Hường", "birth_date": "1985-05-17", "sex": "unknown"}
    renamed = nurse.send(f"{path}/identity", same | {"family_name": "Võ", "identity_number": "", "reason": "married"})
    moved = nurse.send(f"{path}/contact", {"phone": "555-1", "address": "Phố Huế 3"})
    unchanged = nurse.send(f"{path}/contact", {"phone": "555-1", "address": "Phố Huế 3"})

    page = text_of(nurse.get(path))
    assert (renamed.status_code, moved.status_code, unchanged.status_code) == (303, 303, 422)
    assert "Võ Thị Hường" in page and "Phố Huế 3" in page
    assert "Nothing differs" in text_of(unchanged)


def jpeg():
    out = io.BytesIO()
    Image.new("RGB", (900, 1200), "teal").save(out, "JPEG")
    return out.getvalue()


def test_a_photo_is_kept_and_served_uncached(nurse, session, person):
    path = f"/people/{person.id}/photo"
    missing = nurse.get(f"{path}.jpg")
    answer = nurse.send(path, {"photo": (io.BytesIO(jpeg()), "IMG_1.jpg")}, content_type="multipart/form-data")
    served = nurse.get(f"{path}.jpg")

    assert (missing.status_code, answer.status_code) == (404, 303)
    assert (served.mimetype, served.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert Image.open(io.BytesIO(served.get_data())).size == (360, 480)
    assert "photo.jpg" in text_of(nurse.get(f"/people/{person.id}"))


@pytest.mark.parametrize("file", [b"", b"no picture", b"\xff\xd8\xff" + b"x" * 100])
def test_a_file_that_is_no_photo_is_refused_at_its_field(nurse, session, person, file):
    path = f"/people/{person.id}/photo"
    answer = nurse.send(path, {"photo": (io.BytesIO(file), "x.jpg")}, content_type="multipart/form-data")

    assert answer.status_code == 422
    assert "field-error" in text_of(answer)
    assert count_stored(session, PersonPhoto) == 0


def test_a_file_of_ten_megabytes_is_too_large(nurse, session, person):
    body, kind = b"x" * 10_000_000, "multipart/form-data; boundary=x"

    assert nurse.post(f"/people/{person.id}/photo", data=body, content_type=kind).status_code == 413


def test_a_card_is_issued_and_revoked_by_a_button(nurse, session, person):
    path = f"/people/{person.id}"
    issued = nurse.send(f"{path}/card", {}, page=path)
    code = only(session, PersonCard.code)
    page = text_of(nurse.get(path))
    revoked = nurse.send(f"{path}/card/revoke", {}, page=path)
    nothing_left = nurse.post(f"{path}/card/revoke", data=_fields(nurse, path))

    assert (issued.status_code, revoked.status_code, nothing_left.status_code) == (303, 303, 422)
    assert code[-4:] in page and code not in page
    assert only(session, PersonCard.revoked_at) is not None


def _fields(client, path):
    from tests.client import hidden_fields

    return hidden_fields(client.get(path))


def test_a_person_is_admitted_and_the_episode_ended_and_corrected(prescriber, session, world, person):
    path = f"/people/{person.id}"
    admitted = prescriber.send(
        f"{path}/admit", {"admission": "new", "kind": "maintenance", "admitted_on": world.day.isoformat()}
    )
    second = prescriber.send(
        f"{path}/admit", {"admission": "new", "kind": "maintenance", "admitted_on": world.day.isoformat()}
    )
    ended = prescriber.send(f"{path}/end", {"reason": "died", "ended_on": world.day.isoformat(), "note": "in hospital"})
    end_id = only(session, EpisodeEnd.id)
    shown = text_of(prescriber.get(path))
    corrected = prescriber.send(f"/people/ends/{end_id}/correct", {"reason": "another person"})

    assert [a.status_code for a in (admitted, second, ended, corrected)] == [303, 422, 303, 303]
    assert "An episode is open" in text_of(second)
    assert "died on 2026-03-02" in shown
    assert "in treatment since" in text_of(prescriber.get(path))


def test_a_transfer_filled_in_by_half_is_told_what_is_missing(prescriber, session, world, person):
    half = {
        "admission": "transferred_in",
        "kind": "maintenance",
        "admitted_on": world.day.isoformat(),
        "clinic": "North Clinic",
        "confirmed_by": "Dr Lee",
        "last_dose_on": (world.day - timedelta(days=1)).isoformat(),
    }
    path = f"/people/{person.id}/admit"

    refused = prescriber.send(path, half)
    unit = prescriber.send(path, half | {"last_dose_mg": "60 mg", "last_dose_medication": "methadone"})
    done = prescriber.send(path, half | {"last_dose_mg": "60", "last_dose_medication": "methadone"})

    assert (refused.status_code, unit.status_code, done.status_code) == (422, 422, 303)
    assert 'value="North Clinic"' in text_of(refused)
    assert count_stored(session, Episode) == 1
    assert "60\N{NO-BREAK SPACE}mg" in text_of(prescriber.get(f"/people/{person.id}"))


def test_a_nurse_sets_a_stop_and_only_a_prescriber_releases_it(client, session, world, person):
    path = f"/people/{person.id}"
    client.sign_in(session, world, world.nurse)
    stopped = client.send(f"{path}/stop", {"kind": "sedation", "note": "nods off"})
    stop_id = only(session, Stop.id)
    refused = client.get(f"/people/stops/{stop_id}/release")
    again = client.send(f"{path}/stop", {"kind": "sedation"})
    shown = text_of(client.get(path))
    client.sign_in(session, world, world.prescriber, at_window=False)
    blank = client.send(f"/people/stops/{stop_id}/release", {"reason": " "})
    released = client.send(f"/people/stops/{stop_id}/release", {"reason": "seen, fit"})

    statuses = [a.status_code for a in (stopped, refused, again, blank, released)]
    assert statuses == [303, 403, 409, 422, 303]
    assert "nods off" in shown and "stands for 0 minutes" in shown
    assert count_stored(session, StopRelease) == 1


def test_a_notice_is_left_and_ticked(nurse, session, world, person):
    path = f"/people/{person.id}"
    empty = nurse.send(f"{path}/notice", {"kind": "other"})
    left = nurse.send(f"{path}/notice", {"kind": "urine_due"})
    notice_id = only(session, Notice.id)
    shown = text_of(nurse.get(path))
    ticked = nurse.send(f"/people/notices/{notice_id}/tick", {}, page=path)
    late = nurse.post(f"/people/notices/{notice_id}/tick", data=_fields(nurse, f"{path}/notice"))

    assert [a.status_code for a in (empty, left, ticked, late)] == [422, 303, 303, 409]
    assert "urine test due" in shown
    assert count_stored(session, NoticeTick) == 1


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.ADMINISTRATOR, "/people"),
        (Role.INSPECTOR, "/people/1"),
        (Role.COUNSELLOR, "/people/1/stop"),
        (Role.NURSE, "/people/1/admit"),
        (Role.NURSE, "/people/1/end"),
        (Role.CLINIC_HEAD, "/people/register"),
        (Role.PEER, "/people/1/photo.jpg"),
    ],
)
def test_a_role_without_the_permission_is_turned_away_and_it_is_audited(client, session, world, person, role, path):

    client.sign_in(session, world, world.staff[role], at_window=False)

    answer = client.get(path)

    assert answer.status_code == 403
    kinds = audited_kinds(session)
    assert AuditKind.PERMISSION_REFUSED in kinds
    assert count_stored(session, AccessLog) == 0


def test_nobody_signed_in_sees_nobody(client, world, person):
    assert client.get(f"/people/{person.id}").headers["Location"] == "/sign-in"
