"""Whatever happened: the window counts the days without medicine that the day ledger counts, though it seldom reads it."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispensary.queries.expected import everyone_expected
from dispensary.queries.ledger import runs_of
from dispensary.services import dosing
from tests.properties.histories import Clinic, clinics, lives


@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(clinic=clinics, people=st.lists(lives, min_size=1, max_size=3))
def test_the_window_counts_what_the_ledger_counts(session, world, clinic, people):
    try:
        compare(session, world, clinic, people)
    finally:
        session.rollback()


def compare(session, world, clinic, people):
    made = Clinic(session, world)
    made.furnish(**clinic)

    everyone = {made.live(**life).id for life in people}

    place = {"site_id": world.site.id, "window_id": world.window.id}
    expected = everyone_expected(session, **place, clinic_day=world.day, at=world.at)
    together = {row.person_id: row.facts for row in expected}
    for who in everyone:
        facts = dosing.station_facts(session, who, world.act())
        if facts.order is None:
            continue  # nothing can be given; there is nothing for the gate to say
        assert facts.days_without_medicine == runs_of(session, who, world.site.id, world.day).days_without_medicine
        assert who not in together or together[who].re_entry == facts.re_entry
