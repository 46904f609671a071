"""The counsellor's day on one screen: own caseload first, the whole clinic one key away, and few statements for many people."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from dispensary.services import caseload, groups, sessions, tasks
from dispensary.services.groups import Terms
from dispensary.web.database import db
from models.enums import Desk, Discipline, GroupKind, Role, SessionKind, TaskReasonKind
from tests.jobs.test_due_work import absent

DAY = timedelta(days=1)


@pytest.fixture
def me(world):
    return world.staff[Role.COUNSELLOR]


@pytest.fixture
def counsellor(client, session, world, me):
    return client.sign_in(session, world, me, at_window=False)


def mine(session, world, *people):
    me = world.staff[Role.COUNSELLOR]
    caseload.hand_over(
        session,
        person_ids=[one.id for one in people],
        counsellor_id=me.id,
        from_on=world.day,
        reason="new",
        act=world.act(me),
    )
    session.commit()


def test_counsellor_lands_on_the_desk_and_finds_the_day_there(counsellor, session, world, me):
    who = absent(session, world, days=5, family_name="Brandt")
    tasks.note(session, person_id=who.id, desk=Desk.COUNSELLING, kind=TaskReasonKind.MISSED_DOSES, act=world.act(me))
    sessions.arrange(
        session,
        person_id=who.id,
        kind=SessionKind.COUNSELLING,
        discipline=Discipline.COUNSELLING,
        with_id=me.id,
        starts_at=world.at + timedelta(hours=2),
        minutes=45,
        act=world.act(me),
    )
    terms = Terms(
        name="Staying well",
        kind=GroupKind.RELAPSE_PREVENTION,
        weekday=world.day.isoweekday(),
        starts_at="14:00",
        minutes=90,
        led_by_id=me.id,
        open_to_relatives=False,
    )
    groups.make_group(session, terms=terms, opened_on=world.day, act=world.act(me))
    mine(session, world, who)

    assert counsellor.get("/").location == "/desk"
    page = counsellor.get("/desk").text
    for said in (
        "09:00",
        "Staying well",
        "Brandt",
        '<strong class="desk-days">5</strong>',
        "missed doses",
        "nobody yet",
    ):
        assert said in page


def test_own_caseload_stands_first_and_the_whole_clinic_is_one_key_away(counsellor, session, world):
    own, others = absent(session, world, family_name="Own"), absent(session, world, family_name="Other")
    mine(session, world, own)

    first, all_of_it = counsellor.get("/desk").text, counsellor.get("/desk?who=all").text

    assert own.number in first and others.number not in first
    assert own.number in all_of_it and others.number in all_of_it
    assert 'accesskey="a"' in first and 'accesskey="m"' in all_of_it


def test_whoever_has_no_caseload_sees_the_whole_clinic(prescriber, session, world):
    who = absent(session, world)

    assert who.number in prescriber.get("/desk").text
    assert who.number not in prescriber.get("/desk?who=me").text


@pytest.fixture
def statements(app):
    """How many statements a request sends."""
    sent = []
    with app.app_context():
        engine = db.engine

    def note(*rest):
        sent.append(rest[2])

    def count(ask):
        sent.clear()
        assert ask().status_code == 200
        return len(sent)

    event.listen(engine, "before_cursor_execute", note)
    yield count
    event.remove(engine, "before_cursor_execute", note)


def test_statements_do_not_grow_with_the_people(counsellor, session, world, statements):
    absent(session, world)
    few = statements(lambda: counsellor.get("/desk?who=all"))
    for number in range(8):
        absent(session, world, days=2 + number % 3, family_name=f"More{number}")

    many = statements(lambda: counsellor.get("/desk?who=all"))

    assert many <= few + 2  # those whose days lie further back are read apart
    assert many < 70
