"""Random draws: the frozen list, the seed, who is drawn, and what becomes of it."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import NotFound, Refused
from dispensary.queries import people, urine_draws
from dispensary.rules import urine_draw
from dispensary.services import lock, stops, urines
from dispensary.services import urine_draws as verbs
from dispensary.services.urines import Asked
from dispensary.web.database import unit_of_work
from models import Absence, UrineDraw, UrineDrawMember
from models.enums import AbsenceKind, AuditKind, EpisodeKind, NoticeKind, Role, UrineOccasion, UrineOutcome
from tests import factories
from tests.rows import audited, count
from tests.services.test_dosing_races import A_MOMENT


@pytest.fixture
def patients(session, world):
    return [factories.patient(session, world) for _ in range(6)]


def draw(session, world, wanted=2) -> UrineDraw:
    return verbs.draw(session, wanted=wanted, act=world.act(world.staff[Role.CLINIC_HEAD]))


def test_the_draw_keeps_the_frozen_list_and_can_be_done_again(session, world, patients):
    made = draw(session, world)

    listed = session.scalars(select(UrineDrawMember).order_by(UrineDrawMember.number)).all()
    assert [member.person_id for member in listed] == sorted(who.id for who in patients)
    assert made.list_digest == urine_draw.list_digest([member.person_id for member in listed])
    again = urine_draw.draw([member.person_id for member in listed], made.seed, made.wanted)
    assert [member.drawn for member in listed] == [one.drawn for one in again]
    assert sum(member.drawn for member in listed) == 2
    assert len(audited(session, AuditKind.URINE_DRAWN)) == 1


def test_whoever_is_drawn_hears_of_it_at_the_window_once(session, world, patients):
    draw(session, world, wanted=6)
    draw(session, world, wanted=6)

    assert [[n.kind for n in people.open_notices(session, who.id)] for who in patients] == [[NoticeKind.URINE_DUE]] * 6


def test_a_second_draw_of_a_day_is_its_second_turn_with_another_seed(session, world, patients):
    first, second = draw(session, world), draw(session, world)

    assert (first.turn, second.turn) == (1, 2)
    assert first.seed != second.seed
    assert [line.turn for line in urine_draws.draws(session, world.site.id)] == [2, 1]


def test_guests_those_without_medicine_and_those_away_are_not_on_the_list(session, world, patients):
    guest = factories.person(session)
    factories.order(session, world, guest, in_episode=factories.episode(session, world, guest, kind=EpisodeKind.GUEST))
    talks = factories.person(session)
    factories.episode(session, world, talks, kind=EpisodeKind.COUNSELLING_ONLY)
    factories.episode(session, world, factories.person(session))
    factories.save(
        session,
        Absence(
            person_id=patients[0].id,
            kind=AbsenceKind.HOSPITAL,
            place="General Hospital",
            from_on=world.day,
            told_by="the sister",
            **factories.stamp(world),
        ),
    )

    assert verbs.frozen_list(session, world.act()) == [who.id for who in patients[1:]]


@pytest.mark.parametrize("wanted", [0, 7])
def test_nobody_draws_none_or_more_than_there_are(session, world, patients, wanted):
    with pytest.raises(Refused, match="too_many_wanted"):
        draw(session, world, wanted)

    assert count(session, UrineDraw) == 0


def test_where_nobody_is_in_treatment_nobody_is_drawn(session, world):
    with pytest.raises(Refused, match="too_many_wanted"):
        draw(session, world, 1)


def test_a_draw_is_answered_by_one_urine(session, world, patients):
    draw(session, world, wanted=6)
    who = patients[2]
    asked = Asked(UrineOccasion.DRAW, UrineOutcome.REFUSED, False, "strip_6", world.day)

    urines.record(session, person_id=who.id, asked=asked, act=world.act())

    waiting = urine_draws.drawn_and_not_asked(session, world.site.id, world.day - timedelta(days=1))
    assert {one.person_id for _, one in waiting} == {other.id for other in patients} - {who.id}
    (line,) = urine_draws.draws(session, world.site.id)
    assert (line.listed, line.wanted, line.given) == (6, 6, 1)
    with pytest.raises(Refused, match="not_drawn"):
        urines.record(session, person_id=who.id, asked=asked, act=world.act())


def test_a_draw_answered_by_mistake_is_open_again_and_answered_anew(session, world, patients):
    draw(session, world, wanted=6)
    who = patients[2]
    asked = Asked(UrineOccasion.DRAW, UrineOutcome.TAKEN, True, "strip_6", world.day)
    mistaken = urines.record(session, person_id=who.id, asked=asked, act=world.act())

    urines.take_back(session, test_id=mistaken.id, reason="another person's", act=world.act())

    assert [n.kind for n in people.open_notices(session, who.id)] == [NoticeKind.URINE_DUE]
    (line,) = urine_draws.draws(session, world.site.id)
    assert line.given == 0
    urines.record(session, person_id=who.id, asked=asked, act=world.act())
    (place,) = [one for one in urine_draws.members(session, line.id) if one.person_id == who.id]
    assert place.outcome is UrineOutcome.TAKEN
    assert urine_draws.draws(session, world.site.id)[0].given == 1
    with pytest.raises(Refused, match="not_drawn"):
        urines.record(session, person_id=who.id, asked=asked, act=world.act())


def test_a_draw_of_another_site_is_not_found(session, world, patients):
    made = draw(session, world)

    with pytest.raises(NotFound, match="no_such_draw"):
        urine_draws.draw(session, made.id, world.site.id + 1)


def test_a_draw_and_somebody_at_the_window_never_wait_for_each_other(app, session, world, patients):
    last = max(who.id for who in patients)
    session.commit()
    locked, outcomes = threading.Event(), []

    def at_window() -> None:
        with app.app_context(), unit_of_work() as other:
            lock.person(other, last)
            locked.set()
            threading.Event().wait(A_MOMENT)
            stops.set_notice(other, person_id=last, kind=NoticeKind.FEE, act=world.act())
        outcomes.append("noticed")

    def of_all() -> None:
        with app.app_context(), unit_of_work() as other:
            verbs.draw(other, wanted=len(patients), act=world.act())
        outcomes.append("drawn")

    window, draws = threading.Thread(target=at_window), threading.Thread(target=of_all)
    window.start()
    assert locked.wait(30)
    draws.start()
    for thread in (window, draws):
        thread.join(30)

    assert sorted(outcomes) == ["drawn", "noticed"]
