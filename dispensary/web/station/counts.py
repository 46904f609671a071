"""Both counts beside those who wait in the queue.

The queue is drawn after every dose at every terminal, and these counts are of the days before today: they are read once a
minute. What was changed of an earlier day shows in the queue within that minute; the person's own page reads them anew.
"""

from collections.abc import Collection
from datetime import timedelta

from flask import current_app

from dispensary.queries.waiting_runs import runs_of_waiting
from dispensary.rules.ledger import Runs
from dispensary.web import edge
from dispensary.web.database import db

KEPT_FOR = timedelta(minutes=1)
PLACE = "counts_of_the_queue"


def counts_of(people: Collection[int]) -> dict[int, Runs]:
    """Return both counts of those of some waiting people who have any."""
    act = edge.act()
    kept = current_app.extensions.setdefault(PLACE, {})
    day, at, whose, found = kept.get(act.site_id, (None, act.at, frozenset(), {}))
    fresh = day == act.clinic_day and timedelta(0) <= act.at - at < KEPT_FOR
    if fresh and whose.issuperset(people):
        return found
    counted = {
        person: runs
        for person, runs in runs_of_waiting(db.session(), people, act.site_id, act.clinic_day).items()
        if runs.days_without_medicine or runs.no_shows_in_a_row
    }
    kept[act.site_id] = (act.clinic_day, act.at, frozenset(people), counted)
    return counted
