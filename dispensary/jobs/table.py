"""The jobs: each a name, when it is due, and the function that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from dispensary.jobs.backup import back_up
from dispensary.jobs.call_backs import tell_overdue_call_backs
from dispensary.jobs.day_end import end_day
from dispensary.jobs.due_work import open_what_is_due
from dispensary.jobs.follow_up import propose_lost
from dispensary.jobs.near_days import tell_of_near_days
from dispensary.jobs.order_endings import tell_of_order_endings
from dispensary.jobs.pack import write_pack
from dispensary.jobs.papers import keep_log, keep_month, keep_pack
from dispensary.jobs.reviews import open_take_home_reviews
from dispensary.jobs.risk_scan import scan
from dispensary.jobs.risk_watch import watch
from dispensary.jobs.verify import verify_chains
from dispensary.rules.job_times import Due, Nightly, Timed, WhileOpen
from dispensary.wording import N_


@dataclass(frozen=True)
class Job(Timed):
    """What runs by itself, when, and how."""

    does: Callable[[Flask, Due], None]
    title: str
    words: str


JOBS: tuple[Job, ...] = (
    Job(
        "rolling_pack",
        WhileOpen(),
        write_pack,
        N_("Rolling downtime pack"),
        N_("While the clinic is open: who was dosed until now, encrypted, into the folder that the site names."),
    ),
    Job(
        "day_end",
        Nightly(timedelta(minutes=5)),
        end_day,
        N_("End of the clinic day"),
        N_(
            "Every night: audit and registers are sealed, even where nobody closed the day, and guests whose last day it was"
            " are guests no more. Signing the day off stays with a person."
        ),
    ),
    Job(
        "day_log",
        Nightly(timedelta(minutes=8)),
        keep_log,
        N_("Dispensing log of the day"),
        N_("Every night: the log of the day that is over is made once, and kept in the archive with its digest."),
    ),
    Job(
        "day_pack",
        Nightly(timedelta(minutes=50)),
        keep_pack,
        N_("Downtime pack of the day"),
        N_(
            "Before opening: everyone expected on the day that begins, with what is due and every stop, kept in the archive."
            " A day that is over gets none any more."
        ),
    ),
    Job(
        "month_summary",
        Nightly(timedelta(minutes=52)),
        keep_month,
        N_("Summary of the month"),
        N_(
            "In the night after the last day of a month: its summary is made once, and kept in the archive to be signed."
        ),
    ),
    Job(
        "take_home_reviews",
        Nightly(timedelta(minutes=10)),
        open_take_home_reviews,
        N_("Reviews of take-home doses"),
        N_("Every night: whoever missed a day or has a stop, and takes doses home, goes to the prescriber's desk."),
    ),
    Job(
        "order_endings",
        Nightly(timedelta(minutes=15)),
        tell_of_order_endings,
        N_("Orders that end soon"),
        N_(
            "Every night: whoever's order ends within a week, with none signed to follow it, goes to the prescriber's desk, once."
        ),
    ),
    Job(
        "lost_to_follow_up",
        Nightly(timedelta(minutes=20)),
        propose_lost,
        N_("Perhaps lost to follow-up"),
        N_(
            "Every night: whoever has as many no-shows in a row as the site has set goes to the prescriber's desk, once."
        ),
    ),
    Job(
        "overdue_call_backs",
        Nightly(timedelta(minutes=15)),
        tell_overdue_call_backs,
        N_("Call-backs past their deadline"),
        N_(
            "Every night: whoever was to bring in every bottle and did not by the deadline goes to the prescriber's desk."
        ),
    ),
    Job(
        "due_work",
        Nightly(timedelta(minutes=25)),
        open_what_is_due,
        N_("What is due at the counselling desk"),
        N_(
            "Every night: missed doses, calls, referrals, plans, counselling, intakes and urine tests that are due, and people"
            " who wait too long, go to the counselling desk, once; what has settled itself leaves it."
        ),
    ),
    Job(
        "risk_scan",
        Nightly(timedelta(minutes=30)),
        scan,
        N_("Nightly scan for people at risk of being lost"),
        N_(
            "Every night: whoever missed several days in a row, or still comes and has many points on the scorecard, goes to"
            " the counselling desk with the reasons."
        ),
    ),
    Job(
        "risk_watch",
        Nightly(timedelta(minutes=40)),
        watch,
        N_("Whether the nightly scan drifts"),
        N_(
            "Every night: where the scan raises far more people than the site can follow up, and on the last of a month where"
            " far more or fewer are lost than its probabilities say, that is written down; nothing else follows by itself."
        ),
    ),
    Job(
        "near_days",
        Nightly(timedelta(minutes=25)),
        tell_of_near_days,
        N_("Releases and newborns"),
        N_(
            "Every night: a release from custody that is near goes to the prescriber's desk, so that the first dose is ready;"
            " a newborn's follow-up goes to the counselling desk on its day."
        ),
    ),
    Job(
        "verify",
        Nightly(timedelta(minutes=45)),
        verify_chains,
        N_("Verification of the registers"),
        N_("Every night: the audit, every register, their seals and each record are checked against each other."),
    ),
    Job(
        "backup",
        Nightly(timedelta(minutes=55)),
        back_up,
        N_("Backup and restore drill"),
        N_(
            "Every night: the whole database is copied and encrypted, restored on trial, compared and verified;"
            " the copy also goes into the second folder that the site names."
        ),
    ),
)
