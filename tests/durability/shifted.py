"""The `dispensary` command with a clock that a test sets: the seconds by which it is wrong stand in a file."""

import os
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from app import create_app
from dispensary import cli, clock

VARIABLE = "CLINIC_CLOCK_IS_WRONG_BY"


def now() -> datetime:
    """Return this moment as a wrong clock shows it."""
    return clock.now() + timedelta(seconds=int(Path(os.environ[VARIABLE]).read_text(encoding="ascii")))


if __name__ == "__main__":
    cli.commands(partial(create_app, now=now))()
