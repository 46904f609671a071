"""Nightly: whoever was called back with every bottle, and whose deadline has passed, is put on the prescriber's desk."""

from flask import Flask

from dispensary.jobs.one_by_one import one_by_one
from dispensary.queries import call_backs as records
from dispensary.rules.job_times import Due
from dispensary.services import call_backs


def tell_overdue_call_backs(app: Flask, due: Due) -> None:
    """Tell the prescriber of call-backs that nobody answered by their deadline."""
    at = app.extensions["clock"]()
    one_by_one(
        app,
        due,
        lambda session: records.overdue(session, due.site_id, at),
        lambda session, person_id, act: call_backs.tell_overdue(session, person_id=person_id, act=act),
    )
