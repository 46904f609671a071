"""APScheduler's one job in each lane: the tick, once a minute, the first soon after the start, so that nights are caught up.

Beside the window a job runs in a process of its own: a pack of six hundred people kept the interpreter busy for seconds,
and every nurse waited (docs/adr/0012-two-backends.md).
"""

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from dispensary import clock
from dispensary.jobs.tick import anything_due, kind_of, log, safe_tick
from dispensary.rules.job_times import Lane

SECONDS = 60
AT_FIRST = 5
"""Seconds until the first tick: a server that has just started serves whoever waits before it catches up."""
NICER = 5
"""The window comes first: so much less of the processor is asked for."""


def beside_the_window(app: Flask, create_app: Callable[[], Flask], seconds: float = SECONDS) -> BaseScheduler:
    """Tick in a thread of a process that serves, what is due in a process of its own, and return what stops it.

    Args:
        create_app: how that process makes its app; a function of a module.
    """
    scheduler = BackgroundScheduler(daemon=True, timezone="UTC")
    return started(scheduler, lambda lane: _tick_apart(app, create_app, lane), seconds)


def for_ever(app: Flask, seconds: float = SECONDS) -> None:
    """Tick until the process is told to end, by Ctrl-C or SIGTERM; a job that is under way ends first."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    scheduler = BlockingScheduler(timezone="UTC")
    with suppress(KeyboardInterrupt):
        started(scheduler, lambda lane: safe_tick(app, lane), seconds)
    if scheduler.running:
        scheduler.shutdown(wait=True)


def started(scheduler: BaseScheduler, tick: Callable[[Lane], None], seconds: float) -> BaseScheduler:
    """Let a scheduler tick in each lane, start it, and return it."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that overlaps a long one is no news
    for lane in Lane:
        scheduler.add_job(
            tick,
            "interval",
            args=[lane],
            seconds=seconds,
            next_run_time=clock.now() + timedelta(seconds=min(seconds, AT_FIRST)),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler


def _tick_apart(app: Flask, create_app: Callable[[], Flask], lane: Lane) -> None:
    """Run what is due in a lane in a process of its own, and wait for it; nothing is started where nothing is due."""
    try:
        if anything_due(app, lane):
            process = multiprocessing.get_context("spawn").Process(target=_tick, args=(create_app, lane), daemon=True)
            process.start()
            process.join()
            if process.exitcode:
                log.error("the process of the jobs ended by %s", process.exitcode)
    except Exception as error:
        log.error("the tick of the jobs failed: %s", kind_of(error))


def _tick(create_app: Callable[[], Flask], lane: Lane) -> None:
    """Be that process: behind those who serve, and ended with them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.umask(0o077)
    os.nice(NICER)
    safe_tick(create_app(), lane)
