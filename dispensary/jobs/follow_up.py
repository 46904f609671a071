"""Nightly: whom the site's rule proposes as lost to follow-up is put on the prescriber's desk; a person decides."""

from flask import Flask

from dispensary.jobs.one_by_one import one_by_one
from dispensary.rules.job_times import Due
from dispensary.services import follow_up


def propose_lost(app: Flask, due: Due) -> None:
    """Open a task for everybody who reached the site's number of no-shows, and close those whose person came again."""
    one_by_one(app, due, lambda session: follow_up.to_propose(session, due.site_id, due.clinic_day), follow_up.propose)
    one_by_one(app, due, lambda session: follow_up.came_again(session, due.site_id, due.clinic_day), follow_up.withdraw)
