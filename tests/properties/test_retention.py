"""Whatever happened to whom: how a course ended, found from the gaps between doses, is what its whole day ledger says."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dispensary.queries.ledger import person_days
from dispensary.queries.retention import Asked, courses, marks_of
from dispensary.rules.retention import Exit, Spell, lost_on, open_run, outcome
from models import Episode, EpisodeEnd
from tests.properties.histories import Clinic, clinics, lives

A_DAY = timedelta(days=1)


@settings(max_examples=50, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    clinic=clinics,
    people=st.lists(lives, min_size=1, max_size=3),
    gap=st.integers(min_value=1, max_value=8),
    follow_up=st.none() | st.integers(min_value=1, max_value=20),
)
def test_each_course_ended_as_its_whole_ledger_says(session, world, clinic, people, gap, follow_up):
    made = Clinic(session, world)
    made.furnish(**clinic)
    everyone = [made.live(**life).id for life in people]
    looked_at = world.day - A_DAY

    found = courses(session, Asked(gap=gap, looked_at=looked_at, follow_up=follow_up))

    assert {course.person_id for course in found.all} <= set(everyone)
    for person_id in everyone:
        mine = sorted((c for c in found.all if c.person_id == person_id), key=lambda c: c.began_on)
        days = person_days(session, person_id, world.site.id, until=looked_at)
        for n, course in enumerate(mine):
            following = mine[n + 1].admitted_on if n + 1 < len(mine) else world.day
            last, reason = end_of(session, person_id, course.admitted_on, following)
            seen_until = looked_at if follow_up is None else min(looked_at, course.began_on + (follow_up - 1) * A_DAY)
            spell = Spell(course.began_on, last, reason, seen_until)
            whole = list(marks_of(days, course.began_on, spell.until, looked_at))

            assert course.outcome == outcome(spell, lost_on(whole, gap), open_run(whole, gap))
            assert course.outcome.exit in (None, Exit.LOST)
            assert 0 <= course.outcome.days <= (looked_at - course.began_on).days + 1
    session.rollback()


def end_of(session, person_id, admitted_on, following):
    """Return day and reason of the end of the last stay that belongs to a course."""
    query = (
        select(EpisodeEnd.ended_on, EpisodeEnd.reason)
        .select_from(Episode)
        .outerjoin(EpisodeEnd, EpisodeEnd.episode_id == Episode.id)
        .where(Episode.person_id == person_id, Episode.admitted_on >= admitted_on, Episode.admitted_on < following)
        .order_by(Episode.admitted_on.desc(), Episode.id.desc())
    )
    return tuple(session.execute(query).first())
