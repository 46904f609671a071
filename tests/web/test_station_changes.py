"""The station when something changed between looking and pressing: it says what, and a second blind press fails too."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

import models
from dispensary.services import dosing, stock_leaving, stock_moving
from models import Claim, Dose, OrderEnd
from models.enums import ClaimKind, DoseOutcome, OrderEndReason, StopKind, WithheldReason
from models.units import quantity
from tests.client import hidden_fields
from tests.factories import (
    PASSWORD,
    claim,
    container,
    imported_dose,
    order,
    patient,
    save,
    stamp,
)
from tests.station import SITE

DAY = timedelta(days=1)


def page(who):
    return f"/window/{who.id}"


def fields(nurse, who):
    return hidden_fields(nurse.get(page(who)), page(who)) | {"scan": "F"}


def doses(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(Dose).where(Dose.taken_mg > 0))


def set_stop(session, world, who, bottle):
    until = world.at + timedelta(hours=2)
    save(
        session, models.Stop(person_id=who.id, kind=StopKind.SEDATION, decide_by=until, set_at=world.at, **stamp(world))
    )


def replace_order(session, world, who, bottle):
    old = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()
    end = OrderEnd(order_id=old.id, last_day=world.day - DAY, reason=OrderEndReason.REPLACED, **stamp(world))
    save(session, end)
    stay = session.get_one(models.Episode, old.episode_id)
    order(session, world, who, amount="40", in_episode=stay, version=2, replaces_id=old.id)


def end_order(session, world, who, bottle):
    old = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()
    save(session, OrderEnd(order_id=old.id, last_day=world.day - DAY, reason=OrderEndReason.STOPPED, **stamp(world)))


def withhold(session, world, who, bottle):
    dosing.withhold_dose(
        session, person_id=who.id, reason=WithheldReason.OTHER, note="", site=SITE, act=world.act(world.witness)
    )


def change_bottle(session, world, who, bottle):
    stock_leaving.mark_emptied(
        session, container_id=bottle.id, measured=quantity("1000"), witnessed_by_id=world.witness.id, act=world.act()
    )
    fresh = container(session, world, world.products["methadone"])
    stock_moving.open_container(session, container_id=fresh.id, act=world.act())


def move_terminal(session, world, who, bottle):
    other = save(session, models.Window(site_id=world.site.id, name="Window 2"))
    session.execute(update(models.Terminal).where(models.Terminal.id == world.terminal.id).values(window_id=other.id))


CHANGES = [
    (set_stop, "the stops"),
    (replace_order, "the amount, now 40 mg, the order"),
    (end_order, "the order. Nothing"),
    (withhold, "what was recorded today"),
    (change_bottle, "the containers"),
    (move_terminal, "the containers"),
]


@pytest.mark.parametrize(("change", "named"), CHANGES, ids=[change.__name__ for change, _ in CHANGES])
def test_a_change_after_the_page_was_opened_is_named_and_no_press_records_until_it_was_looked_at(
    nurse, session, world, change, named
):
    who = patient(session, world)
    session.commit()
    sent = fields(nurse, who)
    change(session, world, who, world.containers["methadone"])
    session.commit()

    first = nurse.post(page(who), data=sent)
    again = nurse.post(page(who), data=hidden_fields(first, page(who)) | {"scan": "F"})
    entered = nurse.post(page(who), data=hidden_fields(again, page(who)) | {"scan": ""})

    assert first.status_code == again.status_code == 409
    assert f"changed since this page was opened: {named}" in first.get_data(as_text=True)
    assert "Press Enter to open this page as it is now" in first.get_data(as_text=True)
    assert entered.headers["Location"] == page(who)
    assert doses(session) == 0


def test_after_looking_again_the_new_amount_is_confirmed_and_recorded(nurse, session, world):
    who = patient(session, world)
    session.commit()
    sent = fields(nurse, who)
    replace_order(session, world, who, None)
    session.commit()

    nurse.post(page(who), data=sent)
    answer = nurse.post(page(who), data=fields(nurse, who))

    assert answer.status_code == 303
    assert doses(session) == 1
    assert session.scalars(select(Dose.taken_mg)).one() == 40


def test_a_small_f_does_not_take_a_change_over_unseen(nurse, session, world):
    who = patient(session, world)
    session.commit()
    sent = fields(nurse, who)
    replace_order(session, world, who, None)
    session.commit()

    told = nurse.post(page(who), data=sent | {"scan": "f"})
    answer = nurse.post(page(who), data=hidden_fields(told, page(who)) | {"scan": "F"})

    assert (told.status_code, answer.status_code) == (422, 409)
    assert doses(session) == 0


def test_a_part_dose_sent_without_its_witness_does_not_take_a_change_over_unseen(nurse, session, world):
    who = patient(session, world)
    session.commit()
    part = f"{page(who)}/part"
    data = {"taken_mg": "30", "reason": "feels_unwell", "witness_username": world.witness.username}
    sent = hidden_fields(nurse.get(part), part) | data
    replace_order(session, world, who, None)
    session.commit()

    without = nurse.post(part, data=sent)
    told = nurse.post(part, data=hidden_fields(without, part) | data | {"witness_password": PASSWORD})
    good = nurse.post(part, data=hidden_fields(told, part) | data | {"witness_password": PASSWORD})

    assert (without.status_code, told.status_code, good.status_code) == (422, 409, 303)
    assert "the amount, now 40" in told.get_data(as_text=True)
    assert doses(session) == 1


def test_a_page_opened_before_the_clinic_day_changed_confirms_nothing_after_it(nurse, session, world, clock):
    who = patient(session, world, starts_on=world.day - DAY)
    session.commit()
    clock.at = world.at.replace(hour=2, minute=59)
    sent = fields(client_seen(nurse, clock), who)
    clock.forward(minutes=2)

    answer = nurse.post(page(who), data=sent)

    assert answer.status_code == 409
    assert "the day or its part" in answer.get_data(as_text=True)
    assert doses(session) == 0


def client_seen(nurse, clock):
    with nurse.session_transaction(base_url="https://localhost") as cookie:
        cookie["seen_at"] = int(clock.at.timestamp())
    return nurse


@pytest.mark.parametrize("typed", ["F", "f", "P", "w", "R"])
def test_a_command_on_the_page_of_nobody_opens_nobody(nurse, session, world, typed):
    patient(session, world, family_name="Prowfer", given_name="")
    session.commit()

    answer = nurse.send("/window", {"scan": typed})

    assert answer.status_code == 422
    assert "Nobody is open here" in answer.get_data(as_text=True)
    assert doses(session) == 0


def test_the_page_says_when_a_record_is_not_of_today(nurse, session, world, clock):
    who = patient(session, world)
    session.commit()
    sent = fields(nurse, who)
    nurse.post(page(who), data=sent)
    clock.forward(days=1)
    client_seen(nurse, clock)

    again = nurse.post(page(who), data=sent)
    text = nurse.get(again.headers["Location"]).get_data(as_text=True)

    assert "Not of today" in text
    assert doses(session) == 1


@pytest.mark.parametrize("kind", ["import", "claim alone"])
def test_a_slot_that_was_taken_elsewhere_shows_who_and_when(nurse, session, world, kind):
    who = patient(session, world)
    if kind == "import":
        imported_dose(session, world, who, at=world.at - timedelta(hours=1))
    else:
        claim(session, world, who, kind=ClaimKind.ELSEWHERE, at=world.at - timedelta(hours=1))
    session.commit()
    before = session.scalar(select(func.count()).select_from(Claim))

    shown = nurse.get(page(who)).get_data(as_text=True)
    answer = nurse.post(page(who), data=fields(nurse, who))

    assert "Dosed today at 06:00 by Rosa Ames" in shown
    assert answer.status_code == 409
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Claim)) == before


def test_who_was_turned_away_this_morning_is_shown_so_and_may_be_dosed(nurse, session, world):
    who = patient(session, world)
    withhold(session, world, who, None)
    session.commit()

    shown = nurse.get(page(who)).get_data(as_text=True)
    answer = nurse.post(page(who), data=fields(nurse, who))

    assert "Today at 07:00: withheld" in shown
    assert answer.status_code == 303
    session.rollback()
    assert session.scalars(select(Dose.outcome).order_by(Dose.id)).all() == [DoseOutcome.WITHHELD, DoseOutcome.GIVEN]


def test_a_stop_of_one_person_holds_nobody_else(nurse, session, world):
    one, other = patient(session, world), patient(session, world)
    set_stop(session, world, one, None)
    session.commit()

    assert "Do not give" in nurse.get(page(one)).get_data(as_text=True)
    assert "May be given" in nurse.get(page(other)).get_data(as_text=True)
