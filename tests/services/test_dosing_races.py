"""Two people at the same moment: whoever comes second decides on what the first has left, on both databases."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import DomainError
from dispensary.policy.stack import OrderLimits
from dispensary.rules.order_drafts import OrderDraft
from dispensary.rules.orders import Step
from dispensary.services import dose_reversals, dosing, episodes, orders, re_entry, stock_leaving, stock_moving, stops
from dispensary.services.orders import Signing
from dispensary.web.database import unit_of_work
from models import Claim, Container, Dose, DoseOrder, ReEntryRelease
from models.enums import EpisodeEndReason, Form, Medication, ReversalReason, StopKind, TreatmentPhase
from models.units import mg
from tests.durability.recount import recount
from tests.factories import container, dose, patient
from tests.station import SITE, shown

A_MOMENT = 0.4
Change = Callable[[Session], object]


def at_once(app, first: Change, second: Change) -> list[str]:
    """Do both; the second begins while the first is done but not yet committed. Return what became of each."""
    done, go_on, outcomes = threading.Event(), threading.Event(), ["", ""]

    def run(number: int, change: Change) -> None:
        try:
            with app.app_context(), unit_of_work() as session:
                change(session)
                done.set()
                go_on.wait(30)
        except DomainError as refusal:
            outcomes[number] = refusal.code
        else:
            outcomes[number] = "done"

    threads = [threading.Thread(target=run, args=(n, change)) for n, change in enumerate((first, second))]
    threads[0].start()
    assert done.wait(30)
    threads[1].start()
    threads[1].join(A_MOMENT)
    go_on.set()
    for thread in threads:
        thread.join(30)
    return outcomes


def giving(session, world, who):
    page, act = shown(session, world, who), world.act()
    return lambda other: dosing.record_dose(other, shown=page, site=SITE, act=act)


def reversing(session, world, who):
    dose_id, act = dose(session, world, who, order_of(session, who)).id, world.act()
    why = ReversalReason.KEYED_BY_MISTAKE
    return lambda other: dose_reversals.reverse_dose(
        other, dose_id=dose_id, reason=why, note="wrong page", poured=False, witnessed_by_id=None, act=act
    )


def order_of(session, who):
    return session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one()


def changing(session, world, who):
    old, act = order_of(session, who).id, world.act(world.prescriber)
    draft = OrderDraft(
        medication=Medication.METHADONE,
        form=Form.LIQUID,
        treatment_phase=TreatmentPhase.MAINTENANCE,
        starts_on=world.day,
        ends_on=world.day + timedelta(days=30),
        steps=(Step(world.day, (mg("60"),)),),
        reason="too sleepy",
    )
    return lambda other: orders.change_order(
        other, order_id=old, signing=Signing(draft, OrderLimits(), "known well"), act=act
    )


def stopping(session, world, who):
    person_id, act = who.id, world.act(world.prescriber)
    return lambda other: stops.set_stop(other, person_id=person_id, kind=StopKind.SEDATION, act=act)


def ending(session, world, who):
    person_id, act, today = who.id, world.act(world.prescriber), world.day
    why = EpisodeEndReason.TRANSFERRED_OUT
    return lambda other: episodes.end_episode(
        other, person_id=person_id, ended_on=today, reason=why, note="moved", act=act
    )


def opening_another(session, world, who):
    sealed, act = container(session, world, world.products["methadone"]).id, world.act(world.witness)

    def change(other):
        stock_leaving.mark_emptied(
            other,
            container_id=world.containers["methadone"].id,
            measured=world.containers["methadone"].size,
            witnessed_by_id=world.nurse.id,
            act=act,
        )
        stock_moving.open_container(other, container_id=sealed, act=act)

    return change


@pytest.mark.parametrize("change", [changing, stopping, ending, opening_another], ids=lambda c: c.__name__)
def test_a_dose_pressed_while_something_changes_is_asked_again(app, session, world, change):
    who = patient(session, world, starts_on=world.day - timedelta(days=1))
    first = change(session, world, who)
    second = giving(session, world, who)
    session.commit()

    outcomes = at_once(app, first, second)

    session.rollback()
    assert outcomes == ["done", "changed_since_shown"]
    assert session.scalar(select(func.count()).select_from(Dose)) == 0


def test_an_order_signed_while_the_dose_is_being_recorded_starts_tomorrow(app, session, world):
    who = patient(session, world)
    first, second = giving(session, world, who), changing(session, world, who)
    session.commit()

    outcomes = at_once(app, first, second)

    session.rollback()
    assert outcomes == ["done", "dosed_today"]
    assert session.scalars(select(Dose.taken_mg)).all() == [mg("80")]


def test_two_windows_give_one_dose(app, session, world):
    who = patient(session, world)
    first, second = giving(session, world, who), giving(session, world, who)
    session.commit()

    outcomes = at_once(app, first, second)

    session.rollback()
    assert outcomes == ["done", "slot_taken"]
    assert session.scalar(select(func.count()).select_from(Claim)) == 1
    recount(session)


def test_two_prescribers_release_a_held_dose_once(app, session, world):
    who = patient(session, world, starts_on=world.day - timedelta(days=4))
    person_id, order_id, act = who.id, order_of(session, who).id, world.act(world.prescriber)

    def release(other):
        re_entry.release_held_dose(
            other,
            person_id=person_id,
            order_id=order_id,
            days_without_medicine=4,
            amount_mg=mg("80"),
            reason="seen",
            act=act,
        )

    session.commit()

    outcomes = at_once(app, release, release)

    session.rollback()
    assert outcomes == ["done", "nothing_held"]
    assert session.scalar(select(func.count()).select_from(ReEntryRelease)) == 1


def test_two_prescribers_sign_at_once_and_one_version_follows(app, session, world):
    who = patient(session, world)
    first, second = changing(session, world, who), changing(session, world, who)
    session.commit()

    assert at_once(app, first, second) == ["done", "order_replaced"]


def test_a_dose_is_reversed_once_however_many_press(app, session, world):
    who = patient(session, world)
    reverse = reversing(session, world, who)
    session.commit()

    outcomes = at_once(app, reverse, reverse)

    assert outcomes == ["done", "reversed_before"]
    recount(session)


def test_a_container_moved_away_while_the_dose_is_pressed_is_not_opened(app, session, world):
    bottle = container(session, world, world.products["methadone"])
    who = patient(session, world, "10000")
    second_one = patient(session, world, "80")
    act, bottle_id = world.act(world.witness), bottle.id
    dosing.record_dose(session, shown=shown(session, world, who), site=SITE, act=world.act())
    pressed = giving(session, world, second_one)
    session.commit()

    outcomes = at_once(app, lambda other: stock_moving.move_to_safe(other, container_ids=[bottle_id], act=act), pressed)

    session.rollback()
    assert outcomes == ["done", "changed_since_shown"]
    assert session.scalars(select(Container.opened_at).where(Container.id == bottle_id)).one() is None
