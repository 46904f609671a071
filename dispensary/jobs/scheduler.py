"""APScheduler's one job: the tick, once a minute, and at once when it starts, so that missed nights are caught up."""

import logging

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from dispensary import clock
from dispensary.jobs.tick import safe_tick

SECONDS = 60


def in_background(app: Flask, seconds: float = SECONDS) -> BaseScheduler:
    """Start ticking in a thread of this process, and return what stops it."""
    scheduler = _ticking(BackgroundScheduler(daemon=True, timezone="UTC"), app, seconds)
    scheduler.start()
    return scheduler


def for_ever(app: Flask, seconds: float = SECONDS) -> None:
    """Tick until the process is ended."""
    _ticking(BlockingScheduler(timezone="UTC"), app, seconds).start()


def _ticking(scheduler: BaseScheduler, app: Flask, seconds: float) -> BaseScheduler:
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that overlaps a long one is no news
    scheduler.add_job(
        safe_tick,
        "interval",
        args=[app],
        seconds=seconds,
        next_run_time=clock.now(),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    return scheduler
