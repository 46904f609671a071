"""What the re-entry gate says after days without medicine: one line a case, with the table that is in force.

The tables are written here as their sources have them, so that each line can be read by itself.
Source: clinical-rules §§1.1, 1.2, 1.4; product.md §5 and §6.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dispensary.policy.missed_doses import TableInForce, read_missed_doses
from dispensary.rules.re_entry import Course, ReEntryInputs, Said, decide, together
from models.enums import Answer, Medication, ReEntryAction, TreatmentPhase
from models.units import mg

TODAY = date(2026, 3, 5)
YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
GIVE, SOBER = ReEntryAction.GIVE, ReEntryAction.GIVE_IF_NOT_INTOXICATED
HOLD, REINDUCT = ReEntryAction.HOLD_NOTIFY, ReEntryAction.HOLD_REINDUCT
METHADONE, BUPRENORPHINE = Medication.METHADONE, Medication.BUPRENORPHINE
MAINTENANCE, INDUCTION = TreatmentPhase.MAINTENANCE, TreatmentPhase.INDUCTION
HOUSE = {MAINTENANCE: 3, INDUCTION: 2}


def row(days, action, operator="at_least", **more):
    return {"days": str(days), "operator": operator, "action": action, "words": f"row at {days}"} | more


ROWS = {
    "au-2003": [
        row(1, GIVE),
        row(2, SOBER),
        row(3, HOLD, fraction="1/2"),
        row(4, HOLD, fraction="1/2", max_mg="40"),
        row(5, REINDUCT),
    ],
    "meta-phi": [row(4, HOLD, fraction="1/2", min_mg="30"), row(5, HOLD, max_mg="30", min_mg="30")],
    "vn-2010": [row(1, GIVE), row(4, HOLD, fraction="1/2"), row(5, REINDUCT, operator="more_than")],
    "uk": [row(3, HOLD), row(5, HOLD)],
    "bc-bup": [
        row(1, GIVE, if_full_agonist="no"),
        row(6, HOLD, if_full_agonist="no"),
        row(1, GIVE, if_full_agonist="yes"),
        row(4, HOLD, if_full_agonist="yes"),
    ],
}
SILENT_BELOW = {"meta-phi": "4", "uk": "3"}


def table(name):
    entry = {
        "medications": ["buprenorphine" if name == "bc-bup" else "methadone"],
        "phases": ["maintenance"],
        "row": ROWS[name],
        "words": f"the table of {name}",
        "citation": f"{name}, its table",
        "mark": "seen",
        "effective_from": date(2000, 1, 1),
        "checked_on": date(2026, 1, 1),
    }
    entry |= {"silent_below": SILENT_BELOW[name]} if name in SILENT_BELOW else {}
    entry |= {"cap_at_last_dose": "yes"} if name == "meta-phi" else {}
    (rule,) = read_missed_doses(f"{name}.toml", [entry])
    return TableInForce(rule, name, f"digest of {name}")


def said(as_recorded=YES, last_dose_on=None, mg_told=None, used=NO):
    return Said(1, 1, as_recorded, last_dose_on, mg(mg_told) if mg_told else None, used)


def judged(days, *tables, last="100", phase=MAINTENANCE, answer=None, confirmed=None, hold_from=None, **more):
    inputs = ReEntryInputs(
        on=TODAY,
        days_on_record=days,
        days_from_confirmed=days if confirmed is None else confirmed,
        last_confirmed_mg=mg(last) if last else None,
        said=answer or said(),
        **more,
    )
    drug = BUPRENORPHINE if "bc-bup" in tables else METHADONE
    return decide(inputs, Course(drug, phase, hold_from or HOUSE[phase]), [table(name) for name in tables])


@pytest.mark.parametrize(
    ("name", "last", "days", "action", "suggested"),
    [
        ("au-2003", "100", 3, HOLD, "50"),
        ("au-2003", "100", 4, HOLD, "40"),
        ("au-2003", "60", 4, HOLD, "30"),
        ("meta-phi", "100", 4, HOLD, "50"),
        ("meta-phi", "50", 4, HOLD, "30"),
        ("meta-phi", "25", 4, HOLD, "25"),
        ("meta-phi", "20", 5, HOLD, "20"),
        ("vn-2010", "90", 5, HOLD, "45"),
        ("vn-2010", "90", 6, REINDUCT, None),
    ],
)
def test_the_worked_examples(name, last, days, action, suggested):
    verdict = judged(days, name, last=last)

    assert (verdict.action, verdict.suggestion_mg) == (action, mg(suggested) if suggested else None)
    assert verdict.fired.profile == name


@pytest.mark.parametrize(
    ("used", "days", "action"),
    [
        (NO, 5, GIVE),
        (NO, 6, HOLD),
        (YES, 3, GIVE),
        (YES, 4, HOLD),
        (UNKNOWN, 5, HOLD),
        (UNKNOWN, 3, GIVE),
    ],
)
def test_what_is_not_known_of_full_agonists_counts_as_used(used, days, action):
    assert judged(days, "bc-bup", last="16", answer=said(used=used)).action is action


@pytest.mark.parametrize(("days", "action"), [(3, GIVE), (4, HOLD), (5, HOLD), (6, HOLD)])
def test_not_asked_holds_where_the_answer_would_decide(days, action):
    inputs = ReEntryInputs(on=TODAY, days_on_record=days, days_from_confirmed=days, last_confirmed_mg=mg("16"))

    verdict = decide(inputs, Course(BUPRENORPHINE, MAINTENANCE, 3), [table("bc-bup")])

    assert verdict.action is action
    assert verdict.ask_first


@pytest.mark.parametrize(
    ("phase", "hold_from", "days", "action"),
    [
        (MAINTENANCE, 3, 0, GIVE),
        (MAINTENANCE, 3, 2, GIVE),
        (MAINTENANCE, 3, 3, HOLD),
        (INDUCTION, 2, 1, GIVE),
        (INDUCTION, 2, 2, HOLD),
        (MAINTENANCE, 2, 2, HOLD),
        (INDUCTION, 1, 1, HOLD),
    ],
)
def test_without_an_approved_table_the_house_holds_from_three_days_in_induction_from_two(
    phase, hold_from, days, action
):
    verdict = judged(days, phase=phase, hold_from=hold_from)

    assert (verdict.action, verdict.suggestion_mg, verdict.fired) == (action, None, None)
    assert "house.toml" in verdict.citation


def test_days_of_which_a_table_says_nothing_are_the_houses():
    assert judged(2, "meta-phi").action is GIVE
    assert judged(3, "meta-phi").action is HOLD
    assert judged(3, "meta-phi").fired is None


@pytest.mark.parametrize(
    ("tables", "days", "action", "suggested", "decided_by"),
    [
        (("vn-2010", "au-2003"), 2, SOBER, None, "au-2003"),
        (("vn-2010", "au-2003"), 3, HOLD, "50", "au-2003"),
        (("vn-2010", "au-2003"), 4, HOLD, "40", "au-2003"),
        (("vn-2010", "au-2003"), 5, REINDUCT, None, "au-2003"),
        (("meta-phi", "vn-2010"), 5, HOLD, "30", "meta-phi"),
        (("meta-phi", "uk"), 4, HOLD, "50", "meta-phi"),
    ],
)
def test_of_several_tables_the_strictest_wins_and_the_smallest_suggestion(tables, days, action, suggested, decided_by):
    verdict = judged(days, *tables)

    assert (verdict.action, verdict.suggestion_mg) == (action, mg(suggested) if suggested else None)
    assert verdict.fired.profile == decided_by
    assert len(verdict.others) == len(tables) - 1


def test_a_new_induction_suggests_nothing_of_a_milder_table():
    assert judged(5, "au-2003", "meta-phi").suggestion_mg is None


@pytest.mark.parametrize(
    ("answer", "days", "because"),
    [
        (said(YES), 1, "as recorded: the record counts"),
        (said(NO, last_dose_on=TODAY - timedelta(days=6)), 5, "told longer ago: what is told counts"),
        (said(NO, last_dose_on=TODAY - timedelta(days=1)), 1, "told more lately: the record counts"),
    ],
)
def test_the_more_cautious_of_record_and_answer_counts(answer, days, because):
    assert judged(1, "au-2003", answer=answer).inputs.days == days, because


def test_days_told_of_a_dose_for_two_days_count_from_its_end():
    told = said(NO, last_dose_on=TODAY - timedelta(days=4))

    assert judged(0, "au-2003", answer=told, covers_days=2).inputs.days == 2


@pytest.mark.parametrize("as_recorded", [NO, UNKNOWN])
def test_nobody_knows_when_the_last_dose_was_taken_so_it_is_held_and_counted_from_the_last_confirmed(as_recorded):
    verdict = judged(1, "au-2003", answer=said(as_recorded), confirmed=4)

    assert (verdict.action, verdict.inputs.days, verdict.suggestion_mg) == (HOLD, 4, mg("40"))


@pytest.mark.parametrize(("told", "suggested"), [("40", "20"), ("300", "50"), (None, "50")])
def test_an_amount_told_lowers_what_is_suggested_and_never_raises_it(told, suggested):
    answer = said(NO, last_dose_on=TODAY - timedelta(days=4), mg_told=told)

    assert judged(3, "au-2003", answer=answer).suggestion_mg == mg(suggested)


def test_nothing_is_suggested_where_no_dose_is_confirmed():
    assert judged(3, "au-2003", last=None).suggestion_mg is None


def test_presumed_take_home_doses_count_as_taken():
    assert judged(0, "au-2003", confirmed=6, empties_missing=True).action is GIVE


def test_late_and_no_emptied_bottles_holds_with_both_counts():
    verdict = judged(1, "au-2003", confirmed=6, empties_missing=True)

    assert verdict.action is HOLD
    assert verdict.why[-1].values == {"record": 1, "confirmed": 6}


def test_back_from_hospital_or_custody_holds_until_the_last_dose_is_verified():
    assert judged(1, "au-2003", away=True).action is HOLD


def test_a_further_ground_does_not_soften_a_new_induction():
    verdict = judged(5, "au-2003", away=True)

    assert (verdict.action, len(verdict.why)) == (REINDUCT, 2)


def test_verdict_names_the_row_its_version_and_its_place():
    verdict = judged(4, "au-2003")

    assert (verdict.fired.profile, verdict.fired.digest, verdict.fired.row_number) == (
        "au-2003",
        "digest of au-2003",
        4,
    )
    assert verdict.citation == "au-2003, its table"


ASKED_AGAIN = {
    "a day told first, then as recorded": ([said(NO, date(2026, 3, 1)), said(YES)], 3),
    "as recorded first, then a day told": ([said(YES), said(NO, date(2026, 3, 1))], 3),
    "an earlier day, then a later one": ([said(NO, date(2026, 2, 28)), said(NO, date(2026, 3, 3))], 4),
    "nobody knew, then as recorded": ([said(UNKNOWN), said(YES)], 2),
}


@pytest.mark.parametrize("case", ASKED_AGAIN)
def test_asking_again_softens_nothing(case):
    """Of all that somebody said on a day the most cautious answer counts; a slip of the hand is for the prescriber.

    Source: product.md §5.
    """
    answers, days = ASKED_AGAIN[case]
    inputs = ReEntryInputs(TODAY, days_on_record=1, days_from_confirmed=2, last_confirmed_mg=mg("80"))

    counts = replace(inputs, said=together(answers))

    assert counts.days == days
    assert counts.said.when_unknown == any(answer.when_unknown for answer in answers)


def test_of_two_amounts_and_two_answers_about_other_drugs_the_more_cautious_count():
    """The smaller amount, and a full agonist used."""
    first, again = said(NO, date(2026, 3, 3), "40", used=YES), said(NO, date(2026, 3, 3), "80", used=NO)

    counts = together([first, again])

    assert (counts.last_dose_mg, counts.used_full_agonist) == (mg("40"), YES)
    assert together([]) is None
