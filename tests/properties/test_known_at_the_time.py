"""Whatever is written down later, of whatever day: the days as they were known at a moment stay as they were."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

import models
from dispensary.queries.everyones_days import ledger_of_everyone, runs_of_everyone
from dispensary.queries.ledger import person_days, runs_of
from dispensary.rules.ledger import ledger
from models import enums
from tests.properties.histories import A_DAY, LONGEST, Clinic, ago, clinics, lives

LATER = 90
"""So many days after the day that it is of a fact is written down."""
WRITTEN_LATER = [
    "given", "part_given", "withheld", "refused", "incident", "elsewhere", "unverified", "bottle", "bottle_full",
    "imported", "away",
]  # fmt: skip


@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(clinic=clinics, life=lives, later=st.lists(st.tuples(st.sampled_from(WRITTEN_LATER), ago), max_size=8))
def test_what_is_written_down_later_does_not_change_what_was_known(session, world, clinic, life, later):
    try:
        compare(session, world, clinic, life, later)
    finally:
        session.rollback()


def compare(session, world, clinic, life, later):
    made = Clinic(session, world)
    made.furnish(**clinic)
    who = made.live(**life)
    before = known(session, world, who)

    signed = list(session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)))
    for kind, back in later:
        getattr(made, "_" + kind)(who, signed, made.day(back), 1, LATER)
    end_everything(session, made)

    assert known(session, world, who) == before


def known(session, world, who):
    """Return what was known this morning: of one, and of everyone."""
    on, site_id, as_of = world.day, world.site.id, world.at
    days = person_days(session, who.id, site_id, until=on, as_of=as_of)
    first = on - LONGEST * A_DAY
    return (
        ledger(days, first, on, on),
        runs_of(session, who.id, site_id, on, as_of),
        runs_of_everyone(session, site_id, on, as_of),
        dict(ledger_of_everyone(session, site_id, first, on, on, as_of)),
    )


def ends(world):
    """Return for each fact its end: the table, the column that names it, and what else is written down then."""
    at, tomorrow = world.at, world.day + A_DAY
    never_was = {"reason": enums.OrderEndReason.STOPPED}
    return [
        (models.Dose, models.DoseReversal, "dose_id", lambda dose: {
            "reason": enums.ReversalReason.KEYED_BY_MISTAKE, "note": "", "poured": False, "reversed_at": at,
            "clinic_day": dose.clinic_day}),
        (models.Bottle, models.BottleEnd, "bottle_id", lambda bottle: {
            "clinic_day": tomorrow, "ended_at": at, "fate": enums.BottleFate.LOST}),
        (models.ElsewhereDose, models.ElsewhereVerdict, "elsewhere_dose_id", lambda told: {
            "verified": False, "verifier": "ward", "decided_at": at}),
        (models.Absence, models.AbsenceEnd, "absence_id", lambda stay: {
            "last_day": stay.from_on - A_DAY, "told_by": "family"}),
        (models.ClosedDay, models.ClosedDayTakenBack, "closed_day_id", lambda shut: {"reason": "dry again"}),
        (models.DowntimeDay, models.DowntimeEntered, "downtime_day_id", lambda dark: {"sheets": 1, "signed_at": at}),
        (models.DoseOrder, models.OrderEnd, "order_id", lambda order: {
            "last_day": order.starts_on - A_DAY, **never_was}),
        (models.Episode, models.EpisodeEnd, "episode_id", lambda episode: {
            "ended_on": episode.admitted_on, "reason": enums.EpisodeEndReason.LINKED}),
    ]  # fmt: skip


def end_everything(session, made):
    """Let everything that stands be ended, reversed, decided or taken back, all of it written down tomorrow."""
    for fact, end, column, values in ends(made.world):
        done = select(getattr(end, column))
        for standing in session.scalars(select(fact).where(fact.id.not_in(done)).order_by(fact.id)).all():
            made.add(end, of_day=made.world.day + A_DAY, **{column: standing.id}, **values(standing))
