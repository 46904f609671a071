"""Finding out about everybody is long and only reads; writing is one short unit of work for each, so that no dose waits."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import Flask
from sqlalchemy.orm import Session

from dispensary.rules.job_times import Due
from dispensary.services import jobs
from dispensary.services.act import Act
from dispensary.web.database import db, unit_of_work

One = TypeVar("One")


def one_by_one(
    app: Flask, due: Due, whom: Callable[[Session], Sequence[One]], does: Callable[[Session, One, Act], object]
) -> None:
    """Do something for each of those whom a read found, each in a unit of work of its own.

    What was done stays when the computer stops halfway; the next attempt finds the rest.
    """
    found = whom(db.session())
    db.session.rollback()
    for one in found:
        with unit_of_work() as session:
            does(session, one, jobs.act_of_job(session, due.site_id, app.extensions["clock"]()))
