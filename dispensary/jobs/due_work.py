"""Nightly: what is due with people goes to the counselling desk, and what they have settled since leaves it."""

from flask import Flask
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.jobs.one_by_one import one_by_one
from dispensary.queries import sites
from dispensary.rules.job_times import Due
from dispensary.services import due_work
from dispensary.services.due_work import Owed, Settled


def open_what_is_due(app: Flask, due: Due) -> None:
    """Open the tasks that are due as things stand now, and close those that have answered themselves.

    A night that is caught up late finds what holds today, and nothing twice.
    """
    one_by_one(app, due, lambda session: _owed(app, session, due)[0], due_work.tell)
    one_by_one(app, due, lambda session: _owed(app, session, due)[1], due_work.settle)


def _owed(app: Flask, session: Session, due: Due) -> tuple[list[Owed], list[Settled]]:
    now = app.extensions["clock"]()
    have = sites.settings_at(session, due.site_id, now)
    return due_work.owed(session, due.site_id, clinic_day(now, have.zone, have.day_starts))
