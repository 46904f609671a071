"""Ways in which somebody might come to a wrong, a second or a missing dose, or the stock go wrong; each is barred."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

import models
from dispensary.clock import clinic_day
from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import stock as stock_queries
from dispensary.queries.dosing import facts_for
from dispensary.rules.dosing import reasons_to_withhold
from dispensary.services import dose_reversals, dosing, episodes, re_entry, stock_leaving, stops
from models import Claim, Container, DoseLine, Movement
from models.enums import (
    Admission,
    ClaimKind,
    DoseOutcome,
    EpisodeEndReason,
    EpisodeKind,
    Form,
    Medication,
    MovementKind,
    PlaceKind,
    RefusedReason,
    ReversalReason,
    WithheldReason,
)
from models.units import mg, quantity
from tests import factories
from tests.durability.recount import recount
from tests.factories import claim, container, dose, episode, order, patient, person, product, trust_clock
from tests.station import SITE, codes, give, look, reverse, shown

BUP = {"medication": Medication.BUPRENORPHINE_NALOXONE, "form": Form.TABLET}
DAY = timedelta(days=1)


def give_part(session, world, who, taken, witness=None, **changes):
    return dosing.record_part_dose(
        session,
        shown=shown(session, world, who, **changes),
        site=SITE,
        taken_mg=mg(taken),
        reason=RefusedReason.FEELS_UNWELL,
        witnessed_by_id=(witness or world.witness).id,
        act=world.act(**changes),
    )


def here(session, world, key="methadone"):
    sums = stock_queries.balances(session, world.site.id)
    return sum(sums.get((world.products[key].id, kind), 0) for kind in (PlaceKind.SAFE, PlaceKind.WINDOW))


@pytest.mark.parametrize("kind", [ClaimKind.IMPORT, ClaimKind.ELSEWHERE, ClaimKind.TAKE_HOME, ClaimKind.INCIDENT])
def test_a_slot_taken_by_whatever_kind_of_claim_is_shown_as_taken(session, world, kind):
    who = patient(session, world)
    claim(session, world, who, kind=kind)

    facts = look(session, world, who)

    assert codes(session, world, who) == ["slot_taken"]
    assert (facts.slot.taken_at, facts.slot.taken_by, facts.due_mg) == (world.at, "Rosa Ames", None)
    with pytest.raises(Conflict):
        give(session, world, who)


def test_a_dose_of_today_that_was_imported_takes_the_slot(session, world):
    who = patient(session, world)
    factories.imported_dose(session, world, who, at=world.at - timedelta(hours=1))

    assert codes(session, world, who) == ["slot_taken"]


def transfer(world, last_dose_on, amount="80"):
    return {
        "admission": Admission.TRANSFERRED_IN,
        "transferred_from": "Hillside; Dr Pine",
        "last_dose_on": last_dose_on,
        "last_dose_mg": mg(amount),
        "last_dose_medication": Medication.METHADONE,
    }


def test_who_was_dosed_today_at_the_clinic_before_gets_nothing_here_until_tomorrow(session, world):
    who = person(session)
    stay = episode(session, world, who, **transfer(world, world.day))
    order(session, world, who, in_episode=stay)

    with pytest.raises(Refused) as refusal:
        give(session, world, who)

    assert [r.code for r in refusal.value.reasons] == ["dosed_elsewhere_today"]
    assert codes(session, world, who, at=world.at + DAY) == []


@pytest.mark.parametrize(("days_ago", "count"), [(1, 0), (3, 2), (4, 3)])
def test_days_without_medicine_count_from_the_last_dose_at_the_clinic_before(session, world, days_ago, count):
    who = person(session)
    stay = episode(session, world, who, **transfer(world, world.day - days_ago * DAY))
    order(session, world, who, in_episode=stay)

    assert look(session, world, who).days_without_medicine == count


def test_an_order_for_every_fourth_day_does_not_hide_four_missed_daily_doses(session, world):
    last = world.at - 4 * DAY
    who = person(session)
    stay = episode(session, world, who, admitted_on=last.date())
    daily = order(
        session, world, who, amount="8", in_episode=stay, starts_on=last.date(), ends_on=world.day - DAY, **BUP
    )
    dose(session, world, who, daily, lines={"bup8": "1"}, at=last)
    order(session, world, who, amount="32", in_episode=stay, every_n_days=4, **BUP)

    assert look(session, world, who).days_without_medicine == 3
    assert "days_without_medicine" in codes(session, world, who)


def test_a_dose_for_four_days_still_covers_them_when_the_order_turns_daily(session, world):
    last = world.at - 3 * DAY
    who = person(session)
    stay = episode(session, world, who, admitted_on=last.date())
    fourth = order(
        session, world, who, amount="8", in_episode=stay, starts_on=last.date(), ends_on=world.day - DAY,
        every_n_days=4, **BUP,
    )  # fmt: skip
    dose(session, world, who, fourth, lines={"bup8": "1"}, at=last)
    order(session, world, who, amount="8", in_episode=stay, **BUP)

    assert look(session, world, who).days_without_medicine == 0


@pytest.mark.parametrize("way", ["withheld", "refused", "part", "part_of_the_day"])
def test_no_record_but_a_whole_dose_ends_the_days_without_medicine(session, world, way):
    start = world.at - 6 * DAY
    who = person(session)
    steps = {start.date(): ("50", "30") if way == "part_of_the_day" else ("80",)}
    order(session, world, who, steps=steps, starts_on=start.date(), hours_between_parts=6)
    yesterday = {"at": world.at - DAY}
    if way == "withheld":
        dosing.withhold_dose(
            session, person_id=who.id, reason=WithheldReason.OTHER, note="", site=SITE, act=world.act(**yesterday)
        )
    elif way == "refused":
        dosing.refuse_dose(
            session, person_id=who.id, reason=RefusedReason.OTHER, note="", site=SITE, act=world.act(**yesterday)
        )
    else:
        held = look(session, world, who, **yesterday)
        released(session, world, who, held, **yesterday)
        (give if way == "part_of_the_day" else part_of_it)(session, world, who, **yesterday)

    facts = look(session, world, who)

    assert facts.days_without_medicine == (6 if way in ("withheld", "refused") else 5)
    assert "days_without_medicine" in codes(session, world, who)


def part_of_it(session, world, who, **changes):
    return give_part(session, world, who, "40", **changes)


def released(session, world, who, facts, **changes):
    return re_entry.release_held_dose(
        session,
        person_id=who.id,
        order_id=facts.order.id,
        days_without_medicine=facts.days_without_medicine,
        amount_mg=facts.day_total_mg,
        reason="seen and assessed",
        act=world.act(world.prescriber, **changes),
    )


def test_a_release_for_fewer_days_than_are_counted_now_releases_nothing(session, world):
    start = world.at - 9 * DAY
    who = patient(session, world, starts_on=start.date())
    dose(session, world, who, session.scalars(select_order(who)).one(), at=start)
    wrong = dose(session, world, who, session.scalars(select_order(who)).one(), at=world.at - 4 * DAY)
    released(session, world, who, look(session, world, who))
    trust_clock(session, world)
    assert codes(session, world, who) == []

    reverse(session, world, wrong)

    assert look(session, world, who).days_without_medicine == 8
    assert codes(session, world, who) == ["days_without_medicine"]
    with pytest.raises(Conflict) as refusal:
        released(session, world, who, look(session, world, who))
    assert refusal.value.code == "released_before"


def select_order(who):
    from models import DoseOrder

    return select(DoseOrder).where(DoseOrder.person_id == who.id)


def test_a_release_holds_for_its_own_day_only(session, world):
    who = patient(session, world, starts_on=world.day - 5 * DAY)
    released(session, world, who, look(session, world, who))

    assert codes(session, world, who) == []
    assert codes(session, world, who, at=world.at + DAY) == ["days_without_medicine"]


def test_a_released_dose_that_was_given_is_not_released_again_for_a_second(session, world):
    who = patient(session, world, starts_on=world.day - 5 * DAY)
    released(session, world, who, look(session, world, who))
    give(session, world, who)

    assert codes(session, world, who) == ["slot_taken"]


def test_the_order_of_an_episode_that_ended_today_is_not_that_of_the_next(session, world):
    who = patient(session, world)
    episodes.end_episode(
        session,
        person_id=who.id,
        ended_on=world.day,
        reason=EpisodeEndReason.LEFT_BY_OWN_WISH,
        note="left",
        act=world.act(),
    )
    episodes.admit_patient(
        session,
        person_id=who.id,
        kind=EpisodeKind.MAINTENANCE,
        admission=Admission.READMITTED,
        admitted_on=world.day,
        transfer=None,
        act=world.act(),
    )

    assert codes(session, world, who) == ["no_active_order"]


def test_withholding_at_one_window_is_seen_at_the_other_before_it_confirms(session, world):
    who = patient(session, world)
    page = shown(session, world, who)
    dosing.withhold_dose(session, person_id=who.id, reason=WithheldReason.OTHER, note="", site=SITE, act=world.act())

    with pytest.raises(Conflict) as refusal:
        dosing.record_dose(session, shown=page, site=SITE, act=world.act(world.witness))

    assert refusal.value.code == "changed_since_shown"
    assert give(session, world, who).outcome is DoseOutcome.GIVEN


def test_a_page_that_said_no_confirms_nothing_once_it_would_say_yes(session, world):
    who = patient(session, world, starts_on=world.day - 4 * DAY)
    page = shown(session, world, who)
    released(session, world, who, look(session, world, who))

    with pytest.raises(Conflict) as refusal:
        dosing.record_dose(session, shown=page, site=SITE, act=world.act())

    assert refusal.value.code == "changed_since_shown"


def test_nothing_is_withheld_on_a_day_on_which_nothing_is_due(session, world):
    yesterday = world.day - DAY
    who = patient(session, world, amount="8", starts_on=yesterday, every_n_days=2, **BUP)

    with pytest.raises(Refused) as refusal:
        dosing.withhold_dose(
            session, person_id=who.id, reason=WithheldReason.OTHER, note="", site=SITE, act=world.act()
        )

    assert refusal.value.code == "not_due_today"


def test_a_part_dose_that_did_not_happen_brings_back_its_waste_too(session, world):
    who = patient(session, world)
    before = here(session, world)
    wrong = give_part(session, world, who, "50")
    assert here(session, world) == before - 8

    reverse(session, world, wrong)

    assert here(session, world) == before
    session.commit()
    recount(session)


def test_a_part_dose_that_was_poured_and_not_swallowed_is_waste_as_a_whole(session, world):
    who = patient(session, world)
    before = here(session, world)
    wrong = give_part(session, world, who, "50")

    reverse(session, world, wrong, poured=True)

    assert here(session, world) == before - 8
    wasted = stock_queries.balances(session, world.site.id)[world.products["methadone"].id, PlaceKind.WASTE]
    assert wasted == quantity("8")


def test_a_dose_from_two_bottles_that_did_not_happen_comes_back_to_both(session, world):
    first, second = world.containers["methadone"], container(session, world, world.products["methadone"])
    give(session, world, patient(session, world, "9950"))
    who = patient(session, world, "80")
    before = here(session, world)
    wrong = give(session, world, who)

    reverse(session, world, wrong, at=world.at + timedelta(minutes=5))

    last = {
        of.id: session.scalars(
            select(Movement.balance_after).where(Movement.container_id == of.id).order_by(Movement.container_seq.desc())
        ).first()
        for of in (first, second)
    }
    assert last == {first.id: quantity("5"), second.id: quantity("1000")}
    assert here(session, world) == before
    session.commit()
    recount(session)


def test_what_comes_back_to_a_bottle_that_was_ended_is_never_dispensed_from_it(session, world):
    who, bottle = patient(session, world), world.containers["methadone"]
    wrong = give(session, world, who)
    stock_leaving.mark_emptied(
        session, container_id=bottle.id, measured=quantity("992"), witnessed_by_id=world.witness.id, act=world.act()
    )

    reverse(session, world, wrong)

    assert here(session, world) == 8
    assert codes(session, world, who) == ["cannot_be_poured"]
    stock_leaving.waste_stock(
        session,
        container_id=bottle.id,
        quantity=quantity("8"),
        reason=factories.enums.WasteReason.LEFT_OVER,
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )
    assert here(session, world) == 0


def test_an_open_bottle_with_nothing_left_makes_way_for_the_next(session, world):
    first, second = world.containers["methadone"], container(session, world, world.products["methadone"])
    give(session, world, patient(session, world, "10000"))

    given = give(session, world, patient(session, world, "80"))

    assert session.scalars(select(DoseLine.container_id).where(DoseLine.dose_id == given.id)).all() == [second.id]
    found = select(Container.id, Container.opened_at, Container.emptied_at).order_by(Container.id)
    stands = {row.id: (row.opened_at, row.emptied_at) for row in session.execute(found)}
    assert stands[first.id][1] == world.at
    assert stands[second.id] == (world.at, None)


def test_nobody_is_witness_of_their_own_part_dose(session, world):
    who = patient(session, world)

    with pytest.raises(Refused) as refusal:
        give_part(session, world, who, "50", witness=world.nurse)

    assert refusal.value.code == "witness_is_self"
    assert session.scalars(select(Claim)).all() == []


def test_films_of_12_and_8_mg_make_up_16_mg(session, world):
    for strength in ("12", "8"):
        film = product(
            session,
            name=f"Buprenorphine/naloxone film {strength} mg",
            medication=Medication.BUPRENORPHINE_NALOXONE,
            form=Form.FILM,
            unit=factories.enums.BaseUnit.FILM,
            strength=strength,
            smallest_part="1",
        )
        container(session, world, film, size="30", opened=True)
    who = patient(session, world, "16", medication=Medication.BUPRENORPHINE_NALOXONE, form=Form.FILM)

    given = give(session, world, who)

    lines = session.scalars(select(DoseLine).where(DoseLine.dose_id == given.id)).all()
    assert [line.poured for line in lines] == [quantity("2")]


@pytest.mark.parametrize(("amount", "fits"), [("0.8", True), ("1", False), ("1.2", True), ("0.1", False)])
def test_tablets_of_0_4_mg_make_up_whole_tablets_only(session, world, amount, fits):
    small = product(
        session,
        name="Buprenorphine 0.4 mg tablets",
        medication=Medication.BUPRENORPHINE,
        form=Form.TABLET,
        unit=factories.enums.BaseUnit.TABLET,
        strength="0.4",
        smallest_part="1",
    )
    container(session, world, small, size="50", opened=True)
    who = patient(session, world, amount, medication=Medication.BUPRENORPHINE, form=Form.TABLET)

    assert codes(session, world, who) == ([] if fits else ["cannot_be_poured"])


def test_a_lot_may_be_used_on_its_last_day_and_not_after(session, world):
    other = product(session, name="Methadone tablets 5 mg", form=Form.TABLET, unit=factories.enums.BaseUnit.TABLET,
                    strength="5", smallest_part="1")  # fmt: skip
    container(session, world, other, size="50", opened=True, expires_on=world.day)
    who = patient(session, world, "40", form=Form.TABLET)

    assert codes(session, world, who) == []
    assert "cannot_be_poured" in codes(session, world, who, at=world.at + DAY)


def test_reversing_yesterdays_dose_gives_nothing_for_yesterday_and_shows_the_day_as_missed(session, world):
    who = patient(session, world, starts_on=world.day - DAY)
    of = session.scalars(select_order(who)).one()
    wrong = dose(session, world, who, of, at=world.at - DAY)

    reverse(session, world, wrong)
    today = give(session, world, who)

    assert (today.clinic_day, today.part) == (world.day, 1)
    assert look(session, world, who, at=world.at + timedelta(hours=1)).days_without_medicine == 1
    assert session.scalars(select(Claim.clinic_day).order_by(Claim.id)).all() == [world.day - DAY, world.day]


def test_a_first_part_reversed_after_the_second_is_given_again_within_the_days_total(session, world):
    who = person(session)
    order(session, world, who, steps={world.day: ("50", "30")}, hours_between_parts=6)
    first = give(session, world, who)
    give(session, world, who, at=world.at + timedelta(hours=6))

    reverse(session, world, first, at=world.at + timedelta(hours=6))
    again = {"at": world.at + timedelta(hours=12)}

    assert codes(session, world, who, at=world.at + timedelta(hours=7)) == ["too_soon_after_part"]
    assert give(session, world, who, **again).taken_mg == mg("50")
    assert codes(session, world, who, at=world.at + timedelta(hours=13)) == ["slot_taken"]


def test_an_imported_dose_of_another_amount_never_lets_the_day_go_above_its_order(session, world):
    who = person(session)
    order(session, world, who, steps={world.day: ("50", "30")}, hours_between_parts=1)
    factories.imported_dose(session, world, who, at=world.at - timedelta(hours=2), taken="60")

    assert codes(session, world, who) == ["more_than_ordered"]


def test_a_later_movement_never_changes_what_a_reversal_put_back(session, world):
    who = patient(session, world)
    reverse(session, world, give(session, world, who))
    give(session, world, who, at=world.at + timedelta(minutes=1))

    kinds = session.scalars(
        select(Movement.kind).where(Movement.kind != MovementKind.INITIAL).order_by(Movement.id)
    ).all()

    assert kinds == [MovementKind.DISPENSE, MovementKind.REVERSAL, MovementKind.DISPENSE]
    session.commit()
    assert recount(session)["doses"] == 2


def test_what_was_poured_and_not_swallowed_never_goes_back_into_the_bottle(session, world):
    wrong = give(session, world, patient(session, world))

    with pytest.raises(Refused) as refusal:
        dose_reversals.reverse_dose(
            session,
            dose_id=wrong.id,
            reason=ReversalReason.NOT_SWALLOWED,
            note="spat out",
            poured=False,
            witnessed_by_id=None,
            act=world.act(),
        )

    assert refusal.value.field == "poured"


def test_a_dose_of_another_site_is_not_reversed_here(session, world):
    wrong = give(session, world, patient(session, world))
    other = factories.save(session, models.Site(code="other", name="Hill Clinic", address="", phone=""))

    with pytest.raises(NotFound):
        dose_reversals.reverse_dose(
            session,
            dose_id=wrong.id,
            reason=ReversalReason.KEYED_BY_MISTAKE,
            note="not ours",
            poured=False,
            witnessed_by_id=None,
            act=replace(world.act(), site_id=other.id),
        )


def test_an_order_of_another_site_gives_nothing_here(session, world):
    who = patient(session, world)
    other = factories.save(session, models.Site(code="other", name="Hill Clinic", address="", phone=""))

    facts = facts_for(session, person_id=who.id, site_id=other.id, window_id=None, clinic_day=world.day, at=world.at)

    assert "not_admitted" in [reason.code for reason in reasons_to_withhold(facts, SITE)]


@pytest.mark.parametrize(("local", "day_of_dose"), [("00:10", -1), ("02:59", -1), ("03:00", 0), ("23:50", 0)])
def test_a_dose_in_the_night_belongs_to_the_clinic_day_that_began_at_three(session, world, local, day_of_dose):
    zone = ZoneInfo("Europe/Berlin")
    hour, minute = map(int, local.split(":"))
    change_of_clocks = datetime(2026, 3, 29, hour, minute, tzinfo=zone)  # 02:00 becomes 03:00
    autumn = datetime(2026, 10, 25, hour, minute, tzinfo=zone, fold=1)  # 03:00 becomes 02:00

    for moment in (autumn,) if local == "02:59" else (change_of_clocks, autumn):
        assert clinic_day(moment.astimezone(UTC), zone, time(3)) == moment.date() + day_of_dose * DAY


def test_the_release_of_the_stop_answers_that_somebody_was_not_fit(session, world):
    who = patient(session, world)
    dosing.withhold_dose(
        session, person_id=who.id, reason=WithheldReason.INTOXICATED, note="", site=SITE, act=world.act()
    )
    stop_id = session.scalars(select(models.Stop.id)).one()

    stops.release_stop(session, stop_id=stop_id, reason="seen, sober", act=world.act(world.prescriber))

    assert session.scalars(select(models.Task.resolved_at)).all() == [world.at]
    assert give(session, world, who).taken_mg == mg("80")


def test_days_since_an_earlier_episode_count_before_the_first_order_of_the_new_one(session, world):
    who = patient(session, world, starts_on=world.day - timedelta(days=30))
    give(session, world, who, at=world.at - timedelta(days=30))
    left = world.act(world.prescriber)
    episodes.end_episode(
        session, person_id=who.id, ended_on=left.clinic_day, reason=EpisodeEndReason.DROPPED_OUT, note="moved", act=left
    )
    episode(session, world, who, admission=Admission.READMITTED)

    assert look(session, world, who).days_without_medicine == 29
