"""Accounts, roles and passwords."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Refused
from dispensary.services import sign_in, staff
from models import StaffRole, StaffSession
from models.enums import AuditKind, Role
from tests import factories
from tests.rows import audited_kinds


@pytest.fixture
def admin(world):
    return world.staff[Role.ADMINISTRATOR]


def create(session, world, admin, **changes):
    values = {"username": "Mai.Lan", "name": "Mai Lan", "initials": "ML", "password_hash": factories.HASH}
    return staff.create_account(session, **values | changes, act=world.act(admin))


def grant(session, world, admin, who, role=Role.NURSE, **changes):
    values = {"site_id": world.site.id, "from_on": world.day}
    return staff.grant_role(session, staff=who, role=role, **values | changes, act=world.act(admin))


def role_of(session, who, role):
    return session.scalar(select(StaffRole).where(StaffRole.staff_id == who.id, StaffRole.role == role))


def test_an_account_is_made_and_given_a_role(session, world, admin):
    who = create(session, world, admin)
    grant(session, world, admin, who)

    assert who.username == "mai.lan"
    assert audited_kinds(session) == [AuditKind.STAFF_CREATED, AuditKind.ROLE_GRANTED]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"username": "mai lan"}, "username_shape"),
        ({"username": "x"}, "username_shape"),
        ({"username": "đặng"}, "username_shape"),
        ({"name": " "}, "blank"),
        ({"initials": ""}, "blank"),
        ({"initials": "ABCDEF"}, "initials_long"),
        ({"username": "TAKEN"}, "username_taken"),
    ],
)
def test_an_account_that_cannot_be_right_is_refused(session, world, admin, changes, code):
    factories.staff(session, "Taken", username="taken")

    with pytest.raises(Refused) as refusal:
        create(session, world, admin, **changes)

    assert refusal.value.code == code
    assert audited_kinds(session) == []


def test_an_inspectors_role_has_a_last_day(session, world, admin):
    who = create(session, world, admin)

    with pytest.raises(Refused, match="no_last_day"):
        grant(session, world, admin, who, Role.INSPECTOR)
    with pytest.raises(Refused, match="days_reversed"):
        grant(session, world, admin, who, Role.INSPECTOR, until_on=world.day - timedelta(days=1))
    given = grant(session, world, admin, who, Role.INSPECTOR, until_on=world.day)

    assert given.until_on == world.day


def test_a_role_is_not_held_twice_at_once_but_may_be_given_again(session, world, admin):
    who = create(session, world, admin)
    first = grant(session, world, admin, who, until_on=world.day + timedelta(days=9))

    with pytest.raises(Refused, match="role_held"):
        grant(session, world, admin, who, from_on=world.day + timedelta(days=5))
    with pytest.raises(Refused, match="role_held"):
        grant(session, world, admin, who, from_on=world.day - timedelta(days=5), until_on=world.day)
    later = grant(session, world, admin, who, from_on=world.day + timedelta(days=10))
    staff.withdraw_role(session, staff_role=first, act=world.act(admin))

    assert later.id != first.id
    assert first.until_on == world.day - timedelta(days=1)
    with pytest.raises(Refused, match="role_ended"):
        staff.withdraw_role(session, staff_role=first, act=world.act(admin))


def test_the_last_administrator_keeps_role_and_account(session, world, admin):
    other = create(session, world, admin)

    with pytest.raises(Refused, match="last_administrator"):
        staff.withdraw_role(session, staff_role=role_of(session, admin, Role.ADMINISTRATOR), act=world.act(other))
    with pytest.raises(Refused, match="last_administrator"):
        staff.end_account(session, staff=admin, act=world.act(other))
    grant(session, world, admin, other, Role.ADMINISTRATOR)
    staff.end_account(session, staff=admin, act=world.act(other))

    assert admin.ended_at == world.at


def test_an_ended_account_loses_its_sittings_and_takes_no_role(session, world, admin):
    who = create(session, world, admin)
    sitting = sign_in.begin_sitting(session, staff=who, act=world.act(who))
    session.commit()

    staff.end_account(session, staff=who, act=world.act(admin))

    session.refresh(sitting)
    assert sitting.ended_at == world.at
    assert audited_kinds(session)[-1] is AuditKind.STAFF_ENDED
    with pytest.raises(Refused, match="account_ended"):
        grant(session, world, admin, who)
    with pytest.raises(Refused, match="account_ended"):
        staff.end_account(session, staff=who, act=world.act(admin))


def test_nobody_ends_their_own_account(session, world, admin):
    grant(session, world, admin, create(session, world, admin), Role.ADMINISTRATOR)

    with pytest.raises(Refused, match="own_account"):
        staff.end_account(session, staff=admin, act=world.act(admin))


def test_a_changed_password_ends_every_other_sitting(session, world):
    here, elsewhere = (sign_in.begin_sitting(session, staff=world.nurse, act=world.act()) for _ in range(2))

    staff.change_password(session, staff=world.nurse, password_hash="new", act=world.act(), keep_sitting_id=here.id)

    rows = dict(session.execute(select(StaffSession.id, StaffSession.ended_at)).all())
    assert rows == {here.id: None, elsewhere.id: world.at}
    assert world.nurse.password_hash == "new"
    assert audited_kinds(session)[-1] is AuditKind.PASSWORD_CHANGED


def test_a_row_that_never_signs_in_gets_no_password(session, world, admin):
    row = create(session, world, admin, password_hash=None)

    with pytest.raises(Refused, match="no_sign_in"):
        staff.change_password(session, staff=row, password_hash="new", act=world.act(admin))
