"""Badge and PIN: set, issued, and guessed at."""

from datetime import timedelta

import pytest

from dispensary.errors import NotFound, Refused
from dispensary.rules import cards
from dispensary.services import badges, sign_in, staff
from models.enums import AuditKind, Role
from tests import factories
from tests.rows import audited


def guess(session, who, at, began=None):
    return badges.begin_pin_attempt(session, staff_id=who.id, started_at=began or at, at=at)


@pytest.fixture
def holder(session, world):
    """The nurse, with a badge and a PIN."""
    badges.issue_badge(session, staff_id=world.nurse.id, act=world.act(world.staff[Role.ADMINISTRATOR]))
    badges.change_pin(session, staff_id=world.nurse.id, pin_hash=factories.HASH, act=world.act())
    return world.nurse


def test_a_pin_is_set_and_audited_without_a_word_of_it(session, world):
    badges.change_pin(session, staff_id=world.nurse.id, pin_hash="hashed", act=world.act())

    [event] = audited(session, AuditKind.PIN_CHANGED)
    assert world.nurse.pin_hash == "hashed"
    assert event.subject_id == world.nurse.id and "hashed" not in event.body


def test_a_badge_has_a_prefix_of_its_own_and_a_new_one_takes_its_place(session, world):
    act = world.act(world.staff[Role.ADMINISTRATOR])
    first = badges.issue_badge(session, staff_id=world.nurse.id, act=act).badge_code
    second = badges.issue_badge(session, staff_id=world.nurse.id, act=act).badge_code

    issued = audited(session, AuditKind.BADGE_ISSUED)
    assert first.startswith(cards.BADGE_PREFIX) and not first.startswith(cards.PREFIX)
    assert first != second == world.nurse.badge_code
    assert len(issued) == 2 and not any(second in event.body for event in issued)


@pytest.mark.parametrize("change", [{"ended": True}, {"password_hash": None}])
def test_an_account_that_cannot_sign_in_gets_neither(session, world, change):
    who = factories.staff(session, "Was Here", password_hash=change.get("password_hash", factories.HASH))
    if change.get("ended"):
        staff.end_account(session, staff=who, act=world.act(world.staff[Role.ADMINISTRATOR]))

    with pytest.raises(Refused, match="no_sign_in"):
        badges.issue_badge(session, staff_id=who.id, act=world.act())
    with pytest.raises(Refused, match="no_sign_in"):
        badges.change_pin(session, staff_id=who.id, pin_hash="hashed", act=world.act())


def test_nobody_gets_a_badge_who_has_no_account(session, world):
    with pytest.raises(NotFound):
        badges.issue_badge(session, staff_id=999, act=world.act())


def test_after_five_wrong_pins_only_the_password_opens_however_long_one_waits(session, world, holder):
    at = world.at
    for _ in range(badges.MOST_TRIES):
        guess(session, holder, at)
        at += timedelta(minutes=2)

    with pytest.raises(Refused, match="password_only"):
        guess(session, holder, at)
    with pytest.raises(Refused, match="password_only"):
        guess(session, holder, world.at + timedelta(hours=3), began=world.at)


def test_wrong_pins_soon_after_each_other_have_to_wait(session, world, holder):
    for _ in range(sign_in.FREE_TRIES):
        guess(session, holder, world.at)

    with pytest.raises(Refused, match="too_many_tries"):
        guess(session, holder, world.at)


def test_the_right_password_lets_the_pin_be_typed_again(session, world, holder):
    at = world.at
    for _ in range(badges.MOST_TRIES):
        guess(session, holder, at)
        at += timedelta(minutes=2)

    badges.forgive_pins(session, staff_id=holder.id, at=at)

    assert badges.wrong_pins(session, holder.id, at) == 0
    assert guess(session, holder, at) is not None


def test_strangers_at_the_sign_in_page_use_up_nobodys_pin(session, world, holder):
    for _ in range(10):
        sign_in.note_attempt(
            session, account=f"pin:{holder.id}", terminal="address:10.0.0.7", at=world.at, succeeded=False
        )

    assert badges.wrong_pins(session, holder.id, world.at) == 0


def test_a_pin_opens_no_sitting_that_began_before_this_shift(session, world, holder):
    began = world.at - badges.SHIFT - timedelta(minutes=1)

    with pytest.raises(Refused, match="password_only"):
        guess(session, holder, world.at, began=began)


@pytest.mark.parametrize("missing", ["badge_code", "pin_hash"])
def test_badge_alone_and_pin_alone_open_nothing(session, world, holder, missing):
    setattr(holder, missing, None)
    session.flush()

    with pytest.raises(Refused, match="password_only"):
        guess(session, holder, world.at)


def test_a_wrong_pin_stands_on_the_audit(session, world, holder):
    badges.note_pin_failure(session, staff_id=holder.id, act=world.act())

    [event] = audited(session, AuditKind.SIGN_IN_FAILED)
    assert event.subject_id == holder.id and '"pin":1' in event.body
