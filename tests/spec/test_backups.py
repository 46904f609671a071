"""Which backups are kept, and when those who keep the computer are told. One line a case.

Of each of the last seven days, five weeks and twelve months with a backup the newest stays, a proved one before one that was
not; the newest that was proved stays whatever its age. A backup that was tried and could not be restored is told at once, on
every page, as is a full disk; so is it when none was proved for 36 hours. Source: product.md §10.
"""

from datetime import UTC, datetime, timedelta

import pytest

from dispensary.rules.backup_rotation import Backup, kept
from dispensary.rules.backup_state import Known, alarm
from models.enums import DrillOutcome

TODAY = datetime(2026, 3, 2, 20, 45, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def nights(*ago, proved=True):
    return [Backup(f"{n} days ago", TODAY - n * DAY, proved) for n in ago]


def stay(made):
    return {backup.name for backup in made} & kept(made, daily=7, weekly=5, monthly=12)


def ago(*days):
    return {f"{n} days ago" for n in days}


BAD = nights(*range(20), proved=False)
KEPT = [
    ("the first night", nights(0), ago(0)),
    ("a week of nights: all", nights(*range(7)), ago(*range(7))),
    ("a fortnight: seven days, and the newest of the week before them", nights(*range(14)), ago(*range(7), 8)),
    (
        "a computer that was off for a month loses none of the days before",
        nights(0, *range(30, 40)),
        ago(0, 30, 31, 32, 33, 34, 35, 36),
    ),
    (
        "a year and a half of nights: days, weeks, and the last night of each of twelve months",
        nights(*range(540)),
        ago(0, 1, 2, 3, 4, 5, 6, 8, 15, 22, 30, 61, 92, 122, 153, 183, 214, 245, 275, 306),
    ),
    ("the newest that was proved stays, however old", BAD + nights(400), ago(*range(7), 8, 15, 400)),
    (
        "of one day a proved one stays before a newer one that was not",
        [Backup("proved", TODAY - HOUR, True), Backup("newer", TODAY, False), *nights(1)],
        {"proved", "newer", "1 days ago"},
    ),
]


@pytest.mark.parametrize(("case", "made", "stays"), KEPT, ids=[case for case, *_ in KEPT])
def test_which_backups_are_kept(case, made, stays):
    assert stay(made) == stays


def test_of_two_on_an_older_day_the_proved_one_stands_for_it():
    made = [*nights(0), Backup("proved", TODAY - DAY - HOUR, True), Backup("newer", TODAY - DAY, False)]

    assert stay(made) == {"0 days ago", "proved"}


GOOD, BROKEN, FULL = DrillOutcome.PROVED, DrillOutcome.CHAINS_BROKEN, "OSError ENOSPC"
TOLD = [
    ("proved this night", Known(GOOD, TODAY, "", None), None),
    ("proved 36 hours ago", Known(GOOD, TODAY - 36 * HOUR, "", None), None),
    ("proved 37 hours ago", Known(GOOD, TODAY - 37 * HOUR, "", None), "is %(hours)s hours old"),
    ("the last could not be restored", Known(BROKEN, TODAY - DAY, "", None), "could not be restored"),
    ("the last could not be read", Known(DrillOutcome.NOT_READABLE, TODAY, "", None), "could not be restored"),
    ("nothing to restore into", Known(DrillOutcome.NO_SCRATCH_DATABASE, None, "", TODAY), "could not be restored"),
    ("the disk is full", Known(GOOD, TODAY, FULL, None), "the disk is full"),
    ("another failure waits for its hours", Known(GOOD, TODAY, "CopyImpossible", None), None),
    ("being tried for the first time", Known(None, None, "", TODAY - DAY), None),
    ("never proved in a clinic of two days", Known(None, None, "", TODAY - 2 * DAY), "No backup of this clinic"),
]


@pytest.mark.parametrize(("case", "known", "said"), TOLD, ids=[case for case, *_ in TOLD])
def test_what_those_who_keep_the_computer_are_told(case, known, said):
    words = alarm(known, TODAY, 36 * HOUR)

    assert (words is None) if said is None else (said in words.msgid)


def test_newest_proved_backup_that_is_gone_from_its_folder_is_told_before_its_age():
    known = Known(GOOD, TODAY - 40 * HOUR, "", None, "clinic.backup", 10)

    words = alarm(known, TODAY, 36 * HOUR, lies_there=False)

    assert words is not None
    assert "not in its folder any more" in words.msgid
