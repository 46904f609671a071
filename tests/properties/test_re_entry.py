"""Whatever the table, the record and the answer: the re-entry gate never errs on the bold side."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from dispensary.policy.entries import Mark
from dispensary.policy.missed_doses import HOLDS, STRICTNESS, MissedDoseRow, MissedDoseTable, Operator, TableInForce
from dispensary.rules.re_entry import Course, ReEntryInputs, Said, decide
from dispensary.wording import N_, say
from models.enums import Answer, Medication, ReEntryAction, TreatmentPhase
from models.units import Mg, mg

TODAY = date(2026, 3, 5)
AMOUNTS = st.integers(1, 400).map(lambda n: Mg(mg(n) / 2))
ACTIONS = st.sampled_from(ReEntryAction)


@st.composite
def ladders(draw, branch):
    """Rows of one branch, fewest days first, never milder at more days."""
    starts = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True).map(sorted))
    operators = [draw(st.sampled_from(Operator)) for _ in starts]
    actions = sorted((draw(ACTIONS) for _ in starts), key=STRICTNESS.index, reverse=True)
    return [
        MissedDoseRow(
            number=n,
            operator=operator,
            days=start - (operator is Operator.MORE_THAN),
            if_full_agonist=branch,
            action=action,
            fraction=draw(st.none() | st.sampled_from([Fraction(1, 2), Fraction(3, 4)])) if action in HOLDS else None,
            max_mg=draw(st.none() | AMOUNTS) if action in HOLDS else None,
            min_mg=draw(st.none() | AMOUNTS) if action in HOLDS else None,
            words="",
            citation="",
            mark=Mark.SEEN,
        )
        for n, (start, action, operator) in enumerate(zip(starts, actions, operators, strict=True), start=1)
    ]


@st.composite
def tables(draw):
    rows = draw(ladders(None))
    if draw(st.booleans()):  # a return to full agonists brings every row sooner
        sooner = {
            first: replace(row, if_full_agonist=Answer.YES, operator=Operator.AT_LEAST, days=first)
            for row in rows
            if (first := max(rows[0].from_days, row.from_days - 2))
        }  # from the same day on; of those that would begin on one day the strictest
        rows = list(sooner.values()) + [replace(row, if_full_agonist=Answer.NO) for row in rows]
    rows.sort(key=lambda row: row.from_days)
    rule = MissedDoseTable(
        medications=(Medication.METHADONE,),
        phases=(TreatmentPhase.MAINTENANCE,),
        rows=tuple(rows),
        silent_below=None,
        part_ends_from=None,
        words="",
        citation="",
        mark=Mark.SEEN,
        effective_from=TODAY,
        effective_to=None,
        checked_on=TODAY,
    )
    return TableInForce(rule, draw(st.sampled_from("abc")), "digest")


ANSWERS = st.none() | st.builds(
    Said,
    id=st.just(1),
    turn=st.just(1),
    as_recorded=st.sampled_from(Answer),
    last_dose_on=st.none() | st.integers(1, 20).map(lambda n: TODAY - timedelta(days=n)),
    last_dose_mg=st.none() | AMOUNTS,
    used_full_agonist=st.sampled_from(Answer),
)
INPUTS = st.builds(
    lambda record, more, **rest: ReEntryInputs(
        on=TODAY, days_on_record=record, days_from_confirmed=record + more, **rest
    ),
    record=st.integers(0, 20),
    more=st.integers(0, 10),
    last_confirmed_mg=st.none() | AMOUNTS,
    covers_days=st.integers(1, 3),
    said=ANSWERS,
    empties_missing=st.booleans(),
    away=st.booleans(),
)
COURSES = st.integers(1, 3).map(lambda n: Course(Medication.METHADONE, TreatmentPhase.MAINTENANCE, n))
IN_FORCE = st.lists(tables(), max_size=3)


def rank(inputs, course, in_force):
    return STRICTNESS.index(decide(inputs, course, in_force).action)


@given(INPUTS, COURSES, IN_FORCE)
def test_a_suggestion_is_never_above_the_last_confirmed_dose(inputs, course, in_force):
    verdict = decide(inputs, course, in_force)

    assert verdict.suggestion_mg is None or verdict.suggestion_mg <= inputs.last_confirmed_mg


@given(INPUTS, COURSES, IN_FORCE)
def test_an_amount_is_suggested_only_for_a_dose_that_is_held(inputs, course, in_force):
    verdict = decide(inputs, course, in_force)

    assert verdict.suggestion_mg is None or verdict.holds


@given(INPUTS, COURSES, IN_FORCE)
def test_a_day_more_is_never_judged_more_lightly(inputs, course, in_force):
    longer = replace(
        inputs, days_on_record=inputs.days_on_record + 1, days_from_confirmed=inputs.days_from_confirmed + 1
    )

    assert rank(longer, course, in_force) <= rank(inputs, course, in_force)


@given(INPUTS, COURSES, IN_FORCE, st.sampled_from(Answer))
def test_what_is_not_known_of_full_agonists_is_never_judged_more_lightly(inputs, course, in_force, answer):
    if inputs.said is None:
        asked = replace(inputs, said=Said(1, 1, Answer.YES, None, None, answer))
        assert rank(inputs, course, in_force) <= rank(asked, course, in_force)
        return
    unknown = replace(inputs, said=replace(inputs.said, used_full_agonist=Answer.UNKNOWN))
    known = replace(inputs, said=replace(inputs.said, used_full_agonist=answer))

    assert rank(unknown, course, in_force) <= rank(known, course, in_force)


@given(INPUTS, COURSES, IN_FORCE)
def test_not_knowing_when_the_last_dose_was_is_never_judged_more_lightly_than_as_recorded(inputs, course, in_force):
    used = inputs.said.used_full_agonist if inputs.said else Answer.UNKNOWN
    recorded = replace(inputs, said=Said(1, 1, Answer.YES, None, None, used))
    unknown = replace(inputs, said=Said(1, 1, Answer.UNKNOWN, None, None, used))

    assert rank(unknown, course, in_force) <= rank(recorded, course, in_force)


@given(INPUTS, COURSES, IN_FORCE)
def test_another_table_in_force_never_makes_it_milder_where_one_spoke(inputs, course, in_force):
    for number in range(1, len(in_force)):
        fewer, more = in_force[:number], in_force[: number + 1]
        if decide(inputs, course, fewer).fired:
            assert rank(inputs, course, more) <= rank(inputs, course, fewer)


@given(INPUTS, COURSES, IN_FORCE)
def test_what_is_not_known_of_full_agonists_never_suggests_more_than_either_answer(inputs, course, in_force):
    said = inputs.said or Said(1, 1, Answer.YES, None, None, Answer.UNKNOWN)
    unknown = decide(replace(inputs, said=replace(said, used_full_agonist=Answer.UNKNOWN)), course, in_force)

    for answer in (Answer.YES, Answer.NO):
        known = decide(replace(inputs, said=replace(said, used_full_agonist=answer)), course, in_force)
        if unknown.suggestion_mg is not None and known.suggestion_mg is not None:
            assert unknown.suggestion_mg <= known.suggestion_mg


@given(INPUTS, COURSES, IN_FORCE, st.integers(1, 20), st.integers(0, 10))
def test_a_last_dose_told_longer_ago_is_never_judged_more_lightly(inputs, course, in_force, ago, longer):
    def told(days):
        return replace(inputs, said=Said(1, 1, Answer.NO, TODAY - timedelta(days=days), None, Answer.YES))

    assert rank(told(ago + longer), course, in_force) <= rank(told(ago), course, in_force)


@given(INPUTS, COURSES, IN_FORCE)
def test_policy_that_cannot_be_read_is_never_judged_more_lightly(inputs, course, in_force):
    unreadable = replace(course, unreadable=say(N_("Put the approved file back.")))

    assert rank(inputs, unreadable, ()) <= rank(inputs, course, ())
    assert inputs.days == 0 or decide(inputs, unreadable, ()).holds
