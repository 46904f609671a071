"""The `dispensary` command. Each subcommand is a module of its own; this one only puts them together.

Exit codes: 0 done, 1 not done (the clinic's own rules or the data say no), 2 the command was typed wrongly.
"""

from collections.abc import Callable

import click
from flask import Flask

from dispensary.cli.backup import backup
from dispensary.cli.demonstration import demo
from dispensary.cli.history import import_history
from dispensary.cli.init import init
from dispensary.cli.jobs import jobs, pack, scheduler
from dispensary.cli.report import report
from dispensary.cli.restore import restore
from dispensary.cli.retention import retention
from dispensary.cli.risk import risk
from dispensary.cli.risk_evaluation import evaluate
from dispensary.cli.risk_models import models, promote, refit, retire
from dispensary.cli.serve import serve
from dispensary.cli.upgrade import upgrade
from dispensary.cli.urine_draw import urine_draw
from dispensary.cli.user import user
from dispensary.cli.verify import verify


def commands(create_app: Callable[..., Flask]) -> click.Group:
    """Return the command with all its subcommands; each makes the app when it runs, not before."""

    @click.group(context_settings={"help_option_names": ["-h", "--help"]})
    @click.pass_context
    def dispensary(context: click.Context) -> None:
        """Run an opioid agonist treatment clinic: doses, stock, register, paper."""
        context.obj = create_app

    for of_risk in (evaluate, models, promote, refit, retire):
        risk.add_command(of_risk)
    for command in (
        backup,
        demo,
        import_history,
        init,
        jobs,
        pack,
        report,
        retention,
        restore,
        risk,
        scheduler,
        serve,
        upgrade,
        urine_draw,
        user,
        verify,
    ):
        dispensary.add_command(command)
    return dispensary
