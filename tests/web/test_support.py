"""The pages of supporters, pairs and relatives: consents, the twelve weeks at a glance, the sheet for the two."""

import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from dispensary.queries import programmes as records
from dispensary.queries import relatives as family
from dispensary.queries import support as supporters
from dispensary.services import discharges, programmes, relatives, support
from dispensary.services.discharges import Leave
from dispensary.services.programmes import Planned
from models import AccessLog, Disclosure, DisclosureScope, PairWeek, Supporter
from models.enums import ActivityKind, ConsentScope, DisclosureBasis, EpisodeEndReason, ProgrammeEndReason, Role
from tests import pairs, rows

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@pytest.fixture
def me(world):
    return world.staff[Role.COUNSELLOR]


@pytest.fixture
def counsellor(client, session, world, me):
    return client.sign_in(session, world, me, at_window=False)


@pytest.fixture
def act(world, me):
    return world.act(me)


@pytest.fixture
def sister(session, world, who, act):
    made = pairs.supporter(session, world, who, act)
    session.commit()
    return made


@pytest.fixture
def group(session, world, act):
    made = pairs.group(session, world, act)
    session.commit()
    return made


@pytest.fixture
def programme(session, world, who, sister, group, act):
    """Begun three weeks ago."""
    made = pairs.programme(session, who, group, world.day - 3 * WEEK, act)
    session.commit()
    return made


def line_of(session, world, programme):
    session.rollback()
    return records.programme(session, programme.id, world.site.id)


# Supporter


def named(world, **changes):
    day = world.day.isoformat()
    return {
        "name": "Maria Ames",
        "relation": "sibling",
        "phone": "555-0177",
        "drug_free": "y",
        "person_agreed_on": day,
        "supporter_agreed_on": day,
    } | changes


def test_programme_is_offered_accepted_and_the_supporter_named(counsellor, session, world, who):
    counsellor.send(
        f"/people/{who.id}/support/offer", {"offered_on": world.day.isoformat(), "answer": "accepted", "why": ""}
    )
    answer = counsellor.send(f"/people/{who.id}/support/supporter", named(world, about_urine="y"))

    assert answer.status_code == 303
    found = supporters.current(session, who.id)
    assert (found.name, found.about_doses, found.about_urine) == ("Maria Ames", False, True)
    page = counsellor.get(f"/people/{who.id}/support").text
    assert "Nothing about doses." in page
    assert "Begin the programme" in page


def test_decline_without_a_reason_is_said_at_its_field(counsellor, world, who):
    sent = {"offered_on": world.day.isoformat(), "answer": "declined", "why": ""}

    answer = counsellor.send(f"/people/{who.id}/support/offer", sent)

    assert answer.status_code == 422
    assert "Choose why it was declined." in answer.text


def test_nobody_is_named_without_the_persons_yes(counsellor, session, world, who):
    answer = counsellor.send(f"/people/{who.id}/support/supporter", named(world))

    assert answer.status_code == 422
    assert "Offer it first" in answer.text
    assert "Maria Ames" in answer.text
    assert rows.count_stored(session, Supporter) == 0


def test_supporter_who_uses_drugs_is_refused_at_the_field(counsellor, session, world, who, act):
    pairs.supporter(session, world, who, act)
    session.commit()
    sent = named(world)
    del sent["drug_free"]

    answer = counsellor.send(f"/people/{who.id}/support/supporter", sent)

    assert answer.status_code == 422
    assert "uses no drugs, as both say" in answer.text


def test_supporter_is_reached_otherwise_and_sees_more(counsellor, session, world, who, sister):
    counsellor.send(f"/supporters/{sister.id}/change", {"name": "Maria Brandt", "phone": "555-0188"})
    counsellor.send(
        f"/supporters/{sister.id}/sees",
        {"about_doses": "y", "about_urine": "y", "agreed_on": world.day.isoformat()},
    )

    found = supporters.current(session, who.id)
    assert (found.name, found.about_doses, found.about_urine) == ("Maria Brandt", True, True)


def test_consent_taken_back_shows_the_supporter_nothing_any_more(counsellor, session, world, who, sister, programme):
    sent = {"reason": "consent_withdrawn"}
    silent = counsellor.send(f"/supporters/{sister.id}/end", sent)
    answer = counsellor.send(f"/supporters/{sister.id}/end", sent | {"next_step": "goes on alone"})

    assert silent.status_code == 422
    assert answer.status_code == 303
    page = counsellor.get(f"/people/{who.id}/support").text
    assert "is shown nothing any more" in page
    assert "555-0177" not in page
    glance = counsellor.get(f"/programmes/{programme.id}").text
    assert "Sheet for the two" not in glance
    assert "goes on alone" in glance
    refused = counsellor.send(f"/programmes/{programme.id}/sheet.pdf", {}, page=f"/people/{who.id}/support")
    assert refused.status_code == 422
    assert "Nothing more is shown to them" in refused.text
    assert rows.count_stored(session, Disclosure) == 0


# Programme


def test_programme_begins_in_the_group_of_the_pairs(counsellor, session, world, who, sister, group):
    answer = counsellor.send(
        f"/people/{who.id}/programmes/begin", {"group_id": str(group.id), "starts_on": world.day.isoformat()}
    )

    assert answer.status_code == 303
    assert "week 1 of 12" in counsellor.get(answer.location).text
    assert who.number in counsellor.get(f"/groups/{group.id}").text


def test_programme_without_a_supporter_is_refused(counsellor, world, who, group):
    answer = counsellor.send(
        f"/people/{who.id}/programmes/begin", {"group_id": str(group.id), "starts_on": world.day.isoformat()}
    )

    assert answer.status_code == 422
    assert "Name the supporter first." in answer.text


def week_sent(n=1, **changes):
    return {
        "who": "both",
        "self_help_contact": "y",
        f"kind_{n}": "outing",
        f"what_{n}": "walk on Sunday",
        f"meets_{n}": "the walking club",
    } | changes


def test_whole_week_is_recorded_on_one_page(counsellor, session, world, programme, act):
    earlier = programmes.plan_activity(
        session, programme_id=programme.id, week=3, planned=Planned(ActivityKind.MEAL, "lunch", "her family"), act=act
    )
    session.commit()

    answer = counsellor.send(f"/programmes/{programme.id}/weeks/4", week_sent() | {f"told_{earlier.id}": "done"})

    assert answer.status_code == 303
    weeks = records.weeks(session, line_of(session, world, programme))
    assert weeks[3].pair.self_help_contact
    assert [one.what for one in weeks[3].activities] == ["walk on Sunday"]
    assert weeks[2].activities[0].done is True
    glance = counsellor.get(f"/programmes/{programme.id}").text
    assert "Both came in 1 of 1 weeks on record; 1 of 2 activities done" in glance
    assert "the walking club" in glance


def test_page_of_a_week_shows_what_is_on_record_and_nothing_new_is_refused(counsellor, session, world, programme):
    address = f"/programmes/{programme.id}/weeks/1"
    counsellor.send(address, {"who": "person", "conflict": "y"})

    page = counsellor.get(address).text
    again = counsellor.send(address, {"who": "person", "conflict": "y"})

    assert re.search(r'<input checked[^>]*value="person"', page)
    assert again.status_code == 422
    assert "nothing differs" in again.text
    assert rows.count_stored(session, PairWeek) == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Nothing was filled in"),
        ({"conflict": "y"}, "Choose one."),
        ({"kind_1": "outing", "what_1": "walk"}, "Please fill this in."),
        ({"kind_1": "outing", "meets_1": "the club"}, "Please fill this in."),
        ({"what_1": "walk", "meets_1": "the club"}, "Please fill this in."),
        ({"what_2": "walk", "meets_2": "the club", "kind_2": "fishing"}, "Not a valid choice"),
    ],
)
def test_week_that_is_not_whole_is_said_at_its_field(counsellor, session, programme, sent, said):
    answer = counsellor.send(f"/programmes/{programme.id}/weeks/2", sent)

    assert answer.status_code == 422
    assert said in answer.text
    assert rows.count_stored(session, PairWeek) == 0


def test_week_ahead_may_be_planned_and_asks_for_nothing_else(counsellor, session, world, programme):
    address = f"/programmes/{programme.id}/weeks/6"
    page = counsellor.get(address).text

    sent = {"kind_1": "sport", "what_1": "swim", "meets_1": "the pool"}
    answer = counsellor.send(address, sent)

    assert "This week has not begun" in page
    assert answer.status_code == 303
    assert counsellor.send(address, {"who": "both"}).status_code == 422


def test_week_that_is_none_is_not_found(counsellor, programme):
    assert counsellor.get(f"/programmes/{programme.id}/weeks/13").status_code == 404


def test_glance_compares_urine_and_marks_what_fell_by_more_than_three_quarters(
    counsellor, session, world, who, programme
):
    for n in range(4):
        pairs.urine(session, world, who, programme.starts_on - DAY - n * WEEK, positive=True)
        pairs.urine(session, world, who, programme.starts_on + n * DAY)
    session.commit()

    page = counsellor.get(f"/programmes/{programme.id}").text

    assert "4 of 4" in page
    assert "0 of 4" in page
    assert "more than 75 % less" in page
    assert "The share fell by 100 % of what it was." in page
    assert "It says nothing of what caused it" in page


def test_glance_computes_nothing_from_few_tests(counsellor, programme):
    page = counsellor.get(f"/programmes/{programme.id}").text

    assert "Not computed: fewer than 4 tests taken and read on a side." in page


def test_programme_ends_with_the_next_step(counsellor, session, world, programme):
    sent = {"reason": "completed", "next_step": "mutual aid on Thursdays"}
    early = counsellor.send(f"/programmes/{programme.id}/end", sent)
    left = counsellor.send(f"/programmes/{programme.id}/end", sent | {"reason": "person_left"})

    assert early.status_code == 422
    assert "The last week begins on" in early.text
    assert left.status_code == 303
    page = counsellor.get("/pairs").text
    assert "mutual aid on Thursdays" in page
    assert line_of(session, world, programme).end_reason is ProgrammeEndReason.PERSON_LEFT


def test_a_pair_whose_person_left_treatment_is_shown_as_ended_by_it(counsellor, session, world, who, programme, act):
    told = Leave(EpisodeEndReason.COMPLETED, world.day, "well", agreed=True, calls=False)
    discharges.discharge(session, person_id=who.id, leave=told, act=act)
    session.commit()

    every, one = counsellor.get("/pairs").text, counsellor.get(f"/programmes/{programme.id}").text

    assert "0 pairs now" in every
    assert "ended with the treatment: completed" in every and "ended with the treatment: completed" in one
    assert "This week: who came" not in one


def test_pairs_show_what_waits_and_what_was_said_to_offers(counsellor, session, world, programme):
    page = counsellor.get("/pairs").text

    assert "1 pair now" in page
    assert "week 4 of 12" in page
    assert "weeks 1, 2, 3" in page
    assert "Accepted" in page


# The sheet for the two


def sheet(counsellor, programme):
    answer = counsellor.send(
        f"/programmes/{programme.id}/sheet.pdf", {"paper": "A4"}, page=f"/programmes/{programme.id}"
    )
    assert answer.status_code == 200, answer.text
    assert "our-weeks.pdf" in answer.headers["Content-Disposition"]
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


def test_sheet_tells_nothing_of_doses_or_urine_unless_agreed(counsellor, session, world, who, sister, programme):
    plain = sheet(counsellor, programme)

    assert "Maria Ames" in plain
    assert "I can take that back on any day" in plain
    for word in ("Doses", "Urine", "methadone", " mg", "Harbour Clinic", "conflict"):
        assert word not in plain
    told = rows.one_stored(session, Disclosure)
    assert (told.basis, told.recipient) == (DisclosureBasis.TO_THE_PERSON, line_of(session, world, programme).name)


def test_sheet_tells_what_the_person_lets_the_supporter_see(counsellor, session, world, who, sister, programme, act):
    support.let_see(session, supporter_id=sister.id, about_doses=True, about_urine=True, agreed_on=world.day, act=act)
    session.commit()

    shown = sheet(counsellor, programme)
    session.rollback()

    assert "Doses had on" in shown
    assert "Urine tests, positive of those taken and read" in shown
    assert " mg" not in shown
    scopes = set(session.scalars(select(DisclosureScope.scope)))
    assert {ConsentScope.ATTENDANCE, ConsentScope.URINE_RESULTS, ConsentScope.SOCIAL} <= scopes


# Relatives


def test_relative_comes_in_their_own_right_and_is_linked_by_consent(counsellor, session, world, who, act):
    counsellor.send("/relatives/new", {"name": "Đặng Thị Lan", "phone": "555-0100"})
    (lan,) = family.relatives(session, world.site.id)
    sent = {"relative_id": str(lan.id), "consent_on": world.day.isoformat()}

    silent = counsellor.send(f"/people/{who.id}/relatives/link", sent)
    answer = counsellor.send(f"/people/{who.id}/relatives/link", sent | {"agreed": "y"})

    assert silent.status_code == 422
    assert "own consent" in silent.text
    assert answer.status_code == 303
    assert who.number in counsellor.get(f"/relatives/{lan.id}").text
    assert "Đặng Thị Lan" in counsellor.get(f"/people/{who.id}/support").text
    session.rollback()
    assert "relative" in set(session.scalars(select(AccessLog.page)))


def test_link_taken_back_shows_on_neither_page(counsellor, session, world, who, act):
    lan = relatives.register_relative(session, name="Lan", phone="", act=act)
    link = relatives.link_relative(
        session, relative_id=lan.id, person_id=who.id, agreed=True, consent_on=world.day, act=act
    )
    session.commit()

    counsellor.send(f"/relatives/links/{link.id}/end", {})

    assert who.number not in counsellor.get(f"/relatives/{lan.id}").text
    assert ">Lan<" not in counsellor.get(f"/people/{who.id}/support").text
    assert counsellor.get(f"/relatives/links/{link.id}/end").status_code == 404


def test_relative_is_changed_and_counted(counsellor, session, world, act):
    lan = relatives.register_relative(session, name="Lan", phone="", act=act)
    session.commit()

    counsellor.send(f"/relatives/{lan.id}/change", {"name": "Lan Anh", "phone": "1"})

    assert "Lan Anh" in counsellor.get("/relatives").text


# Who may


def test_nurse_reads_and_records_nothing(nurse, who, sister, programme):
    page = nurse.get(f"/people/{who.id}/support").text

    assert "Maria Ames" in page
    assert "Consent taken back" not in page
    assert nurse.get(f"/programmes/{programme.id}/weeks/1").status_code == 403
    assert nurse.get(f"/supporters/{sister.id}/end").status_code == 403


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INSPECTOR, Role.PEER])
def test_others_see_no_pair_and_no_relative(client, session, world, who, programme, role):
    other = client.sign_in(session, world, world.staff[role], at_window=False)

    for address in (f"/people/{who.id}/support", f"/programmes/{programme.id}", "/pairs", "/relatives"):
        assert other.get(address).status_code == 403
