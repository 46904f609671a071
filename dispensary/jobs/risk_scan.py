"""Nightly: everybody is scored from what is on record up to that day; who is in a lane goes to the counselling desk, once."""

from flask import Flask

from dispensary.jobs.one_by_one import one_by_one
from dispensary.rules.job_times import Due
from dispensary.services import risk


def scan(app: Flask, due: Due) -> None:
    """Raise whoever the scorecard puts into a lane; a night that is caught up late counts what lies before it, and no more."""
    one_by_one(app, due, lambda session: risk.to_raise(session, due.site_id, due.clinic_day), risk.raise_flag)
