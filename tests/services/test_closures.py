"""A closure: who needs doses, for whom they are proposed, who stands there by name, and what signing does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import models
from dispensary.errors import Conflict, Refused
from dispensary.policy.profiles import SHIPPED, load
from dispensary.policy.stack import take_home_policy
from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.queries import closure_needs, policy
from dispensary.queries import closures as records
from dispensary.services.absences import record_absence
from dispensary.services.calendar import announce_closed, take_back
from dispensary.services.closures import sign_list
from dispensary.services.sites import change_setting
from dispensary.services.stops import set_stop
from models import ClosureListLine, OneOffTakeHome, OneOffTakeHomeEnd, SafetyCheck, TakeHomeDecision
from models.enums import (
    AbsenceKind,
    AuditKind,
    ClaimKind,
    ClosureKind,
    NaloxoneOffer,
    OneOffReason,
    SettingKey,
    StopKind,
    TreatmentPhase,
)
from tests import factories
from tests.rows import audited_kinds

DAY = timedelta(days=1)
US = "us-42cfr8-2024-take-homes"


@pytest.fixture
def allowed(session, world):
    """The US rule of 2024 is approved."""
    profiles = load([SHIPPED])
    us = next(profile for profile in profiles if profile.id == US)
    values = {
        "profile": us.id,
        "digest": us.digest,
        "in_force": True,
        "effective_on": world.day,
        "approved_at": world.at,
    }
    factories.save(session, models.PolicyApproval(**values, **factories.stamp(world, world.prescriber)))
    return take_home_policy(profiles, policy.approvals(session, world.site.id, world.day), world.day)


@pytest.fixture
def closed(session, world):
    """Thursday and Friday are announced as closed; today is Monday."""
    first, last = world.day + 3 * DAY, world.day + 4 * DAY
    announce_closed(session, first=first, last=last, kind=ClosureKind.HOLIDAY, reason="New year", act=world.act())
    return first, last


def taught(session, world, who, on=None):
    factories.save(
        session,
        SafetyCheck(
            person_id=who.id,
            clinic_day=on or world.day - 30 * DAY,
            locked_storage=True,
            taught=True,
            child_resistant=True,
            naloxone=NaloxoneOffer.GIVEN,
            **factories.stamp(world),
        ),
    )
    return who


def settled(session, world, name="Settled", **values):
    """Somebody in maintenance who was dosed yesterday and knows how to store doses safely."""
    who = factories.patient(session, world, family_name=name, starts_on=world.day - 60 * DAY, **values)
    return taught(session, world, dosed(session, world, who))


def dosed(session, world, who, at=None):
    order = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).first()
    factories.dose(session, world, who, order, at=at or world.at - DAY)
    return who


def needs(session, world, closed, policy):
    first, last = closed
    return closure_needs.needs(
        session, world.site.id, first=first, last=last, today=world.day, at=world.at, policy=policy
    )


def sign(session, world, closed, policy, ways=None, shown=None, **more):
    first, last = closed
    shown = shown or needs(session, world, closed, policy).digest
    act = world.act(world.prescriber)
    return sign_list(
        session, first=first, last=last, other_ways=ways or {}, shown=shown, policy=policy, act=act, **more
    )


def test_doses_are_proposed_for_whoever_is_due_and_not_covered(session, world, closed, allowed):
    who = settled(session, world)

    found = needs(session, world, closed, allowed)

    assert [(line.person_id, line.why_not, list(line.due)) for line in found.lines] == [(who.id, (), list(closed))]
    assert found.lines[0].due[closed[0]] == 80
    assert found.profile[0] == US


def test_those_who_cannot_be_given_doses_stand_there_by_name_with_why(session, world, closed, allowed):
    stopped, inducing, lapsed, untaught, away = (settled(session, world, name) for name in ("B", "C", "D", "E", "F"))
    set_stop(session, person_id=stopped.id, kind=StopKind.SEDATION, act=world.act())
    inducing = taught(
        session,
        world,
        factories.patient(session, world, family_name="C2", treatment_phase=TreatmentPhase.INDUCTION),
    )
    unordered = factories.person(session, family_name="G")
    factories.episode(session, world, unordered)
    untaught = dosed(session, world, factories.patient(session, world, family_name="E2", starts_on=world.day - 9 * DAY))
    gone = taught(session, world, factories.patient(session, world, family_name="H", starts_on=world.day - 60 * DAY))
    record_absence(
        session, person_id=away.id, kind=AbsenceKind.HOSPITAL, from_on=world.day, expected_until=None,
        place="Ward 3", told_by="the ward", act=world.act(),
    )  # fmt: skip

    why = {line.person_id: line.why_not for line in needs(session, world, closed, allowed).lines}

    assert why[stopped.id] == ("stop",)
    assert why[inducing.id] == ("induction",)
    assert why[unordered.id] == ("no_order", "no_safety_check")
    assert why[untaught.id] == ("no_safety_check",)
    assert why[away.id] == ("away",)
    assert why[gone.id] == ("days_without_medicine",)
    assert why[lapsed.id] == ()


def test_without_an_approved_profile_nothing_is_proposed(session, world, closed):
    who = settled(session, world)

    found = needs(session, world, closed, TakeHomePolicy())

    assert [(line.person_id, line.why_not) for line in found.lines] == [(who.id, ("no_profile",))]
    assert found.profile is None


def test_order_that_ends_before_the_closure_leaves_nobody_off_the_list(session, world, closed, allowed):
    who = settled(session, world, ends_on=world.day + DAY)

    found = needs(session, world, closed, allowed)

    assert [(line.person_id, line.why_not) for line in found.lines] == [(who.id, ("no_order",))]


def test_own_take_home_decision_covers_the_days_unless_something_stands_against_it(session, world, closed, allowed):
    free, stopped = settled(session, world, "A"), settled(session, world, "B")
    for who in (free, stopped):
        decide(session, world, who)
    set_stop(session, person_id=stopped.id, kind=StopKind.SEDATION, act=world.act())

    found = needs(session, world, closed, allowed)

    assert [line.person_id for line in found.lines] == [stopped.id]
    assert found.covered == 1


def decide(session, world, who):
    episode = session.scalars(select(models.Episode.id).where(models.Episode.person_id == who.id)).one()
    factories.save(
        session,
        TakeHomeDecision(
            person_id=who.id, episode_id=episode, attends_on="1", every_weeks=1, most_days=6, days_in_treatment=60,
            criteria="[]", rationale="stable", effective_on=world.day - 10 * DAY, review_on=world.day + 90 * DAY,
            decided_at=world.at, **factories.stamp(world, world.prescriber),
        ),
    )  # fmt: skip


def test_signing_gives_each_person_doses_or_another_way(session, world, closed, allowed):
    free, stopped = settled(session, world, "A"), settled(session, world, "B")
    set_stop(session, person_id=stopped.id, kind=StopKind.SEDATION, act=world.act())

    made = sign(session, world, closed, allowed, {stopped.id: "dosed at the harbour site"})

    one_off = session.scalars(select(OneOffTakeHome)).one()
    assert (one_off.person_id, one_off.reason, one_off.first_on, one_off.last_on, one_off.closure_list_id) == (
        free.id, OneOffReason.CLOSURE, *closed, made.id,
    )  # fmt: skip
    lines = records.signed_list(session, world.site.id, *closed).lines
    assert [(line.person_id, line.why_not, line.other_way) for line in lines] == [
        (free.id, (), ""),
        (stopped.id, ("stop",), "dosed at the harbour site"),
    ]
    assert audited_kinds(session)[-2:] == [AuditKind.TAKE_HOME_ALLOWED_ONCE, AuditKind.CLOSURE_LIST_SIGNED]
    assert records.coming(session, world.site.id, world.day)[0].signed_by == world.prescriber.name


def test_one_way_for_all_the_others_counts_for_nobody_with_doses_or_a_way_of_their_own(session, world, closed, allowed):
    free, own, other = (settled(session, world, name) for name in "ABC")
    for one in (own, other):
        set_stop(session, person_id=one.id, kind=StopKind.SEDATION, act=world.act())

    sign(session, world, closed, allowed, {own.id: "by the ward nurse"}, otherwise="dosed at the harbour site")

    lines = records.signed_list(session, world.site.id, *closed).lines
    assert [(line.person_id, line.other_way) for line in lines] == [
        (free.id, ""),
        (own.id, "by the ward nurse"),
        (other.id, "dosed at the harbour site"),
    ]


def test_nobody_is_left_without_a_way(session, world, closed, allowed):
    stopped = settled(session, world)
    set_stop(session, person_id=stopped.id, kind=StopKind.SEDATION, act=world.act())

    with pytest.raises(Refused) as refusal:
        sign(session, world, closed, allowed)

    assert (refusal.value.code, refusal.value.field) == ("other_way_needed", f"way-{stopped.id}")


def test_list_that_changed_since_it_was_shown_is_not_signed(session, world, closed, allowed):
    settled(session, world, "A")
    shown = needs(session, world, closed, allowed).digest
    settled(session, world, "B")

    with pytest.raises(Conflict, match="list_changed"):
        sign(session, world, closed, allowed, shown=shown)


def test_open_day_past_closure_and_empty_list_are_refused(session, world, closed, allowed):
    first, last = closed

    for span, code in (
        ((first, last + DAY), "open_day"),
        ((world.day - DAY, world.day), "not_a_coming_closure"),
        ((first, last), "nobody_needs"),
    ):
        with pytest.raises(Refused, match=code):
            sign(session, world, span, allowed, shown="x")


def test_signed_anew_the_version_before_is_taken_back(session, world, closed, allowed):
    settled(session, world, "A")
    first = sign(session, world, closed, allowed)

    second = sign(session, world, closed, allowed)

    assert (first.version, second.version) == (1, 2)
    ended = session.scalars(select(OneOffTakeHomeEnd.one_off_id)).all()
    standing = [one for one in session.scalars(select(OneOffTakeHome)) if one.id not in ended]
    assert [one.closure_list_id for one in standing] == [second.id]
    assert len(session.scalars(select(ClosureListLine)).all()) == 2


def test_closed_days_in_a_row_are_one_closure(session, world, closed):
    later = closed[1] + 5 * DAY
    announce_closed(session, first=later, last=later, kind=ClosureKind.PLANNED, reason="works", act=world.act())

    spans = records.coming(session, world.site.id, world.day)

    assert [(span.first, span.last, span.reasons, span.signed_at) for span in spans] == [
        (*closed, ("New year",), None),
        (later, later, ("works",), None),
    ]


def standing(session):
    """Who has doses for a closure allowed that were not taken back, with their days."""
    ended = select(OneOffTakeHomeEnd.one_off_id)
    query = select(OneOffTakeHome).where(OneOffTakeHome.id.not_in(ended)).order_by(OneOffTakeHome.id)
    return [(one.person_id, one.first_on, one.last_on) for one in session.scalars(query)]


def closed_day_on(session, day):
    return session.scalars(select(models.ClosedDay.id).where(models.ClosedDay.clinic_day == day)).one()


@pytest.mark.parametrize("which", [0, 1], ids=["its first day", "its last day"])
def test_closure_shortened_takes_back_what_was_not_handed_out_and_asks_for_a_new_list(
    session, world, closed, allowed, which
):
    who = settled(session, world)
    sign(session, world, closed, allowed)

    taken_back = closed_day_on(session, closed[which])
    take_back(session, closed_day_id=taken_back, reason="the works were put off", act=world.act())

    (left,) = records.coming(session, world.site.id, world.day)
    rest = closed[1 - which]
    assert standing(session) == []
    assert (left.first, left.last, left.signed_at) == (rest, rest, None)
    sign(session, world, (rest, rest), allowed)
    assert standing(session) == [(who.id, rest, rest)]


def test_closure_made_longer_is_signed_anew_and_nobody_has_its_days_twice(session, world, closed, allowed):
    who = settled(session, world)
    sign(session, world, closed, allowed)
    longer = closed[1] + DAY
    announce_closed(session, first=longer, last=longer, kind=ClosureKind.PLANNED, reason="works", act=world.act())

    sign(session, world, (closed[0], longer), allowed)

    assert standing(session) == [(who.id, closed[0], longer)]


def test_days_on_which_the_clinic_never_doses_belong_to_the_closure_beside_them(session, world):
    change_setting(session, key=SettingKey.OPENING_DAYS, value="12345", effective_on=world.day, act=world.act())
    friday = world.day + 4 * DAY
    announce_closed(session, first=friday, last=friday, kind=ClosureKind.HOLIDAY, reason="feast", act=world.act())

    spans = records.coming(session, world.site.id, world.day)

    assert [(span.first - world.day, span.last - world.day, span.reasons) for span in spans] == [
        (4 * DAY, 6 * DAY, ("feast",)),
        (12 * DAY, 13 * DAY, ()),
    ]


def test_take_home_decision_covers_no_closure_that_begins_after_the_last_visit(session, world, closed, allowed):
    who = settled(session, world)
    decide(session, world, who)
    of = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()
    assert needs(session, world, closed, allowed).lines == ()
    factories.dose(session, world, who, of)
    for n in (1, 2):
        factories.claim(session, world, who, clinic_day=world.day + n * DAY, kind=ClaimKind.TAKE_HOME)

    found = needs(session, world, closed, allowed)

    assert [(line.person_id, line.proposed, list(line.due)) for line in found.lines] == [(who.id, True, list(closed))]


def test_stop_about_somebody_without_an_order_stands_on_the_list_too(session, world, closed, allowed):
    who = factories.person(session)
    factories.episode(session, world, who)
    set_stop(session, person_id=who.id, kind=StopKind.SEDATION, act=world.act())

    assert needs(session, world, closed, allowed).lines[0].why_not[0] == "stop"
