"""Guests from other clinics: one test for each way out, on both backends."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Refused
from dispensary.policy.stack import OrderLimits
from dispensary.queries.dosing import facts_for
from dispensary.queries.guests import guest_of
from dispensary.queries.people import episodes_of, person_page, status
from dispensary.rules.order_drafts import OrderDraft
from dispensary.rules.orders import Step
from dispensary.services import episodes, guests, orders
from dispensary.services.episodes import TransferIn
from dispensary.services.guests import Visit
from dispensary.services.orders import Signing
from models import GuestStay, OrderEnd
from models.enums import (
    Admission,
    AuditKind,
    EpisodeEndReason,
    EpisodeKind,
    Form,
    Medication,
    TreatmentPhase,
)
from models.units import mg
from tests.factories import order, patient, person
from tests.rows import audited_kinds
from tests.station import picture

DAY = timedelta(days=1)


def visit(world, *, until=7, last=1, **changes):
    last_dose = TransferIn(
        "Hill Clinic", "Dr Moor by telephone", world.day - last * DAY, mg("60"), Medication.METHADONE
    )
    values = {"home_contact": "555-0177", "letter": "of 2026-03-01", "until_on": world.day + until * DAY}
    return Visit(**values | {"last_dose": last_dose} | changes)


def admit(session, world, who, **changes):
    act = world.act(world.prescriber)
    return guests.admit_guest(session, person_id=who.id, visit=visit(world, **changes), act=act)


def sign(session, world, who, stay, ends_in, by=None):
    draft = OrderDraft(
        medication=Medication.METHADONE,
        form=Form.LIQUID,
        treatment_phase=TreatmentPhase.MAINTENANCE,
        starts_on=world.day,
        ends_on=world.day + ends_in * DAY,
        steps=(Step(world.day, (mg("60"),)),),
        reason="guest",
    )
    signing = Signing(draft, OrderLimits(), "known well")
    return orders.sign_order(
        session, person_id=who.id, episode_id=stay.id, signing=signing, act=world.act(world.prescriber)
    )


def test_a_guest_is_admitted_on_the_home_clinics_letter(session, world):
    who = person(session)

    stay = admit(session, world, who)

    found = guest_of(session, stay.id)
    assert (stay.kind, stay.admission) == (EpisodeKind.GUEST, Admission.TRANSFERRED_IN)
    assert (stay.last_dose_on, stay.last_dose_mg) == (world.day - DAY, mg("60"))
    assert (found.home_clinic, found.home_contact, found.confirmed_by, found.until_on) == (
        "Hill Clinic",
        "555-0177",
        "Dr Moor by telephone",
        world.day + 7 * DAY,
    )
    kinds = audited_kinds(session)
    assert AuditKind.PERSON_ADMITTED in kinds and AuditKind.GUEST_ADMITTED in kinds
    spans = episodes_of(session, [who.id])[who.id]
    assert status(spans).values == {"on": world.day} and "guest" in status(spans).msgid
    assert person_page(session, who.id, world.at, world.day).guest == found


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"until": -1}, "stay_is_over"),
        ({"home_contact": " "}, "blank"),
        ({"letter": ""}, "blank"),
        ({"last": -1}, "last_dose_later"),
    ],
)
def test_a_letter_that_is_not_whole_is_refused(session, world, changes, code):
    who = person(session)

    with pytest.raises(Refused) as refusal:
        admit(session, world, who, **changes)

    assert refusal.value.code == code


def test_nobody_in_treatment_here_is_a_guest(session, world):
    with pytest.raises(Refused) as refusal:
        admit(session, world, patient(session, world))

    assert refusal.value.code == "episode_open"


def test_an_order_within_the_stay_is_signed_and_one_beyond_it_refused(session, world):
    who = person(session)
    stay = admit(session, world, who)

    with pytest.raises(Refused) as refusal:
        sign(session, world, who, stay, ends_in=8)
    made = sign(session, world, who, stay, ends_in=7)

    assert (refusal.value.code, refusal.value.field) == ("beyond_the_stay", "ends_on")
    assert made.ends_on == world.day + 7 * DAY


def test_the_window_says_whose_guest_it_is_and_gives_the_dose(session, world):
    who = person(session)
    stay = admit(session, world, who)
    order(session, world, who, amount="60", in_episode=stay, ends_on=world.day + 7 * DAY)

    shown = picture(session, world, who)

    assert shown.guest.home_clinic == "Hill Clinic" and shown.facts.guest
    assert shown.facts.due_mg == mg("60") and shown.facts.days_without_medicine == 0


def test_a_dose_that_the_home_clinic_gave_today_counts(session, world):
    who = person(session)
    stay = admit(session, world, who, last=0)
    order(session, world, who, amount="60", in_episode=stay, ends_on=world.day + 7 * DAY)

    assert picture(session, world, who).facts.elsewhere_today_mg == mg("60")


def test_one_of_our_own_is_nobodys_guest(session, world):
    who = patient(session, world)

    assert picture(session, world, who).guest is None
    assert not facts_for(
        session, person_id=who.id, site_id=world.site.id, window_id=None, clinic_day=world.day, at=world.at
    ).guest


def test_a_stay_ends_by_hand(session, world):
    who = person(session)
    admit(session, world, who)
    reason = EpisodeEndReason.GUEST_STAY_OVER

    end = episodes.end_episode(
        session, person_id=who.id, ended_on=world.day, reason=reason, note="went home", act=world.act()
    )

    assert end.reason is EpisodeEndReason.GUEST_STAY_OVER
    assert person_page(session, who.id, world.at, world.day).guest is None


def test_stays_that_are_over_end_with_their_own_last_day_and_others_go_on(session, world):
    over, going = person(session), person(session)
    stay = admit(session, world, over, until=1)
    admit(session, world, going, until=2)
    order(session, world, over, amount="60", in_episode=stay, ends_on=world.day + DAY)
    later = world.day + 2 * DAY

    ended = guests.end_stays_over(session, clinic_day=later, act=world.act(at=world.at + 2 * DAY))

    assert ended == 1
    spans = {who.id: episodes_of(session, [who.id])[who.id][0] for who in (over, going)}
    assert (spans[over.id].ended_on, spans[over.id].end_reason) == (world.day + DAY, EpisodeEndReason.GUEST_STAY_OVER)
    assert spans[going.id].ended_on is None
    assert session.scalars(select(OrderEnd)).all() == []
    assert len(session.scalars(select(GuestStay)).all()) == 2
    assert guests.end_stays_over(session, clinic_day=later, act=world.act()) == 0
