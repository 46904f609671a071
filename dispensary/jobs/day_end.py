"""Nightly: a clinic day that is over is sealed, whether or not somebody closed it; signing it off stays with a person."""

from datetime import timedelta

from flask import Flask

from dispensary.rules.job_times import Due
from dispensary.safekeeping import keys
from dispensary.services import day_close, jobs
from dispensary.web.database import unit_of_work

A_DAY = timedelta(days=1)


def end_day(app: Flask, due: Due) -> None:
    """End the stays of guests whose last day is over, and seal what stands in the audit and the registers.

    Raises:
        SealKeyUnreadable: the key that seals is not there.
    """
    key = keys.read_seal_key(app.extensions["home"])
    with unit_of_work() as session:
        act = jobs.act_of_job(session, due.site_id, app.extensions["clock"]())
        day_close.end_day(session, clinic_day=due.clinic_day, key=key, act=act)
