"""Nightly: whoever missed a day, or has a stop, and takes doses home is put on the prescriber's desk."""

from flask import Flask

from dispensary.rules.job_times import Due
from dispensary.services import jobs, take_home_reviews
from dispensary.web.database import unit_of_work


def open_take_home_reviews(app: Flask, due: Due) -> None:
    """Open the reviews of take-home doses that a clinic day asks for."""
    with unit_of_work() as session:
        act = jobs.act_of_job(session, due.site_id, app.extensions["clock"]())
        take_home_reviews.open_reviews(session, due.site_id, due.clinic_day, act)
