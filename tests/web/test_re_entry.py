"""Days without medicine at the window and at the prescriber's desk: asked, held, seen, released."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.policy.profiles import SHIPPED, load
from models import Dose, PolicyApproval, ReEntryAnswer, ReEntryDecision
from models.enums import Answer, DoseOutcome, ReEntryAction
from models.units import mg
from tests import factories
from tests.client import hidden_fields

DAY = timedelta(days=1)
SAYS = {"as_recorded": "yes", "used_full_agonist": "no", "last_dose_on": "", "last_dose_mg": ""}


def missed(session, world, days, **values):
    """Somebody who took 80 mg, and then nothing for some days."""
    first = world.day - (days + 1) * DAY
    who = factories.person(session)
    order = factories.order(session, world, who, starts_on=first, **values)
    factories.dose(session, world, who, order, at=world.at - (days + 1) * DAY)
    factories.trust_clock(session, world, world.at)
    session.commit()
    return who


def approve(session, world, profile_id, folder=SHIPPED):
    profile = next(p for p in load([folder]) if p.id == profile_id)
    factories.save(
        session,
        PolicyApproval(
            profile=profile.id,
            digest=profile.digest,
            in_force=True,
            effective_on=world.day - 30 * DAY,
            approved_at=world.at,
            **factories.stamp(world, world.prescriber),
        ),
    )
    session.commit()


@pytest.fixture
def own_table(app, session, world):
    """The clinic's own table, approved: one of the old ones under a name of its own."""
    folder = app.extensions["home"].profiles
    old = (SHIPPED / "au-methadone-2003.toml").read_text()
    lines = [line for line in old.splitlines() if not line.startswith("superseded")]
    file = folder / "own-methadone.toml"
    file.write_text("\n".join(lines).replace('"au-methadone-2003"', '"own-methadone"'))
    approve(session, world, "own-methadone", folder)
    yield
    file.unlink()


def ask(client, who, **says):
    address = f"/window/{who.id}/last-dose"
    page = client.get(address)
    return client.post(address, data=hidden_fields(page, address) | SAYS | says)


def plain_spaces(page):
    return page.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def key(client, who, value, page=None):
    address = f"/window/{who.id}"
    page = page or client.get(address)
    return client.post(address, data=hidden_fields(page, address) | {"scan": value})


def test_after_one_day_without_medicine_nothing_is_given_until_the_person_was_asked(client, session, world):
    who = missed(session, world, 1)
    client.sign_in(session, world, world.nurse)

    refused = key(client, who, "F")
    ask(client, who)
    given = key(client, who, "F")

    assert "never held against them" in refused.text
    assert given.status_code == 303
    decision = session.scalars(select(ReEntryDecision)).one()
    assert (decision.days, decision.action, decision.answer_id is not None) == (1, ReEntryAction.GIVE, True)
    assert session.get(Dose, decision.dose_id).outcome is DoseOutcome.GIVEN


def test_the_letter_a_leads_to_the_questions_whoever_stands_there(client, session, world):
    who = factories.patient(session, world)
    session.commit()
    client.sign_in(session, world, world.nurse)

    answer = key(client, who, "a")

    assert answer.headers["Location"].endswith(f"/window/{who.id}/last-dose")
    assert "never held against the person" in client.get(answer.headers["Location"]).text


def test_what_is_said_is_kept_and_asked_again_counts_as_the_next_turn(client, session, world):
    who = missed(session, world, 1)
    client.sign_in(session, world, world.nurse)

    told = (world.day - 5 * DAY).isoformat()
    ask(client, who)
    ask(client, who, as_recorded="no", last_dose_on=told, last_dose_mg="40", used_full_agonist="unknown")

    rows = session.scalars(select(ReEntryAnswer).order_by(ReEntryAnswer.turn)).all()
    assert [(r.turn, r.as_recorded, r.last_dose_mg, r.used_full_agonist) for r in rows] == [
        (1, Answer.YES, None, Answer.NO),
        (2, Answer.NO, mg("40"), Answer.UNKNOWN),
    ]
    page = client.get(f"/window/{who.id}").text
    assert "4 days count" in page
    assert "Do not give" in page


@pytest.mark.parametrize(
    ("says", "field"),
    [({"as_recorded": ""}, "as_recorded"), ({"as_recorded": "no", "last_dose_on": "x"}, "last_dose_on")],
)
def test_an_answer_that_cannot_be_is_said_at_its_field_and_nothing_is_lost(client, session, world, says, field):
    who = missed(session, world, 1)
    client.sign_in(session, world, world.nurse)

    answer = ask(client, who, last_dose_mg="40", **says)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'value="40"' in answer.text
    assert session.scalars(select(ReEntryAnswer)).all() == []


def test_last_dose_told_is_before_today(client, session, world):
    who = missed(session, world, 1)
    client.sign_in(session, world, world.nurse)

    answer = ask(client, who, as_recorded="no", last_dose_on=world.day.isoformat())

    assert (answer.status_code, "before today" in answer.text) == (422, True)


def test_an_approved_table_holds_with_its_row_and_citation_and_suggests_nothing_here(client, session, world):
    who = missed(session, world, 4)
    approve(session, world, "ca-on-metaphi-2021")
    client.sign_in(session, world, world.nurse)

    page = plain_spaces(client.get(f"/window/{who.id}").text)

    assert "ca-on-metaphi-2021" in page
    assert "▶ from 4" in page
    assert "80 mg" in page
    assert "40 mg" not in page


@pytest.mark.usefixtures("own_table")
def test_give_if_not_intoxicated_waits_for_one_key(client, session, world):
    who = missed(session, world, 2)
    client.sign_in(session, world, world.nurse)
    ask(client, who)

    unseen = key(client, who, "F")
    page = key(client, who, "n")
    given = key(client, who, "F", page)

    assert "type N, then F" in unseen.text
    assert session.scalars(select(ReEntryDecision.action)).all() == [ReEntryAction.GIVE_IF_NOT_INTOXICATED]
    assert (page.status_code, given.status_code) == (200, 303)


def test_the_key_n_means_nothing_where_nobody_asks_for_it(client, session, world):
    who = factories.patient(session, world)
    session.commit()
    client.sign_in(session, world, world.nurse)

    answer = key(client, who, "N")

    assert (answer.status_code, "nothing was recorded" in answer.text) == (422, True)


def held_page(client, who):
    return plain_spaces(client.get(f"/people/{who.id}/held-dose").text)


def test_the_desk_shows_table_row_suggestion_inputs_and_what_was_said(client, session, world):
    who = missed(session, world, 4)
    approve(session, world, "ca-on-metaphi-2021")
    client.sign_in(session, world, world.nurse)
    ask(client, who, used_full_agonist="unknown")
    client.sign_in(session, world, world.prescriber)

    page = held_page(client, who)

    assert "ca-on-metaphi-2021" in page
    assert "▶ from 4" in page
    assert "never above the last confirmed dose of 80 mg" in page
    assert ">40 mg<" in page
    assert "full opioid since – not known" in page


def test_the_desk_says_by_the_house_rule_where_no_table_is_approved(client, session, world):
    who = missed(session, world, 3)
    client.sign_in(session, world, world.prescriber)

    page = held_page(client, who)

    assert "No approved table decided" in page
    assert "not asked yet today" in page


def test_release_keeps_what_the_gate_said_and_the_dose_is_given_for_that_day_alone(client, session, world, clock):
    who = missed(session, world, 4)
    approve(session, world, "ca-on-metaphi-2021")
    client.sign_in(session, world, world.prescriber)
    address = f"/people/{who.id}/held-dose"
    client.post(address, data=hidden_fields(client.get(address), address) | {"reason": "seen"})
    client.sign_in(session, world, world.nurse)

    given = key(client, who, "F")

    assert given.status_code == 303
    release, dose = session.scalars(select(ReEntryDecision).order_by(ReEntryDecision.id)).all()
    assert (release.release_id is not None, dose.dose_id is not None) == (True, True)
    assert {(d.profile, d.row_number, d.action, d.suggested_mg) for d in (release, dose)} == {
        ("ca-on-metaphi-2021", 1, ReEntryAction.HOLD_NOTIFY, mg("40"))
    }


def test_a_dose_withheld_by_the_gate_keeps_what_it_said(client, session, world):
    who = missed(session, world, 3)
    client.sign_in(session, world, world.nurse)
    address = f"/window/{who.id}/withhold"

    client.post(address, data=hidden_fields(client.get(address), address) | {"reason": "days_without_medicine"})

    decision = session.scalars(select(ReEntryDecision)).one()
    assert (decision.action, decision.days, decision.profile) == (ReEntryAction.HOLD_NOTIFY, 3, None)


def test_after_a_closure_everyone_held_is_on_one_page_and_each_is_decided_alone(client, session, world):
    first, second, third = (missed(session, world, days) for days in (3, 5, 1))
    client.sign_in(session, world, world.prescriber)
    page = client.get("/prescriber/held")
    address = f"/people/{first.id}/held-dose"

    answer = client.post(address, data=hidden_fields(page, address) | {"reason": "closed over the holidays"})

    assert first.number in page.text
    assert third.number not in page.text
    assert page.text.index(first.number) < page.text.index(second.number)
    assert answer.headers["Location"].endswith("/prescriber/held")
    left = client.get("/prescriber/held").text
    assert (first.number in left, second.number in left) == (False, True)


def test_a_line_without_a_reason_is_asked_on_a_page_of_its_own(client, session, world):
    who = missed(session, world, 3)
    client.sign_in(session, world, world.prescriber)
    address = f"/people/{who.id}/held-dose"

    answer = client.post(address, data=hidden_fields(client.get("/prescriber/held"), address) | {"reason": ""})

    assert (answer.status_code, 'id="reason-error"' in answer.text) == (422, True)


def test_nobody_held_is_said(client, session, world):
    client.sign_in(session, world, world.prescriber)

    assert "Nobody is held." in client.get("/prescriber/held").text


def test_a_table_that_can_no_longer_be_read_holds_and_says_what_to_do(app, client, session, world, own_table):
    who = missed(session, world, 1)
    client.sign_in(session, world, world.nurse)
    ask(client, who)
    before = client.get(f"/window/{who.id}")
    file = app.extensions["home"].profiles / "own-methadone.toml"
    approved = file.read_text()

    file.write_text(approved + "\n# changed by somebody in the morning\n")
    changed, refused = client.get(f"/window/{who.id}"), key(client, who, "F", before)
    file.write_text("not = [a profile")
    broken = client.get(f"/window/{who.id}")
    file.write_text(approved)
    mended = key(client, who, "F")

    for page in (changed, broken):
        assert "the approved policy cannot be read" in page.text
        assert "call the prescriber" in page.text
    assert "Put the approved file back" in changed.text
    assert refused.status_code in (409, 422)
    assert mended.status_code == 303
    assert session.scalars(select(Dose.outcome)).all() == [DoseOutcome.GIVEN] * 2


def test_a_draft_that_cannot_be_read_holds_nobody(app, client, session, world, own_table):
    who = missed(session, world, 1)
    client.sign_in(session, world, world.nurse)
    ask(client, who)
    draft = app.extensions["home"].profiles / "half-written.toml"
    draft.write_text("id = ")

    given = key(client, who, "F")
    draft.unlink()

    assert given.status_code == 303


def test_page_of_everyone_held_says_of_each_line_what_holds_it_besides_the_days(app, client, session, world, own_table):
    missed(session, world, 1)
    client.sign_in(session, world, world.prescriber)
    file = app.extensions["home"].profiles / "own-methadone.toml"
    approved = file.read_text()

    before = client.get("/prescriber/held")
    file.write_text(approved + "\n# changed\n")
    unreadable = client.get("/prescriber/held")
    file.write_text(approved)

    assert "Release" not in before.text
    assert "whatever a table says" in unreadable.text
    assert "Put the approved file back" in unreadable.text
