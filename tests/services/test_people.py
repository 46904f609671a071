"""Registering people, changing what is known of them, photos and cards."""

import io
import json
import re
import struct
import zlib
from datetime import date, timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from dispensary.errors import NotFound, Refused
from dispensary.services import people
from dispensary.services.photos import window_photo
from models import IdentityVersion, Person, PersonCard, PersonPhoto
from models.enums import AuditKind, Sex
from tests import factories
from tests.rows import audited

HUONG = {
    "family_name": "Đặng",
    "given_name": "Thị Hường",
    "birth_date": date(1990, 2, 3),
    "sex": Sex.FEMALE,
    "identity_number": "079090001234",
    "phone": "555-0199",
    "address": "2 Quay Street",
    "number": "",
    "distinct_from": frozenset(),
}
IDENTITY = {k: HUONG[k] for k in ("family_name", "given_name", "birth_date", "sex", "identity_number")}


def register(session, world, **changes):
    return people.register_person(session, **HUONG | changes, act=world.act())


def audit_rows(session, kind):
    return [json.loads(event.body) for event in audited(session, kind)]


def test_a_registered_person_gets_the_next_number_and_is_audited_without_a_name(session, world):
    factories.person(session, number="P00041")
    factories.person(session, number="PX0099")

    person = register(session, world)

    assert person.number == "P00042"
    assert person.search_key == "dang thi huong"
    (row,) = audit_rows(session, AuditKind.PERSON_REGISTERED)
    assert row["subject_id"] == person.id
    assert not any("ng" in str(v) and "Đ" in str(v) for v in row.values())


def test_names_are_stored_composed_and_trimmed(session, world):
    person = register(session, world, family_name="  Đa\u0323\u0306ng ", given_name="Thị   Hường")

    assert (person.family_name, person.given_name) == ("Đặng", "Thị Hường")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"family_name": "A\x00b"}, "control", "family_name"),
        ({"given_name": "A\x1bb"}, "control", "given_name"),
        ({"family_name": "  "}, "blank", "family_name"),
        ({"family_name": "x" * 201}, "long", "family_name"),
        ({"birth_date": date(2026, 3, 3)}, "birth_date_impossible", "birth_date"),
        ({"birth_date": date(1899, 12, 31)}, "birth_date_impossible", "birth_date"),
        ({"number": "a b"}, "number_shape", "number"),
        ({"number": "KX-1"}, "number_shape", "number"),
        ({"number": "p00007"}, "number_taken", "number"),
        ({"phone": "\u202e\x07"}, "control", "phone"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(session, world, changes, code, field):
    factories.person(session, "Other", "Name", number="P00007", birth_date=date(1970, 1, 1))

    with pytest.raises(Refused) as refusal:
        register(session, world, **changes)

    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert audit_rows(session, AuditKind.PERSON_REGISTERED) == []


@pytest.mark.parametrize(
    "other",
    [
        {"family_name": "Hường", "given_name": "Đặng Thị", "birth_date": None},
        {"identity_number": "079090001234", "birth_date": None},
        {"phone": "555-0199", "birth_date": None},
        {"family_name": "Đặng", "given_name": "Lan", "birth_date": date(1990, 2, 3)},
    ],
    ids=["same name", "same paper", "same phone", "same birthday and a word of the name"],
)
def test_somebody_alike_must_be_looked_at_first(session, world, other):
    known = factories.person(session, **{"family_name": "Võ", "given_name": "An"} | other)

    with pytest.raises(Refused) as refusal:
        register(session, world)
    person = register(session, world, distinct_from=frozenset({known.id}))

    assert refusal.value.code == "alike"
    assert person.id != known.id


def test_people_without_paper_phone_or_birth_date_are_not_alike_for_that(session, world):
    factories.person(session, "Võ", "An", birth_date=None)

    person = register(session, world, birth_date=None, identity_number="", phone="")

    assert person.identity_number is None


def test_a_changed_identity_keeps_the_old_one_apart_from_the_audit(session, world):
    person = register(session, world)

    people.change_identity(
        session,
        person_id=person.id,
        **IDENTITY | {"family_name": "Nguyễn", "sex": Sex.OTHER},
        reason="married",
        act=world.act(),
    )

    old = session.scalars(select(IdentityVersion)).one()
    assert (old.family_name, old.reason, old.person_id) == ("Đặng", "married", person.id)
    assert person.search_key == "nguyen thi huong"
    (row,) = audit_rows(session, AuditKind.IDENTITY_CHANGED)
    assert "ng" not in json.dumps({k: v for k, v in row.items() if k not in ("kind", "origin")}).replace("null", "")


@pytest.mark.parametrize(
    ("changes", "code"), [({}, "nothing_changed"), ({"family_name": ""}, "blank"), ({"reason": " "}, "blank")]
)
def test_an_identity_change_needs_a_difference_and_a_reason(session, world, changes, code):
    person = register(session, world)

    with pytest.raises(Refused) as refusal:
        people.change_identity(
            session, person_id=person.id, **{**IDENTITY, "reason": "typing error"} | changes, act=world.act()
        )

    assert refusal.value.code == code
    assert session.scalars(select(IdentityVersion)).all() == []


def test_contact_is_changed_and_audited(session, world):
    person = register(session, world)

    people.change_contact(session, person_id=person.id, phone="555-0200", address="", act=world.act())

    assert (person.phone, person.address) == ("555-0200", "")
    assert len(audit_rows(session, AuditKind.CONTACT_CHANGED)) == 1
    with pytest.raises(Refused, match="nothing_changed"):
        people.change_contact(session, person_id=person.id, phone="555-0200", address="", act=world.act())


def test_nobody_of_that_id_is_not_found(session, world):
    with pytest.raises(NotFound):
        people.change_contact(session, person_id=9999, phone="1", address="", act=world.act())


def test_a_new_card_revokes_the_old_and_a_lost_card_can_be_revoked(session, world):
    person = register(session, world)

    first = people.issue_card(session, person_id=person.id, act=world.act())
    second = people.issue_card(session, person_id=person.id, act=world.act())
    after_issue = first.revoked_at, second.revoked_at
    people.revoke_card(session, person_id=person.id, act=world.act())

    assert after_issue == (world.at, None)
    assert second.revoked_at == world.at
    assert re.fullmatch(r"KX-[A-Z2-7]{16}", first.code) and first.code != second.code
    assert len(audit_rows(session, AuditKind.CARD_ISSUED)) == 2
    assert len(audit_rows(session, AuditKind.CARD_REVOKED)) == 2
    assert "KX-" not in json.dumps(audit_rows(session, AuditKind.CARD_ISSUED))
    with pytest.raises(Refused, match="no_card"):
        people.revoke_card(session, person_id=person.id, act=world.act())
    assert len(session.scalars(select(PersonCard)).all()) == 2


def test_the_database_keeps_at_most_one_card_that_holds(session, world):
    person = register(session, world)
    people.issue_card(session, person_id=person.id, act=world.act())
    session.add(PersonCard(person_id=person.id, code="KX-X", issued_at=world.at, issued_by_id=world.nurse.id))

    with pytest.raises(Exception, match="person_card"):
        session.flush()


def picture(kind="JPEG", size=(1200, 900), mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else (255, 0, 0, 0)).save(out, kind, **options)
    return out.getvalue()


def test_a_photo_is_made_small_upright_and_bare(session, world):
    person = register(session, world)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret place"
    file = picture(exif=exif, comment=b"secret place")

    kept = people.take_photo(session, person_id=person.id, photo=window_photo(file), act=world.act())
    people.take_photo(session, person_id=person.id, photo=window_photo(picture("PNG", mode="RGBA")), act=world.act())

    small = Image.open(io.BytesIO(window_photo(file).jpeg))
    assert (small.format, small.size) == ("JPEG", (360, 480))
    assert not small.getexif() and b"secret" not in window_photo(file).jpeg
    assert session.scalars(select(PersonPhoto)).one() is kept
    assert len(audit_rows(session, AuditKind.PHOTO_TAKEN)) == 2


def bomb(width=60_000, height=60_000):
    """A PNG of a few bytes that says it is enormous."""
    chunks = [b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), b"IDAT" + zlib.compress(b"0"), b"IEND"]
    body = b"".join(struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"not a picture",
        picture()[:400],
        picture("PNG")[:60],
        picture("GIF"),
        bomb(),
        bomb(10_000, 9_000),
        bomb(7_000, 7_000),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
    ids=["empty", "text", "cut jpeg", "cut png", "gif", "bomb", "smaller bomb", "smallest bomb", "svg"],
)
def test_a_file_that_is_no_photo_is_refused_at_its_field(file):
    with pytest.raises(Refused) as refusal:
        window_photo(file)

    assert (refusal.value.code, refusal.value.field) == ("not_a_photo", "photo")


def test_a_file_over_six_megabytes_is_refused():
    with pytest.raises(Refused, match="large"):
        window_photo(b"\xff" * (6 * 1024 * 1024 + 1))


def test_a_number_typed_by_hand_is_kept_and_does_not_move_our_own_count(session, world):
    typed = register(session, world, number="b-17")
    ours = register(session, world, distinct_from=frozenset({typed.id}))

    assert (typed.number, ours.number) == ("B-17", "P00001")
    assert session.get(Person, typed.id).created_at == world.at
    assert timedelta(0) == world.at - typed.created_at
