"""What becomes of each row of the paper. One line a case: what the paper says, how the day stood, and what is recorded.

The ordinary row: given, at seven, to somebody in treatment with 80 mg of methadone due that day, nothing recorded yet.
Nothing is refused that was swallowed: a rule that would have held it is shown and acknowledged (*exceptions*); where it can
be no dose of that order and day, it is a dosing incident. Source: product.md §3, hard rules 9 and 10.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispensary.rules.paper_entry import EnteredBefore, Misread, PaperOutcome, PaperRow, as_of_paper, judge, wrong_clock
from models.enums import EpisodeEndReason, Form, IncidentKind, Medication, RefusedReason, WithheldReason
from models.units import mg
from tests.spec.test_when_a_dose_may_be_given import DOSED, MORNING, NOW, SECOND_PART, SITE, STOP, without

GIVEN, PART, WITHHELD, REFUSED = PaperOutcome
METHADONE = (Medication.METHADONE, Form.LIQUID)
FILM = (Medication.BUPRENORPHINE_NALOXONE, Form.FILM)
ROW = PaperRow(person_id=7, outcome=GIVEN, at=NOW, given_by_id=1, shown_mg=mg("80"), medicine=METHADONE)
PARTLY = {
    "outcome": PART,
    "taken_mg": mg("30"),
    "refused_reason": RefusedReason.FEELS_UNWELL,
    "witness_id": 2,
}
NO_ORDER = {"order": None, "due_mg": None, "day_total_mg": None, "lines": None}
TWICE, AMOUNT, RULE, MEDICINE = (
    IncidentKind.TWICE,
    IncidentKind.WRONG_AMOUNT,
    IncidentKind.AGAINST_A_RULE,
    IncidentKind.WRONG_MEDICINE,
)

CASES = [
    # what the paper says; how the day stood; what is acknowledged; which incident it becomes; the mg recorded
    ("given, nothing more is written: the amount due", {}, {}, [], None, "80"),
    ("given 80 mg", {"taken_mg": mg("80")}, {}, [], None, "80"),
    ("a part, the rest wasted before a witness", PARTLY, {}, [], None, "30"),
    ("given while a stop stood", {}, {"stops": (STOP,)}, ["stop_standing"], None, "80"),
    ("given after five days without medicine", {}, {**without(5)}, ["days_without_medicine"], None, "80"),
    (
        "given seven hours after the last dose",
        {},
        {"last_day_at": NOW - timedelta(hours=7)},
        ["too_soon_after_last_day"],
        None,
        "80",
    ),
    ("a part while a stop stood", PARTLY, {"stops": (STOP,)}, ["stop_standing"], None, "30"),
    ("a second dose", {"taken_mg": mg("80")}, DOSED, ["slot_taken"], TWICE, "80"),
    (
        "the clinic before gave its last dose that day",
        {},
        {"elsewhere_today_mg": mg("80")},
        ["dosed_elsewhere_today"],
        TWICE,
        "80",
    ),
    ("90 mg", {"taken_mg": mg("90")}, {}, ["more_than_due"], AMOUNT, "90"),
    ("given 60 mg, and no word of the rest", {"taken_mg": mg("60")}, {}, ["less_than_due"], AMOUNT, "60"),
    ("another medicine", {"taken_mg": mg("8"), "medicine": FILM}, {}, ["another_medicine"], MEDICINE, "8"),
    ("nobody had signed an order", {"taken_mg": mg("40")}, NO_ORDER, ["no_active_order"], RULE, "40"),
    (
        "treatment had ended",
        {"taken_mg": mg("40")},
        NO_ORDER | {"episode_id": None, "ended": EpisodeEndReason.DROPPED_OUT},
        ["episode_ended"],
        RULE,
        "40",
    ),
    (
        "every other day, and not that one",
        {"taken_mg": mg("80")},
        {"due_mg": None, "day_total_mg": None, "lines": None},
        ["not_due_today"],
        RULE,
        "80",
    ),
    (
        "a second part that goes above the day",
        {"shown_mg": mg("30")},
        SECOND_PART | {"taken_today_mg": mg("60")},
        ["more_than_ordered"],
        AMOUNT,
        "30",
    ),
    (
        "several rules are all kept, the gravest says what it is",
        {"taken_mg": mg("80")},
        DOSED | {"stops": (STOP,)},
        ["slot_taken", "stop_standing"],
        TWICE,
        "80",
    ),
    ("withheld", {"outcome": WITHHELD, "withheld_reason": WithheldReason.SEDATED}, {}, [], None, "0"),
    ("refused", {"outcome": REFUSED, "refused_reason": RefusedReason.NOT_WANTED}, {}, [], None, "0"),
    (
        "withheld, and dosed later that day",
        {"outcome": WITHHELD, "withheld_reason": WithheldReason.SEDATED},
        DOSED,
        ["slot_taken"],
        None,
        "0",
    ),
    (
        "withheld because of the stop that stood",
        {"outcome": WITHHELD, "withheld_reason": WithheldReason.STOP},
        {"stops": (STOP,)},
        [],
        None,
        "0",
    ),
    (
        "this window cannot pour it now: that is about stock, not about what happened",
        {},
        {"lines": None},
        [],
        None,
        "80",
    ),
]


@pytest.mark.parametrize(("what", "says", "stood", "exceptions", "incident", "taken"), CASES, ids=[c[0] for c in CASES])
def test_row_becomes(what, says, stood, exceptions, incident, taken):
    verdict = judge(replace(ROW, **says), replace(MORNING, **stood), SITE)

    assert [reason.code for reason in verdict.exceptions] == exceptions
    assert verdict.incident == incident
    assert verdict.taken_mg == mg(taken)
    assert bool(verdict.mark) == bool(exceptions)


ASKED = [
    ("part, and no amount", {"outcome": PART}, {}, "taken_mg"),
    ("part, all of it", PARTLY | {"taken_mg": mg("80")}, {}, "taken_mg"),
    ("part, and no reason", PARTLY | {"refused_reason": None}, {}, "reason"),
    ("part, and nobody saw the rest destroyed", PARTLY | {"witness_id": None}, {}, "witness"),
    ("withheld, and no reason", {"outcome": WITHHELD}, {}, "reason"),
    ("refused, and no reason", {"outcome": REFUSED}, {}, "reason"),
    (
        "withheld from somebody without an order: nothing was due",
        {"outcome": WITHHELD, "withheld_reason": WithheldReason.OTHER},
        NO_ORDER,
        "outcome",
    ),
    ("given, and the page showed another amount than is due now", {"shown_mg": mg("60")}, {}, "taken_mg"),
    ("given, nothing due, and no amount", {}, DOSED, "taken_mg"),
    ("no order, and no medicine", {"taken_mg": mg("40"), "medicine": None}, NO_ORDER, "medicine"),
]


@pytest.mark.parametrize(("what", "says", "stood", "field"), ASKED, ids=[case[0] for case in ASKED])
def test_row_that_says_too_little_is_asked_about_at_its_field(what, says, stood, field):
    with pytest.raises(Misread) as asked:
        judge(replace(ROW, **says), replace(MORNING, **stood), SITE)

    assert asked.value.field == field


BEFORE = EnteredBefore(NOW, mg("80"), NOW + timedelta(hours=3), "Wanda Reed")


def test_same_time_and_amount_was_entered_already():
    with pytest.raises(Misread) as known:
        judge(ROW, replace(MORNING, **DOSED), SITE, [BEFORE])

    assert known.value.code == "entered_before"


@pytest.mark.parametrize("other", [{"taken_at": NOW + timedelta(minutes=1)}, {"taken_mg": mg("70")}])
def test_another_time_or_amount_is_another_dose(other):
    row = replace(ROW, taken_mg=mg("80"))

    assert judge(row, replace(MORNING, **DOSED), SITE, [replace(BEFORE, **other)]).incident is TWICE


def test_tick_for_one_amount_is_none_for_another():
    marks = {judge(replace(ROW, taken_mg=mg(much)), MORNING, SITE).mark for much in ("90", "100", "110")}

    assert len(marks) == 3


def test_time_on_paper_is_not_held_against_the_newest_dose_and_the_clock_of_now_is():
    newest = replace(MORNING, trusted_at=NOW + timedelta(hours=5))

    assert judge(ROW, as_of_paper(newest), SITE).exceptions == ()
    assert wrong_clock(newest, SITE, now=NOW + timedelta(hours=4), today=NOW.date()).code == "clock_behind"
    assert wrong_clock(newest, SITE, now=NOW + timedelta(hours=6), today=NOW.date()) is None


def test_an_injection_has_no_part():
    facts = replace(MORNING, order=replace(MORNING.order, form=Form.INJECTION))
    row = replace(ROW, **PARTLY, medicine=None)

    with pytest.raises(Misread) as misread:
        judge(row, facts, SITE)

    assert (misread.value.code, misread.value.field) == ("injection", "outcome")
