"""After a dose over HTTP: S and the next card from one field, the dissolve list, vomited, replaced, spilt, reversed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

import models
from dispensary.policy.profiles import SHIPPED, load
from models import Dose, DoseObservation, DoseReversal, Movement, Notice, ReplacementOrder, Spill, Vomiting
from models.enums import DoseOutcome, MovementKind, ObservationKind, SettingKey
from tests.client import hidden_fields
from tests.factories import PASSWORD, TABLET, no_dose, order, patient, save, stamp
from tests.rows import count_stored, one_stored

WINDOW = "/window"


@pytest.fixture
def wait(client, session, world, clock):
    """Let time pass; the terminal has locked by then, and the nurse is back."""

    def wait(**span):
        clock.forward(**span)
        client.sign_in(session, world, world.nurse)

    return wait


def page(who):
    return f"/window/{who.id}"


def give(client, session, who):
    """Give today's dose at the window; return the address of the page that shows it."""
    session.commit()
    answer = client.send(page(who), {"scan": "F"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def text(client, address):
    return client.get(address).get_data(as_text=True)


def type_on(client, done, value):
    """Type into the one field of the page that shows the last dose, and follow it as a browser does."""
    fields = hidden_fields(client.get(done), WINDOW) | {"scan": value}
    answer = client.post(WINDOW, data=fields)
    if answer.status_code == 307:
        answer = client.post(answer.headers["Location"], data=fields)
    return answer


@pytest.fixture
def approved(session, world):
    """TIP 43 is approved here."""
    tip = next(p for p in load([SHIPPED]) if p.id == "us-tip43-2005")
    approval = models.PolicyApproval(
        profile=tip.id,
        digest=tip.digest,
        in_force=True,
        effective_on=date(2026, 1, 1),
        approved_at=world.at,
        **stamp(world, world.prescriber),
    )
    save(session, approval)
    session.commit()


# S and the next card


def test_S_notes_that_the_person_spoke_and_the_page_says_so(nurse, session, world):
    done = give(nurse, session, patient(session, world))

    answer = type_on(nurse, done, "S")

    assert answer.headers["Location"] == done
    assert "Spoke, swallowed: noted at 07:00" in text(nurse, done)
    assert one_stored(session, DoseObservation).kind is ObservationKind.SPOKE_SWALLOWED


def test_a_second_s_is_harmless_and_may_be_small(nurse, session, world):
    done = give(nurse, session, patient(session, world))

    answers = [type_on(nurse, done, typed).status_code for typed in ("S", "s")]

    assert answers == [303, 303]
    assert count_stored(session, DoseObservation) == 1


def test_the_next_card_on_the_same_field_is_the_next_person_and_notes_nothing(nurse, session, world):
    done, following = give(nurse, session, patient(session, world)), patient(session, world)
    card = models.PersonCard(
        person_id=following.id, code="OAT-NEXTPERSON234567", issued_at=world.at, issued_by_id=world.nurse.id
    )
    save(session, card)
    session.commit()

    answer = type_on(nurse, done, "OAT-NEXTPERSON234567")

    assert answer.headers["Location"] == page(following)
    assert count_stored(session, DoseObservation) == 0


def test_S_without_a_dose_says_where_it_belongs(nurse, session, world):
    who = patient(session, world)
    session.commit()

    at_home = nurse.send(WINDOW, {"scan": "S"})
    on_a_page = nurse.send(page(who), {"scan": "S"})

    assert (at_home.status_code, on_a_page.status_code) == (422, 422)
    for answer in (at_home, on_a_page):
        assert "page right after a dose" in answer.get_data(as_text=True)
    assert count_stored(session, DoseObservation) == 0


def test_a_name_that_is_not_found_forgets_the_dose_that_S_would_have_meant(nurse, session, world):
    done = give(nurse, session, patient(session, world))
    answer = type_on(nurse, done, "Nobody Of This Name")

    assert hidden_fields(answer, WINDOW).get("dose_id", "") == ""


def test_S_for_yesterdays_dose_is_refused_in_words(nurse, session, world, wait):
    done = give(nurse, session, patient(session, world))
    wait(days=1)

    type_on(nurse, done, "S")

    assert "only today" in text(nurse, done)
    assert count_stored(session, DoseObservation) == 0


# First dose


def test_the_page_says_until_when_to_stay_after_a_first_dose_only(nurse, session, world, wait):
    who = patient(session, world)
    first = give(nurse, session, who)
    wait(days=1)
    second = give(nurse, session, who)

    assert "First dose: stays until 07:30" in text(nurse, first)
    assert "First dose" not in text(nurse, second)


def test_a_site_that_sets_no_minutes_lets_people_go(nurse, session, world):
    setting = models.SiteSetting(
        key=models.enums.SettingKey.FIRST_DOSE_OBSERVATION_MINUTES,
        value="0",
        version=1,
        effective_on=date(2026, 1, 1),
        **stamp(world, world.prescriber),
    )
    save(session, setting)

    done = give(nurse, session, patient(session, world))

    assert "First dose" not in text(nurse, done)


# Under the tongue


@pytest.fixture
def tablet(session, world):
    return patient(session, world, "8", medication=TABLET["medication"], form=TABLET["form"])


def dose_of(session, who):
    session.rollback()
    return session.scalars(select(Dose).where(Dose.person_id == who.id, Dose.taken_mg > 0).order_by(Dose.id)).first()


def press(client, shown, dose, value):
    address = f"/window/doses/{dose.id}/dissolved"
    return client.post(address, data=hidden_fields(client.get(shown), address) | {"seen": value})


def test_a_tablet_waits_on_the_list_while_the_next_person_is_served(nurse, session, world, tablet, wait):
    done = give(nurse, session, tablet)
    wait(minutes=3)

    home = text(nurse, WINDOW)
    dose = dose_of(session, tablet)
    answer = press(nurse, done, dose, "seen")

    assert "Under the tongue" in home
    assert "3 minutes" in home
    assert answer.headers["Location"] == done
    assert "Under the tongue" not in text(nurse, done)
    assert one_stored(session, DoseObservation).kind is ObservationKind.DISSOLVED


def test_not_seen_leaves_a_notice_for_the_next_visit(nurse, session, world, tablet):
    give(nurse, session, tablet)

    answer = press(nurse, WINDOW, dose_of(session, tablet), "not")

    assert answer.headers["Location"] == WINDOW
    assert one_stored(session, DoseObservation).kind is ObservationKind.NOT_SEEN
    assert count_stored(session, Notice) == 1
    assert "Nobody saw the last tablet or film dissolve" in text(nurse, page(tablet))


def test_two_nurses_press_the_two_buttons_and_the_second_is_told(nurse, session, world, tablet):
    give(nurse, session, tablet)
    dose = dose_of(session, tablet)
    address = f"/window/doses/{dose.id}/dissolved"
    one_page, other_page = (hidden_fields(nurse.get(WINDOW), address) for _ in range(2))

    nurse.post(address, data=one_page | {"seen": "seen"})
    nurse.post(address, data=other_page | {"seen": "not"})

    assert "That stays" in text(nurse, WINDOW)
    assert count_stored(session, DoseObservation) == 1


def test_a_drunk_dose_is_not_on_the_list(nurse, session, world):
    give(nurse, session, patient(session, world))

    assert "Under the tongue" not in text(nurse, WINDOW)


# Came up


def vomited(client, who, minutes="5", witnessed="seen", **more):
    return client.send(f"{page(who)}/vomited", {"minutes_after": minutes, "witnessed": witnessed, **more})


def test_V_leads_to_the_page_on_which_the_minutes_are_filled_in(nurse, session, world, wait):
    who = patient(session, world)
    give(nurse, session, who)
    wait(minutes=12)

    answer = nurse.send(page(who), {"scan": "V"})

    assert answer.headers["Location"] == f"{page(who)}/vomited"
    assert 'value="12"' in text(nurse, f"{page(who)}/vomited")


def test_the_page_says_band_share_and_source_and_that_the_prescriber_decides(nurse, session, world, wait, approved):
    who = patient(session, world, "85")
    give(nurse, session, who)
    wait(minutes=25)

    vomited(nurse, who, minutes="20", note="in the waiting room")
    shown = text(nurse, f"{page(who)}/vomited")

    assert "Suggested to the prescriber: 42\u00a0mg" in shown
    assert "TIP 43 (2005)" in shown
    assert "Band 2 of us-tip43-2005" in shown
    assert "Give nothing more now." in shown
    assert one_stored(session, Vomiting).band == 2


def test_where_orders_are_taken_by_telephone_the_page_still_opens_and_offers_none(nurse, session, world):
    values = {"key": SettingKey.TELEPHONE_ORDERS, "value": "yes", "effective_on": world.day}
    save(session, models.SiteSetting(**values, **stamp(world)))
    who = patient(session, world)
    give(nurse, session, who)

    vomited(nurse, who, minutes="0")
    answer = nurse.get(f"{page(who)}/vomited")

    assert answer.status_code == 200
    assert "Take down a telephone order" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("minutes", "witnessed", "said"),
    [
        ("5", "told", "Nobody of the staff saw it, so it does not count"),
        ("40", "seen", "Suggested to the prescriber: no replacement"),
    ],
)
def test_what_does_not_count_suggests_nothing(nurse, session, world, wait, approved, minutes, witnessed, said):
    who = patient(session, world)
    give(nurse, session, who)
    wait(hours=1)

    vomited(nurse, who, minutes, witnessed)

    assert said in text(nurse, f"{page(who)}/vomited")


def test_without_approved_policy_the_page_says_so(nurse, session, world, wait):
    who = patient(session, world)
    give(nurse, session, who)
    wait(minutes=10)

    vomited(nurse, who)

    assert "No approved policy says here what a dose is worth" in text(nurse, f"{page(who)}/vomited")


def test_after_a_tablet_has_dissolved_nothing_is_replaced(nurse, session, world, wait, tablet, approved):
    give(nurse, session, tablet)
    wait(minutes=10)

    vomited(nurse, tablet)

    assert "Once it has dissolved under the tongue, nothing is replaced." in text(nurse, f"{page(tablet)}/vomited")


@pytest.mark.parametrize("minutes", ["", "-1", "1000", "a", "2.5", "11"])
def test_minutes_that_cannot_be_are_told_at_their_field_and_nothing_is_lost(nurse, session, world, wait, minutes):
    who = patient(session, world)
    give(nurse, session, who)
    wait(minutes=10)

    answer = vomited(nurse, who, minutes, note="what was seen")

    assert answer.status_code == 422
    assert "what was seen" in answer.get_data(as_text=True)
    assert count_stored(session, Vomiting) == 0


def test_nothing_is_preselected_and_who_saw_it_must_be_said(nurse, session, world):
    who = patient(session, world)
    give(nurse, session, who)

    answer = nurse.send(f"{page(who)}/vomited", {"minutes_after": "0"})

    assert "Choose one." in answer.get_data(as_text=True)
    assert count_stored(session, Vomiting) == 0


def test_nobody_dosed_today_has_nothing_to_bring_up(nurse, session, world):
    who = patient(session, world)
    session.commit()

    assert "No dose was swallowed here today" in text(nurse, f"{page(who)}/vomited")


# Replacement


@pytest.fixture
def came_up(client, session, world, wait, approved):
    """Somebody whose dose of 80 mg came up after five minutes; returns the person and the dose."""
    nurse, who = client.sign_in(session, world, world.nurse), patient(session, world)
    give(nurse, session, who)
    wait(minutes=10)
    vomited(nurse, who)
    return who, dose_of(session, who)


def prescribe(client, session, world, who, amount="80"):
    """Let the prescriber order a replacement from their own desk; the nurse is back at the window afterwards."""
    doctor = client.sign_in(session, world, world.prescriber, at_window=False)
    answer = doctor.send(f"/people/{who.id}/replacement", {"amount_mg": amount, "reason": "seen to come up"})
    client.sign_in(session, world, world.nurse)
    return answer


def test_the_desk_and_the_orders_lead_to_the_replacement(client, session, world, came_up):
    who, _ = came_up
    client.sign_in(session, world, world.prescriber, at_window=False)

    for address in ("/prescriber", f"/people/{who.id}/orders"):
        assert f"/people/{who.id}/replacement" in text(client, address)
    assert "Suggested: 80\u00a0mg." in text(client, f"/people/{who.id}/replacement")


def test_the_day_after_nothing_is_replaced_and_the_task_is_closed(client, session, world, came_up, clock):
    who, _ = came_up
    clock.forward(days=1)
    doctor = client.sign_in(session, world, world.prescriber, at_window=False)

    assert "Close the task" in text(doctor, "/prescriber")
    assert f"/people/{who.id}/replacement" not in text(doctor, "/prescriber")
    assert "One of an earlier day is not replaced: close the task." in text(doctor, f"/people/{who.id}/replacement")


def test_more_than_was_swallowed_is_refused_at_its_field(client, session, world, came_up):
    who, _ = came_up

    answer = prescribe(client, session, world, who, "80.5")

    assert answer.status_code == 422
    assert "at most the 80 mg" in answer.get_data(as_text=True)
    assert count_stored(session, ReplacementOrder) == 0


def test_a_waiting_replacement_shows_at_the_window_and_F_gives_it_once(client, session, world, came_up):
    who, dose = came_up
    prescribe(client, session, world, who, "40")
    address = f"/window/doses/{dose.id}/replace"

    shown = text(client, page(who))
    fields = hidden_fields(client.get(address), address) | {"scan": "F"}
    first, second = client.post(address, data=fields), client.post(address, data=fields)

    assert "A replacement is ordered: 40\u00a0mg" in shown
    assert address in shown
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    session.rollback()
    again = session.scalars(select(Dose).where(Dose.outcome == DoseOutcome.REPLACEMENT)).one()
    assert (again.taken_mg, again.replaces_id) == (40, dose.id)
    assert "The replacement was given at 07:10." in text(client, page(who))


def test_two_tabs_give_one_replacement(client, session, world, came_up):
    who, dose = came_up
    prescribe(client, session, world, who)
    address = f"/window/doses/{dose.id}/replace"
    one_tab, other = (hidden_fields(client.get(address), address) | {"scan": "F"} for _ in range(2))

    client.post(address, data=one_tab)
    answer = client.post(address, data=other)

    assert answer.status_code == 409
    assert "The replacement was given at 07:10. Give no other." in answer.get_data(as_text=True)
    assert count_stored(session, Dose) == 2


@pytest.mark.parametrize("value", ["", "f", "FF", "V"])
def test_anything_but_F_gives_no_replacement(client, session, world, came_up, value):
    who, dose = came_up
    prescribe(client, session, world, who)
    address = f"/window/doses/{dose.id}/replace"

    answer = client.send(address, {"scan": value})

    assert answer.status_code in (307, 422)
    assert count_stored(session, Dose) == 1


def test_without_an_order_the_replacement_page_gives_nothing(client, session, world, came_up):
    _, dose = came_up

    shown = text(client, f"/window/doses/{dose.id}/replace")

    assert "No replacement waits for this dose now" in shown
    assert 'name="scan"' not in shown


# Spilt


def spill(client, world, who, **more):
    witness = {"witness_username": world.witness.username, "witness_password": PASSWORD}
    return client.send(f"{page(who)}/spilt", {"note": "knocked over", **witness, **more})


def test_X_leads_to_the_spill_after_which_the_dose_may_be_given(nurse, session, world):
    who = patient(session, world)
    session.commit()

    opened = nurse.send(page(who), {"scan": "x"})
    answer = spill(nurse, world, who)
    give(nurse, session, who)

    assert opened.headers["Location"] == f"{page(who)}/spilt"
    assert answer.headers["Location"] == page(who)
    assert count_stored(session, Spill) == 1
    kinds = session.scalars(select(Movement.kind).order_by(Movement.id)).all()
    assert kinds[-2:] == [MovementKind.SPILL, MovementKind.DISPENSE]


@pytest.mark.parametrize("differs", [{"witness_password": "wrong"}, {"witness_username": ""}, {"note": ""}])
def test_a_spill_needs_its_witness_and_how_it_happened(nurse, session, world, differs):
    who = patient(session, world)
    session.commit()

    answer = spill(nurse, world, who, **differs)

    assert answer.status_code == 422
    assert count_stored(session, Spill) == 0


def test_the_page_of_a_spill_says_what_to_do_when_part_was_swallowed(nurse, session, world):
    who = patient(session, world)
    session.commit()

    assert "record what was swallowed with P" in text(nurse, f"{page(who)}/spilt")


# Reversed


def test_a_wrong_withheld_record_is_reversed_from_the_persons_page(nurse, session, world):
    who = patient(session, world)
    wrong = no_dose(session, world, who, session.scalars(select(models.DoseOrder)).one())
    session.commit()
    address = f"/window/doses/{wrong.id}/reverse"

    assert address in text(nurse, page(who))
    assert address in text(nurse, f"/window/done/{wrong.id}")
    answer = nurse.send(address, {"reason": "wrong_person_on_screen", "note": "the other one"})

    assert answer.status_code == 303
    assert one_stored(session, DoseReversal).dose_id == wrong.id
    assert "Today at" not in text(nurse, page(who))


def test_an_incident_can_be_reversed_but_is_not_made_into_another_one(nurse, session, world):
    who = patient(session, world)
    of = order(session, world, patient(session, world))
    slot = models.Claim(
        person_id=who.id,
        clinic_day=world.day,
        part=1,
        turn=1,
        kind=models.enums.ClaimKind.INCIDENT,
        **stamp(world),
    )
    save(session, slot)
    dose = no_dose(
        session,
        world,
        who,
        of,
        outcome=DoseOutcome.INCIDENT,
        withheld_reason=None,
        taken_mg=80,
        claim_id=slot.id,
        taken_at=world.at + timedelta(0),
    )
    session.commit()

    shown = text(nurse, f"/window/done/{dose.id}")

    assert f"/window/doses/{dose.id}/reverse" in shown
    assert f"/window/doses/{dose.id}/incident" not in shown


def test_the_log_notes_what_came_up_and_what_nobody_saw_dissolve(client, session, world, came_up, tablet):
    give(client, session, tablet)
    press(client, WINDOW, dose_of(session, tablet), "not")

    log = text(client, "/paper/log")

    assert "came up 5 minutes after it was swallowed, seen by staff" in log
    assert "nobody saw it dissolve" in log


@pytest.mark.parametrize("value", ["", "perhaps", "SEEN"])
def test_only_the_two_buttons_of_the_list_note_anything(nurse, session, world, tablet, value):
    give(nurse, session, tablet)

    press(nurse, WINDOW, dose_of(session, tablet), value)

    assert count_stored(session, DoseObservation) == 0
    assert "This page is not whole" in text(nurse, WINDOW)


def test_the_address_that_notes_S_notes_nothing_without_it(nurse, session, world):
    done = give(nurse, session, patient(session, world))
    fields = hidden_fields(nurse.get(done), WINDOW)

    nurse.post(f"{done}/spoke", data=fields | {"scan": "F"})

    assert count_stored(session, DoseObservation) == 0
