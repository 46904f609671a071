"""APScheduler's one job: the tick, once a minute, the first soon after the start, so that missed nights are caught up."""

import logging
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from dispensary import clock
from dispensary.jobs.tick import safe_tick

SECONDS = 60
AT_FIRST = 5
"""Seconds until the first tick: a server that has just started serves whoever waits before it catches up."""


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
        next_run_time=clock.now() + timedelta(seconds=min(seconds, AT_FIRST)),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    return scheduler
