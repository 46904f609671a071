"""A held dose is released for the ordered amount, for one day, and only as it was shown."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

import models
from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.missed_doses import MissedDoseTables
from dispensary.queries import dosing, expected
from dispensary.rules.dosing import re_entry_verdict, seen_first
from dispensary.services import absences, prescriber_desk, re_entry, stops, tasks
from dispensary.services import dosing as doses
from models import enums
from models.units import mg
from tests import factories, take_homes
from tests.spec.test_re_entry import table
from tests.station import SITE, ask, codes, give, look

DAY = timedelta(days=1)
OF_2003 = replace(SITE, missed_doses=lambda day: MissedDoseTables((table("au-2003"),)))
"""A site whose approved table gives after two days only if not intoxicated, and holds from three."""


@pytest.fixture
def held(session, world):
    """Someone ordered 80 mg since four days ago who never came; a nurse has asked the prescriber."""
    who = factories.patient(session, world, starts_on=world.day - 4 * DAY)
    kind = enums.TaskReasonKind.DAYS_WITHOUT_MEDICINE
    tasks.note(session, person_id=who.id, desk=enums.Desk.PRESCRIBER, kind=kind, due_at=world.at, act=world.act())
    return who


def release(session, world, who, act=None, **changes):
    order_id = session.scalars(select(models.DoseOrder.id).where(models.DoseOrder.person_id == who.id)).one()
    shown = {"order_id": order_id, "days_without_medicine": 4, "amount_mg": mg("80"), "reason": "seen, not sedated"}
    return re_entry.release_held_dose(
        session, person_id=who.id, **(shown | changes), act=act or world.act(world.prescriber)
    )


def picture(session, world, who, day=None):
    return dosing.facts_for(
        session, person_id=who.id, site_id=world.site.id, window_id=None, clinic_day=day or world.day, at=world.at
    )


def test_release_lets_the_ordered_amount_be_given_today_and_closes_the_task(session, world, held):
    release(session, world, held)

    assert picture(session, world, held).released_mg == mg("80")
    task = session.scalars(select(models.Task)).one()
    assert (task.resolved_by_id, task.resolution) == (world.prescriber.id, "seen, not sedated")
    kinds = set(session.scalars(select(models.AuditEvent.kind)))
    assert {enums.AuditKind.RE_ENTRY_RELEASED, enums.AuditKind.TASK_RESOLVED} <= kinds


def test_release_holds_for_one_clinic_day(session, world, held):
    release(session, world, held)

    assert picture(session, world, held, world.day + DAY).released_mg is None


def test_task_stays_open_while_a_stop_stands(session, world, held):
    stops.set_stop(session, person_id=held.id, kind=enums.StopKind.SEDATION, act=world.act())

    release(session, world, held)

    task = session.scalars(select(models.Task)).one()
    assert task.resolved_at is None
    with pytest.raises(Conflict) as conflict:
        prescriber_desk.close_task(session, task_id=task.id, resolution="done", act=world.act(world.prescriber))
    assert conflict.value.code == "stop_stands"


@pytest.mark.parametrize("changes", [{"days_without_medicine": 3}, {"amount_mg": mg("40")}, {"order_id": 0}])
def test_release_of_something_else_than_is_held_is_a_conflict(session, world, held, changes):
    with pytest.raises(Conflict) as conflict:
        release(session, world, held, **changes)

    assert conflict.value.code == "shown_has_changed"


def test_second_release_finds_nothing_held(session, world, held):
    release(session, world, held)

    with pytest.raises(Conflict) as conflict:
        release(session, world, held)

    assert conflict.value.code == "nothing_held"


def test_nothing_is_held_after_two_days_in_maintenance(session, world):
    who = factories.patient(session, world, starts_on=world.day - 2 * DAY)

    assert re_entry.held_today(session, who.id, world.act()) is None
    assert re_entry.days_held(session, who.id, enums.TreatmentPhase.INDUCTION, world.act()) == 2


def test_release_needs_a_reason(session, world, held):
    with pytest.raises(Refused) as refusal:
        release(session, world, held, reason=" ")

    assert refusal.value.field == "reason"


def test_split_order_is_released_for_the_whole_day(session, world):
    first = world.day - 4 * DAY
    who = factories.patient(session, world, starts_on=first, steps={first: ("50", "30")}, hours_between_parts=6)

    made = release(session, world, who)

    assert made.amount_mg == mg("80")


def test_another_site_does_not_release_it(session, world, held):
    elsewhere = replace(world.act(world.prescriber), site_id=world.site.id + 1)

    with pytest.raises(Conflict):
        release(session, world, held, act=elsewhere)


def told(**values):
    return re_entry.Told(**{"as_recorded": enums.Answer.YES, "used_full_agonist": enums.Answer.NO} | values)


def note(session, world, who, **values):
    return re_entry.note_answer(session, person_id=who.id, told=told(**values), act=world.act())


def test_what_is_said_is_kept_as_the_next_turn_and_audited(session, world, held):
    note(session, world, held)
    second = note(session, world, held, as_recorded=enums.Answer.NO, last_dose_on=world.day - 6 * DAY)

    assert second.turn == 2
    assert picture(session, world, held).days_without_medicine == 5
    assert enums.AuditKind.RE_ENTRY_ASKED in set(session.scalars(select(models.AuditEvent.kind)))


def test_taken_as_recorded_leaves_no_other_day_or_amount(session, world, held):
    answer = note(session, world, held, last_dose_on=world.day - 6 * DAY, last_dose_mg=mg("40"))

    assert (answer.last_dose_on, answer.last_dose_mg) == (None, None)


@pytest.mark.parametrize("days_ago", [-1, 0, 4000])
def test_a_last_dose_told_for_no_day_before_is_refused(session, world, held, days_ago):
    with pytest.raises(Refused) as refusal:
        note(session, world, held, as_recorded=enums.Answer.NO, last_dose_on=world.day - days_ago * DAY)

    assert (refusal.value.code, refusal.value.field) == ("not_a_day_before", "last_dose_on")


def test_an_amount_told_that_is_none_is_refused(session, world, held):
    with pytest.raises(Refused) as refusal:
        note(session, world, held, as_recorded=enums.Answer.NO, last_dose_mg=mg("0"))

    assert refusal.value.field == "last_dose_mg"


def test_nobody_is_asked_who_is_not_there(session, world):
    with pytest.raises(NotFound):
        re_entry.note_answer(session, person_id=10**6, told=told(), act=world.act())


def test_asking_again_does_not_open_what_the_first_answer_holds(session, world):
    who = factories.patient(session, world, starts_on=world.day - 2 * DAY)
    note(session, world, who, as_recorded=enums.Answer.UNKNOWN)

    note(session, world, who)

    assert re_entry.held_today(session, who.id, world.act()).verdict.holds


def test_release_does_not_count_once_more_days_are_told(session, world, held):
    release(session, world, held)

    note(session, world, held, as_recorded=enums.Answer.NO, last_dose_on=world.day - 9 * DAY)

    assert picture(session, world, held).released_mg is None
    assert re_entry.held_today(session, held.id, world.act()).days_without_medicine == 8


@pytest.mark.parametrize(
    ("as_recorded", "released"), [(enums.Answer.YES, True), (enums.Answer.NO, False), (enums.Answer.UNKNOWN, False)]
)
def test_release_does_not_count_once_the_person_says_otherwise(session, world, held, as_recorded, released):
    release(session, world, held)
    later = world.act(at=world.at + timedelta(minutes=5))
    what = re_entry.Told(as_recorded, enums.Answer.YES, last_dose_mg=mg("40"))

    re_entry.note_answer(session, person_id=held.id, told=what, act=later)

    assert picture(session, world, held).released_mg == (mg("80") if released else None)
    everyone = expected.everyone_expected(
        session, site_id=world.site.id, window_id=None, clinic_day=world.day, at=later.at
    )
    assert [who.facts.released_mg for who in everyone] == [mg("80") if released else None]


def test_release_keeps_what_the_gate_said(session, world, held):
    answer = note(session, world, held)

    made = release(session, world, held)

    decision = session.scalars(select(models.ReEntryDecision)).one()
    assert (decision.release_id, decision.answer_id, decision.days, decision.action, decision.profile) == (
        made.id,
        answer.id,
        4,
        enums.ReEntryAction.HOLD_NOTIFY,
        None,
    )
    assert enums.AuditKind.RE_ENTRY_DECIDED in set(session.scalars(select(models.AuditEvent.kind)))


def test_who_is_away_in_hospital_is_held_whatever_the_days(session, world):
    who = factories.person(session)
    order = factories.order(session, world, who, starts_on=world.day - 5 * DAY)
    factories.dose(session, world, who, order, at=world.at - DAY)
    absences.record_absence(
        session,
        person_id=who.id,
        kind=enums.AbsenceKind.HOSPITAL,
        from_on=world.day,
        expected_until=None,
        place="City Hospital",
        told_by="ward 3",
        act=world.act(),
    )

    held = re_entry.held_today(session, who.id, world.act())

    assert (held.verdict.action, held.verdict.inputs.away) == (enums.ReEntryAction.HOLD_NOTIFY, True)
    assert codes(session, world, who) == ["days_without_medicine"]


@pytest.mark.parametrize(("brought", "action"), [(False, "hold_notify"), (True, "give")])
def test_late_without_the_emptied_bottles_is_held_with_both_counts(session, world, brought, action):
    who = factories.patient(session, world, starts_on=world.day - 7 * DAY)
    take_homes.dosed_until_yesterday(session, world, who)
    take_homes.decide(session, world, who)
    take_homes.safe(session, world, who)
    give(session, world, who)
    take_homes.hand_over(session, world, who)
    late = world.at + 4 * DAY
    for bottle in session.scalars(select(models.Bottle.id)).all() if brought else ():
        empty(session, world, bottle, late)
    ask(session, world, who, at=late)

    verdict = re_entry_verdict(look(session, world, who, at=late), SITE)

    assert (verdict.inputs.days_on_record, verdict.inputs.days_from_confirmed) == (1, 3)
    assert verdict.action.value == action


def empty(session, world, bottle_id, at):
    factories.save(
        session,
        models.BottleEnd(
            bottle_id=bottle_id,
            fate=enums.BottleFate.RETURNED,
            clinic_day=at.date(),
            ended_at=at,
            state=enums.BottleState.EMPTY,
            seal=enums.SealState.BROKEN,
            residue=enums.Residue.EXPECTED,
            **factories.stamp(world),
        ),
    )


def test_a_dose_after_a_missed_day_keeps_what_the_gate_said_and_an_ordinary_one_nothing(session, world):
    ordinary = factories.patient(session, world)
    who = factories.patient(session, world, starts_on=world.day - DAY)

    give(session, world, ordinary)
    dose = give(session, world, who)

    decision = session.scalars(select(models.ReEntryDecision)).one()
    assert (decision.dose_id, decision.days, decision.action) == (dose.id, 1, enums.ReEntryAction.GIVE)
    assert decision.answer_id is not None


def test_everyone_held_is_everyone_whom_the_window_would_hold(session, world, held):
    factories.patient(session, world)
    late = factories.patient(session, world, starts_on=world.day - 8 * DAY)

    found = re_entry.held_everywhere(session, world.act())

    assert [(who.person_id, one.days_without_medicine) for who, one in found] == [(held.id, 4), (late.id, 8)]
    for who, one in found:
        assert one == re_entry.held_today(session, who.person_id, world.act())


@pytest.mark.parametrize(
    ("verb", "reason"),
    [
        (doses.withhold_dose, enums.WithheldReason.INTOXICATED),
        (doses.withhold_dose, enums.WithheldReason.DAYS_WITHOUT_MEDICINE),
        (doses.refuse_dose, enums.RefusedReason.NOT_WANTED),
    ],
)
def test_a_dose_withheld_or_refused_keeps_what_the_gate_said_and_by_which_version(session, world, verb, reason):
    who = factories.patient(session, world, starts_on=world.day - 2 * DAY)

    dose = verb(session, person_id=who.id, reason=reason, note="", site=OF_2003, act=world.act())

    decision = session.scalars(select(models.ReEntryDecision)).one()
    assert (decision.dose_id, decision.days, decision.action, decision.row_number) == (
        dose.id,
        2,
        enums.ReEntryAction.GIVE_IF_NOT_INTOXICATED,
        2,
    )
    assert (decision.profile, decision.profile_digest) == ("au-2003", "digest of au-2003")


def test_nothing_is_kept_of_a_dose_refused_where_no_day_was_missed(session, world):
    who = factories.patient(session, world)

    doses.refuse_dose(
        session, person_id=who.id, reason=enums.RefusedReason.NOT_WANTED, note="", site=OF_2003, act=world.act()
    )

    assert session.scalars(select(models.ReEntryDecision)).all() == []


def test_a_release_does_not_do_away_with_the_look_at_the_person(session, world, held):
    release(session, world, held)
    of = session.scalars(select(models.DoseOrder)).one()
    factories.dose(session, world, held, of, at=world.at - 3 * DAY)  # found later: the days are two now
    ask(session, world, held)

    facts = look(session, world, held)

    assert (facts.days_without_medicine, facts.released_mg) == (2, mg("80"))
    assert seen_first(facts, OF_2003)


def test_a_release_by_telephone_that_was_disowned_holds_again_on_every_list(session, world, held):
    made = release(session, world, held)
    said = {"person_id": held.id, "clinic_day": world.day, "kind": enums.TelephoneOrderKind.RELEASE}
    by_telephone = factories.save(
        session,
        models.TelephoneOrder(
            order_id=made.order_id,
            release_id=made.id,
            amount_mg=mg("80"),
            prescriber_id=world.prescriber.id,
            reason="on the line",
            said_at=world.at,
            countersign_by=world.at + DAY,
            **said,
            **factories.stamp(world),
        ),
    )
    factories.save(
        session,
        models.Countersignature(
            telephone_order_id=by_telephone.id,
            agreed=False,
            note="never asked",
            signed_at=world.at,
            **factories.stamp(world, world.prescriber),
        ),
    )

    (row,) = expected.everyone_expected(
        session, site_id=world.site.id, window_id=None, clinic_day=world.day, at=world.at
    )

    assert row.facts.released_mg is None
    assert picture(session, world, held).released_mg is None
