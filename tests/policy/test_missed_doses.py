"""Missed-dose tables are read hard: in order, without a gap, never milder at more days, never above the last dose."""

import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from dispensary.errors import Refused
from dispensary.policy.missed_doses import MissedDoseTables, TableInForce
from dispensary.policy.profiles import read
from dispensary.policy.stack import missed_dose_tables
from models.enums import Answer, Medication, ReEntryAction, TreatmentPhase
from models.units import mg
from tests.policy.shelf import CITED, DAY, HEAD, approval, shipped

METHADONE, MAINTENANCE = Medication.METHADONE, TreatmentPhase.MAINTENANCE
TABLE = """
[[missed_dose]]
medications = ["methadone"]
phases = ["maintenance"]
"""


def row(operator, days, action, more="", words="So it is."):
    return f'\n[[missed_dose.row]]\noperator = "{operator}"\ndays = "{days}"\naction = "{action}"\nwords = "{words}"\n{more}\n'


FIRST = row("at_least", 1, "give")
HALF = row("at_least", 3, "hold_notify", 'fraction = "1/2"')
ANEW = row("more_than", 4, "hold_reinduct")
GOOD = HEAD + TABLE + CITED + FIRST + HALF + ANEW


def test_row_with_the_most_days_that_is_reached_counts_by_its_operator(write):
    [table] = read(write(GOOD)).missed_doses

    assert [table.row_for(days).action for days in (1, 2, 3, 4, 5, 40)] == [
        ReEntryAction.GIVE,
        ReEntryAction.GIVE,
        ReEntryAction.HOLD_NOTIFY,
        ReEntryAction.HOLD_NOTIFY,
        ReEntryAction.HOLD_REINDUCT,
        ReEntryAction.HOLD_REINDUCT,
    ]
    assert table.row_for(0) is None


def test_below_its_first_day_a_table_that_says_so_is_silent(write):
    silent = TABLE + 'silent_below = "3"\n'

    [table] = read(write(HEAD + silent + CITED + HALF + ANEW)).missed_doses

    assert (table.row_for(2), table.row_for(3).number) == (None, 1)


def test_from_which_share_on_a_part_ends_the_days_is_said_by_the_table_or_by_none(write):
    [silent] = read(write(GOOD)).missed_doses
    [said] = read(write(GOOD.replace(TABLE, TABLE + 'part_ends_from = "1/2"\n'))).missed_doses

    assert (silent.part_ends_from, said.part_ends_from) == (None, Fraction(1, 2))


@pytest.mark.parametrize(
    ("shares", "counts"),
    [((), None), ((None,), None), (("1/2",), "1/2"), (("1/2", "3/4"), "3/4"), (("1/2", None), None)],
)
def test_of_several_tables_the_largest_share_counts_and_none_where_one_gives_none(write, shares, counts):
    tables = []
    for share in shares:
        more = f'part_ends_from = "{share}"\n' if share else ""
        [table] = read(write(GOOD.replace(TABLE, TABLE + more))).missed_doses
        tables.append(TableInForce(table, "mine", "digest"))

    found = MissedDoseTables(tuple(tables)).part_ends_from(Medication.METHADONE, TreatmentPhase.MAINTENANCE)

    assert found == (Fraction(counts) if counts else None)


def test_row_may_carry_a_citation_and_mark_of_its_own(write):
    own = row("at_least", 1, "give", 'citation = "A study"\nmark = "seen-2nd"')

    [table] = read(write(HEAD + TABLE + CITED + own + HALF)).missed_doses

    assert [(r.citation, r.mark) for r in table.rows] == [
        ("A study", "seen-2nd"),
        ("Local protocol, section 2", "seen"),
    ]


@pytest.mark.parametrize(
    ("formula", "last", "suggested"),
    [
        ('fraction = "1/2"', "100", "50"),
        ('fraction = "1/2"\nmax_mg = "40"', "100", "40"),
        ('fraction = "1/2"\nmax_mg = "40"', "60", "30"),
        ('fraction = "1/2"\nmin_mg = "30"', "100", "50"),
        ('fraction = "1/2"\nmin_mg = "30"', "50", "30"),
        ('fraction = "1/2"\nmin_mg = "30"', "25", "25"),
        ('max_mg = "30"', "20", "20"),
        ('max_mg = "30"', "90", "30"),
        ("", "90", None),
    ],
)
def test_suggestion_is_what_the_source_says_and_never_above_the_last_dose(write, formula, last, suggested):
    capped = TABLE + 'cap_at_last_dose = "yes"\n'
    held = row("at_least", 1, "hold_notify", formula)

    [table] = read(write(HEAD + capped + CITED + held)).missed_doses

    assert table.rows[0].suggests(mg(last)) == (mg(suggested) if suggested else None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD + TABLE + CITED, "missing: row"),
        (HEAD + TABLE + CITED + "row = 3\n", "[[missed_dose.row]]"),
        (GOOD.replace("phases", "stages"), "missing: phases"),
        (GOOD.replace('["maintenance"]', '["steady"]'), "steady"),
        (GOOD.replace('["methadone"]', '"methadone"'), "not a list"),
        (GOOD + 'colour = "red"\n', "unknown: colour"),
        (GOOD.replace(TABLE, TABLE + 'part_ends_from = "0"\n'), "part_ends_from"),
        (GOOD.replace(TABLE, TABLE + 'part_ends_from = "1"\n'), "part_ends_from"),
        (GOOD.replace(TABLE, TABLE + 'part_ends_from = "half"\n'), "not a share"),
        (GOOD.replace(TABLE, TABLE + 'part_ends_from = 0.5\n'), "must be text in quotes: part_ends_from"),
        (GOOD.replace(TABLE, TABLE + 'colour = "red"\n'), "unknown: colour"),
        (GOOD.replace('mark = "seen"', 'mark = "doubtful"'), "doubtful"),
        (GOOD + 'mark = "doubtful"\n', "doubtful"),
        (GOOD.replace("at_least", "about"), "about"),
        (GOOD.replace('"give"', '"perhaps"'), "perhaps"),
        (GOOD.replace('days = "3"', 'days = "three"'), "not a whole number"),
        (GOOD.replace('days = "1"', 'days = "0"'), "less than one day"),
        (GOOD.replace('days = "1"', 'days = "2"'), "gap"),
        (GOOD.replace(TABLE, TABLE + 'silent_below = "2"\n'), "gap"),
        (HEAD + TABLE + CITED + FIRST + ANEW + HALF, "out of order"),
        (HEAD + TABLE + CITED + FIRST + HALF + row("more_than", 2, "hold_reinduct"), "overlap"),
        (HEAD + TABLE + CITED + FIRST + ANEW + row("at_least", 8, "give"), "milder"),
        (GOOD.replace('"1/2"', '"3/2"'), "between 0 and 1"),
        (GOOD.replace('"1/2"', '"-1/2"'), "between 0 and 1"),
        (GOOD.replace('"1/2"', '"0"'), "more than 0"),
        (GOOD.replace('"1/2"', '"half"'), "not a share"),
        (GOOD.replace('"1/2"', "0.5"), "must be text in quotes: fraction"),
        (GOOD.replace('fraction = "1/2"', 'max_mg = "0"'), "more than zero"),
        (GOOD.replace('fraction = "1/2"', 'fraction = "1/2"\nmin_mg = "30"'), "could exceed the last dose"),
        (GOOD.replace('fraction = "1/2"', 'min_mg = "30"'), "the higher of itself and something"),
        (GOOD.replace(TABLE, TABLE + 'cap_at_last_dose = "no"\n'), "never above the last dose"),
        (GOOD.replace('fraction = "1/2"', 'max_mg = "30"\nmin_mg = "40"'), "min_mg is above max_mg"),
        (GOOD.replace("hold_notify", "give"), "without holding"),
        (GOOD + 'if_full_agonist = "yes"\n', "either every row"),
        (HEAD + TABLE + CITED + row("at_least", 1, "give", 'if_full_agonist = "unknown"'), "yes or no"),
        (HEAD + TABLE + CITED + row("at_least", 1, "give", 'if_full_agonist = "yes"'), "gap"),
        (HEAD + TABLE + CITED + row("at_least", 1, "give", 'if_full_agonist = "yes"')
         + row("at_least", 1, "hold_notify", 'if_full_agonist = "no"'), "milder after a return"),
        (GOOD + TABLE + CITED + FIRST, "overlap in time"),
        (GOOD.replace("effective_from = 2026-01-01", "effective_from = 2026-01-01\neffective_to = 2025-01-01"), "ends before"),
        (HEAD + 'missed_dose = "none"\n', "[[missed_dose]]"),
    ],
)  # fmt: skip
def test_table_that_is_not_right_is_refused_and_says_what_is_wrong(write, text, problem):
    with pytest.raises(Refused) as refusal:
        read(write(text))

    assert problem in str(refusal.value.words.values["problem"])


def test_example_in_the_handbook_is_a_table_that_can_be_used(write):
    handbook = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", handbook, re.S).group(1)

    [table] = read(write(HEAD + example)).missed_doses

    assert [table.row_for(days).action for days in (2, 4)] == [
        ReEntryAction.GIVE_IF_NOT_INTOXICATED,
        ReEntryAction.HOLD_NOTIFY,
    ]


def test_two_tables_may_follow_each_other_in_time(write):
    later = TABLE + CITED.replace("effective_from = 2026-01-01", "effective_from = 2026-07-01") + FIRST + ANEW
    profile = read(write(GOOD.replace("2026-01-01", "2026-01-01\neffective_to = 2026-06-30", 1) + later))

    found = [
        missed_dose_tables([profile], [approval(profile)], day).of(METHADONE, MAINTENANCE)
        for day in (DAY, date(2026, 7, 1))
    ]

    assert [len(table.rule.rows) for [table] in found] == [3, 2]


def test_every_approved_table_of_a_drug_and_phase_is_in_force_with_its_version(write):
    mine, metaphi, uk = read(write(GOOD)), shipped()["ca-on-metaphi-2021"], shipped()["uk-orange-2017-missed-doses"]

    tables = missed_dose_tables([uk, mine, metaphi], [approval(mine), approval(metaphi)], DAY)

    assert [(t.profile, t.digest) for t in tables.of(METHADONE, MAINTENANCE)] == [
        ("ca-on-metaphi-2021", metaphi.digest),
        ("mine", mine.digest),
    ]
    assert [t.profile for t in tables.of(METHADONE, TreatmentPhase.TAPER)] == ["ca-on-metaphi-2021"]
    assert tables.of(METHADONE, TreatmentPhase.INDUCTION) == ()


def test_what_was_superseded_is_never_in_force():
    australia = shipped()["au-methadone-2003"]

    assert missed_dose_tables([australia], [approval(australia)], DAY).in_force == ()
    assert "2014" in australia.superseded


def test_unknown_counts_as_a_return_to_full_agonists():
    [table] = shipped()["ca-bc-ppp66-bup-2024"].missed_doses

    assert table.needs_full_agonist_answer
    assert table.row_for(5, Answer.NO).action is ReEntryAction.GIVE
    assert table.row_for(5) == table.row_for(5, Answer.YES)
    assert table.row_for(5).action is ReEntryAction.HOLD_REINDUCT
