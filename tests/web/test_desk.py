"""The counsellor's day on one screen: own caseload first, the whole clinic one key away, and few statements for many people."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from dispensary.services import caseload, groups, motives, outreach, overdoses, sessions, tasks, waiting
from dispensary.services.groups import Terms
from dispensary.services.overdoses import Told
from dispensary.web.database import db
from models import SiteSetting
from models.enums import (
    Desk,
    Discipline,
    GroupKind,
    InterventionResult,
    Motive,
    OutreachPlace,
    OverdoseHelp,
    Role,
    SaidOccasion,
    SessionKind,
    SettingKey,
    Substance,
    TaskReasonKind,
)
from tests import factories
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


def group_today(session, world, *, starts_at):
    me = world.staff[Role.COUNSELLOR]
    terms = Terms(
        name="Staying well",
        kind=GroupKind.RELAPSE_PREVENTION,
        weekday=world.day.isoweekday(),
        starts_at=starts_at,
        minutes=90,
        led_by_id=me.id,
        open_to_relatives=False,
    )
    return groups.make_group(session, terms=terms, opened_on=world.day, act=world.act(me))


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
    group_today(session, world, starts_at="14:00")
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


def test_sessions_and_groups_stand_together_in_the_order_of_the_clock(counsellor, session, world, me):
    who = absent(session, world, family_name="Brandt")
    for later in (1, 3):
        sessions.arrange(
            session,
            person_id=who.id,
            kind=SessionKind.COUNSELLING,
            discipline=Discipline.COUNSELLING,
            with_id=me.id,
            starts_at=world.at + timedelta(hours=later),
            minutes=45,
            act=world.act(me),
        )
    group_today(session, world, starts_at="09:00")
    mine(session, world, who)

    page = counsellor.get("/desk").text

    assert page.index("<strong>08:00</strong>") < page.index("Staying well") < page.index("<strong>10:00</strong>")


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
    assert many <= 55


def test_whoever_waits_too_long_or_without_a_word_stands_on_everybodys_desk(counsellor, session, world):
    who, soon = factories.person(session, "Oyelaran"), factories.person(session, "Soon")
    for person, days in ((who, 15), (soon, 3)):
        waiting.wait(session, person_id=person.id, since_on=world.day - days * DAY, why="no place", act=world.act())
    session.commit()

    page = counsellor.get("/desk?who=me").text

    assert who.number in page and "left without a word" in page
    assert page.index("#desk-waiting") < page.index("Nothing is overdue."), "seen before a long list is scrolled"
    assert soon.number not in page


def test_longer_than_the_target_is_said_in_days(counsellor, session, world):
    who = factories.person(session, "Oyelaran")
    target = {"key": SettingKey.TARGET_WAITING_DAYS, "value": "7", "effective_on": world.day - 30 * DAY}
    factories.save(session, SiteSetting(**target, **factories.stamp(world)))
    waiting.wait(session, person_id=who.id, since_on=world.day - 8 * DAY, why="no place", act=world.act())
    session.commit()

    page = counsellor.get("/desk").text

    assert "waits 8 days" in page and "left without a word" not in page


def met(session, world, called, days, result=InterventionResult.WANTS_TREATMENT):
    """Somebody met outside so many days ago, who said what they want."""
    on = world.day - days * DAY
    by = world.act(world.staff[Role.PEER])
    contact = outreach.meet_first(
        session, called=called, met_on=on, place=OutreachPlace.STREET, minutes=5, note="", act=by
    )
    outreach.intervene_with_contact(
        session,
        contact_id=contact.id,
        about=Substance.OPIOIDS,
        minutes=5,
        result=result,
        agreed="",
        given_on=on,
        act=by,
    )
    session.commit()
    return contact


def test_a_contact_who_wants_treatment_and_was_left_without_a_word_is_named_to_whoever_sees_contacts(
    counsellor, client, session, world
):
    met(session, world, "Tiger", 15)
    met(session, world, "Falcon", 14)
    met(session, world, "Otter", 91)
    met(session, world, "Badger", 20, InterventionResult.WILL_THINK)
    page = counsellor.get("/desk").text
    session.rollback()
    prescribers = client.sign_in(session, world, world.prescriber, at_window=False).get("/desk").text

    assert "Tiger" in page and "last met 2026-02-15" in page
    assert not any(name in page for name in ("Falcon", "Otter", "Badger"))
    assert "Tiger" not in prescribers


def test_whom_nobody_asked_early_what_keeps_them_here_is_on_the_desk_until_they_are(counsellor, session, world):
    new, long_here = absent(session, world, days=0), absent(session, world, days=120, family_name="Long")

    before = counsellor.get("/desk?who=all").text
    motives.write_down_reasons(
        session,
        person_id=new.id,
        occasion=SaidOccasion.ENTRY,
        motives={next(iter(Motive)): ""},
        barriers={},
        said_on=world.day,
        act=world.act(),
    )
    session.commit()
    after = counsellor.get("/desk?who=all").text

    assert f"/people/{new.id}/reasons/entry" in before
    assert f"/people/{long_here.id}/reasons/entry" not in before
    assert f"/people/{new.id}/reasons/entry" not in after


def test_whoever_is_told_to_have_died_is_asked_for_by_nobody(counsellor, session, world):
    who = absent(session, world, days=5)
    told = Told(world.day, "at home", OverdoseHelp.NOBODY, False, False, False, "a friend")
    overdoses.record(session, person_id=who.id, told=told, act=world.act())
    session.commit()

    assert who.number not in counsellor.get("/desk?who=all").text
