"""Linking two records while a dose of one of them is being recorded: never a second dose, on both databases."""

from sqlalchemy import func, select

from dispensary.queries import links as plans
from dispensary.services import links
from models import Claim, ClaimRelease, Dose, DosingIncident, PersonLink
from models.enums import ClaimKind
from tests.factories import dose, patient
from tests.services.test_dosing_races import at_once, giving, order_of, reversing


def linking(session, world, survivor, other):
    plan = plans.plan(session, root_id=survivor.id, person_id=other.id, clinic_day=world.day)
    values = {"shown": plan.digest, "reason": "same face", "witnessed_by_id": world.witness.id, "act": world.act()}
    root_id, person_id = survivor.id, other.id
    return lambda inner: links.link_records(inner, root_id=root_id, person_id=person_id, **values)


def test_a_dose_of_the_other_record_that_comes_first_is_shown_before_the_link_is_signed(app, session, world):
    survivor, other = patient(session, world), patient(session, world)
    first, second = giving(session, world, other), linking(session, world, survivor, other)
    session.commit()

    outcomes = at_once(app, first, second)

    session.rollback()
    assert outcomes == ["done", "changed_since_shown"]
    assert session.scalar(select(func.count()).select_from(PersonLink)) == 0


def test_a_link_that_comes_first_gives_the_dose_to_nobody_under_the_old_record(app, session, world):
    survivor, other = patient(session, world), patient(session, world)
    first, second = linking(session, world, survivor, other), giving(session, world, other)
    session.commit()

    outcomes = at_once(app, first, second)

    session.rollback()
    assert outcomes == ["done", "changed_since_shown"]
    assert session.scalar(select(func.count()).select_from(Dose)) == 0


def test_a_link_that_brings_todays_dose_leaves_no_second_one(app, session, world):
    survivor, other = patient(session, world), patient(session, world)
    dose(session, world, other, order_of(session, other))
    first, second = linking(session, world, survivor, other), giving(session, world, survivor)
    session.commit()

    outcomes = at_once(app, first, second)

    session.rollback()
    assert outcomes == ["done", "slot_taken"]
    assert session.scalar(select(func.count()).select_from(Dose)) == 1
    assert session.scalar(select(func.count()).select_from(DosingIncident)) == 0


def test_the_same_two_records_are_linked_once(app, session, world):
    survivor, other = patient(session, world), patient(session, world)
    first, second = linking(session, world, survivor, other), linking(session, world, survivor, other)
    session.commit()

    assert at_once(app, first, second) == ["done", "linked_before"]


def test_two_people_who_link_either_way_round_make_one_link(app, session, world):
    one, other = patient(session, world), patient(session, world)
    first, second = linking(session, world, one, other), linking(session, world, other, one)
    session.commit()

    outcomes = at_once(app, first, second)

    session.rollback()
    assert outcomes[0] == "done" and outcomes[1] in ("survivor_ended", "linked_meanwhile")
    assert session.scalar(select(func.count()).select_from(PersonLink)) == 1


def test_a_dose_reversed_while_the_records_are_linked_leaves_no_slot_behind(app, session, world):
    survivor, other = patient(session, world), patient(session, world)
    reverse = reversing(session, world, other)
    link = linking(session, world, survivor, other)
    session.commit()

    outcomes = at_once(app, link, reverse)

    session.rollback()
    assert outcomes[0] == "done" and outcomes[1] in ("done", "linked_meanwhile")
    held = select(Claim.person_id).where(Claim.kind == ClaimKind.LINK, Claim.id.not_in(select(ClaimRelease.claim_id)))
    assert (session.scalars(held).all() == []) is (outcomes[1] == "done")
