"""Signing in, out and being locked; guessing is slowed down, and nobody's page is taken for somebody else's."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dispensary.services import sign_in as service
from dispensary.services import staff as accounts
from models import AuditEvent, SignInAttempt, StaffSession
from models.enums import AuditKind, Role
from tests import factories
from tests.client import HOST, hidden_fields
from tests.factories import PASSWORD


def sign_in(client, username, password=PASSWORD):
    return client.send("/sign-in", {"username": username, "password": password})


def text(answer):
    return answer.get_data(as_text=True)


def wrong(client, username, times=1):
    for _ in range(times):
        answer = sign_in(client, username, "wrong")
    return answer


def kinds(session):
    session.rollback()
    return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.number)))


@pytest.fixture
def other(app):
    """A second browser, at another computer."""
    return app.test_client()


@pytest.fixture
def named(client, session, world, app):
    """The first browser, made the world's terminal."""
    from dispensary.web.sign_in.terminal import COOKIE, _serializer

    with app.app_context():
        client.set_cookie(COOKIE, _serializer().dumps(world.terminal.code), domain="localhost")
    return client


def test_right_password_opens_the_first_page(client, world):
    answer = sign_in(client, world.nurse.username)

    assert answer.status_code == 303


def test_the_sign_in_name_may_be_typed_in_capitals(client, world):
    assert sign_in(client, world.nurse.username.upper()).status_code == 303


def test_wrong_password_says_so_and_opens_nothing(client, world):
    answer = sign_in(client, world.nurse.username, "wrong")

    assert answer.status_code == 422
    assert "not right" in text(answer)
    assert client.get("/").headers["Location"] == "/sign-in"


def test_an_unknown_name_is_answered_like_a_wrong_password(client, world):
    known, unknown = wrong(client, world.nurse.username), wrong(client, "nobody.here")

    assert known.status_code == unknown.status_code == 422
    assert "not right" in text(unknown)


def test_a_password_is_never_shown_again(client, world):
    answer = sign_in(client, world.nurse.username, "hunter2 hunter2")

    assert "hunter2" not in text(answer)
    assert world.nurse.username in text(answer)


@pytest.mark.parametrize("password", ["x" * 201, "\x00\x01", "  "])
def test_strange_passwords_are_refused_in_words(client, world, password):
    answer = sign_in(client, world.nurse.username, password)

    assert answer.status_code == 422


def test_a_failed_try_stands_on_the_audit(client, session, world):
    wrong(client, world.nurse.username)

    assert AuditKind.SIGN_IN_FAILED in kinds(session)


def test_the_right_password_after_many_wrong_ones_has_to_wait(client, world):
    wrong(client, world.nurse.username, times=3)

    answer = sign_in(client, world.nurse.username)

    assert answer.status_code == 422
    assert "Try again at" in text(answer)


def test_the_wait_ends_and_the_right_password_opens(client, world, clock):
    wrong(client, world.nurse.username, times=3)
    clock.forward(seconds=3)

    assert sign_in(client, world.nurse.username).status_code == 303


def test_each_wrong_try_doubles_the_wait(session, world):
    at, waits = world.at, []
    for _ in range(8):
        service.note_attempt(session, account="rosa", terminal="t", at=at, succeeded=False)
        until = service.wait_until(session, "rosa", "t", at)
        waits.append((until - at).total_seconds() if until else 0)

    assert waits == [0, 0, 2, 4, 8, 16, 32, 64]


def test_the_wait_has_an_end_however_many_tries(session, world):
    for _ in range(40):
        service.note_attempt(session, account="rosa", terminal="t", at=world.at, succeeded=False)

    assert service.wait_until(session, "rosa", "t", world.at) == world.at + service.LONGEST_WAIT


def test_a_right_password_forgives_the_wrong_ones(client, world):
    wrong(client, world.nurse.username, times=2)
    sign_in(client, world.nurse.username)
    wrong(client, world.nurse.username, times=2)

    assert sign_in(client, world.nurse.username).status_code == 303


def test_one_persons_mistakes_hold_up_nobody_else(client, world):
    wrong(client, world.nurse.username, times=6)

    assert sign_in(client, world.witness.username).status_code == 303


def test_a_terminal_of_ours_is_not_held_up_by_strangers(named, other, world):
    wrong(other, world.nurse.username, times=10)

    assert sign_in(named, world.nurse.username).status_code == 303


def test_many_tries_sent_at_once_wait_for_each_other(session, world):
    for _ in range(service.FREE_TRIES):
        service.begin_attempt(session, account="rosa", terminal="t", at=world.at, field="password")

    with pytest.raises(service.Refused):
        service.begin_attempt(session, account="rosa", terminal="t", at=world.at, field="password")


def test_old_tries_are_forgotten(client, session, world, clock):
    wrong(client, world.nurse.username)
    clock.forward(days=2)
    sign_in(client, world.nurse.username)

    session.rollback()
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 1


def test_an_account_without_a_role_is_told_so_and_guessing_at_it_is_slowed(client, session, world):
    stranger = factories.staff(session, "No Role")
    session.commit()

    assert "no role here" in text(sign_in(client, stranger.username))
    wrong(client, stranger.username, times=3)
    assert "Try again at" in text(sign_in(client, stranger.username))


def test_a_row_that_cannot_sign_in_does_not(client, session, world):
    system = factories.staff(session, "Import", password_hash=None)
    factories.role(session, system, world.site, Role.NURSE)
    session.commit()

    assert sign_in(client, system.username, "").status_code == 422
    assert sign_in(client, system.username, "None").status_code == 422


def test_signing_out_ends_the_sitting_for_every_copy_of_the_cookie(client, other, session, world):
    sign_in(client, world.nurse.username)
    with client.session_transaction(base_url=HOST) as mine:
        stolen = dict(mine)
    page = client.get("/locked")

    client.post("/sign-out", data=hidden_fields(page, "/sign-out") | {"signed_in_as": str(world.nurse.id)})
    with other.session_transaction(base_url=HOST) as theirs:
        theirs.update(stolen)

    assert other.get("/", base_url=HOST).headers["Location"] == "/sign-in"
    assert AuditKind.SIGNED_OUT in kinds(session)


def test_an_ended_account_is_out_at_once(client, session, world):
    client.sign_in(session, world, world.nurse)
    accounts.end_account(session, staff=world.nurse, act=world.act(world.staff[Role.ADMINISTRATOR]))
    session.commit()

    assert client.get("/").headers["Location"] == "/sign-in"
    assert sign_in(client, world.nurse.username).status_code == 422


def test_signing_in_where_somebody_is_still_signed_in_ends_their_sitting(client, session, world):
    sign_in(client, world.nurse.username)
    sign_in(client, world.witness.username)

    session.rollback()
    sittings = session.scalars(select(StaffSession).order_by(StaffSession.id)).all()
    assert [s.ended_at is not None for s in sittings] == [True, False]


def test_an_idle_terminal_locks_and_shows_only_whose_it_is(client, session, world, clock):
    client.sign_in(session, world, world.nurse)
    clock.forward(minutes=6)

    answer = client.get("/", follow_redirects=True)

    assert answer.request.path == "/locked"
    assert world.nurse.name in text(answer)


def test_using_the_terminal_keeps_it_open(client, session, world, clock):
    client.sign_in(session, world, world.nurse)
    for _ in range(4):
        clock.forward(minutes=4)
        assert client.get("/still-here").status_code == 204


def test_unlocking_returns_to_the_page(client, session, world, clock):
    client.sign_in(session, world, world.nurse)
    clock.forward(minutes=6)
    client.get("/people")
    client.get("/still-here")

    answer = client.send("/locked", {"password": PASSWORD})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/people")


def test_nothing_is_recorded_on_a_locked_terminal(client, session, world, clock):
    client.sign_in(session, world, world.nurse)
    fields = hidden_fields(client.get("/day-close"), "/day-close")
    clock.forward(minutes=6)

    answer = client.post("/day-close", data=fields, follow_redirects=True)

    assert "nothing was recorded" in text(answer)
    assert AuditKind.DAY_CLOSED not in kinds(session)


def test_only_the_same_person_unlocks(client, session, world, clock):
    client.sign_in(session, world, world.nurse)
    session.get_one(type(world.witness), world.witness.id).password_hash = factories.PasswordHasher(
        time_cost=1, memory_cost=8, parallelism=1
    ).hash("another password")
    session.commit()
    clock.forward(minutes=6)

    answer = client.send("/locked", {"password": "another password"})

    assert answer.status_code == 422
    assert "another password" not in text(answer)
    assert client.get("/").headers["Location"] == "/locked"


def test_guessing_at_a_locked_terminal_is_slowed_down(client, session, world, clock):
    client.sign_in(session, world, world.nurse)
    clock.forward(minutes=6)
    for _ in range(3):
        client.send("/locked", {"password": "wrong"})

    assert "Try again at" in text(client.send("/locked", {"password": PASSWORD}))


def test_the_lock_button_locks_at_once_and_unlocking_leads_back(client, session, world):
    client.sign_in(session, world, world.nurse)
    fields = hidden_fields(client.get("/people"), "/people")

    client.post("/lock", data=fields | {"back": "/people"})

    assert client.get("/people").headers["Location"] == "/locked"
    assert client.send("/locked", {"password": PASSWORD}).headers["Location"] == "/people"
    assert client.get("/people").status_code == 200


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "https://evil.example", ""])
def test_unlocking_never_leads_elsewhere(client, session, world, back):
    client.sign_in(session, world, world.nurse)
    fields = hidden_fields(client.get("/people"), "/people")
    client.post("/lock", data=fields | {"back": back})

    answer = client.send("/locked", {"password": PASSWORD})

    assert answer.status_code == 303
    assert "evil" not in answer.headers["Location"]


def test_a_page_opened_by_somebody_else_records_nothing(client, session, world):
    client.sign_in(session, world, world.nurse)
    fields = hidden_fields(client.get("/day-close"), "/day-close")
    client.sign_in(session, world, world.witness)
    mine = hidden_fields(client.get("/day-close"), "/day-close")

    answer = client.post("/day-close", data=fields | {"csrf_token": mine["csrf_token"]})

    assert answer.status_code == 409
    assert "opened by somebody else" in text(answer)
    assert AuditKind.DAY_CLOSED not in kinds(session)


def test_a_form_without_its_csrf_token_records_nothing(client, session, world, app):
    client.sign_in(session, world, world.nurse)
    fields = hidden_fields(client.get("/day-close"), "/day-close")

    answer = client.post("/day-close", data={k: v for k, v in fields.items() if k != "csrf_token"})

    assert answer.status_code == 400


def test_a_role_that_ended_yesterday_opens_nothing(client, session, world):
    ended = factories.staff(session, "Was Nurse")
    factories.role(session, ended, world.site, Role.NURSE, until_on=world.day - timedelta(days=1))
    session.commit()

    assert "no role here" in text(sign_in(client, ended.username))


def test_every_password_field_comes_back_empty(client, session, world, clock):
    client.sign_in(session, world, world.nurse)
    clock.forward(minutes=6)

    assert "secret phrase" not in text(client.send("/locked", {"password": "secret phrase"}))


def test_the_servers_own_pc_is_the_terminal_it_was_said_to_be(client, app, session, world, monkeypatch):
    monkeypatch.setitem(app.config, "THIS_COMPUTER", world.terminal.code)

    here = client.get("/sign-in").get_data(as_text=True)
    elsewhere = client.get("/sign-in", environ_base={"REMOTE_ADDR": "10.0.0.7"}).get_data(as_text=True)

    assert world.terminal.name in here
    assert world.terminal.name not in elsewhere
