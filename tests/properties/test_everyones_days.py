"""Whatever happened to whom: the days and counts of everyone, read together, are those of each, read alone and whole."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispensary.queries.everyones_days import ledger_of_everyone, runs_of_everyone
from dispensary.queries.ledger import person_days, runs_of
from dispensary.rules.ledger import ledger, runs
from models.enums import DayStatus
from tests.properties.histories import Clinic, clinics, lives


@settings(max_examples=50, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    clinic=clinics,
    people=st.lists(lives, min_size=1, max_size=3),
    before=st.sampled_from([0, 0, 1, 4]),
    known=st.sampled_from([None, 0, 3]),
)
def test_everyones_counts_are_those_of_each_one(session, world, clinic, people, before, known):
    made = Clinic(session, world)
    made.furnish(**clinic)
    everyone = [made.live(**life).id for life in people]
    on = world.day - timedelta(days=before)
    as_of = None if known is None else world.at - timedelta(days=known)

    first = on - timedelta(days=20)
    statuses = dict(ledger_of_everyone(session, world.site.id, first, on, on, as_of))
    together = runs_of_everyone(session, world.site.id, on, as_of)

    for person_id in everyone:
        days = person_days(session, person_id, world.site.id, until=on, as_of=as_of)
        alone = runs(days, on)
        assert runs_of(session, person_id, world.site.id, on, as_of) == alone
        assert together.get(person_id, alone) == alone
        assert statuses.get(person_id, ledger(days, first, on, on)) == ledger(days, first, on, on)
        check(alone, days, on)
    assert set(together) <= set(statuses) <= set(everyone)
    session.rollback()


def check(counts, days, on):
    """What holds of any counts."""
    last = ledger(days, on - timedelta(days=60), on - timedelta(days=1), on)
    no_shows = sum(day.status is DayStatus.NO_SHOW for day in last)
    assert 0 <= counts.no_shows_in_a_row <= no_shows
    assert 0 <= counts.days_without_medicine <= counts.days_since_confirmed
    assert not any(day.status is DayStatus.AWAITED for day in last)
    for shown in (counts.last_taken_on, counts.last_confirmed_on):
        assert shown is None or shown < on
