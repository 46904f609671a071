"""What the ledger reads: everything on record about a person, as it was known at a moment."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

import models
from dispensary.clock import clinic_day
from dispensary.queries.everyones_days import ledger_of_everyone, runs_of_everyone
from dispensary.queries.ledger import person_days, runs_of
from dispensary.rules.ledger import days_in_treatment, ledger, runs
from models import enums
from models.enums import DayStatus, DoseOutcome, Medication, ReversalReason
from models.units import mg
from tests import factories

DAY = timedelta(days=1)


def statuses(session, world, who, first=-6, as_of=None):
    days = person_days(session, who.id, world.site.id, until=world.day, as_of=as_of)
    return [day.status for day in ledger(days, world.day + first * DAY, world.day, world.day)]


def treated(session, world, *dosed, **values):
    """Somebody with an order since five days ago, and the doses of these days before today."""
    who = factories.person(session)
    of = factories.order(session, world, who, starts_on=world.day - 5 * DAY, **values)
    for before in dosed:
        factories.dose(session, world, who, of, at=world.at - before * DAY)
    return who


def reversal(session, world, dose, **stamped):
    return factories.save(
        session,
        models.DoseReversal(
            dose_id=dose.id,
            reason=ReversalReason.NOT_SWALLOWED,
            note="spat out",
            poured=False,
            reversed_at=world.at,
            clinic_day=dose.clinic_day,
            **factories.stamp(world, **stamped),
        ),
    )


def test_a_week_of_somebody_who_came_and_then_did_not(session, world):
    who = treated(session, world, 5, 4)

    assert statuses(session, world, who) == [
        DayStatus.OUTSIDE_TREATMENT,
        DayStatus.OBSERVED,
        DayStatus.OBSERVED,
        DayStatus.NO_SHOW,
        DayStatus.NO_SHOW,
        DayStatus.NO_SHOW,
        DayStatus.AWAITED,
    ]
    counts = runs_of(session, who.id, world.site.id, world.day)
    assert (counts.days_without_medicine, counts.no_shows_in_a_row, counts.days_since_confirmed) == (3, 3, 3)
    assert (counts.last_confirmed_on, counts.last_confirmed_mg) == (world.day - 4 * DAY, mg("80"))


def test_everyones_counts_are_those_of_each(session, world):
    people = [treated(session, world, *dosed) for dosed in [(5, 4), (5, 1), (), (3,)]]

    found = runs_of_everyone(session, world.site.id, world.day)

    assert found == {who.id: runs_of(session, who.id, world.site.id, world.day) for who in people}
    assert [found[who.id].days_without_medicine for who in people] == [3, 0, 5, 2]


def test_a_past_moment_knows_nothing_that_was_written_down_after_it(session, world):
    who = treated(session, world, 5, 4)
    of = session.scalars(select(models.DoseOrder)).one()
    factories.dose(session, world, who, of, at=world.at - 3 * DAY, recorded_at=world.at + 2 * DAY)
    wrong = factories.dose(session, world, who, of, at=world.at - DAY)
    reversal(session, world, wrong, recorded_at=world.at + DAY)

    came, stayed_away = DayStatus.OBSERVED, DayStatus.NO_SHOW
    known = {moment: statuses(session, world, who, -5, as_of=world.at + moment * DAY)[:-1] for moment in (-1, 0, 1, 2)}

    assert known == {
        -1: [came, came, DayStatus.OUTSIDE_TREATMENT, DayStatus.OUTSIDE_TREATMENT, came],  # the order was signed today
        0: [came, came, stayed_away, stayed_away, came],
        1: [came, came, stayed_away, stayed_away, stayed_away],
        2: [came, came, came, stayed_away, stayed_away],
    }
    on, site_id = world.day, world.site.id
    for moment, days in ((0, 0), (1, 3), (2, 2)):
        at = world.at + moment * DAY
        assert runs_of(session, who.id, site_id, on, at).days_without_medicine == days
        assert runs_of_everyone(session, site_id, on, at)[who.id].days_without_medicine == days


def test_records_of_one_person_share_their_days(session, world):
    survivor = treated(session, world, 5)
    other = factories.person(session, root_id=survivor.id)
    elsewhere = factories.order(session, world, other, starts_on=world.day - 3 * DAY)
    factories.dose(session, world, other, elsewhere, at=world.at - 2 * DAY)

    shared = person_days(session, survivor.id, world.site.id, until=world.day)

    assert [dose.day for dose in shared.doses] == [world.day - 5 * DAY, world.day - 2 * DAY]
    assert runs_of_everyone(session, world.site.id, world.day) == {survivor.id: runs(shared, world.day)}
    assert runs(shared, world.day).days_without_medicine == 1


def test_a_dose_in_the_night_is_of_the_clinic_day_that_was_stored_with_it_also_when_the_clocks_change(session, world):
    zone, late = ZoneInfo("Europe/Berlin"), factories.DAY_STARTS
    who = factories.person(session)
    of = factories.order(session, world, who, starts_on=date(2026, 3, 27))
    for moment in (
        datetime(2026, 3, 28, 0, 10, tzinfo=zone),  # after a late clinic: still Friday
        datetime(2026, 3, 29, 1, 50, tzinfo=zone),  # ten minutes before the clocks go forward: still Saturday
        datetime(2026, 3, 29, 3, 5, tzinfo=zone),  # an hour that follows at once: Sunday
    ):
        day = clinic_day(moment, zone, late)
        slot = factories.claim(session, world, who, clinic_day=day)
        factories.dose(session, world, who, of, at=moment.astimezone(UTC), clinic_day=day, claim_id=slot.id)

    days = person_days(session, who.id, world.site.id, until=date(2026, 3, 31))

    called = [day.status for day in ledger(days, date(2026, 3, 27), date(2026, 3, 31), date(2026, 3, 31))]
    assert called == [*[DayStatus.OBSERVED] * 3, DayStatus.NO_SHOW, DayStatus.AWAITED]
    assert runs(days, date(2026, 3, 31)).days_without_medicine == 1


def test_an_imported_history_has_no_orders_and_is_due_daily_from_its_first_dose(session, world):
    who = factories.person(session)
    factories.episode(session, world, who, admitted_on=world.day - 9 * DAY)
    for before, drug in ((8, Medication.METHADONE), (7, Medication.METHADONE), (4, Medication.BUPRENORPHINE)):
        imported(session, world, who, before, drug)

    days = person_days(session, who.id, world.site.id, until=world.day)

    assert (
        "".join(day.status.value[0] for day in ledger(days, world.day - 9 * DAY, world.day, world.day)) == "ooonnonnna"
    )
    assert [runs(days, world.day - n * DAY).days_without_medicine for n in (0, 4, 5)] == [3, 0, 1]
    assert [order.starts_on for order in days.orders] == [world.day - 8 * DAY, world.day - 4 * DAY]
    assert days_in_treatment(days, world.day) == 9


def imported(session, world, who, before, drug):
    at = world.at - before * DAY
    slot = factories.claim(session, world, who, at=at, kind=enums.ClaimKind.IMPORT)
    return factories.save(
        session,
        models.Dose(
            person_id=who.id,
            clinic_day=at.date(),
            part=1,
            claim_id=slot.id,
            outcome=DoseOutcome.GIVEN,
            medication=drug,
            taken_mg=mg("60"),
            wasted_mg=mg("0"),
            taken_at=at,
            **factories.stamp(world, origin=enums.Origin.IMPORT),
        ),
    )


def test_orders_signed_here_follow_an_imported_history(session, world):
    who = factories.person(session)
    episode = factories.episode(session, world, who, admitted_on=world.day - 9 * DAY)
    imported(session, world, who, 3, Medication.METHADONE)
    factories.order(session, world, who, in_episode=episode, starts_on=world.day - DAY, every_n_days=2)

    assert statuses(session, world, who, -4) == [
        DayStatus.OUTSIDE_TREATMENT,
        DayStatus.OBSERVED,
        DayStatus.NO_SHOW,
        DayStatus.NO_SHOW,
        DayStatus.NOT_SCHEDULED,
    ]


@pytest.mark.parametrize("same_site", [True, False])
def test_a_dose_counts_wherever_it_was_taken_and_an_episode_at_its_own_site(session, world, same_site):
    who = treated(session, world, 5, 1)
    site = world.site if same_site else factories.save(session, models.Site(code="north", name="North", address=""))

    days = person_days(session, who.id, site.id, until=world.day)

    assert len(days.doses) == 2
    assert len(days.stays) == len(days.orders) == int(same_site)
    assert (who.id in runs_of_everyone(session, site.id, world.day)) is same_site


def test_everyones_days_know_of_a_history_that_ended_long_before(session, world):
    who = factories.person(session)
    factories.episode(session, world, who, admitted_on=world.day - 200 * DAY)
    imported(session, world, who, 190, Medication.METHADONE)

    ((found, days),) = ledger_of_everyone(session, world.site.id, world.day - 2 * DAY, world.day, world.day)

    assert found == who.id
    assert [day.status for day in days] == [DayStatus.NO_SHOW, DayStatus.NO_SHOW, DayStatus.AWAITED]
