"""The administrator's pages about accounts, and one's own password."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models import Staff, StaffRole, StaffSession
from models.enums import Role
from tests.client import hidden_fields
from tests.factories import PASSWORD

NEW = {
    "username": "mai.lan",
    "name": "Mai Lan",
    "initials": "ML",
    "role": "nurse",
    "password": "seven green boats",
    "again": "seven green boats",
}


def text_of(answer):
    return answer.get_data(as_text=True)


def read(session, query):
    value = session.scalar(query)
    session.rollback()
    return value


@pytest.fixture
def admin(client, session, world):
    return client.sign_in(session, world, world.staff[Role.ADMINISTRATOR], at_window=False)


def test_a_new_account_signs_in_with_its_role(admin, app, session, world):
    answer = admin.send("/staff/new", NEW)
    page = text_of(admin.get("/staff"))
    other = app.test_client()
    entered = other.send("/sign-in", {"username": "Mai.Lan", "password": "seven green boats"})

    assert answer.status_code == entered.status_code == 303
    assert "Mai Lan" in page and "mai.lan" in page and "seven green boats" not in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("password", "short", "at least 10"),
        ("password", "mai.lan.lan", "must not be the sign-in name"),
        ("password", "aaaaaaaaaaaa", "over and over"),
        ("again", "seven green goats", "not the same"),
        ("username", "mai lan", "plain letters"),
        ("role", "", "fill this in"),
        ("role", "king", "Not a valid choice"),
        ("role", "inspector", "needs a last day"),
        ("name", "", "fill this in"),
        ("until_on", "1 May", "year-month-day"),
    ],
)
def test_bad_input_is_told_and_what_was_typed_is_kept_but_no_password(admin, session, world, field, value, words):
    both = {"again": value} if field == "password" else {}
    answer = admin.send("/staff/new", NEW | {field: value} | both)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert 'value="ML"' in text_of(answer) and "seven green" not in text_of(answer)
    assert read(session, select(func.count()).select_from(Staff).where(Staff.username == "mai.lan")) == 0


def test_a_taken_sign_in_name_is_told_at_its_field(admin, world):
    answer = admin.send("/staff/new", NEW | {"username": world.nurse.username})

    assert answer.status_code == 422 and "taken" in text_of(answer)


def test_a_role_is_given_and_withdrawn(admin, session, world):
    who = world.staff[Role.COUNSELLOR]
    path = f"/staff/{who.id}"
    given = admin.send(
        f"{path}/roles",
        {
            "role": "inspector",
            "from_on": world.day.isoformat(),
            "until_on": (world.day + timedelta(days=9)).isoformat(),
        },
        page=path,
    )
    again = admin.send(
        f"{path}/roles", {"role": "inspector", "from_on": world.day.isoformat(), "until_on": "2026-03-05"}, page=path
    )
    role_id = read(session, select(StaffRole.id).where(StaffRole.staff_id == who.id, StaffRole.role == Role.INSPECTOR))
    withdrawn = admin.send(f"/staff/roles/{role_id}/withdraw", {}, page=path)

    assert [a.status_code for a in (given, again, withdrawn)] == [303, 422, 303]
    assert "already held" in text_of(again)
    until = read(session, select(StaffRole.until_on).where(StaffRole.id == role_id))
    assert until == world.day - timedelta(days=1)


def test_the_last_administrator_is_told_so(admin, session, world):
    who = world.staff[Role.ADMINISTRATOR]
    role_id = read(session, select(StaffRole.id).where(StaffRole.staff_id == who.id))

    withdrawn = admin.send(f"/staff/roles/{role_id}/withdraw", {}, page=f"/staff/{who.id}")
    ended = admin.send(f"/staff/{who.id}/end", {})

    assert withdrawn.status_code == ended.status_code == 422
    assert "last administrator" in text_of(withdrawn)


def test_an_ended_account_is_signed_out_everywhere_at_once(admin, app, session, world):
    nurse = app.test_client().sign_in(session, world, world.nurse)
    assert nurse.get("/password").status_code == 200

    ended = admin.send(f"/staff/{world.nurse.id}/end", {})

    assert ended.status_code == 303
    assert nurse.get("/password").headers["Location"] == "/sign-in"
    assert "ended" in text_of(admin.get("/staff"))


def test_a_lost_password_is_set_anew_and_signs_its_owner_out(admin, app, session, world):
    nurse = app.test_client().sign_in(session, world, world.nurse)
    answer = admin.send(
        f"/staff/{world.nurse.id}/password", {"password": "seven green boats", "again": "seven green boats"}
    )

    fresh = app.test_client()
    entered = fresh.send("/sign-in", {"username": world.nurse.username, "password": "seven green boats"})
    assert (answer.status_code, entered.status_code) == (303, 303)
    assert nurse.get("/password").headers["Location"] == "/sign-in"


def test_ones_own_password_is_changed_and_only_this_sitting_goes_on(client, app, session, world):
    elsewhere = app.test_client().sign_in(session, world, world.nurse)
    client.sign_in(session, world, world.nurse)
    answer = client.send("/password", {"old": PASSWORD, "password": "seven green boats", "again": "seven green boats"})

    assert answer.status_code == 303
    assert client.get("/password").status_code == 200
    assert elsewhere.get("/password").status_code == 303
    running = select(func.count()).select_from(StaffSession).where(StaffSession.ended_at.is_(None))
    assert read(session, running) == 1


def test_a_second_press_leads_to_the_first_result_though_the_password_is_new(client, session, world):
    client.sign_in(session, world, world.nurse)
    typed = {"old": PASSWORD, "password": "seven green boats", "again": "seven green boats"}
    data = typed | hidden_fields(client.get("/password"))

    first, second = client.post("/password", data=data), client.post("/password", data=data)

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]


def test_a_wrong_present_password_changes_nothing_and_slows_down(client, session, world):
    client.sign_in(session, world, world.nurse)
    typed = {"old": "wrong", "password": "seven green boats", "again": "seven green boats"}
    answers = [client.send("/password", typed) for _ in range(4)]

    assert {a.status_code for a in answers} == {422}
    assert "not your present password" in text_of(answers[0])
    assert "Too many wrong tries" in text_of(answers[-1])
    assert read(session, select(Staff.password_hash).where(Staff.id == world.nurse.id)) == world.nurse.password_hash


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.ADMINISTRATOR])
def test_only_an_administrator_sees_accounts(client, session, world, role):
    client.sign_in(session, world, world.staff[role], at_window=False)

    assert client.get("/staff").status_code == 403
    assert client.get(f"/staff/{world.nurse.id}/end").status_code == 403


def test_an_account_that_is_none_is_not_found(admin, world):
    assert admin.get("/staff/999").status_code == 404
    fields = hidden_fields(admin.get("/staff/new"))
    assert admin.post("/staff/roles/999/withdraw", data=fields).status_code == 404
