"""What the ledger reads: everything on record about a person, as it was known at a moment."""

from datetime import timedelta

from dispensary.queries.everyones_days import runs_of_everyone
from dispensary.queries.ledger import person_days, runs_of
from dispensary.rules.ledger import ledger
from models.enums import DayStatus
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
