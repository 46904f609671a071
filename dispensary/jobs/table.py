"""The jobs: each a name, when it is due, and the function that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from dispensary.jobs.pack import write_pack
from dispensary.jobs.reviews import open_take_home_reviews
from dispensary.rules.job_times import Due, Nightly, Timed, WhileOpen


@dataclass(frozen=True)
class Job(Timed):
    """What runs by itself, when, and how."""

    does: Callable[[Flask, Due], None]


JOBS: tuple[Job, ...] = (
    Job("rolling_pack", WhileOpen(), write_pack),
    Job("take_home_reviews", Nightly(timedelta(minutes=10)), open_take_home_reviews),
)
