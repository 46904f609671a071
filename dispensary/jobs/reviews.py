"""Nightly: whoever missed a day, or has a stop, and takes doses home is put on the prescriber's desk."""

from flask import Flask

from dispensary.jobs.one_by_one import one_by_one
from dispensary.rules.job_times import Due
from dispensary.services import take_home_reviews


def open_take_home_reviews(app: Flask, due: Due) -> None:
    """Open the reviews of take-home doses that a clinic day asks for."""
    one_by_one(
        app,
        due,
        lambda session: take_home_reviews.to_review(session, due.site_id, due.clinic_day),
        lambda session, person_id, act: take_home_reviews.open_reviews(
            session, due.site_id, due.clinic_day, act, among=[person_id]
        ),
    )
