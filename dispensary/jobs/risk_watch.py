"""Nightly: where the scan raises more than can be followed up, or its probabilities do not come true, that is written down."""

from flask import Flask

from dispensary.jobs.one_by_one import one_by_one
from dispensary.rules.job_times import Due
from dispensary.services import risk_watch


def watch(app: Flask, due: Due) -> None:
    """Write down what drifted; a person decides what follows."""
    one_by_one(app, due, lambda session: risk_watch.to_note(session, due.site_id, due.clinic_day), risk_watch.note)
