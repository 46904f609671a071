"""What is kept of a page when its terminal locks, and when it is forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dispensary.queries import kept_forms as records
from dispensary.services import kept_forms, sign_in, staff
from dispensary.services.kept_forms import Kept
from models import KeptForm
from models.enums import Role

PAGE = "/window/5/withhold"


@pytest.fixture
def sitting(session, world):
    return sign_in.begin_sitting(session, staff=world.nurse, act=world.act())


def keep(session, world, sitting, *fields, path=PAGE, at=None):
    return kept_forms.keep(session, sitting_id=sitting.id, path=path, fields=fields, at=at or world.at)


def kept(session, sitting, path=PAGE):
    found = records.of_page(session, sitting.id, path)
    return found.fields if found else ()


def count(session):
    return session.scalar(select(func.count()).select_from(KeptForm))


def test_what_was_keyed_is_kept_in_its_order(session, world, sitting):
    became = keep(session, world, sitting, ("note", "asleep on the chair"), ("reason", "sedated"), ("note", "twice"))

    assert became is Kept.WHOLE
    assert kept(session, sitting) == (("note", "asleep on the chair"), ("reason", "sedated"), ("note", "twice"))


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "witness_password",
        "old",
        "again",
        "pin",
        "pin_again",
        "badge",
        "csrf_token",
        "token",
        "signed_in_as",
    ],
)
def test_secrets_and_tokens_are_never_kept(session, world, sitting, name):
    keep(session, world, sitting, (name, "s3cret"), ("note", "kept"))

    assert kept(session, sitting) == (("note", "kept"),)


def test_a_page_without_anything_keyed_is_not_kept(session, world, sitting):
    assert keep(session, world, sitting, ("note", "  "), ("password", "s3cret")) is Kept.NOTHING
    assert count(session) == 0


def test_a_sheet_of_five_hundred_rows_is_kept_whole(session, world, sitting):
    rows = [(f"rows-{n}-{name}", "x" * 20) for n in range(500) for name in ("amount", "time", "outcome", "note")]

    assert keep(session, world, sitting, *rows) is Kept.WHOLE
    assert kept(session, sitting) == tuple(rows)


@pytest.mark.parametrize("fields", [[("note", "x" * 10_001)], [(f"note-{n}", "x" * 9_999) for n in range(30)]])
def test_what_is_longer_than_any_form_of_ours_is_said_to_be_lost(session, world, sitting, fields):
    assert keep(session, world, sitting, *fields) is Kept.TOO_LONG
    assert count(session) == 0


def test_letters_that_no_database_takes_are_no_trouble(session, world, sitting):
    keep(session, world, sitting, ("note", "a\x00b \ud800 髙橋"))

    assert kept(session, sitting) == (("note", "a\x00b \ud800 髙橋"),)


def test_the_newest_of_an_open_terminal_is_kept_and_the_first_of_a_locked_one(session, world, sitting):
    keep(session, world, sitting, ("note", "one"))
    keep(session, world, sitting, ("note", "two"))
    sign_in.lock_sitting(session, sitting_id=sitting.id, at=world.at)

    keep(session, world, sitting, ("note", "three"))

    assert kept(session, sitting) == (("note", "two"),)


def test_each_page_is_kept_by_itself_and_no_more_than_anybody_opens(session, world, sitting):
    for n in range(kept_forms.MOST_PAGES):
        assert keep(session, world, sitting, ("note", str(n)), path=f"/people/{n}") is Kept.WHOLE

    assert kept(session, sitting, "/people/3") == (("note", "3"),)
    assert keep(session, world, sitting, ("note", "one more"), path="/people") is Kept.TOO_LONG


def test_another_sitting_of_the_same_person_finds_nothing(session, world, sitting):
    keep(session, world, sitting, ("note", "mine"))
    other = sign_in.begin_sitting(session, staff=world.nurse, act=world.act())

    assert kept(session, other) == ()


def test_signing_out_forgets(session, world, sitting):
    keep(session, world, sitting, ("note", "mine"))

    sign_in.end_sitting(session, sitting_id=sitting.id, act=world.act())

    assert count(session) == 0


def test_a_changed_password_forgets_what_other_sittings_kept(session, world, sitting):
    own = sign_in.begin_sitting(session, staff=world.nurse, act=world.act())
    keep(session, world, sitting, ("note", "elsewhere"))
    keep(session, world, own, ("note", "here"))

    staff.change_password(session, staff=world.nurse, password_hash="new", act=world.act(), keep_sitting_id=own.id)

    assert (kept(session, sitting), kept(session, own)) == ((), (("note", "here"),))


def test_an_ended_account_forgets(session, world, sitting):
    keep(session, world, sitting, ("note", "mine"))

    staff.end_account(session, staff=world.nurse, act=world.act(world.staff[Role.ADMINISTRATOR]))

    assert count(session) == 0


def test_what_nobody_came_back_to_is_forgotten_when_the_next_sits_down(session, world, sitting):
    keep(session, world, sitting, ("note", "mine"))
    later = world.at + kept_forms.LONGEST_SITTING + timedelta(minutes=1)

    sign_in.begin_sitting(session, staff=world.witness, act=world.act(world.witness, at=later))

    assert count(session) == 0
