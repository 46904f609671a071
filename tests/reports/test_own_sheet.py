"""The person's own sheet: one page in plain words, and nothing outside it that tells what it is about."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

import models
from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.services import absences, calendar, stops, take_home_requests, take_home_reviews, waiting
from dispensary.wording import Moment
from models.enums import AbsenceKind, ClosureKind, ContestAbout, DoseOutcome, Form, RefusedReason, Role, StopKind
from reports import own_sheet, page
from tests import factories, take_homes
from tests.reports.made_up import SPEAK
from tests.turns import contested, proposed, told

DAY = timedelta(days=1)
POLICY = TakeHomePolicy()


def figures(session, world, who, paper="A4"):
    about = page.heading(
        session, world.site.id, world.day, world.day, printed_by="Rosa", printed_at=world.at, on_paper=paper
    )
    return own_sheet.figures(session, who.id, world.site.id, policy=POLICY, at=world.at, about=about)


def treated(session, world, *dosed, **values):
    """Somebody with an order for ten days, dosed so many days ago."""
    who = factories.patient(session, world, starts_on=world.day - 10 * DAY, **values)
    of = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()
    for before in dosed:
        factories.dose(session, world, who, of, at=world.at - before * DAY)
    return who


def said(made, number):
    return [SPEAK(words) for words in own_sheet.sections(made)[number][1]]


def text(content):
    reader = PdfReader(io.BytesIO(content))
    return reader, "\n".join(one.extract_text() for one in reader.pages)


def test_next_visit_is_today_until_today_is_taken(session, world):
    who = treated(session, world, *range(10, 0, -1))

    assert figures(session, world, who).next_visit == world.day

    of = session.scalars(select(models.DoseOrder)).one()
    factories.dose(session, world, who, of)
    made = figures(session, world, who)

    assert made.next_visit == world.day + DAY
    assert said(made, 0)[0] == "Tuesday, 2026-03-03."


def test_nothing_held_says_so(session, world):
    assert said(figures(session, world, treated(session, world, *range(10, 0, -1))), 1) == [
        "No. Nothing is held back today."
    ]


def test_open_review_and_a_declined_wish_are_told_with_what_stays_the_persons(session, world):
    who = treated(session, world, *range(10, 0, -1))
    take_homes.decide(session, world, who, decided_at=world.at - DAY)
    act = world.act(world.prescriber)
    take_home_reviews.note(session, who.id, act)
    nothing = {"reason": None, "first_on": None, "last_on": None}
    asked = take_home_requests.ask(session, person_id=who.id, wish="work begins at six", act=world.act(), **nothing)
    take_home_requests.decline(session, asked_id=asked.id, reason="first two quiet weeks", act=act)

    review, declined = said(figures(session, world, who), 1)

    assert "a prescriber decides by" in review
    assert review.endswith("What I have at home stays mine.")
    assert declined == "What I asked for last was declined: first two quiet weeks"


def test_stop_is_named_in_plain_words_with_who_and_by_when_but_not_its_note(session, world):
    who = treated(session, world, *range(10, 0, -1))
    stops.set_stop(session, person_id=who.id, kind=StopKind.SEDATION, note="fell asleep standing", act=world.act())

    (why,) = said(figures(session, world, who), 1)

    assert why.startswith("I was very sleepy.")
    assert "Set by Rosa Ames" in why
    assert "asleep standing" not in why


def test_days_without_are_named_where_the_dose_is_held(session, world):
    made = figures(session, world, treated(session, world, 10, 9, 8))

    assert said(made, 1)[0].startswith("I was without medicine for some days (7).")


def test_whoever_is_on_record_as_away_is_told_of_what_is_not_known_and_of_no_days(session, world):
    who = treated(session, world, *range(10, 0, -1))
    absences.record_absence(
        session,
        person_id=who.id,
        kind=AbsenceKind.HOSPITAL,
        from_on=world.day,
        expected_until=None,
        place="Harbour Hospital",
        told_by="the ward",
        act=world.act(),
    )

    assert said(figures(session, world, who), 1) == [
        "What I took last is not known for certain, so a prescriber decides today."
    ]


def test_late_injection_is_told_as_held(session, world):
    who = factories.person(session)
    of = factories.depot_order(session, world, who, starts_on=world.day - 60 * DAY)
    factories.dose(session, world, who, of, at=world.at - 60 * DAY)

    assert said(figures(session, world, who), 1) == [
        "My injection is late. It waits until a prescriber has decided; I ask for that today."
    ]


def test_who_decides_and_how_to_object(session, world):
    words = " ".join(said(figures(session, world, treated(session, world, 1)), 2))

    assert "Dana Frost signed what is ordered for me." in words
    assert "I can turn to Hanna Lind" in words
    assert "never held against me" in words


def test_way_to_have_a_decision_looked_at_by_somebody_else_is_told_with_what_waits(session, world):
    who = treated(session, world, 1)
    stop = stops.set_stop(session, person_id=who.id, kind=StopKind.INCIDENT, act=world.act())
    contested(session, world, who, ContestAbout.STOP, stop.id)

    words = " ".join(said(figures(session, world, who), 2))

    assert "Somebody who did not decide it answers me on paper within 7 days." in words
    assert "I objected on 2026-03-02 (a stop). The answer is due on 2026-03-09 at the latest." in words
    assert "who has opened it" in words


def test_ending_is_on_the_sheet_once_its_notice_is_in_the_persons_hand(session, world):
    who = treated(session, world, 1)
    proposed(session, world, who)
    assert said(figures(session, world, who), 1) == ["No. Nothing is held back today."]

    other = treated(session, world, 1, family_name="Ames")
    ending = told(session, world, other)

    words = " ".join(said(figures(session, world, other), 1))
    assert f"not before {ending.last_day}. I can object until {ending.contest_by}." in words
    assert "my doses go on" in words


def test_way_to_fewer_visits_names_what_is_missing(session, world):
    words = said(figures(session, world, treated(session, world, 10, 9, 8)), 3)

    assert "Now I come about 7 times a week." in words
    assert "• The talk about storing doses safely." in words


def without_order(session, world):
    who = factories.person(session)
    factories.episode(session, world, who)
    return who


def test_whoever_has_no_order_reads_what_is_held_who_decides_and_how_to_object(session, world):
    who = without_order(session, world)
    by = world.act(world.staff[Role.NURSE])
    stop = stops.set_stop(session, person_id=who.id, kind=StopKind.ORDER_PROBLEM, act=by)

    made = figures(session, world, who)
    reader, words = text(own_sheet.render(made, speak=SPEAK))
    held = " ".join(said(made, 1))

    assert "Something about what is ordered for me is not clear. Set by Rosa Ames on" in held
    assert f"a prescriber decides by {SPEAK(Moment(stop.decide_by))}" in held
    assert "Nothing is ordered for me today." in held and "A prescriber answers by" in held
    assert "I can have my objection written down" in " ".join(said(made, 2))
    assert len(reader.pages) == 1
    for of_the_medicine in ("Methadone", "fewer visits", "signed what is ordered", "holds until"):
        assert of_the_medicine not in words


def test_whoever_waits_for_a_place_reads_where_they_stand(session, world):
    who = factories.person(session)
    waiting.wait(session, person_id=who.id, since_on=world.day - 3 * DAY, why="no place yet", act=world.act())

    made = figures(session, world, who)

    assert "I wait for a place since 2026-02-27, and stand at place 1." in " ".join(said(made, 1))
    assert said(made, 0)[0] == "No day is planned yet. Ask when to come."
    assert len(own_sheet.sections(made)) == 4


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(
    ("family_name", "given_name"),
    [("Nguyễn", "Thị Hường"), ("王", "小明"), ("髙橋", "さくら"), ("O'Connor", "Siobhán"), ("Иванова", "Надежда")],
)
def test_sheet_is_one_page_and_outside_it_nothing_is_told(session, world, paper, family_name, given_name):
    who = treated(session, world, 10, 9, 8, family_name=family_name, given_name=given_name)
    for kind in (StopKind.SEDATION, StopKind.MEDICINE_ABSENT, StopKind.ORDER_PROBLEM):
        stops.set_stop(session, person_id=who.id, kind=kind, act=world.act())

    reader, words = text(own_sheet.render(figures(session, world, who, paper), speak=SPEAK))

    assert len(reader.pages) == 1
    assert given_name.split()[0] in words
    outside = " ".join(str(value) for value in reader.metadata.values()).lower()
    for telling in ("methadone", "buprenorphine", "harbour", "clinic", "dispens", "opioid", given_name.lower()):
        assert telling not in outside
    assert "Harbour Clinic" not in words
    assert "Policy" not in words


def test_whoever_refused_today_can_still_come_today(session, world):
    who = treated(session, world, *range(10, 0, -1))
    of = session.scalars(select(models.DoseOrder)).one()
    factories.no_dose(
        session,
        world,
        who,
        of,
        outcome=DoseOutcome.REFUSED,
        withheld_reason=None,
        refused_reason=RefusedReason.FEELS_UNWELL,
    )

    assert figures(session, world, who).next_visit == world.day


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_sheet_stays_one_page_however_much_is_held_and_missing(session, world, paper):
    who = treated(session, world, 10, 9, 8, family_name="Nguyễn Phạm Thị Thanh " * 3, given_name="Hường " * 4)
    for kind in StopKind:
        stops.set_stop(session, person_id=who.id, kind=kind, act=world.act())
    told(session, world, who)
    for stop in session.scalars(select(models.Stop)).all():
        contested(session, world, who, ContestAbout.STOP, stop.id)
    made = figures(session, world, who, paper)
    crowded = replace(made, known=replace(made.known, missing=made.known.missing * 20))

    reader, words = text(own_sheet.render(crowded, speak=SPEAK))

    assert len(made.stops) == len(StopKind)
    assert len(reader.pages) == 1
    assert "more: I ask for the list." in words
    assert "I was in hospital or custody." in words


def test_next_visit_is_no_day_that_is_closed_or_covered_by_a_bottle(session, world):
    who = treated(session, world, *range(10, -1, -1))
    closed = calendar.announce_closed(
        session, first=world.day + DAY, last=world.day + DAY, kind=ClosureKind.PLANNED, reason="paint", act=world.act()
    )
    take_homes.safe(session, world, who)
    allowed = take_homes.one_off(session, world, who, world.day + 2 * DAY, world.day + 2 * DAY)
    take_homes.hand_over(session, world, who, one_off_id=allowed.id)

    assert figures(session, world, who).next_visit == world.day + 3 * DAY
    assert len(closed) == 1


@pytest.mark.parametrize(("closed", "comes"), [((), 28), ((28,), 29), ((28, 29, 30, 31, 32, 33, 34, 35), 27)])
def test_next_injection_is_on_an_open_day_of_its_window(session, world, closed, comes):
    who = factories.person(session)
    order = factories.depot_order(session, world, who)
    factories.dose(session, world, who, order, form=Form.INJECTION)
    for day in closed:
        on = world.day + day * DAY
        calendar.announce_closed(
            session, first=on, last=on, kind=ClosureKind.HOLIDAY, reason="holiday", act=world.act()
        )

    assert figures(session, world, who).next_visit == world.day + comes * DAY


def test_whoever_has_injections_is_not_told_of_doses_to_take_home(session, world):
    who = factories.person(session)
    factories.depot_order(session, world, who)

    (words,) = said(figures(session, world, who), 3)

    assert words.startswith("Between two injections I do not have to come for a dose.")


def test_what_is_said_of_medicines_fits_the_order(session, world):
    twice_a_day = " ".join(said(figures(session, world, treated(session, world, 1)), 4))

    assert twice_a_day.startswith("Methadone. Taken every day")
    assert "once a day" not in twice_a_day
